/** Why something was done: the shop's own reasons as keys, and another in the cashier's words where the shop allows it. */
import { attr, el, text } from '../lib/dom.js'
import { named, t } from '../i18n/index.js'
import { ask } from '../lib/dialog.js'
import { askWords } from './words-dialog.js'

/** @typedef {import('../lib/types.js').Reasons} Reasons */

/**
 * Keys of which one is down.
 * @param {Reasons} reasons
 * @param {(reason: string) => void} choose
 */
export function reasonKeys(reasons, choose) {
  const press = (/** @type {HTMLElement} */ key, /** @type {string} */ reason) => {
    for (const one of keys) attr(one, 'aria-pressed', String(one === key))
    choose(reason)
  }
  const own = async () => {
    const words = await askWords(t('reason.other'), t('reason.words'))
    if (words === null) return
    text(other, words)
    press(other, words)
  }
  const key = (/** @type {string} */ label, /** @type {(key: HTMLElement) => void} */ go) =>
    el(
      'button',
      {
        type: 'button',
        class: 'key',
        'aria-pressed': 'false',
        onclick: (/** @type {MouseEvent} */ event) => go(/** @type {HTMLElement} */ (event.currentTarget)),
      },
      label,
    )
  const other = key(t('reason.other'), () => void own())
  const offered = reasons.items.map(({ reason, texts }) => key(named(texts), (self) => press(self, reason)))
  const keys = reasons.free_text ? [...offered, other] : offered
  return el('div', { class: 'choices', role: 'group', 'aria-label': t('amount.reason') }, ...keys)
}

/**
 * A question of its own: the first key that is pressed is the answer.
 * @param {string} title
 * @param {Reasons} reasons
 * @returns {Promise<string|null>}
 */
export function askWhy(title, reasons) {
  return ask(title, (close) => [
    reasonKeys(reasons, close),
    el(
      'div',
      { class: 'dialog-keys' },
      el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel')),
    ),
  ])
}
