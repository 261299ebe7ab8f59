/** The discounts that were given by hand, each with a key that takes it back. */
import { ask } from '../lib/dialog.js'
import { el } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'

/** @typedef {import('./till.js').Till} Till */
/** @typedef {import('../lib/types.js').GivenDiscount} GivenDiscount */

/** @param {Till} till */
export async function showDiscounts(till) {
  const given = till.state.sale?.discounts ?? []
  const chosen = await ask(
    t('by-hand.discounts'),
    (/** @type {(one: GivenDiscount|null) => void} */ close) => [
      el('ul', { class: 'pick-list' }, ...given.map((one) => el('li', null, row(till, one, close)))),
      el(
        'div',
        { class: 'dialog-keys' },
        el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.close')),
      ),
    ],
  )
  if (chosen) await till.byHand.takeBack(chosen)
}

/** @param {Till} till @param {GivenDiscount} one @param {(one: GivenDiscount) => void} close */
function row(till, one, close) {
  const line = till.state.sale?.lines.find(({ n }) => n === one.line)
  const much = one.percent === null ? figures().money(one.amount ?? 0) : `${figures().quantity(one.percent)} %`
  return el(
    'button',
    { type: 'button', class: 'row-button', onclick: () => close(one) },
    el('span', { class: 'row-name' }, line?.name ?? t('by-hand.whole-sale')),
    el('span', { class: 'row-side' }, t('by-hand.take-back', { much })),
  )
}
