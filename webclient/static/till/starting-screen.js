/** Before the register has said its name: waiting, or saying that it does not answer. */
import { el, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { Screen } from './screen.js'

export class StartingScreen extends Screen {
  #word = el('p', { class: 'starting', role: 'status' })

  /** @override */
  build() {
    return [this.#word]
  }

  /** @override */
  draw() {
    text(this.#word, this.till.state.answering ? t('app.starting') : t('bar.no-answer'))
  }
}

customElements.define('till-starting', StartingScreen)
