/** The verbs of a sale before it is paid: scan, add, change, void, search. */
import { Problem } from '../lib/api.js'
import { sentence } from '../lib/problems.js'
import { t } from '../i18n/index.js'
import { addLine, changeQuantity, startSale, voidLine } from './line-acts.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {Article, Page, Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */
/** @import {What} from './line-acts.js' */

// Goods that lie on the counter and may not leave it: a line says why, and nobody pays before it has been seen.
const NOT_SOLD = /^(article-expired|article-recalled|alcohol-hours|code-|quantity-in-code)/

export class Selling {
  /** @param {Desk} desk @param {{settle: () => Promise<boolean>}} asks */
  constructor(desk, asks) {
    this.desk = desk
    this.asks = asks
  }

  /**
   * A barcode has been read. Where no item can be taken it is refused aloud, so that nothing leaves unpaid.
   * @param {string} code
   */
  async scan(code) {
    const { desk } = this
    if (desk.state.screen === 'done') desk.change((state) => state.nextCustomer())
    if (desk.state.screen === 'sale') await this.add({ code })
    else desk.refuse(desk.state.screen === 'pay' ? t('pay.scan-refused') : t('sale.scan-refused'))
  }

  /** @param {What} what */
  async add(what) {
    const { desk } = this
    try {
      await desk.act(async (call) => {
        if (desk.state.sale === null) this.#shows(await startSale(call, what))
        const { sale } = desk.state
        if (sale) this.#shows(await addLine(call, sale.id, what))
      })
      desk.sounds.accepted()
      desk.change((state) => state.say(null))
      void this.asks.settle()
    } catch (error) {
      await this.#notAdded(error, what)
    }
  }

  /** Adds what the keypad holds, as a code. */
  async addKeyed() {
    const { entry } = this.desk.state
    const code = entry.code
    if (code === null) return this.desk.refuse(t('sale.bad-code'))
    this.desk.change(() => entry.clear())
    await this.add({ code })
  }

  /** The keypad's number becomes the quantity of the chosen line. */
  async setQuantity() {
    const quantity = this.desk.state.entry.quantity
    if (quantity === null) return this.desk.refuse(t('sale.bad-quantity'))
    await this.#onLine((call, sale, n) => changeQuantity(call, sale, n, quantity))
  }

  voidLine() {
    return this.#onLine(voidLine)
  }

  /**
   * @param {string} query
   * @returns {Promise<Article[]>}
   */
  async search(query) {
    const page = /** @type {Page<Article>} */ (await this.desk.get(`/articles?q=${encodeURIComponent(query)}&limit=20`))
    return page.items
  }

  /** The next act must see this sale, so it is put in place within the act that got it. @param {Sale|null} sale */
  #shows(sale) {
    this.desk.change((state) => state.saleIs(sale))
  }

  /**
   * @param {unknown} error
   * @param {What} what
   */
  async #notAdded(error, what) {
    const { desk } = this
    if (!(error instanceof Problem)) return desk.failed(error)
    const code = 'code' in what ? what.code : what.article_id
    if (error.code === 'article-ambiguous') {
      desk.sounds.rejected()
      const article = await desk.ask.whichArticle(code, /** @type {Article[]} */ (error.body['candidates'] ?? []))
      if (article) await this.add({ article_id: article.article_id })
      else desk.change((state) => state.notFound(code))
    } else if (error.status === 404 && error.code !== 'sale-not-found') {
      desk.sounds.rejected()
      desk.change((state) => state.notFound(code))
    } else if (NOT_SOLD.test(error.code)) {
      desk.sounds.rejected()
      desk.change((state) => state.notFound(code, sentence(error)))
    } else desk.failed(error)
  }

  /** @param {(call: Call, sale: string, n: number) => Promise<Sale>} change */
  async #onLine(change) {
    const { desk } = this
    const { sale, chosen } = desk.state
    if (sale === null || chosen === null) return desk.refuse(t('sale.no-line'))
    await desk.once(async () => {
      await desk.act(async (call) => this.#shows(await change(call, sale.id, chosen)))
      desk.change((state) => {
        state.entry.clear()
        state.say(null)
      })
    })
  }
}
