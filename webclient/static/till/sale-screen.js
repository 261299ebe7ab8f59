/** The sale: what is bought on one side, keys on the other, the total and Pay always in sight. */
import { attr, el, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { entryField, keypad } from './keypad.js'
import { saleLines } from './lines.js'
import { showMore } from './more.js'
import { searchArticle } from './questions.js'
import { quickKeys } from './quick-keys.js'
import { Screen } from './screen.js'

export class SaleScreen extends Screen {
  /** @type {{node: HTMLElement, draw: () => void}[]} */
  #parts = []
  #kind = el('p', { class: 'sale-kind' })
  #total = el('output', { class: 'total-sum' })
  #paid = el('p', { class: 'total-paid' })
  #entry = el('input')
  #pay = el('button')
  #park = el('button')
  /** @type {HTMLButtonElement[]} */
  #panels = []

  /** @override */
  build() {
    this.#parts = [saleLines(this.till), quickKeys(this.till)]
    const [lines, quick] = this.#parts.map((part) => part.node)
    this.#entry = entryField(t('sale.entry'), (typed) => {
      this.till.state.entry.type(typed)
      void this.till.selling.addKeyed()
    })
    this.#pay = el(
      'button',
      { type: 'button', class: 'key pay', onclick: () => void this.till.paying.begin() },
      t('sale.pay'),
    )
    this.#panels = [this.#panelKey('quick', t('quick.title')), this.#panelKey('keys', t('panel.keys'))]
    const search = el(
      'button',
      { type: 'button', class: 'key panel-key', onclick: () => void searchArticle(this.till) },
      t('sale.search'),
    )
    return [
      el('h2', { class: 'unseen' }, t('sale.title')),
      el('section', { class: 'sale-left' }, this.#kind, lines ?? null, this.#sum()),
      el('div', { class: 'panels', role: 'group', 'aria-label': t('sale.panel') }, ...this.#panels, search),
      quick ?? el('div'),
      el('section', { class: 'sale-pad' }, this.#entry, this.#keys(), this.#pay),
    ]
  }

  /** @override */
  draw() {
    const { state } = this.till
    for (const part of this.#parts) part.draw()
    const totals = state.sale?.totals
    text(this.#total, figures().money(totals?.due ?? 0))
    this.#paid.hidden = !totals?.paid
    text(this.#paid, totals?.paid ? t('sale.paid', { amount: figures().money(totals.paid) }) : '')
    const training = state.sale ? state.sale.training : state.training
    const kind = [state.sale?.kind === 'return' && t('sale.return'), training && t('sale.training')].filter(Boolean)
    text(this.#kind, kind.join(' · '))
    this.#kind.hidden = kind.length === 0
    if (this.#entry.value !== state.entry.text && document.activeElement !== this.#entry)
      this.#entry.value = state.entry.text
    attr(this.#pay, 'aria-disabled', state.canPay ? null : 'true')
    attr(this.#park, 'aria-disabled', state.liveLines.length > 0 ? null : 'true')
    attr(this, 'data-panel', state.panel)
    for (const key of this.#panels) attr(key, 'aria-pressed', String(key.value === state.panel))
  }

  #sum() {
    const { till } = this
    this.#park = el(
      'button',
      { type: 'button', class: 'key', onclick: () => state().sale && void till.parking.park() },
      t('sale.park'),
    )
    const state = () => till.state
    const parked = el(
      'button',
      { type: 'button', class: 'key', onclick: () => till.desk.change((s) => s.goTo('parked')) },
      t('sale.parked'),
    )
    const words = el('div', { class: 'total-words' }, el('span', { class: 'total-word' }, t('sale.total')), this.#paid)
    return el('footer', { class: 'total' }, el('div', { class: 'total-keys' }, this.#park, parked), words, this.#total)
  }

  #keys() {
    const { selling } = this.till
    const verb = (/** @type {string} */ label, /** @type {() => unknown} */ press, look = '') =>
      el(
        'button',
        {
          type: 'button',
          class: `key key-verb ${look}`,
          onclick: press,
          onpointerdown: (/** @type {Event} */ e) => e.preventDefault(),
        },
        label,
      )
    return keypad((key) => this.#press(key), 5, [
      '7',
      '8',
      '9',
      'back',
      verb(t('sale.quantity'), () => this.#with(() => selling.setQuantity())),
      '4',
      '5',
      '6',
      'clear',
      verb(t('sale.void'), () => selling.voidLine()),
      '1',
      '2',
      '3',
      ',',
      verb(t('sale.search'), () => void searchArticle(this.till)),
      '0',
      '00',
      verb(t('sale.add'), () => this.#with(() => selling.addKeyed()), 'key-wide'),
      verb(t('sale.more'), () => void showMore(this.till)),
    ])
  }

  /** @param {string} key */
  #press(key) {
    this.#with(() => this.till.desk.change((state) => state.entry.press(key)))
    this.#entry.value = this.till.state.entry.text
  }

  /** What was typed on a real keyboard counts as keyed in. @param {() => unknown} verb */
  #with(verb) {
    this.till.state.entry.type(this.#entry.value)
    void verb()
  }

  /** @param {import('./state.js').Panel} panel @param {string} label */
  #panelKey(panel, label) {
    const press = () => this.till.desk.change((state) => (state.panel = panel))
    return el('button', { type: 'button', class: 'key panel-key', value: panel, onclick: press }, label)
  }
}

customElements.define('till-sale', SaleScreen)
