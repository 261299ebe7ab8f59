/** How a customer's account stands, as head office told it of a tender. */
import { figures, t } from '../i18n/index.js'

/** @param {import('../lib/types.js').Authorization} [told] @returns {string} nothing where it was not asked, or gave no answer */
export function standing(told) {
  if (!told || told.balance === null) return ''
  const balance = figures().money(told.balance)
  if (told.limit === null) return t('pay.balance', { balance })
  return t('pay.standing', { balance, limit: figures().money(told.limit) })
}
