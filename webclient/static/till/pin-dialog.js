/** A cashier's own new PIN: the old one, and the new one twice. */
import { ask } from '../lib/dialog.js'
import { el, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { pinForm } from './pin-form.js'

/**
 * @param {(old: string, wanted: string) => Promise<string|null>} change  what was wrong; null when it has been changed
 * @returns {Promise<true|null>}
 */
export function askNewPin(change) {
  return ask(
    t('pin.title'),
    (close) => {
      const note = el('p', { class: 'dialog-note dialog-missing', role: 'alert' })
      const use = async (/** @type {string[]} */ [old = '', wanted = '', again = '']) => {
        const wrong = wanted === again ? await change(old, wanted) : t('pin.differ')
        if (wrong === null) return close(true)
        text(note, wrong)
        form.focus()
      }
      const fields = [
        { id: 'pin-old', label: t('pin.old'), secret: true },
        { id: 'pin-new', label: t('pin.new'), secret: true },
        { id: 'pin-again', label: t('pin.again'), secret: true },
      ]
      const form = pinForm(fields, t('pin.go'), (values) => void use(values))
      form.node.querySelector('input')?.setAttribute('autofocus', '')
      return [
        form.node,
        note,
        el(
          'div',
          { class: 'dialog-keys' },
          el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel')),
        ),
      ]
    },
    'dialog-pin',
  )
}
