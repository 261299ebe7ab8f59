import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Format, decimal } from '../../webclient/static/lib/format.js'
import { newKey } from '../../webclient/static/lib/ids.js'

const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ').replace('\u2212', '-')

test('cents become euros by cutting, whatever their size and sign', () => {
  for (const [cents, text] of [
    [0, '0.00'],
    [5, '0.05'],
    [-5, '-0.05'],
    [770, '7.70'],
    [-1234, '-12.34'],
    [9007199254740991, '90071992547409.91'],
  ]) {
    assert.equal(decimal(cents), text)
  }
})

test('money is written as the cashier of each language writes it', () => {
  assert.equal(plain(new Format('fi').money(1286)), '12,86 €')
  assert.equal(plain(new Format('sv').money(1286)), '12,86 €')
  assert.equal(plain(new Format('en').money(1286)), '€12.86')
  assert.equal(plain(new Format('fi').money(-827)), '-8,27 €')
})

test('notes are whole, other sums are not', () => {
  assert.equal(plain(new Format('fi').note(2000)), '20 €')
  assert.equal(plain(new Format('fi').note(2050)), '20,50 €')
})

test('a quantity and a rate take the decimal mark of the language and no other change', () => {
  assert.equal(new Format('fi').quantity('0.350'), '0,350')
  assert.equal(new Format('en').quantity('0.350'), '0.350')
  assert.equal(new Format('fi').percent(2550), '25,5')
  assert.equal(new Format('en').percent(1350), '13.5')
})

test('today is an hour, any other day is a day and an hour, in the zone of the shop', () => {
  const fi = new Format('fi', 'Europe/Helsinki')
  const now = new Date('2026-11-22T20:30:00.000Z')
  assert.equal(fi.when('2026-11-22T20:04:00.000Z', now), '22:04')
  assert.equal(fi.when('2026-11-21T20:04:00.000Z', now), '21.11. 22:04')
  assert.equal(fi.when('2026-11-22T22:04:00.000Z', now), '23.11. 00:04', 'after midnight in Helsinki')
})

test('a key is 128 bits of what it is given, and differs each time', () => {
  assert.equal(
    newKey((bytes) => bytes.fill(10)),
    '0a'.repeat(16),
  )
  assert.notEqual(newKey(), newKey())
})
