/** The whole till: its head, its bar, the one screen that is up, and what it has to say. */
import { attr, el, text } from '../lib/dom.js'
import { language, setLanguage, t } from '../i18n/index.js'
import { bars, head } from './head.js'
import { Screen } from './screen.js'
import { fetchScreen, screenOf } from './screens.js'

// Long enough to read a sentence twice.
const MESSAGE_MS = 8000

export class TillApp extends Screen {
  #queued = false
  /** @type {{node: HTMLElement, draw: () => void}[]} */
  #frame = []
  #main = el('main', { class: 'main' })
  #message = el('p', { class: 'message', role: 'alert' })
  /** @type {Screen|null} */
  #screen = null
  /** @type {import('./state.js').Message|null} */
  #said = null
  #timer = 0

  /** @override */
  build() {
    document.documentElement.lang = language()
    this.#frame = [head(this.till), bars(this.till)]
    this.#screen = null
    return [...this.#frame.map((part) => part.node), el('div', { class: 'stage' }, this.#main, this.#message)]
  }

  /** @override */
  draw() {
    for (const part of this.#frame) part.draw()
    this.#showScreen()
    this.#showMessage()
    attr(this, 'aria-busy', this.till.state.inHand.size > 0)
  }

  /** Any number of changes in one turn are one drawing. */
  drawSoon() {
    if (this.#queued) return
    this.#queued = true
    queueMicrotask(() => {
      this.#queued = false
      if (this.isConnected) this.draw()
    })
  }

  /** @param {string} wanted */
  async speak(wanted) {
    this.till.settings.set('language', wanted)
    await setLanguage(wanted)
    this.connectedCallback()
  }

  #showScreen() {
    const wanted = this.till.state.screen
    const Kind = screenOf(wanted)
    // What is up stays up until the next has come; the second's next drawing asks again for one that could not be had.
    if (Kind === null) return void fetchScreen(wanted).then(() => this.drawSoon(), () => {})
    if (this.#screen instanceof Kind) return this.#screen.draw()
    this.#screen = new Kind().withTill(this.till)
    this.#main.replaceChildren(this.#screen)
    document.title = `${t('app.name')} ${this.till.state.register?.register ?? ''}`.trim()
  }

  /** A message goes by itself; what must be answered is a line or a dialog, never a message. */
  #showMessage() {
    const { message } = this.till.state
    if (message !== this.#said) {
      clearTimeout(this.#timer)
      this.#said = message
      if (message) this.#timer = window.setTimeout(() => this.till.desk.change((state) => state.say(null)), MESSAGE_MS)
    }
    this.#message.hidden = message === null
    attr(this.#message, 'class', `message message-${message?.kind ?? 'good'}`)
    text(this.#message, message?.text ?? '')
  }
}

customElements.define('till-app', TillApp)
