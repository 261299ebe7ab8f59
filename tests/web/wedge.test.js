import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Wedge } from '../../webclient/static/lib/wedge.js'

const digitCode = (key) => (/^\d$/.test(key) ? `Digit${key}` : '')
const press = (key, at, more = {}) => ({
  key,
  code: digitCode(key),
  shift: false,
  modified: false,
  editable: false,
  at,
  ...more,
})

/** Types a code as a scanner does and returns what the last key brought. */
function scan(wedge, text, { gap = 2, end = 'Enter', from = 1000, ...more } = {}) {
  let at = from
  for (const key of text) wedge.press(press(key, (at += gap), more))
  return wedge.press(press(end, (at += gap), more))
}

test('a code that ends with Enter or Tab is a scan, and its terminator is kept from the page', () => {
  for (const end of ['Enter', 'Tab']) {
    assert.deepEqual(scan(new Wedge(), '6410405082657', { end }), { taken: true, scan: '6410405082657' })
  }
})

test('a busy machine that delays single keys up to the idle pause loses no scan', () => {
  assert.equal(scan(new Wedge(), '6410405082657', { gap: 299 }).scan, '6410405082657')
})

test('keys before an idle pause are dropped, so that half a code never joins the next one', () => {
  const wedge = new Wedge()
  wedge.press(press('9', 0))
  wedge.press(press('9', 5))
  assert.equal(scan(wedge, '6410405082657', { from: 306 }).scan, '6410405082657')
})

test('Enter and Tab with nothing collected belong to the page', () => {
  for (const key of ['Enter', 'Tab']) assert.deepEqual(new Wedge().press(press(key, 0)), { taken: false, scan: null })
})

test('Space presses the focused button, but inside a code it is a part of it', () => {
  assert.equal(new Wedge().press(press(' ', 0)).taken, false)
  assert.equal(scan(new Wedge(), 'AB 12').scan, 'AB 12')
})

test('in an editable field everything is ordinary typing', () => {
  assert.deepEqual(scan(new Wedge(), '6410405082657', { editable: true }), { taken: false, scan: null })
})

test('a configured prefix makes a scan of it even in an editable field', () => {
  const wedge = new Wedge({ prefix: '~' })
  assert.deepEqual(scan(wedge, '~6410405082657', { editable: true }), { taken: true, scan: '6410405082657' })
  assert.deepEqual(scan(wedge, '20', { editable: true, from: 5000 }), { taken: false, scan: null })
})

test('digits are read from the place of the key: a US scanner on a French layout sends & for 1', () => {
  const wedge = new Wedge()
  const typed = [
    ['&', 'Digit1'],
    ['é', 'Digit2'],
    ['"', 'Digit3'],
    ['4', 'Numpad4'],
  ]
  typed.forEach(([key, code], i) => wedge.press({ ...press(key, i), code }))
  assert.equal(wedge.press(press('Enter', 10)).scan, '1234')
})

test('shortcuts and keys without a character are left to the page', () => {
  const wedge = new Wedge()
  assert.equal(wedge.press(press('c', 0, { modified: true })).taken, false)
  for (const key of ['Shift', 'F5', 'ArrowDown', 'Escape']) assert.equal(wedge.press(press(key, 1)).taken, false)
  assert.equal(wedge.press(press('Enter', 2)).scan, null)
})

test('letters and the marks of GS1 codes are kept as they come', () => {
  assert.equal(scan(new Wedge(), ']C1ABC-12/3').scan, ']C1ABC-12/3')
})

test('a key that is leaned on cannot fill the memory', () => {
  const wedge = new Wedge()
  for (let i = 0; i < 10_000; i += 1) wedge.press(press('7', i))
  assert.equal(wedge.press(press('Enter', 10_000)).scan?.length, 512)
})
