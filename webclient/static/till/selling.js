/** The verbs of a sale before it is paid: add, change, void, park, resume, abort. */
import { Problem } from '../lib/api.js'
import { t } from '../i18n/index.js'

/** @import {Call} from '../lib/acts.js' */
/** @import {Article, Page, Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */
/** @typedef {{code: string} | {article_id: string}} What */

export class Selling {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** A barcode has been read. Where no item can be taken it is refused aloud, so that nothing leaves unpaid. @param {string} code */
  scan(code) {
    const { state } = this.desk
    if (state.screen === 'done') this.desk.change((s) => s.nextCustomer())
    if (state.screen === 'sale') return this.add({ code })
    this.desk.refuse(state.screen === 'pay' ? t('pay.scan-refused') : `${t('sale.not-found', { code })}`)
    return Promise.resolve()
  }

  /** @param {What} what */
  async add(what) {
    const { desk } = this
    try {
      const sale = await desk.act((call) => this.#addLine(call, what))
      desk.sounds.accepted()
      desk.change((state) => {
        state.saleIs(sale)
        state.say(null)
      })
    } catch (error) {
      await this.#notAdded(error, what)
    }
  }

  /** Adds what the keypad holds, as a code. */
  async addKeyed() {
    const code = this.desk.state.entry.code
    if (code === null) return this.desk.refuse(t('sale.bad-code'))
    this.desk.change((state) => state.entry.clear())
    await this.add({ code })
  }

  /** The keypad's number becomes the quantity of the chosen line. */
  setQuantity() {
    const { state } = this.desk
    const quantity = state.entry.quantity
    if (quantity === null) return this.desk.refuse(t('sale.bad-quantity'))
    return this.#onLine('PATCH', { quantity })
  }

  voidLine() {
    return this.#onLine('DELETE')
  }

  park() {
    return this.#leave('park')
  }

  async abort() {
    if (await this.desk.ask.sure(t('sale.abort-ask'), t('sale.abort'))) await this.#leave('abort')
  }

  /** @param {string} id */
  resume(id) {
    return this.desk.once(async () => {
      const sale = await this.desk.act((call) => /** @type {Promise<Sale>} */ (call('POST', `/sales/${id}/resume`)))
      this.desk.change((state) => {
        state.saleIs(sale)
        state.goTo('sale')
      })
    })
  }

  /** @returns {Promise<Sale[]>} */
  async parked() {
    const page = /** @type {Page<Sale>} */ (await this.desk.get('/sales?state=parked'))
    return page.items
  }

  /** @param {string} query @returns {Promise<Article[]>} */
  async search(query) {
    const page = /** @type {Page<Article>} */ (await this.desk.get(`/articles?q=${encodeURIComponent(query)}&limit=20`))
    return page.items
  }

  /**
   * @param {Call} call
   * @param {What} what
   * @returns {Promise<Sale>}
   */
  async #addLine(call, what) {
    const open = this.desk.state.sale
    if (open === null && 'code' in what) await this.#known(call, what.code)
    const sale = open ?? /** @type {Sale} */ (await call('POST', '/sales', {}))
    if (open === null) this.desk.state.saleIs(sale)
    return call('POST', `/sales/${sale.id}/lines`, what)
  }

  /** A receipt number is taken when a sale starts: a first scan that nothing answers to takes none. @param {Call} call @param {string} code */
  async #known(call, code) {
    if (!/^\w+$/.test(code)) return // no path for it: the sale itself will say
    try {
      await call('GET', `/articles/${code}`)
    } catch (error) {
      if (error instanceof Problem && error.status === 404) throw error
      // Several items on one code, and all other trouble, is for the line itself to tell.
    }
  }

  /** @param {unknown} error @param {What} what */
  async #notAdded(error, what) {
    const { desk } = this
    const code = 'code' in what ? what.code : what.article_id
    if (error instanceof Problem && error.status === 404 && error.code !== 'sale-not-found') {
      desk.sounds.rejected()
      desk.change((state) => state.notFound(code))
    } else if (error instanceof Problem && error.code === 'article-ambiguous') {
      desk.sounds.rejected()
      const article = await desk.ask.whichArticle(code, /** @type {Article[]} */ (error.body['candidates'] ?? []))
      if (article) await this.add({ article_id: article.article_id })
      else desk.change((state) => state.notFound(code))
    } else desk.failed(error)
  }

  /** @param {'PATCH'|'DELETE'} method @param {{quantity: string}} [body] */
  #onLine(method, body) {
    const { desk } = this
    const { sale, chosen } = desk.state
    if (sale === null || chosen === null) return desk.refuse(t('sale.no-line'))
    return desk.once(async () => {
      const changed = await desk.act((call) => /** @type {Promise<Sale>} */ (call(method, `/sales/${sale.id}/lines/${chosen}`, body)))
      desk.change((state) => {
        state.entry.clear()
        state.saleIs(changed)
        state.say(null)
      })
    })
  }

  /** @param {'park'|'abort'} how */
  #leave(how) {
    return this.desk.once(async () => {
      await this.desk.act(async (call) => {
        const { sale } = this.desk.state
        if (sale) await call('POST', `/sales/${sale.id}/${how}`)
      })
      this.desk.change((state) => {
        state.saleIs(null)
        state.unknown = []
        state.goTo('sale')
      })
    })
  }
}
