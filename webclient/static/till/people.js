/** The verbs of who may do what: somebody's leave for one act, a new PIN, training. */
import { sentence } from '../lib/problems.js'
import { t } from '../i18n/index.js'

/** @import {Session} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class People {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /**
   * @param {string} permission  that the cashier's role lacks
   * @returns {Promise<string|null>} a token for one act; null when nobody gives it
   */
  leave(permission) {
    const { desk } = this
    desk.sounds.rejected()
    return desk.ask.leave(permission, async (cashier, pin) => {
      try {
        const body = { cashier, pin, permission }
        const given = /** @type {{token: string}} */ (await desk.api.send('POST', '/session/override', body))
        return { token: given.token, why: '' }
      } catch (error) {
        return { token: null, why: sentence(error) }
      }
    })
  }

  async changePin() {
    const { desk } = this
    const done = await desk.ask.newPin(async (old, wanted) => {
      try {
        await desk.api.send('POST', '/session/pin', { old, new: wanted })
        return null
      } catch (error) {
        return sentence(error)
      }
    })
    if (done) desk.change((state) => state.say({ kind: 'good', text: t('pin.changed') }))
  }

  /** Between customers only: a sale is one or the other from its first line on. */
  train() {
    const { desk } = this
    if (desk.state.sale !== null) return desk.refuse(t('parked.busy'))
    const on = !desk.state.training
    return desk.once(async () => {
      const who = /** @type {Session} */ (await desk.act((call) => call('PUT', '/session/training', { on })))
      desk.change((state) => (state.training = who.training ?? on))
    })
  }

  /** Nobody has used the register for a while: the PIN is asked before anything is shown or done. */
  lock() {
    const { session } = this.desk.state
    if (session) this.desk.lock({ cashier: session.cashier, name: session.name || session.cashier })
  }
}
