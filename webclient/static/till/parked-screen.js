/** Sales that wait: whose, how large, and back to one of them. */
import { el } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { fetchedList } from './fetched.js'
import { Screen } from './screen.js'

/** @typedef {import('../lib/types.js').Sale} Sale */

export class ParkedScreen extends Screen {
  /** @type {() => Promise<void>} */
  #load = async () => {}

  /** @override */
  build() {
    const { parking, desk } = this.till
    const { node, load } = fetchedList({
      fetch: () => parking.waiting(),
      row: (sale) => this.#row(sale),
      waiting: t('receipts.loading'),
      empty: t('parked.empty'),
    })
    this.#load = load
    const back = el(
      'button',
      { type: 'button', class: 'key', onclick: () => desk.change((state) => state.goTo('sale')) },
      t('do.back'),
    )
    return [
      el(
        'section',
        { class: 'list-screen' },
        el('header', { class: 'list-head' }, back, el('h2', null, t('parked.title'))),
        node,
      ),
    ]
  }

  /** @override */
  shown() {
    void this.#load()
  }

  /** @param {Sale} sale */
  #row(sale) {
    const live = sale.lines.filter((line) => !line.voided)
    const names = live.slice(0, 3).map((line) => line.name)
    return el(
      'li',
      { class: 'list-row' },
      el(
        'span',
        { class: 'row-name' },
        names.join(', ') || sale.receipt_no,
        el('span', { class: 'row-note' }, `${sale.receipt_no} · ${t('parked.lines', { count: live.length })}`),
      ),
      el('span', { class: 'row-side' }, figures().money(sale.totals.due)),
      el('button', { type: 'button', class: 'key key-main', onclick: () => this.#resume(sale) }, t('parked.resume')),
    )
  }

  /** One sale is open at a time: the other is not lost by taking this one. @param {Sale} sale */
  #resume(sale) {
    const { state, parking, desk } = this.till
    if (state.sale && state.liveLines.length > 0) desk.refuse(t('parked.busy'))
    else void parking.resume(sale)
  }
}

customElements.define('till-parked', ParkedScreen)
