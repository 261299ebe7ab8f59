/** The verbs of returns: goods come back from their receipt, or without one. */
import { t } from '../i18n/index.js'
import { shopReasons } from './shop-reasons.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {ReturnableLine, Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */
/** @import {Back} from './return-dialog.js' */

export class Returning {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** A receipt of any register: its number is typed, or read by the scanner into the field. */
  async byNumber() {
    const receiptNo = await this.desk.ask.words(t('menu.return'), t('return.number'))
    if (receiptNo !== null) await this.ofReceipt(receiptNo)
  }

  /** Its lines are shown to choose from; with none chosen the goods are scanned. @param {string} receiptNo */
  async ofReceipt(receiptNo) {
    const { desk } = this
    if (desk.state.sale !== null) return desk.refuse(t('parked.busy'))
    const path = `/receipts/${encodeURIComponent(receiptNo)}/returnable`
    return desk.once(async () => {
      const receipt = /** @type {{lines: ReturnableLine[]}} */ (await desk.get(path))
      const backs = await desk.ask.whatComesBack(receiptNo, receipt.lines)
      if (backs !== null) await desk.act((call) => this.#start(call, { original_receipt: receiptNo }, backs))
    })
  }

  /** What is scanned from now on comes back, and somebody has to say why. */
  async withoutReceipt() {
    const { desk } = this
    if (desk.state.sale !== null) return desk.refuse(t('parked.busy'))
    const reasons = await shopReasons(desk, 'return')
    const reason = reasons && (await desk.ask.why(t('return.without'), reasons))
    if (reason) await desk.once(() => desk.act((call) => this.#start(call, { reason }, [])))
  }

  /** @param {Call} call @param {object} origin @param {Back[]} backs */
  async #start(call, origin, backs) {
    const { desk } = this
    let sale = /** @type {Sale} */ (await call('POST', '/sales', { kind: 'return', ...origin }))
    const shows = () =>
      desk.change((state) => {
        state.saleIs(sale)
        state.goTo('sale')
      })
    shows()
    for (const back of backs) {
      sale = await call('POST', `/sales/${sale.id}/lines`, back)
      shows()
    }
  }
}
