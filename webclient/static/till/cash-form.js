/** A sum of cash, counted and keyed in: at the start of a shift and at its end. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { Entry } from '../lib/entry.js'
import { decimal } from '../lib/format.js'
import { AMOUNT_KEYS, entryField, keypad } from './keypad.js'

/** @typedef {import('./till.js').Till} Till */

/**
 * @param {Till} till
 * @param {{title: string, help: string, label: string, go: string}} words
 * @param {(cents: number) => void} use
 * @param {HTMLElement|null} [beside]
 * @returns {{node: HTMLElement, offer: (cents: number) => void}}  offer: a sum that may be taken as it is
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
  let offered = false
  const press = (/** @type {string} */ key) => {
    entry.type(offered ? '' : field.value) // the first key begins anew what was only offered
    offered = false
    entry.press(key)
    field.value = entry.text
  }
  const keys = keypad(press, 4, AMOUNT_KEYS)
  const offer = (/** @type {number} */ cents) => {
    if (field.value !== '') return
    field.value = decimal(cents).replace('.', ',')
    field.select()
    offered = true
  }
  const node = el(
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
  return { node, offer }
}
