/** Keys for fingers, and the field that shows what they have made. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'

/** An amount: the two ways back are as tall as two rows. */
export const AMOUNT_KEYS = ['7', '8', '9', 'back', '4', '5', '6', '1', '2', '3', 'clear', '0', '00', ',']

/** A finger on a key must not take the focus from the field that it fills. @param {Event} event */
const keepFocus = (event) => event.preventDefault()

/**
 * @param {(key: string) => void} press  hears `0`–`9`, `00`, `,`, `back`, `clear`
 * @param {number} columns
 * @param {(string|HTMLElement)[]} keys  in reading order
 */
export function keypad(press, columns, keys) {
  /** @type {Record<string, [string, string]>} */
  const special = {
    back: ['⌫', t('key.back')],
    clear: ['C', t('key.clear')],
    ',': [',', t('key.comma')],
  }
  const make = (/** @type {string|HTMLElement} */ key) => {
    if (typeof key !== 'string') return key
    const [face, name] = special[key] ?? [key, null]
    const soft = key === 'back' || key === 'clear'
    const look = `key ${soft ? 'key-soft' : 'key-digit'} ${soft && columns === 4 ? 'key-tall' : ''}`
    return el(
      'button',
      { type: 'button', class: look, 'aria-label': name, onclick: () => press(key), onpointerdown: keepFocus },
      face,
    )
  }
  return el('div', { class: `keypad keypad-${columns}` }, ...keys.map(make))
}

/**
 * The field above the keys. It takes typing from a real keyboard only when it is chosen, and Enter
 * there means "use it"; `inputmode=none` keeps a touch screen's own keyboard away.
 * @param {string} label
 * @param {(typed: string) => void} enter
 */
export function entryField(label, enter) {
  const field = el('input', {
    class: 'entry',
    type: 'text',
    inputmode: 'none',
    autocomplete: 'off',
    'aria-label': label,
    placeholder: label,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      const typed = field.value
      field.blur()
      enter(typed)
    },
  })
  return field
}
