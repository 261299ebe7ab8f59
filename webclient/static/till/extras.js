/** The verbs of a sale that are needed now and then: an item without a code, its customer. */
import { t } from '../i18n/index.js'
import { startSale } from './line-acts.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

/** What carries no code is one of these: its name, by its VAT code. @type {Record<string, import('../i18n/index.js').Key>} */
const OPEN = {
  standard: 'extras.open-standard',
  reduced: 'extras.open-reduced',
  low: 'extras.open-low',
  zero: 'extras.open-zero',
}

export class Extras {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** An item that carries no code: its kind says the name and the VAT. */
  async openPrice() {
    const { desk } = this
    const answer = await desk.ask.howMuch({
      title: t('extras.open-price'),
      label: t('extras.price'),
      go: t('sale.add-item'),
      kinds: Object.entries(OPEN).map(([key, name]) => ({ key, label: t(name) })),
      reasons: null,
    })
    if (answer === null) return
    const name = t(OPEN[answer.kind] ?? 'extras.open-standard')
    const open = { name, unit_price: answer.cents, vat_code: answer.kind }
    await this.#sellOpen(open)
  }

  /** As an item without a code; the quick key says what it is. @param {import('../lib/types.js').QuickKey} key */
  async openKey({ label, vat_code }) {
    const { desk } = this
    const answer = await desk.ask.howMuch({
      title: label,
      label: t('extras.price'),
      go: t('sale.add-item'),
      kinds: [{ key: vat_code ?? 'standard', label }],
      reasons: null,
    })
    if (answer !== null) await this.#sellOpen({ name: label, unit_price: answer.cents, vat_code: answer.kind })
  }

  async customer() {
    const { desk } = this
    const { sale } = desk.state
    if (sale === null) return desk.refuse(t('sale.no-line'))
    const customer = await desk.ask.whichCustomer()
    if (customer === null) return
    const body = { customer: customer.customer_id }
    await this.#change((call) => call('POST', `/sales/${sale.id}/customer`, body))
  }

  /** @param {{name: string, unit_price: number|null, vat_code: string}} open */
  #sellOpen(open) {
    const { desk } = this
    return this.#change(async (call) => {
      const sale = desk.state.sale ?? (await startSale(call, null))
      desk.change((state) => state.saleIs(sale))
      return call('POST', `/sales/${sale.id}/lines`, { open })
    })
  }

  /** @param {(call: Call) => Promise<Sale>} change */
  #change(change) {
    const { desk } = this
    return desk.once(async () => {
      const sale = await desk.act(change)
      desk.change((state) => {
        state.saleIs(sale)
        state.say(null)
      })
    })
  }
}
