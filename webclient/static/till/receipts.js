/** The verbs of finished sales: look at a receipt, print a copy of it. */
import { language, t } from '../i18n/index.js'

/** @import {Page, Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Receipts {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** @returns {Promise<Sale[]>} the day's finished sales, the newest first */
  async ofTheDay() {
    const { shift, register } = this.desk.state
    const day = shift?.business_day ?? register?.business_day ?? ''
    const page = /** @type {Page<Sale>} */ (await this.desk.get(`/sales?state=completed&business_day=${day}`))
    return page.items
  }

  /**
   * @param {string} receiptNo
   * @returns {Promise<string>} as it was printed
   */
  async text(receiptNo) {
    const path = `/receipts/${encodeURIComponent(receiptNo)}`
    const receipt = /** @type {{receipt_text: string}} */ (await this.desk.get(path))
    return receipt.receipt_text
  }

  /** By e-mail; OFFLINE it waits. @param {string} receiptNo */
  async mail(receiptNo) {
    const { desk } = this
    const address = await desk.ask.words(t('done.mail'), t('done.address'))
    if (address === null) return
    const body = { to: 'email', address, language: language() }
    await desk.once(async () => {
      await desk.act((call) => call('POST', `/receipts/${encodeURIComponent(receiptNo)}/send`, body))
      desk.change((state) => state.say({ kind: 'good', text: t('done.mailed') }))
    })
  }

  /** @param {string} receiptNo */
  copy(receiptNo) {
    const { desk } = this
    return desk.once(async () => {
      await desk.act((call) => call('POST', `/receipts/${encodeURIComponent(receiptNo)}/copy`))
      desk.change((state) => state.say({ kind: 'good', text: t('done.copied') }))
    })
  }
}
