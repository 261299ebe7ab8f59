/** What can be done to a sale beside scanning it: on the chosen line, on the whole of it, and without a code. */
import { ask } from '../lib/dialog.js'
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { showDiscounts } from './discounts-dialog.js'

/** @typedef {import('./till.js').Till} Till */

/** @param {Till} till */
export async function showMore(till) {
  const { byHand, extras, state } = till
  const chosen = await ask(
    t('sale.more'),
    (/** @type {(go: (() => unknown)|null) => void} */ close) => {
      const item = (/** @type {string} */ label, /** @type {() => unknown} */ go) =>
        el('button', { type: 'button', class: 'key', onclick: () => close(go) }, label)
      const line = state.liveLines.some((one) => one.n === state.chosen)
      const goods = state.liveLines.length > 0
      return [
        el(
          'div',
          { class: 'menu-keys' },
          line && item(t('extras.discount-line'), () => byHand.discount(false)),
          goods && item(t('extras.discount-sale'), () => byHand.discount(true)),
          state.sale?.discounts?.length ? item(t('by-hand.discounts'), () => showDiscounts(till)) : null,
          line && item(t('by-hand.price'), () => byHand.price()),
          line && item(t('by-hand.comment-line'), () => byHand.comment(false)),
          goods && item(t('by-hand.comment-sale'), () => byHand.comment(true)),
          item(t('extras.open-price'), () => extras.openPrice()),
          state.sale !== null && item(t('customer.title'), () => extras.customer()),
        ),
        el(
          'div',
          { class: 'dialog-keys' },
          el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.close')),
        ),
      ]
    },
    'dialog-menu',
  )
  await chosen?.()
}
