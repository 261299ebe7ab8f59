/** What the verbs of a sale ask of the register: each is one act, or a part of one, and answers the whole sale. */
import { Problem } from '../lib/api.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {Sale} from '../lib/types.js' */
/** @typedef {{code: string} | {article_id: string}} What */

/**
 * A receipt number is taken when a sale starts, so a first scan that nothing answers to starts none.
 * @param {Call} call
 * @param {What|null} what
 * @returns {Promise<Sale>}
 */
export async function startSale(call, what) {
  if (what !== null && 'code' in what) await mustBeKnown(call, what.code)
  return call('POST', '/sales', {})
}

/**
 * @param {Call} call
 * @param {string} sale
 * @param {What} what
 * @returns {Promise<Sale>}
 */
export function addLine(call, sale, what) {
  return call('POST', `/sales/${sale}/lines`, what)
}

/**
 * @param {Call} call
 * @param {string} sale
 * @param {number} n
 * @param {string} quantity
 * @returns {Promise<Sale>}
 */
export function changeQuantity(call, sale, n, quantity) {
  return call('PATCH', `/sales/${sale}/lines/${n}`, { quantity })
}

/**
 * @param {Call} call
 * @param {string} sale
 * @param {number} n
 * @returns {Promise<Sale>}
 */
export function voidLine(call, sale, n) {
  return call('DELETE', `/sales/${sale}/lines/${n}`)
}

/** @param {Call} call @param {string} code */
async function mustBeKnown(call, code) {
  try {
    await call('GET', `/articles/${encodeURIComponent(code)}`)
  } catch (error) {
    // Several items on one code are for the line itself to tell.
    if (!(error instanceof Problem) || error.code !== 'article-ambiguous') throw error
  }
}
