/** Somebody who may is asked for leave: number and PIN, for this one act. Never mind is a no. */
import { ask } from '../lib/dialog.js'
import { el, text } from '../lib/dom.js'
import { maybe, t } from '../i18n/index.js'
import { pinForm } from './pin-form.js'

/**
 * @param {string} permission
 * @param {(cashier: string, pin: string) => Promise<{token: string|null, why: string}>} give  why: what was wrong
 * @returns {Promise<string|null>} the leave's token
 */
export function askLeave(permission, give) {
  return ask(
    t('leave.title'),
    (close) => {
      const note = el('p', { class: 'dialog-note dialog-missing', role: 'alert' })
      let asking = false
      const use = async (/** @type {string[]} */ [cashier = '', pin = '']) => {
        if (asking) return
        asking = true
        const { token, why } = await give(cashier, pin)
        asking = false
        if (token !== null) return close(token)
        text(note, why)
        form.focus()
      }
      const fields = [
        { id: 'leave-number', label: t('sign-in.number') },
        { id: 'leave-pin', label: t('sign-in.pin'), secret: true },
      ]
      const form = pinForm(fields, t('leave.go'), (values) => void use(values))
      form.node.querySelector('input')?.setAttribute('autofocus', '')
      return [
        el('p', { class: 'dialog-note' }, maybe(`permission.${permission}`) ?? permission),
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
