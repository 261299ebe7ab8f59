/** The verbs of a shift: open it with its float, count the drawer, close it, print its report. */
import { Problem } from '../lib/api.js'
import { t } from '../i18n/index.js'

/** @import {ShiftReport, Shift} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

/** @typedef {{cash: number, denominations?: Record<string, number>}} Counted  denominations: how many of each piece, by its cents */

export class Shifts {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** @returns {Promise<number|null>} cents that the last shift left in the drawer */
  async floatLeft() {
    const next = /** @type {{opening_float: number|null}} */ (await this.desk.get('/shifts/next'))
    return next.opening_float
  }

  /** @param {number} opening_float */
  open(opening_float) {
    const { desk } = this
    return desk.once(async () => {
      const shift = /** @type {Shift} */ (await desk.act((call) => call('POST', '/shifts', { opening_float })))
      desk.change((state) => {
        state.shift = shift
        state.goTo('sale')
      })
    })
  }

  /**
   * What so many pieces come to; the register adds it up.
   * @param {Record<string, number>} denominations
   * @returns {Promise<number>} cents
   */
  async sum(denominations) {
    const answer = /** @type {{cash: number}} */ (
      await this.desk.api.send('POST', '/shifts/count', { denominations })
    )
    return answer.cash
  }

  /**
   * A difference that the shop wants explained is asked for its reason, and the count is sent with it.
   * @param {Counted} counted
   * @param {(report: ShiftReport) => void} closed
   */
  close(counted, closed) {
    const { desk } = this
    return desk.once(async () => {
      const report = await this.#close({ counted })
      if (report === null) return
      desk.change((state) => (state.shift = null))
      closed(report)
    })
  }

  /** @param {number|null} no  of a closed shift; null for the open one, so far */
  print(no) {
    const { desk } = this
    const path = no === null ? '/shifts/current/report/print' : `/shifts/${no}/report/print`
    return desk.once(async () => {
      await desk.act((call) => call('POST', path, {}))
      desk.change((state) => state.say({ kind: 'good', text: t('shift.printed') }))
    })
  }

  /**
   * @param {{counted: Counted, reason?: string}} body
   * @returns {Promise<ShiftReport|null>}
   */
  async #close(body) {
    const { desk } = this
    try {
      return await desk.act((call) => call('POST', '/shifts/current/close', body))
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'difference-reason-required') throw error
      desk.refuse(t('problem.difference-reason-required'))
      const reason = await desk.ask.words(t('shift.difference'), t('reason.words'))
      return reason === null ? null : this.#close({ ...body, reason })
    }
  }
}
