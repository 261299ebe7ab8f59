import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Idle } from '../../webclient/static/lib/idle.js'

test('after so many minutes untouched it is over, and a touch begins them anew', () => {
  let now = 1_000
  const idle = new Idle(() => now)
  now += 10 * 60_000 - 1
  assert.equal(idle.isOver(10), false)
  idle.used()
  now += 10 * 60_000
  assert.equal(idle.isOver(10), true)
})

test('where the shop wants no lock it is never over', () => {
  let now = 0
  const idle = new Idle(() => now)
  now = 1e12
  assert.equal(idle.isOver(0), false)
})
