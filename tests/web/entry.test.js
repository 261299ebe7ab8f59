import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Entry } from '../../webclient/static/lib/entry.js'

const keyed = (...keys) => {
  const entry = new Entry()
  keys.forEach((key) => entry.press(key))
  return entry
}
const typed = (text) => {
  const entry = new Entry()
  entry.type(text)
  return entry
}

test('an amount in euros becomes cents without passing a float', () => {
  for (const [text, cents] of [
    ['20', 2000],
    ['20,', 2000],
    ['20,5', 2050],
    ['7,70', 770],
    ['0,05', 5],
    [',5', 50],
    ['1.15', 115],
    ['99999,99', 9999999],
  ]) {
    assert.equal(typed(text).cents, cents, text)
  }
})

test('what is no amount is none', () => {
  for (const text of ['', 'abc']) assert.equal(typed(text).cents, null, text)
})

test('a barcode typed into an amount never becomes money', () => {
  for (const code of ['6410405082657', '20123451', '123456']) assert.equal(typed(code).cents, null, code)
})

test('a third decimal is refused, not rounded', () => {
  assert.equal(typed('1,999').cents, null)
})

test('a quantity keeps its decimals as text', () => {
  for (const [text, quantity] of [
    ['3', '3'],
    ['0,350', '0.350'],
    ['007', '7'],
    ['0,5', '0.5'],
  ])
    assert.equal(typed(text).quantity, quantity)
})

test('nothing, zero and too fine a quantity are none', () => {
  for (const text of ['', '0', '0,000', '1,2345', '123456']) assert.equal(typed(text).quantity, null, text)
})

test('the keys go in, one goes back, all go out', () => {
  assert.equal(keyed('1', '00', ',', '5').text, '100,5')
  assert.equal(keyed('1', '2', 'back').text, '1')
  assert.equal(keyed('1', '2', 'clear').text, '')
  assert.equal(keyed('1', ',', ',', '.', '5').text, '1,5')
})

test('a code is digits alone, at most the longest GTIN', () => {
  assert.equal(typed('64104050').code, '64104050')
  assert.equal(typed('6,4').code, null)
  assert.equal(typed('1'.repeat(20)).text.length, 14)
})
