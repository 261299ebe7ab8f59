import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HealthView, valueText } from '../../webclient/static/technician/state.js'

const check = (name, status) => ({ name, status, value: null, since: null, hint: null })
const health = (status, ...checks) => ({ status, register: 'r1', version: '0.1', mode: 'ONLINE', checks })

test('before the first answer it waits, and has no age', () => {
  const view = new HealthView()
  assert.equal(view.verdict, 'loading')
  assert.equal(view.age_s(1000), null)
})

test('a register that falls silent is said at once, and what it last said stays with its age', () => {
  const view = new HealthView()
  view.answered(health('pass', check('disk', 'pass')), 10_000)
  view.notAnswered()
  assert.equal(view.verdict, 'silent')
  assert.equal(view.age_s(13_400), 3)
  assert.equal(view.checks.length, 1)
  view.answered(health('warn'), 20_000)
  assert.equal(view.verdict, 'warn')
})

test('the gravest checks come first, the others keep their order', () => {
  const view = new HealthView()
  view.answered(health('fail', check('a', 'pass'), check('b', 'warn'), check('c', 'fail'), check('d', 'pass')), 0)
  assert.deepEqual(
    view.checks.map((one) => one.name),
    ['c', 'b', 'a', 'd'],
  )
})

test('a clock that is set back makes no negative age', () => {
  const view = new HealthView()
  view.answered(health('pass'), 10_000)
  assert.equal(view.age_s(5_000), 0)
})

test('any value a check may have is words', () => {
  for (const [value, text] of [
    [null, ''],
    ['41 GB', '41 GB'],
    [3, '3'],
    [true, 'true'],
    [['a', 'b'], 'a, b'],
    [{ free_bytes: 4, oldest: null }, 'free bytes 4'],
  ]) {
    assert.equal(valueText(value), text)
  }
})
