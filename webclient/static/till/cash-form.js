/** A sum of cash, counted and keyed in: at the start of a shift and at its end. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { Entry } from '../lib/entry.js'
import { AMOUNT_KEYS, entryField, keypad } from './keypad.js'

/** @typedef {import('./till.js').Till} Till */

/**
 * @param {Till} till
 * @param {{title: string, help: string, label: string, go: string}} words
 * @param {(cents: number) => void} use
 * @param {HTMLElement|null} [beside]
 */
export function cashForm(till, words, use, beside = null) {
  const entry = new Entry()
  const submit = () => {
    entry.type(field.value)
    const cents = entry.cents
    if (cents === null) till.desk.refuse(t('pay.bad-amount'))
    else use(cents)
  }
  const field = entryField(words.label, submit)
  const press = (/** @type {string} */ key) => {
    entry.type(field.value)
    entry.press(key)
    field.value = entry.text
  }
  const keys = keypad(press, 4, AMOUNT_KEYS)
  return el(
    'section',
    { class: 'cash-form' },
    el('h2', null, words.title),
    el('p', { class: 'help' }, words.help),
    field,
    keys,
    el(
      'div',
      { class: 'cash-form-keys' },
      beside,
      el('button', { type: 'button', class: 'key key-main', onclick: submit }, words.go),
    ),
  )
}
