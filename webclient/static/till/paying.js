/** The verbs of paying. What can be paid how, and how much is left, is asked of the register each time. */
import { t } from '../i18n/index.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {Completed, Payment, Sale, TenderChoice} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Paying {
  /** @param {Desk} desk @param {{settle: () => Promise<boolean>}} asks */
  constructor(desk, asks) {
    this.desk = desk
    this.asks = asks
  }

  /** Goes to pay, after every scan that is still under way. */
  begin() {
    const { desk } = this
    return desk.once(async () => {
      await desk.act(async () => {})
      const { state } = desk
      if (!state.canPay) {
        if (state.unknown.length > 0) desk.refuse(t('sale.pay-blocked'))
        return
      }
      if (!(await this.asks.settle()) || !state.canPay) return
      desk.change((s) => s.goTo('pay'))
      await this.refresh()
    })
  }

  /** The mode or the sale has changed: ask again what is allowed. */
  async refresh() {
    const { sale } = this.desk.state
    if (!sale) return
    const payment = /** @type {Payment} */ (await this.desk.get(`/sales/${sale.id}/payment`))
    this.desk.change((state) => {
      if (state.place === 'pay') state.payment = payment
    })
  }

  /** Cash handed over. @param {number|null} amount  null: exactly what is left */
  cash(amount) {
    return this.desk.once(() => this.#take('cash', amount))
  }

  /** A tender for what the keypad says, or for all that is left. @param {TenderChoice} choice */
  take(choice) {
    const { entry } = this.desk.state
    const amount = entry.cents
    if (!entry.empty && amount === null) return this.#noAmount()
    return this.desk.once(async () => {
      if (choice.needs_customer && !(await this.#customer())) return
      // A gift card is taken by its number, typed or read by the scanner into the field.
      const card = choice.type === 'voucher' ? await this.desk.ask.words(t('pay.gift-card'), t('pay.card-number')) : null
      if (choice.type === 'voucher' && card === null) return
      await this.#take(choice.type, amount, card)
    })
  }

  /** Enter in the amount field. A barcode that was read into it is too long to be money and is refused. @param {string} typed */
  amountTyped(typed) {
    const { entry } = this.desk.state
    entry.type(typed)
    const amount = entry.cents
    return amount === null ? this.#noAmount() : this.cash(amount)
  }

  /** @param {number} n */
  remove(n) {
    const { desk } = this
    return desk.once(async () => {
      const { sale } = desk.state
      if (!sale) return
      const changed = await desk.act((call) => call('DELETE', `/sales/${sale.id}/tenders/${n}`))
      desk.change((state) => state.saleIs(changed))
      await this.refresh()
    })
  }

  /** Completes a sale with nothing left to pay. */
  finish() {
    return this.desk.once(() => this.desk.act((call) => this.#complete(call)))
  }

  next() {
    this.desk.change((state) => state.nextCustomer())
  }

  /**
   * One act: the tender, what is then left, and the end of the sale when nothing is.
   * @param {string} type
   * @param {number|null} amount
   * @param {string|null} [reference]
   */
  async #take(type, amount, reference = null) {
    const { desk } = this
    await desk.act(async (call) => {
      const { sale } = desk.state
      if (!sale) return
      const tender = { type, ...(amount !== null && { amount }), ...(reference !== null && { reference }) }
      const changed = /** @type {Sale} */ (await call('POST', `/sales/${sale.id}/tenders`, tender))
      desk.change((state) => {
        state.entry.clear()
        state.say(null)
        state.saleIs(changed)
      })
      const payment = /** @type {Payment} */ (await call('GET', `/sales/${sale.id}/payment`))
      desk.change((state) => (state.payment = payment))
      if (payment.left.exact === 0) await this.#complete(call)
    })
  }

  /** @param {Call} call */
  async #complete(call) {
    const { sale } = this.desk.state
    if (!sale) return
    const completed = /** @type {Completed} */ (await call('POST', `/sales/${sale.id}/complete`))
    this.desk.change((state) => state.saleDone(completed))
  }

  /** @returns {Promise<boolean>} the sale has its customer */
  async #customer() {
    const { desk } = this
    if (desk.state.sale?.customer) return true
    const customer = await desk.ask.whichCustomer()
    if (!customer) return false
    await desk.act(async (call) => {
      const { sale } = desk.state
      if (!sale) return
      const body = { customer: customer.customer_id }
      const changed = /** @type {Sale} */ (await call('POST', `/sales/${sale.id}/customer`, body))
      desk.change((state) => state.saleIs(changed))
    })
    await this.refresh()
    return true
  }

  #noAmount() {
    this.desk.state.entry.clear()
    this.desk.refuse(t('pay.bad-amount'))
    return Promise.resolve()
  }
}
