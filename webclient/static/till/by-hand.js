/** The verbs of what a cashier sets by hand: discounts given and taken back, another price, a comment. */
import { t } from '../i18n/index.js'
import { shopReasons } from './shop-reasons.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {GivenDiscount, Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class ByHand {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** On the chosen line, or on the whole sale. @param {boolean} whole */
  async discount(whole) {
    const { desk } = this
    const chosen = whole ? null : this.#line()
    if (chosen === undefined) return
    const reasons = await shopReasons(desk, 'discount')
    if (reasons === null) return
    const answer = await desk.ask.howMuch({
      title: t(whole ? 'extras.discount-sale' : 'extras.discount-line'),
      label: t('extras.discount'),
      go: t('extras.discount-go'),
      kinds: [
        { key: 'percent', label: '%', percent: true },
        { key: 'amount', label: '€' },
      ],
      reasons,
    })
    if (answer === null) return
    const { percent, cents, reason } = answer
    const given = percent === null ? { amount: cents } : { percent }
    const body = { ...given, reason, ...(chosen === null ? {} : { line: chosen }) }
    await this.#change((call, sale) => call('POST', `/sales/${sale}/discounts`, body))
  }

  /** @param {GivenDiscount} given */
  takeBack({ n }) {
    return this.#change((call, sale) => call('DELETE', `/sales/${sale}/discounts/${n}`))
  }

  /** Another price for the chosen line; nothing at all is one, too. */
  async price() {
    const { desk } = this
    const n = this.#line()
    if (n === undefined) return
    const reasons = await shopReasons(desk, 'price')
    if (reasons === null) return
    const answer = await desk.ask.howMuch({
      title: t('by-hand.price'),
      label: t('extras.price'),
      go: t('by-hand.price-go'),
      kinds: [{ key: 'price', label: '€' }],
      reasons,
      zero: true,
    })
    if (answer === null) return
    const body = { unit_price: answer.cents, reason: answer.reason }
    await this.#change((call, sale) => call('PATCH', `/sales/${sale}/lines/${n}`, body))
  }

  /** On the chosen line, or on the whole sale; the receipt shows it. @param {boolean} whole */
  async comment(whole) {
    const line = whole ? null : this.#line()
    if (line === undefined) return
    const title = t(whole ? 'by-hand.comment-sale' : 'by-hand.comment-line')
    const text = await this.desk.ask.words(title, t('by-hand.comment'))
    if (text === null) return
    const body = line === null ? { text } : { text, line }
    await this.#change((call, sale) => call('POST', `/sales/${sale}/comments`, body))
  }

  /** The chosen line; undefined, and said, when there is none. */
  #line() {
    const { chosen, sale } = this.desk.state
    if (sale !== null && chosen !== null) return chosen
    this.desk.refuse(t('sale.no-line'))
    return undefined
  }

  /** @param {(call: Call, sale: string) => Promise<Sale>} change */
  #change(change) {
    const { desk } = this
    const { sale } = desk.state
    if (sale === null) return desk.refuse(t('sale.no-line'))
    return desk.once(async () => {
      const changed = await desk.act((call) => change(call, sale.id))
      desk.change((state) => {
        state.saleIs(changed)
        state.say(null)
      })
    })
  }
}
