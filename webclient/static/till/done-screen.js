/** The sale is in the journal: the change in the largest figures, the receipt as it is, and the next customer. */
import { el, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { Screen } from './screen.js'

export class DoneScreen extends Screen {
  #word = el('p', { class: 'change-word' })
  #change = el('output', { class: 'change-sum' })
  #number = el('p', { class: 'change-receipt' })
  #paper = el('pre', { class: 'paper', tabindex: '0' })

  /** @override */
  build() {
    const { paying, receipts, state } = this.till
    const next = el(
      'button',
      { type: 'button', class: 'key pay', onclick: () => paying.next() },
      el('span', null, t('done.next')),
      el('span', { class: 'key-help' }, t('done.next-help')),
    )
    const copy = el(
      'button',
      {
        type: 'button',
        class: 'key',
        onclick: () => state.completed && void receipts.copy(state.completed.receipt_no),
      },
      t('done.copy'),
    )
    const mail = state.register?.email_receipts
      ? el(
          'button',
          {
            type: 'button',
            class: 'key',
            onclick: () => state.completed && void receipts.mail(state.completed.receipt_no),
          },
          t('done.mail'),
        )
      : null
    return [
      el(
        'section',
        { class: 'done-left' },
        el('h2', { class: 'done-title' }, t('done.title')),
        this.#word,
        this.#change,
        this.#number,
        el('div', { class: 'done-keys' }, next),
      ),
      el('section', { class: 'done-right' }, this.#paper, el('div', { class: 'done-keys' }, copy, mail)),
    ]
  }

  /** @override */
  draw() {
    const { completed } = this.till.state
    if (!completed) return
    const { change, sale, receipt_no, receipt_text } = completed
    const back = sale.kind === 'return'
    text(this.#word, t(back ? 'done.refunded' : change === 0 ? 'done.no-change' : 'done.change'))
    text(this.#change, figures().money(back || change === 0 ? sale.totals.paid : change))
    text(this.#number, t('done.receipt', { receipt_no }))
    text(this.#paper, receipt_text)
    this.#paper.setAttribute('aria-label', t('done.receipt', { receipt_no }))
  }
}

customElements.define('till-done', DoneScreen)
