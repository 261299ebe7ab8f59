/** Asks for a few words: a comment, a reason of the cashier's own. */
import { ask } from '../lib/dialog.js'
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { letters } from './letters.js'

/**
 * @param {string} title
 * @param {string} label
 * @returns {Promise<string|null>} null for never mind, and for nothing at all
 */
export function askWords(title, label) {
  return ask(
    title,
    (close) => {
      const use = () => close(field.value.trim() || null)
      const field = el('input', {
        type: 'text',
        class: 'field',
        autocomplete: 'off',
        spellcheck: 'false',
        autofocus: true,
        maxlength: 60, // a line of the receipt, and the most that a reason may have
        'aria-label': label,
        placeholder: label,
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          use()
        },
      })
      const keys = el(
        'div',
        { class: 'dialog-keys' },
        el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel')),
        el('button', { type: 'button', class: 'key key-main', onclick: use }, t('words.go')),
      )
      return [field, letters(field), keys]
    },
    'dialog-words',
  )
}
