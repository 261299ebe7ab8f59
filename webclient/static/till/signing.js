/** The verbs of a cashier's day: sign in, open the shift, count and close it, sign out. */
import { Problem } from '../lib/api.js'

/** @import {Page, QuickKey, Sale, Session, Shift, ShiftReport} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Signing {
  /** @param {Desk} desk @param {{refresh: () => Promise<void>}} paying */
  constructor(desk, paying) {
    this.desk = desk
    this.paying = paying
  }

  /** @param {string} cashier @param {string} pin */
  signIn(cashier, pin) {
    const { desk } = this
    return desk.once(async () => {
      const session = /** @type {Session} */ (await desk.api.send('POST', '/session', { cashier, pin }))
      desk.api.token = session.token
      desk.change((state) => state.signedIn(session))
      // What was held up when the session ended is done first, with the keys it had.
      desk.acts.resume()
      await desk.act(async () => {})
      await this.#settle()
    }, 'sign-in')
  }

  signOut() {
    const { desk } = this
    return desk.once(async () => {
      await desk.act(async () => {})
      await desk.api.send('DELETE', '/session')
      desk.api.token = null
      desk.change((state) => state.signedOut())
    })
  }

  /** @param {number} opening_float */
  openShift(opening_float) {
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
   * @param {number} cash
   * @param {(report: ShiftReport) => void} closed
   */
  closeShift(cash, closed) {
    const { desk } = this
    return desk.once(async () => {
      const counted = { counted: { cash } }
      const report = /** @type {ShiftReport} */ (
        await desk.act((call) => call('POST', '/shifts/current/close', counted))
      )
      desk.change((state) => (state.shift = null))
      closed(report)
    })
  }

  /** Finds again what the register has: the shift, the quick keys, the sale that was open. */
  async #settle() {
    const { desk } = this
    const shift = await this.#shift()
    desk.change((state) => (state.shift = shift))
    const keys = /** @type {Page<QuickKey>} */ (await desk.get('/quick-keys'))
    desk.change((state) => (state.quickKeys = keys.items))
    if (shift !== null && desk.state.place !== 'done') await this.#findSale()
    if (desk.state.place === 'pay') await this.paying.refresh()
  }

  /** @returns {Promise<Shift|null>} */
  async #shift() {
    try {
      return await this.desk.get('/shifts/current')
    } catch (error) {
      if (error instanceof Problem && (error.code === 'no-open-shift' || error.status === 404)) return null
      throw error
    }
  }

  async #findSale() {
    const { desk } = this
    const open = /** @type {Page<Sale>} */ (await desk.get('/sales?state=open'))
    const sale = open.items.find((one) => one.id === desk.state.sale?.id) ?? open.items[0] ?? null
    desk.change((state) => {
      state.saleIs(sale)
      if (sale === null && state.place === 'pay') state.goTo('sale')
    })
  }
}
