/** The end of the shift: count without being told what to find, then see the register's report. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { cashForm } from './cash-form.js'
import { reportTable } from './report.js'
import { Screen } from './screen.js'

export class ShiftCloseScreen extends Screen {
  /** @override */
  build() {
    const words = {
      title: t('shift.close-title'),
      help: t('shift.close-help'),
      label: t('shift.counted'),
      go: t('shift.close-go'),
    }
    const back = el(
      'button',
      { type: 'button', class: 'key', onclick: () => this.till.desk.change((s) => s.goTo('sale')) },
      t('do.back'),
    )
    return [
      cashForm(
        this.till,
        words,
        (cents) => void this.till.signing.closeShift(cents, (closed) => this.#closed(closed)),
        back,
      ),
    ]
  }

  /** @param {import('../lib/types.js').ShiftReport} closed  the Z report */
  #closed(closed) {
    const out = el(
      'button',
      { type: 'button', class: 'key key-main', onclick: () => void this.till.signing.signOut() },
      t('shift.finish'),
    )
    const again = el(
      'button',
      { type: 'button', class: 'key', onclick: () => this.till.desk.change((s) => s.goTo('sale')) },
      t('shift.open-title'),
    )
    this.replaceChildren(
      el(
        'section',
        { class: 'shift-closed' },
        el('h2', null, t('shift.closed-title')),
        reportTable(closed),
        el('div', { class: 'cash-form-keys' }, again, out),
      ),
    )
  }
}

customElements.define('till-shift-close', ShiftCloseScreen)
