/** Asks for a number, what kind of number it is, and why: one dialog for discounts, open prices and the drawer. */
import { ask } from '../lib/dialog.js'
import { attr, el, text } from '../lib/dom.js'
import { Entry } from '../lib/entry.js'
import { t } from '../i18n/index.js'
import { AMOUNT_KEYS, entryField, keypad } from './keypad.js'
import { reasonKeys } from './reasons.js'

/**
 * @typedef {object} Kind
 * @property {string} key
 * @property {string} label
 * @property {boolean} [percent]  the number is a percentage and not a sum
 *
 * @typedef {object} Question
 * @property {string} title
 * @property {string} label      of the number
 * @property {string} go
 * @property {Kind[]} kinds      what the number may be; the first is chosen
 * @property {import('./reasons.js').Reasons|null} reasons  one must be chosen when there are any
 * @property {boolean} [zero]    nothing at all is a number too
 *
 * @typedef {{kind: string, cents: number|null, percent: string|null, reason: string|null}} Answer
 */

/**
 * @param {Question} question
 * @returns {Promise<Answer|null>}
 */
export function askAmount(question) {
  return ask(question.title, (close) => parts(question, close), 'dialog-amount')
}

/** @param {Question} question @param {(answer: Answer|null) => void} close */
function parts({ label, go, kinds, reasons, zero }, close) {
  const entry = new Entry()
  let kind = kinds[0]
  /** @type {string|null} */
  let reason = null
  const note = el('p', { class: 'dialog-note dialog-missing', role: 'alert' })

  const submit = () => {
    entry.type(field.value)
    const percent = kind?.percent ? entry.quantity : null
    const cents = kind?.percent ? null : entry.cents
    if (!percent && !cents && !(zero && cents === 0)) return text(note, t('amount.missing'))
    if (reasons !== null && reason === null) return text(note, t('amount.reason-missing'))
    close({ kind: kind?.key ?? '', cents, percent, reason })
  }
  const field = entryField(label, submit)
  attr(field, 'autofocus', true)
  const press = (/** @type {string} */ key) => {
    entry.type(field.value)
    entry.press(key)
    field.value = entry.text
  }
  const chosenKind = choices(t('amount.kind'), kinds.length > 1 ? kinds.map((one) => one.label) : [], (at) => {
    kind = kinds[at]
  })
  chosenKind?.firstElementChild?.setAttribute('aria-pressed', 'true')
  const chosenReason = reasons && reasonKeys(reasons, (said) => (reason = said))
  const keys = el(
    'div',
    { class: 'dialog-keys' },
    el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel')),
    el('button', { type: 'button', class: 'key key-main', onclick: submit }, go),
  )
  return [chosenKind, field, keypad(press, 4, AMOUNT_KEYS), chosenReason, note, keys]
}

/**
 * Keys of which one is down.
 * @param {string} label
 * @param {string[]} labels
 * @param {(at: number) => void} choose
 */
function choices(label, labels, choose) {
  if (labels.length === 0) return null
  const keys = labels.map((one, at) =>
    el('button', { type: 'button', class: 'key', 'aria-pressed': 'false', onclick: () => press(at) }, one),
  )
  const press = (/** @type {number} */ at) => {
    keys.forEach((key, place) => attr(key, 'aria-pressed', String(place === at)))
    choose(at)
  }
  return el('div', { class: 'choices', role: 'group', 'aria-label': label }, ...keys)
}
