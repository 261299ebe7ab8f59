/** What the register wants to know before a sale may be paid: how old the customer is. */
import { t } from '../i18n/index.js'

/** @import {Sale} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Asks {
  #asking = false

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  /** Asks what is open, once at a time. @returns {Promise<boolean>} nothing is open any more */
  async settle() {
    if (this.#asking) return false
    this.#asking = true
    try {
      while (this.#open) if (!(await this.#answer())) return false
      return true
    } finally {
      this.#asking = false
    }
  }

  get #open() {
    return this.desk.state.sale?.asks?.find((ask) => ask.kind === 'age') ?? null
  }

  /** @returns {Promise<boolean>} the cashier has answered, and the register has heard it */
  async #answer() {
    const { desk } = this
    const ask = this.#open
    const { sale } = desk.state
    if (ask === null || sale === null) return true
    const answers = {
      'looks-older': t('age.looks-older', { years: ask.ask_under }),
      document: t('age.document'),
      no: t('age.no'),
    }
    const said = await desk.ask.which(t('age.title', { limit: ask.limit }), Object.values(answers))
    const answer = Object.entries(answers).find(([, text]) => text === said)?.[0]
    if (answer === undefined) return false
    const body = answer === 'no' ? { confirmed: false } : { confirmed: true, how: answer }
    try {
      const changed = /** @type {Sale} */ (await desk.act((call) => call('POST', `/sales/${sale.id}/age`, body)))
      desk.change((state) => state.saleIs(changed))
      return true
    } catch (error) {
      desk.failed(error)
      return false
    }
  }
}
