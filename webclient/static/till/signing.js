/** The verbs of signing in and out, and finding again what the register has. */
import { Problem } from '../lib/api.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {Page, QuickKeyPage, Sale, Session, Shift} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Signing {
  /** @param {Desk} desk @param {{refresh: () => Promise<void>}} paying */
  constructor(desk, paying) {
    this.desk = desk
    this.paying = paying
  }

  /**
   * Signing in is over when the register has answered; what was held up, and finding again what the
   * register has, come after it, so that a register that dies meanwhile can be signed in to once more.
   * @param {string} cashier
   * @param {string} pin
   */
  async signIn(cashier, pin) {
    const { desk } = this
    await desk.once(async () => {
      const session = await this.#enter(cashier, pin)
      desk.api.token = session.token
      desk.change((state) => {
        state.signedIn(session)
        state.answering = true
      })
      desk.acts.resume()
    }, 'sign-in')
    if (desk.state.session !== null) await this.#settle()
  }

  /**
   * The one whose session is locked goes on with it; anybody else gets a session of their own.
   * @param {string} cashier
   * @param {string} pin
   * @returns {Promise<Session>}
   */
  async #enter(cashier, pin) {
    const { api, state } = this.desk
    if (state.locked?.cashier === cashier && api.token !== null) {
      try {
        const who = /** @type {Session} */ (await api.send('POST', '/session/unlock', { pin }))
        return { ...who, token: api.token }
      } catch (error) {
        // A register that was restarted meanwhile knows no sessions of before.
        if (!(error instanceof Problem) || error.code !== 'session-required') throw error
      }
    }
    api.token = null
    return api.send('POST', '/session', { cashier, pin })
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

  /** Finds again what the register has: the shift, the quick keys, the sale that was open. */
  async #settle() {
    const { desk } = this
    try {
      await desk.act(async (call) => {
        const shift = await currentShift(call)
        desk.change((state) => (state.shift = shift))
        const keys = /** @type {Page<QuickKeyPage>} */ (await call('GET', '/quick-keys'))
        desk.change((state) => (state.quickKeys = keys.items))
        if (shift !== null && desk.state.place !== 'done') await this.#findSale(call)
      })
      if (desk.state.place === 'pay') await this.paying.refresh()
    } catch (error) {
      desk.failed(error)
    }
  }

  /** @param {Call} call */
  async #findSale(call) {
    const open = /** @type {Page<Sale>} */ (await call('GET', '/sales?state=open'))
    this.desk.change((state) => {
      const sale = open.items.find((one) => one.id === state.sale?.id) ?? open.items[0] ?? null
      state.saleIs(sale)
      if (sale === null && state.place === 'pay') state.goTo('sale')
    })
  }
}

/**
 * @param {Call} call
 * @returns {Promise<Shift|null>}
 */
async function currentShift(call) {
  try {
    return await call('GET', '/shifts/current')
  } catch (error) {
    if (error instanceof Problem && error.code === 'no-open-shift') return null
    throw error
  }
}
