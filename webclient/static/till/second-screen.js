/** Tells the customer's screen how things stand; see lib/second-screen.js. */
import { language } from '../i18n/index.js'
import { nobody } from '../lib/second-screen.js'

/** @import {Sale} from '../lib/types.js' */
/** @import {Seen} from '../lib/second-screen.js' */
/** @import {TillState} from './state.js' */

/** @param {TillState} state @returns {Seen} */
export function seenOf(state) {
  const { completed, sale, payment } = state
  if (state.screen === 'done' && completed)
    return { ...seenSale(completed.sale), kind: 'done', left: 0, change: completed.change }
  const signedIn = state.session !== null || state.interrupted
  if (!signedIn || sale === null || state.liveLines.length === 0) return nobody(language())
  return { ...seenSale(sale), left: state.screen === 'pay' && payment ? payment.left.exact : null }
}

/** @param {Sale} sale @returns {Seen} */
function seenSale(sale) {
  const lines = sale.lines
    .filter((line) => !line.voided)
    .map(({ n, name, quantity, total }) => ({ n, name, quantity, total }))
  return {
    kind: 'sale',
    language: language(),
    back: sale.kind === 'return',
    training: sale.training,
    lines,
    due: sale.totals.due,
    left: null,
    change: 0,
  }
}

export class SecondScreen {
  #last = ''
  #at = -Infinity

  /**
   * @param {(seen: Seen) => void} post
   * @param {() => number} now  milliseconds
   */
  constructor(post, now) {
    this.post = post
    this.now = now
  }

  /** Called at every drawing: posts what has changed, and a sign of life once a second. @param {TillState} state */
  tell(state) {
    const seen = seenOf(state)
    const text = JSON.stringify(seen)
    const now = this.now()
    if (text === this.#last && now - this.#at < 900) return
    this.#last = text
    this.#at = now
    this.post(seen)
  }
}
