/**
 * What the till screen knows. No DOM, no network, no clock: the verbs below are the only changes,
 * and every screen draws itself whole from what is here. The sale is the register's view of it, replaced as a whole with each answer, never edited.
 */
import { Entry } from '../lib/entry.js'

/** @import {Completed, Health, Offline, Payment, QuickKeyPage, RegisterInfo, Sale, Session, Shift} from '../lib/types.js' */

/** @typedef {'sale'|'pay'|'done'|'parked'|'receipts'|'shift-close'} Place  where a signed-in cashier is */
/** @typedef {'starting'|'sign-in'|'shift-open'|Place} Screen */
/** @typedef {{id: number, code: string, why: string|null}} Unknown  a scan that is not sold; why, when its article is known */
/** @typedef {{kind: 'good'|'bad', text: string}} Message */
/** @typedef {'sale'|'sign-in'} Hand */
/** @typedef {'quick'|'keys'} Panel  which half is shown where there is no room for both */

export class TillState {
  /** @type {RegisterInfo|null} */ register = null
  /** @type {Session|null} */ session = null
  /** @type {Shift|null|undefined} not asked yet, after signing in */ shift = undefined
  /** @type {Sale|null} */ sale = null
  /** @type {Payment|null} */ payment = null
  /** @type {Completed|null} */ completed = null
  /** @type {Offline|null} */ offline = null
  /** @type {Health|null} */ health = null
  /** @type {QuickKeyPage[]|null} */ quickKeys = null
  /** @type {Unknown[]} */ unknown = []
  /** @type {Message|null} */ message = null
  /** @type {Place} */ place = 'sale'
  /** @type {Panel} */ panel = 'quick'
  /** @type {number|null} the chosen line */ chosen = null
  /** What is sold now is an exercise. */ training = false
  entry = new Entry()
  /** The register answered the last question it was asked. */ answering = true
  /** @type {Set<Hand>} what is under way and must not be begun twice */ inHand = new Set()
  /** The session ended by itself, so signing in goes on with what was there. */ interrupted = false
  /** @type {{cashier: string, name: string}|null} whose PIN opens the register that has locked itself */ locked = null
  #unknownCount = 0

  /** @returns {Screen} */
  get screen() {
    // Whoever may sign in need not wait for the register's name; one that does not answer takes no PIN.
    if (this.register === null && !this.answering) return 'starting'
    if (this.session === null) return 'sign-in'
    if (this.shift === undefined) return 'starting'
    if (this.shift === null && this.place !== 'shift-close') return 'shift-open'
    return this.place
  }

  /** What keeps the register from selling. @returns {'snapshot'|'journal'|null} */
  get obstacle() {
    if (this.register !== null && this.register.snapshot === null) return 'snapshot'
    const journal = this.health?.checks.find((check) => check.name === 'journal')
    return journal?.status === 'fail' ? 'journal' : null
  }

  get liveLines() {
    return this.sale?.lines.filter((line) => !line.voided) ?? []
  }

  /** Nothing unsold may leave unpaid: an unknown code is dismissed before anybody pays. */
  get canPay() {
    return this.liveLines.length > 0 && this.unknown.length === 0
  }

  /** @param {RegisterInfo} info */
  registerAnswered(info) {
    this.register = info
  }

  /** @param {Session} session */
  signedIn(session) {
    this.session = session
    this.training = session.training ?? false
    this.interrupted = false
    this.locked = null
    this.message = null
  }

  /** The cashier leaves. The sale, if any, is a draft in the register and is found again. */
  signedOut() {
    this.session = null
    this.shift = undefined
    this.sale = null
    this.payment = null
    this.completed = null
    this.unknown = []
    this.training = false
    this.place = 'sale'
    this.message = null
    this.entry.clear()
  }

  /** No longer known, or locked: everything stays where it is. @param {{cashier: string, name: string}|null} [locked] */
  sessionLost(locked = null) {
    this.interrupted = this.session !== null || this.interrupted
    this.locked = locked
    this.session = null
  }

  /** @param {Sale|null} sale */
  saleIs(sale) {
    const before = this.sale?.id === sale?.id ? (this.sale?.lines.length ?? 0) : 0
    this.sale = sale
    const lines = sale?.lines ?? []
    const kept = lines.some((line) => line.n === this.chosen && !line.voided)
    if (lines.length > before || !kept) this.chosen = this.liveLines.at(-1)?.n ?? null
  }

  /** @param {number} n */
  choose(n) {
    this.chosen = n
  }

  /** @param {string} code @param {string|null} [why] */
  notFound(code, why = null) {
    this.#unknownCount += 1
    this.unknown = [...this.unknown, { id: this.#unknownCount, code, why }]
  }

  /** @param {number} id */
  dismiss(id) {
    this.unknown = this.unknown.filter((one) => one.id !== id)
  }

  /** @param {Place} place */
  goTo(place) {
    this.place = place
    this.message = null
    this.entry.clear()
    if (place !== 'pay') this.payment = null
  }

  /** @param {Completed} completed */
  saleDone(completed) {
    this.completed = completed
    this.saleIs(null)
    this.unknown = []
    this.goTo('done')
  }

  nextCustomer() {
    this.completed = null
    this.goTo('sale')
  }

  /** @param {Message|null} message */
  say(message) {
    this.message = message
  }
}
