/** The verbs of a sale that is set aside: park, find again, go on with, give up. */
import { t } from '../i18n/index.js'

/** @import {Page, Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Parking {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  park() {
    return this.#leave('park')
  }

  async abort() {
    if (await this.desk.ask.sure(t('sale.abort-ask'), t('sale.abort'))) await this.#leave('abort')
  }

  /**
   * Parked sales, and open ones that somebody has left: nothing that was begun is out of sight.
   * @returns {Promise<Sale[]>}
   */
  async waiting() {
    const { desk } = this
    const parked = /** @type {Page<Sale>} */ (await desk.get('/sales?state=parked'))
    const open = /** @type {Page<Sale>} */ (await desk.get('/sales?state=open'))
    return [...parked.items, ...open.items.filter((one) => one.id !== desk.state.sale?.id)]
  }

  /** Goes on with a sale that waits. @param {Sale} waiting */
  resume({ id, state }) {
    const { desk } = this
    return desk.once(async () => {
      await desk.act(async (call) => {
        const request = state === 'parked' ? call('POST', `/sales/${id}/resume`) : call('GET', `/sales/${id}`)
        const sale = /** @type {Sale} */ (await request)
        desk.change((till) => till.saleIs(sale))
      })
      desk.change((till) => till.goTo('sale'))
    })
  }

  /** @param {'park'|'abort'} how */
  #leave(how) {
    const { desk } = this
    return desk.once(async () => {
      await desk.act(async (call) => {
        const { sale } = desk.state
        if (sale) await call('POST', `/sales/${sale.id}/${how}`)
        desk.change((state) => state.saleIs(null))
      })
      desk.change((state) => {
        state.unknown = []
        state.goTo('sale')
      })
    })
  }
}
