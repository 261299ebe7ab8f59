/**
 * The cashier's acts, done one after another and each exactly once.
 *
 * - An act waits for the one before it, so scans keep their order however fast they come.
 * - Each call of an act gets one key. Without an answer it is sent again with the same key until the
 *   register answers; the register gives the first answer again if it had already done it.
 * - When the session has ended, the call waits for somebody to sign in and is then sent again.
 * - When the role may not do it, somebody who may is asked for leave, and the call is sent again with it.
 * - Any other `Problem` ends the act: nothing changed, and the caller shows why.
 *
 * Nothing here reads the clock or the network: `send`, `pause`, `newKey` and `askLeave` are given.
 */
import { NoAnswer, Problem } from './api.js'

/** @typedef {<T>(method: string, path: string, body?: unknown) => Promise<T>} Call */

export class Acts {
  /** How many acts are not yet done. */
  waiting = 0
  /** @type {null|'no-answer'|'session'} why the first of them is held up */
  held = null
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()
  /** @type {(() => void)|null} */
  #wake = null

  /**
   * @param {object} parts
   * @param {<T>(method: string, path: string, body: unknown, key: string, leave: string|null) => Promise<T>} parts.send
   * @param {(ms: number) => Promise<void>} parts.pause
   * @param {() => string} parts.newKey
   * @param {(permission: string) => Promise<string|null>} [parts.askLeave]  null when nobody gives it
   * @param {() => void} [parts.changed]
   */
  constructor({ send, pause, newKey, askLeave = async () => null, changed = () => {} }) {
    this.send = send
    this.pause = pause
    this.newKey = newKey
    this.askLeave = askLeave
    this.changed = changed
  }

  /**
   * @template T
   * @param {(call: Call) => Promise<T>} act
   * @returns {Promise<T>}
   */
  run(act) {
    this.waiting += 1
    this.changed()
    const done = this.#last.then(() => act((method, path, body) => this.#call(method, path, body)))
    this.#last = done
      .catch(() => {}) // the caller of run() hears of it; the next act goes on
      .then(() => {
        this.waiting -= 1
        this.changed()
      })
    return done
  }

  /** Somebody has signed in: go on with what was held up. */
  resume() {
    if (this.#wake === null) return
    this.#hold(null)
    this.#wake()
    this.#wake = null
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<T>}
   */
  async #call(method, path, body) {
    const key = this.newKey()
    /** @type {string|null} */
    let leave = null
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = /** @type {T} */ (await this.send(method, path, body, key, leave))
        this.#hold(null)
        return answer
      } catch (error) {
        if (error instanceof NoAnswer) await this.#again(attempt)
        else if (error instanceof Problem && error.asksToSignIn) {
          await this.#signedIn()
          leave = null // it was of the session that is over
        } else {
          this.#hold(null)
          // One leave is for one act: what is refused with it is refused.
          leave = leave === null ? await this.#leave(error) : null
          if (leave === null) throw error
        }
      }
    }
  }

  /** @param {unknown} error @returns {Promise<string|null>} */
  async #leave(error) {
    const permission = error instanceof Problem ? error.takesLeave : null
    return permission === null ? null : this.askLeave(permission)
  }

  /** @param {number} attempt */
  async #again(attempt) {
    this.#hold('no-answer')
    // A restarted register answers within a second or two: ask soon, then every 2 s for as long as it takes.
    await this.pause([200, 500, 1000][attempt] ?? 2000)
  }

  async #signedIn() {
    /** @type {Promise<void>} */
    const woken = new Promise((resolve) => (this.#wake = resolve))
    this.#hold('session')
    await woken
  }

  /** @param {null|'no-answer'|'session'} why */
  #hold(why) {
    if (this.held === why) return
    this.held = why
    this.changed()
  }
}
