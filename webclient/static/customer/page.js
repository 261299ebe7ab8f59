/** The customer's screen: what is bought, what it costs, what comes back; a greeting between customers. */
import { attr, el, keyed, text } from '../lib/dom.js'
import { figures, language, t } from '../i18n/index.js'

/** @import {Seen, SeenLine} from '../lib/second-screen.js' */

export class CustomerPage extends HTMLElement {
  #title = el('h1', { class: 'unseen' })
  #mark = el('p', { class: 'customer-mark' })
  #lines = el('ol', { class: 'customer-lines' })
  #greeting = el('p', { class: 'customer-greeting' })
  #word = el('span', { class: 'customer-word' })
  #sum = el('output', { class: 'customer-sum' })
  #more = el('p', { class: 'customer-more' })

  connectedCallback() {
    const foot = el('footer', { class: 'customer-foot' }, this.#word, this.#sum, this.#more)
    this.replaceChildren(el('main', null, this.#title, this.#mark, this.#greeting, this.#lines), foot)
  }

  /** @param {Seen} seen */
  draw(seen) {
    document.documentElement.lang = language()
    document.title = t('second.title')
    text(this.#title, t('second.title'))
    attr(this, 'data-kind', seen.kind)
    text(this.#mark, seen.training ? t('sale.training') : '')
    this.#mark.hidden = !seen.training
    text(this.#greeting, t(seen.kind === 'done' ? 'second.thanks' : 'second.welcome'))
    this.#greeting.hidden = seen.kind === 'sale'
    this.#lines.hidden = seen.kind === 'idle'
    attr(this.#lines, 'aria-label', t('sale.lines'))
    const before = this.#lines.childElementCount
    keyed(this.#lines, seen.lines, { key: (line) => line.n, make: lineRow, draw: drawLine })
    if (this.#lines.childElementCount > before) this.#lines.lastElementChild?.scrollIntoView({ block: 'nearest' })
    this.#drawSum(seen)
  }

  /** @param {Seen} seen */
  #drawSum(seen) {
    const { kind, due, left, change, back } = seen
    const money = (/** @type {number} */ cents) => figures().money(Math.abs(cents))
    const paying = kind === 'sale' && left !== null && Math.abs(left) !== Math.abs(due)
    const word = kind === 'done' ? (change !== 0 ? 'second.change' : 'sale.total') : paying ? 'second.left' : 'sale.total'
    text(this.#word, back ? t('second.back') : t(word))
    text(this.#sum, kind === 'idle' ? '' : money(kind === 'done' && change !== 0 ? change : paying ? left : due))
    const shown = (kind === 'done' && change !== 0) || paying
    text(this.#more, shown ? `${t('sale.total')} ${money(due)}` : '')
    for (const part of [this.#word, this.#sum]) part.hidden = kind === 'idle'
  }
}

function lineRow() {
  return el(
    'li',
    null,
    el('span', { class: 'customer-name' }),
    el('span', { class: 'customer-quantity' }),
    el('span', { class: 'customer-total' }),
  )
}

/** @param {HTMLElement} row @param {SeenLine} line */
function drawLine(row, line) {
  const [name, quantity, total] = /** @type {[Element, Element, Element]} */ (
    /** @type {unknown} */ ([...row.children])
  )
  text(name, line.name)
  text(quantity, line.quantity === '1' ? '' : figures().quantity(line.quantity))
  text(total, figures().amount(line.total))
}

customElements.define('customer-page', CustomerPage)
