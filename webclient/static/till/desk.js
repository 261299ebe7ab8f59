/**
 * What every verb of the till works with: the state, the register, the queue of acts, the two tones.
 *
 * A verb that fails says so on the screen and aloud; it never throws at the one who pressed the key.
 */
import { NoAnswer, Problem } from '../lib/api.js'
import { sentence } from '../lib/problems.js'

/** @import {Api} from '../lib/api.js' */
/** @import {Acts, Call} from '../lib/acts.js' */
/** @import {Settings} from '../lib/settings.js' */
/** @import {TillState} from './state.js' */
/** @import {Questions} from './asking.js' */

export class Desk {
  /** Draws the screen again. @type {() => void} */
  draw = () => {}

  /**
   * @param {object} parts
   * @param {TillState} parts.state
   * @param {Api} parts.api
   * @param {Acts} parts.acts
   * @param {{accepted(): void, rejected(): void}} parts.sounds
   * @param {Settings} parts.settings
   * @param {Questions} parts.ask
   */
  constructor({ state, api, acts, sounds, settings, ask }) {
    this.state = state
    this.api = api
    this.acts = acts
    this.sounds = sounds
    this.settings = settings
    this.ask = ask
  }

  /** @param {(state: TillState) => void} change */
  change(change) {
    change(this.state)
    this.draw()
  }

  /**
   * Asks the register something that changes nothing.
   * @template T
   * @param {string} path
   * @returns {Promise<T>}
   */
  async get(path) {
    try {
      return await this.api.get(path)
    } catch (error) {
      this.#notice(error)
      throw error
    }
  }

  /**
   * Sends one call of an act. That the register has locked itself is seen at once; the act waits for the PIN.
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {string} key
   * @param {string|null} leave
   * @returns {Promise<T>}
   */
  async send(method, path, body, key, leave) {
    try {
      return await this.api.send(method, path, body, key, leave)
    } catch (error) {
      if (error instanceof Problem && error.code === 'session-locked') this.sessionLost(error)
      throw error
    }
  }

  /**
   * Does one act after those before it. Resolves when the register has answered, however long it takes.
   * @template T
   * @param {(call: Call) => Promise<T>} act
   */
  act(act) {
    return this.acts.run(act)
  }

  /**
   * Runs what must not run twice: a second press while it runs is not heard. Signing in has a hand of
   * its own, because a sale that waits for a new session holds the other.
   * @param {() => Promise<void>} work
   * @param {import('./state.js').Hand} [hand]
   */
  async once(work, hand = 'sale') {
    const { inHand } = this.state
    if (inHand.has(hand)) return
    this.change(() => inHand.add(hand))
    try {
      await work()
    } catch (error) {
      this.failed(error)
    } finally {
      this.change(() => inHand.delete(hand))
    }
  }

  /** @param {unknown} error */
  failed(error) {
    this.#notice(error)
    if (error instanceof Problem && error.asksToSignIn) return
    this.refuse(sentence(error))
  }

  /** Says no, on the screen and aloud. @param {string} text */
  refuse(text) {
    this.sounds.rejected()
    this.change((state) => state.say({ kind: 'bad', text }))
  }

  /** @param {unknown} error */
  #notice(error) {
    if (error instanceof NoAnswer) this.change((state) => (state.answering = false))
    if (!(error instanceof Problem)) return
    if (error.asksToSignIn) this.sessionLost(error)
    if (error.code === 'no-open-shift') this.change((state) => (state.shift = null)) // closed from elsewhere
  }

  /** A locked session is still one: its owner's PIN opens it again. @param {Problem|null} [why] */
  sessionLost(why = null) {
    const { cashier, name } = why?.code === 'session-locked' ? why.body : {}
    if (typeof cashier === 'string') return this.lock({ cashier, name: typeof name === 'string' ? name : cashier })
    this.api.token = null
    this.change((state) => state.sessionLost())
  }

  /** @param {{cashier: string, name: string}} whose */
  lock(whose) {
    this.change((state) => state.sessionLost(whose))
  }
}
