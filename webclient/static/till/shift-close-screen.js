/** The end of the shift: count without being told what to find, as a sum or piece by piece, then the Z report. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { cashForm } from './cash-form.js'
import { piecesForm } from './pieces-form.js'
import { reportTable } from './report.js'
import { Screen } from './screen.js'

/** @typedef {import('./shifts.js').Counted} Counted */
/** @typedef {import('../lib/types.js').ShiftReport} ShiftReport */

export class ShiftCloseScreen extends Screen {
  #byPieces = false

  /** @override */
  build() {
    const key = (/** @type {string} */ label, /** @type {() => void} */ press) =>
      el('button', { type: 'button', class: 'key', onclick: press }, label)
    const { till } = this
    const back = key(t('do.back'), () => till.desk.change((s) => s.goTo('sale')))
    const other = key(t(this.#byPieces ? 'shift.as-sum' : 'shift.by-pieces'), () => this.#count(!this.#byPieces))
    const beside = el('div', { class: 'cash-form-beside' }, back, other)
    const close = (/** @type {Counted} */ counted) => void till.shifts.close(counted, (report) => this.#closed(report))
    if (this.#byPieces) return [piecesForm(till, close, beside)]
    const words = {
      title: t('shift.close-title'),
      help: t('shift.close-help'),
      label: t('shift.counted'),
      go: t('shift.close-go'),
    }
    return [cashForm(till, words, (cash) => close({ cash }), beside).node]
  }

  /** @param {boolean} byPieces */
  #count(byPieces) {
    this.#byPieces = byPieces
    this.connectedCallback()
  }

  /** @param {ShiftReport} closed  the Z report */
  #closed(closed) {
    const { till } = this
    const key = (/** @type {string} */ label, /** @type {() => void} */ press, look = '') =>
      el('button', { type: 'button', class: `key ${look}`, onclick: press }, label)
    const keys = el(
      'div',
      { class: 'cash-form-keys' },
      key(t('shift.print'), () => void till.shifts.print(closed.no)),
      key(t('shift.open-title'), () => till.desk.change((s) => s.goTo('sale'))),
      key(t('shift.finish'), () => void till.signing.signOut(), 'key-main'),
    )
    this.replaceChildren(
      el('section', { class: 'shift-closed' }, el('h2', null, t('shift.closed-title')), reportTable(closed), keys),
    )
  }
}

customElements.define('till-shift-close', ShiftCloseScreen)
