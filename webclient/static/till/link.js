/** Keeps the till's picture of its register fresh, and takes it OFFLINE and back. */
import { NoAnswer, Problem } from '../lib/api.js'

/** @import {Health, Offline, RegisterInfo} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

// Every 2 s, as the register itself renews its health; its name and prices change far more seldom.
const EVERY_MS = 2000
const REGISTER_EVERY = 5

export class Link {
  #round = 0

  /** @param {Desk} desk @param {{refresh: () => Promise<void>}} paying */
  constructor(desk, paying) {
    this.desk = desk
    this.paying = paying
  }

  /** Asks for ever, one question at a time. @param {(ms: number) => Promise<void>} pause */
  async watch(pause) {
    for (;;) {
      try {
        await this.look()
      } catch (error) {
        // Whatever it was, the picture is old from now on: say so, and go on looking.
        console.error(error)
        this.desk.change((state) => (state.answering = false))
      }
      await pause(EVERY_MS)
    }
  }

  async look() {
    const { api, state } = this.desk
    try {
      if (state.register === null || !state.answering || this.#round % REGISTER_EVERY === 0) await this.#register()
      const offline = /** @type {Offline} */ (await api.get('/offline'))
      const health = /** @type {Health} */ (await api.get('/health'))
      this.#round += 1
      await this.#seen(offline, health)
    } catch (error) {
      // A refusal is an answer too: the register is there, and the last picture of it stays.
      if (!(error instanceof NoAnswer) && !(error instanceof Problem)) throw error
      this.desk.change((s) => (s.answering = error instanceof Problem))
    }
  }

  /**
   * @param {boolean} offline
   * @param {string|null} reason
   * @throws {Problem|NoAnswer} head office does not answer, or refuses: still OFFLINE
   */
  async setOffline(offline, reason) {
    const body = reason === null ? { offline } : { offline, reason }
    try {
      await this.desk.api.send('PUT', '/offline', body)
    } finally {
      await this.look()
    }
  }

  async #register() {
    const info = /** @type {RegisterInfo} */ (await this.desk.api.get('/register'))
    this.desk.change((state) => state.registerAnswered(info))
  }

  /** @param {Offline} offline @param {Health} health */
  async #seen(offline, health) {
    const { state } = this.desk
    const changed = state.offline !== null && state.offline.offline !== offline.offline
    this.desk.change((s) => {
      s.answering = true
      s.offline = offline
      s.health = health
    })
    // Another mode allows other tenders.
    if (changed && state.session !== null && state.place === 'pay') await this.paying.refresh()
  }
}
