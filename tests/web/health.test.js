import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setLanguage } from '../../webclient/static/i18n/index.js'
import { HealthView } from '../../webclient/static/technician/state.js'
import { hintText, valueText } from '../../webclient/static/lib/checks.js'

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

const now = new Date('2026-11-22T20:30:00.000Z')

test('any value a check may have is words, with its unit read from its name', async () => {
  await setLanguage('en')
  for (const [value, text] of [
    [null, ''],
    ['41 GB', '41 GB'],
    [['a', 'b'], 'a, b'],
    ['OFFLINE by hand', 'put OFFLINE by hand'],
    [{ free_bytes: 44_000_000_000, oldest: null }, 'free 40 GB'],
    [{ version: 812, age_s: 1560 }, 'version 812 · age 26 min'],
    [{ offset_s: -7200 }, 'off by -2 h'],
    [{ brand_new: true }, 'brand new true'],
  ]) {
    assert.equal(valueText(value, now), text)
  }
})

test('a hint is in the language of the technician; a fault keeps the words of the register as well', async () => {
  await setLanguage('sv')
  assert.equal(hintText({ name: 'disk', status: 'warn', hint: 'Free some.' }), 'Frigör utrymme på kassans disk.')
  assert.match(
    hintText({ name: 'backup', status: 'fail', hint: 'No space in /b.' }),
    /^Säkerhetskopian .* \(No space in \/b\.\)$/,
  )
  assert.equal(hintText({ name: 'lamp', status: 'fail', hint: 'Change it.' }), 'Change it.')
  assert.equal(hintText({ name: 'disk', status: 'pass', hint: null }), '')
})
