/** What the customer's screen knows: the last thing that the till said, and whether it still speaks. */
import { nobody } from '../lib/second-screen.js'

/** @import {Seen} from '../lib/second-screen.js' */

// The till speaks once a second; a browser that saves power may let a window in the background be late by some.
const SILENT_MS = 5000

export class CustomerView {
  #at = -Infinity

  /** @param {string} language */
  constructor(language) {
    /** @type {Seen} */
    this.seen = nobody(language)
  }

  /** @param {Seen} seen @param {number} now */
  heard(seen, now) {
    this.seen = seen
    this.#at = now
  }

  /** A till that no longer speaks must not leave a stranger's purchases on the screen. @param {number} now */
  at(now) {
    if (now - this.#at > SILENT_MS) this.seen = nobody(this.seen.language)
    return this.seen
  }
}
