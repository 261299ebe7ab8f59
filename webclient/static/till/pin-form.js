/** Fields for numbers and PINs, and keys that fill them: at sign-in, for a manager's leave, for a new PIN. */
import { el, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { keypad } from './keypad.js'

const KEYS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', 'clear', '0', 'back']

/**
 * @typedef {object} PinField
 * @property {string} id
 * @property {string} label
 * @property {boolean} [secret]  a PIN: shown as dots, and emptied when it has been used
 * @property {string} [value]    what stands there at first
 */

/**
 * Enter and the key go from field to field, and from the last one on.
 * @param {PinField[]} wanted
 * @param {string} go  what the key says once every field is filled
 * @param {(values: string[]) => void} use
 */
export function pinForm(wanted, go, use) {
  const fields = wanted.map(({ id, secret, value }) =>
    el('input', {
      id,
      type: secret ? 'password' : 'text',
      class: 'field',
      inputmode: 'none',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      maxlength: 24,
      value: value ?? null,
      onfocus: (/** @type {FocusEvent} */ event) => (current = /** @type {HTMLInputElement} */ (event.target)),
      oninput: () => draw(),
    }),
  )
  let current = fields[0]
  const next = () => fields.find((field) => field.value.trim() === '') ?? null
  const draw = () => text(key, next() === null ? go : t('sign-in.next'))

  const press = (/** @type {string} */ face) => {
    if (!current) return
    if (face === 'clear') current.value = ''
    else current.value = face === 'back' ? current.value.slice(0, -1) : current.value + face
    current.focus()
    draw()
  }

  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    const missing = next()
    if (missing !== null) return missing.focus()
    const values = fields.map((field) => field.value.trim())
    wanted.forEach((one, at) => {
      const field = fields[at]
      if (one.secret && field) field.value = ''
    })
    draw()
    use(values)
  }

  const key = el('button', { type: 'submit', class: 'key key-main sign-go' })
  const labelled = fields.flatMap((field, at) => [el('label', { for: field.id }, wanted[at]?.label ?? ''), field])
  const node = el('form', { class: 'sign-form', onsubmit: submit }, ...labelled, keypad(press, 3, KEYS), key)
  draw()
  /** To the first field that is empty, or the last. */
  const focus = () => (next() ?? fields.at(-1))?.focus()
  return { node, key, focus }
}
