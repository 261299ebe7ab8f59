/**
 * What the till tells the customer's screen, a second window of the same browser, over a channel of the browser's own:
 * no session, no request, and nothing that another browser on this machine could ask for.
 *
 * - The till says how things stand whenever that changes, and once a second, so that silence means that nobody sells.
 * - A screen that has just been opened is told within that second.
 * - No customer, no cashier and no code travels: only what the customer sees lying on the counter.
 *
 * @typedef {{n: number, name: string, quantity: string, total: number}} SeenLine
 *
 * @typedef {object} Seen
 * @property {'idle'|'sale'|'done'} kind
 * @property {string} language
 * @property {boolean} back      money goes back to the customer: a return
 * @property {boolean} training
 * @property {SeenLine[]} lines
 * @property {number} due        cents, the whole sum
 * @property {number|null} left  cents still to be paid; null before paying has begun
 * @property {number} change     cents
 */

export const CHANNEL = 'offline-kassa/customer'

/** @param {string} language @returns {Seen} */
export const nobody = (language) => ({
  kind: 'idle',
  language,
  back: false,
  training: false,
  lines: [],
  due: 0,
  left: null,
  change: 0,
})
