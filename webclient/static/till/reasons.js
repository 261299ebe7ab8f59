/** Why something was done: the words that a cashier chooses from. */
import { t } from '../i18n/index.js'

/** @type {Record<'discount'|'drawer'|'cash'|'return', import('../i18n/index.js').Key[]>} */
const REASONS = {
  discount: ['reason.damaged', 'reason.expiring', 'reason.price-promise', 'reason.staff', 'reason.other'],
  return: ['reason.damaged', 'reason.wrong-item', 'reason.other'],
  drawer: ['reason.change', 'reason.check', 'reason.other'],
  cash: ['reason.change', 'reason.purchase', 'reason.bank', 'reason.other'],
}

/** @param {keyof typeof REASONS} what */
export const reasonsFor = (what) => REASONS[what].map((key) => t(key))
