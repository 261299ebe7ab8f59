/**
 * Tells a barcode scanner that types like a keyboard from a person.
 *
 * 1. With no editable field focused, all keys are collected until Enter or Tab, whatever their
 *    timing; only an idle pause drops them. (Limits between single keys lose scans on a busy machine.)
 * 2. In an editable field it is ordinary typing, unless the configured prefix key comes first.
 * 3. The terminator of a scan is taken, or Enter would also press the focused button.
 * 4. What becomes of a scan while a dialog is open is for the caller: it says no, aloud.
 * 5. Digits are read from the key's place too: scanners often type a US layout into another one.
 *
 * Nothing here reads the clock: each press brings its own instant.
 */

/**
 * @typedef {object} Press
 * @property {string} key
 * @property {string} code
 * @property {boolean} shift
 * @property {boolean} modified   Ctrl, Alt or Meta is down: a shortcut, never a scan
 * @property {boolean} editable   the focused element takes text
 * @property {number} at          milliseconds
 */

/** @typedef {{taken: boolean, scan: string|null}} Heard */

// 300 ms lost no scan where the worst gap seen on a busy two-core machine was 74 ms.
const IDLE_MS = 300
// No retail barcode is longer; a cat on the keyboard is.
const MAX_CODE = 512

/** @type {Heard} */
const NOTHING = { taken: false, scan: null }
/** @type {Heard} */
const KEPT = { taken: true, scan: null }

export class Wedge {
  #kept = ''
  #prefixed = false
  #last = -Infinity

  /** @param {{prefix?: string, idle_ms?: number}} [settings] */
  constructor({ prefix = '', idle_ms = IDLE_MS } = {}) {
    this.prefix = prefix
    this.idle_ms = idle_ms
  }

  /**
   * @param {Press} press
   * @returns {Heard} `taken`: the page must not see this key; `scan`: a whole code has arrived
   */
  press(press) {
    if (press.modified) return NOTHING
    if (press.at - this.#last > this.idle_ms) this.forget()
    this.#last = press.at
    if (this.prefix && press.key === this.prefix) return this.#begin()
    if (press.editable && !this.#prefixed) return NOTHING
    if (press.key === 'Enter' || press.key === 'Tab') return this.#end()
    const character = characterOf(press)
    if (character === null || (character === ' ' && this.#kept === '')) return NOTHING // Space presses the focused button
    if (this.#kept.length < MAX_CODE) this.#kept += character
    return KEPT
  }

  forget() {
    this.#kept = ''
    this.#prefixed = false
  }

  #begin() {
    this.forget()
    this.#prefixed = true
    return KEPT
  }

  /** @returns {Heard} */
  #end() {
    const scan = this.#kept.trim()
    this.forget()
    return scan === '' ? NOTHING : { taken: true, scan }
  }
}

/**
 * @param {Press} press
 * @returns {string|null}
 */
function characterOf({ key, code, shift }) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1]
  if (digit !== undefined && !shift) return digit
  return [...key].length === 1 ? key : null
}
