/** The day's receipts: look at one, print a copy of it. */
import { el, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { sentence } from '../lib/problems.js'
import { fetchedList } from './fetched.js'
import { Screen } from './screen.js'

/** @typedef {import('../lib/types.js').Sale} Sale */

export class ReceiptsScreen extends Screen {
  /** @type {() => Promise<void>} */
  #load = async () => {}
  #paper = el('pre', { class: 'paper', tabindex: '0' })
  #copy = el('button')
  #return = el('button')
  #chosen = ''

  /** @override */
  build() {
    const { till } = this
    const { node, load } = fetchedList({
      fetch: () => till.receipts.ofTheDay(),
      row: (sale) => this.#row(sale),
      waiting: t('receipts.loading'),
      empty: t('receipts.empty'),
    })
    this.#load = load
    const back = el(
      'button',
      { type: 'button', class: 'key', onclick: () => till.desk.change((state) => state.goTo('sale')) },
      t('do.back'),
    )
    this.#copy = el(
      'button',
      { type: 'button', class: 'key', disabled: true, onclick: () => void till.receipts.copy(this.#chosen) },
      t('done.copy'),
    )
    this.#return = el(
      'button',
      { type: 'button', class: 'key', disabled: true, onclick: () => void till.returning.ofReceipt(this.#chosen) },
      t('receipts.return'),
    )
    text(this.#paper, t('receipts.pick'))
    this.#paper.setAttribute('aria-label', t('receipts.pick'))
    return [
      el(
        'section',
        { class: 'list-screen' },
        el('header', { class: 'list-head' }, back, el('h2', null, t('receipts.title'))),
        node,
      ),
      el('section', { class: 'done-right' }, this.#paper, el('div', { class: 'done-keys' }, this.#copy, this.#return)),
    ]
  }

  /** @override */
  shown() {
    void this.#load()
  }

  /** @param {Sale} sale */
  #row(sale) {
    const row = el(
      'button',
      { type: 'button', class: 'row-button', onclick: () => void this.#show(sale.receipt_no) },
      el(
        'span',
        { class: 'row-name' },
        sale.receipt_no,
        el(
          'span',
          { class: 'row-note' },
          [sale.kind === 'return' && t('sale.return'), sale.offline && 'OFFLINE'].filter(Boolean).join(' · '),
        ),
      ),
      el('span', { class: 'row-side' }, figures().money(sale.totals.due)),
    )
    return el('li', null, row)
  }

  /** @param {string} receiptNo */
  async #show(receiptNo) {
    try {
      const words = await this.till.receipts.text(receiptNo)
      this.#chosen = receiptNo
      this.#copy.disabled = this.#return.disabled = false
      text(this.#paper, words)
      this.#paper.setAttribute('aria-label', t('done.receipt', { receipt_no: receiptNo }))
    } catch (error) {
      text(this.#paper, sentence(error))
    }
  }
}

customElements.define('till-receipts', ReceiptsScreen)
