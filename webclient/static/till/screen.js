/**
 * What every screen of the till is: an element that is built once for a language and then drawn
 * whole, as often as anything changes, from the state.
 */

/** @typedef {import('./till.js').Till} Till */

export class Screen extends HTMLElement {
  /** @type {Till|null} */
  #till = null

  get till() {
    if (this.#till === null) throw new Error('a screen is given its till before it is shown')
    return this.#till
  }

  /** @param {Till} till */
  withTill(till) {
    this.#till = till
    return this
  }

  connectedCallback() {
    this.replaceChildren(...this.build())
    this.draw()
    this.shown()
  }

  /** @returns {Node[]} everything the screen is made of, in the language of now */
  build() {
    return []
  }

  /** Brings the screen in step with the state; drawing twice changes nothing. */
  draw() {}

  /** The screen has come up: fetch what only it needs. */
  shown() {}
}
