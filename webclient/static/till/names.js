/** How people and goods are named on the screen. */

/** @param {import('../lib/types.js').Session} session */
export function cashierName({ cashier }) {
  return typeof cashier === 'string' ? cashier : cashier.name || cashier.cashier_id
}
