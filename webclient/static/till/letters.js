/** Letters for fingers, for a till that has no keyboard. A phone has its own, so there they are hidden by the style. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'

const ROWS = ['1234567890-', 'qwertyuiopå', 'asdfghjklöä', 'zxcvbnm,.@']

/** @param {HTMLInputElement} field  what the letters are written into */
export function letters(field) {
  const write = (/** @type {string} */ value) => {
    field.value = value
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }
  const key = (/** @type {string} */ face, /** @type {() => void} */ press, name = '', look = '') =>
    el(
      'button',
      {
        type: 'button',
        class: `letter ${look}`,
        'aria-label': name || null,
        onclick: press,
        onpointerdown: (/** @type {Event} */ e) => e.preventDefault(),
      },
      face,
    )
  const rows = ROWS.map((row) => [...row].map((letter) => key(letter, () => write(field.value + letter))))
  rows.at(-1)?.push(
    key('␣', () => write(`${field.value} `), t('key.space'), 'letter-wide'),
    key('⌫', () => write(field.value.slice(0, -1)), t('key.back')),
  )
  return el('div', { class: 'letters' }, ...rows.map((row) => el('div', { class: 'letter-row' }, ...row)))
}
