/** The verbs of sales that are not plain sales: a return, and training. */
import { t } from '../i18n/index.js'
import { reasonsFor } from './reasons.js'

/** @import {Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Returning {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /**
   * What is scanned from now on comes back; without its receipt somebody has to say why.
   * @param {string|null} receiptNo  of the sale that it was bought in
   */
  async begin(receiptNo) {
    const { desk } = this
    if (desk.state.sale !== null) return desk.refuse(t('parked.busy'))
    const reason = receiptNo === null ? await desk.ask.which(t('menu.return'), reasonsFor('return')) : null
    if (receiptNo === null && reason === null) return
    const original = receiptNo === null ? { reason } : { original_receipt: receiptNo }
    const training = desk.state.training ? { training: true } : {}
    return desk.once(async () => {
      const sale = /** @type {Sale} */ (
        await desk.act((call) => call('POST', '/sales', { kind: 'return', ...original, ...training }))
      )
      desk.change((state) => {
        state.saleIs(sale)
        state.goTo('sale')
      })
    })
  }

  /** Between customers only: a sale is one or the other from its first line on. */
  train() {
    const { desk } = this
    if (desk.state.sale !== null) return desk.refuse(t('parked.busy'))
    desk.change((state) => (state.training = !state.training))
  }
}
