/** Asks the register for the shop's reasons. */

/** @typedef {import('../lib/types.js').Reasons} Reasons */

/**
 * The reasons that the shop offers; null, and said, when they cannot be had.
 * @param {import('./desk.js').Desk} desk
 * @param {'discount'|'price'|'return'|'drawer'|'cash'} purpose
 * @returns {Promise<Reasons|null>}
 */
export async function shopReasons(desk, purpose) {
  try {
    return await desk.get(`/reasons?for=${purpose}`)
  } catch (error) {
    desk.failed(error)
    return null
  }
}
