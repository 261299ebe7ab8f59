/** Paying: what is left in the largest figures, then notes, tenders and an amount for those who split. */
import { attr, el, keyed, text } from '../lib/dom.js'
import { figures, maybe, named, t } from '../i18n/index.js'
import { AMOUNT_KEYS, entryField, keypad } from './keypad.js'
import { Screen } from './screen.js'
import { standing } from './standing.js'

/** @typedef {import('../lib/types.js').TenderChoice} TenderChoice */
/** @typedef {import('../lib/types.js').SaleTender} SaleTender */
/** @typedef {import('../lib/types.js').Authorization} Authorization */

export class PayScreen extends Screen {
  #word = el('span', { class: 'due-word' })
  #left = el('output', { class: 'due-sum' })
  #cash = el('p', { class: 'due-cash' })
  #customer = el('p', { class: 'due-customer' })
  #taken = el('ul', { class: 'taken' })
  #notes = el('div', { class: 'notes', role: 'group' })
  #tenders = el('div', { class: 'tenders', role: 'group' })
  #loading = el('p', { class: 'help', role: 'status' })
  #entry = el('input')
  #finish = el('button')
  #drawn = ''

  /** @override */
  build() {
    const { till } = this
    this.#drawn = ''
    this.#entry = entryField(t('pay.amount'), (typed) => void till.paying.amountTyped(typed))
    const press = (/** @type {string} */ key) => {
      till.state.entry.type(this.#entry.value)
      till.desk.change((state) => state.entry.press(key))
      this.#entry.value = till.state.entry.text
    }
    const keys = keypad(press, 4, AMOUNT_KEYS)
    const back = el(
      'button',
      { type: 'button', class: 'key', onclick: () => till.desk.change((state) => state.goTo('sale')) },
      t('do.back'),
    )
    this.#finish = el(
      'button',
      { type: 'button', class: 'key pay', onclick: () => void till.paying.finish() },
      t('pay.finish'),
    )
    attr(this.#notes, 'aria-label', t('pay.notes'))
    attr(this.#tenders, 'aria-label', t('pay.tenders'))
    attr(this.#taken, 'aria-label', t('pay.taken'))
    text(this.#loading, t('pay.loading'))
    const due = el('div', { class: 'due' }, this.#word, this.#left, this.#cash, this.#customer)
    return [
      el('h2', { class: 'unseen' }, t('pay.title')),
      el('section', { class: 'pay-left' }, due, this.#taken, this.#loading, this.#notes, this.#tenders),
      el('section', { class: 'pay-pad' }, this.#entry, keys, el('div', { class: 'pay-ends' }, back, this.#finish)),
    ]
  }

  /** @override */
  draw() {
    const { payment, sale, entry } = this.till.state
    const money = (/** @type {number} */ cents) => figures().money(cents)
    const { exact, cash } = payment?.left ?? { exact: sale?.totals.due ?? 0, cash: sale?.totals.due ?? 0 }
    text(this.#word, t(sale?.kind === 'return' ? 'pay.refund' : 'pay.left'))
    text(this.#left, money(exact))
    text(this.#cash, cash === exact ? '' : t('pay.in-cash', { amount: money(cash) }))
    text(this.#customer, sale?.customer ? t('customer.chosen', { customer: sale.customer }) : '')
    if (this.#entry.value !== entry.text && document.activeElement !== this.#entry) this.#entry.value = entry.text
    this.#loading.hidden = payment !== null
    this.#finish.hidden = exact !== 0 || payment === null
    this.#drawTaken(sale?.tenders ?? [], sale?.authorizations ?? [])
    const wanted = JSON.stringify(payment)
    if (wanted === this.#drawn) return
    this.#drawn = wanted
    const { paying } = this.till
    const exactly = noteKey(t('pay.exact'), money(cash), () => void paying.cash(null), 'note-exact')
    const notes = (payment?.notes ?? []).map((note) => noteKey(figures().note(note), '', () => void paying.cash(note)))
    this.#notes.replaceChildren(...(payment && exact !== 0 ? [exactly, ...notes] : []))
    this.#tenders.replaceChildren(...(payment?.tenders ?? []).map((tender) => this.#tenderKey(tender)))
  }

  /** @param {SaleTender[]} tenders @param {Authorization[]} authorizations */
  #drawTaken(tenders, authorizations) {
    this.#taken.hidden = tenders.length === 0
    keyed(this.#taken, tenders, {
      key: (tender) => tender.n,
      make: (tender) => {
        const name = t(`tender.${tender.type}`)
        const told = standing(authorizations.find((one) => one.tender === tender.n))
        const remove = el(
          'button',
          {
            type: 'button',
            class: 'key',
            'aria-label': t('pay.remove', { name }),
            onclick: () => void this.till.paying.remove(tender.n),
          },
          '✕',
        )
        return el(
          'li',
          null,
          el('span', { class: 'row-name' }, told === '' ? name : `${name}: ${told}`),
          el('span', { class: 'row-side' }, figures().money(tender.amount)),
          remove,
        )
      },
    })
  }

  /** A tender that is refused stays in its place and says why. @param {TenderChoice} tender */
  #tenderKey(tender) {
    const missing = tender.code === 'customer-required' // not refused: choosing one is the first half of it
    const why = missing ? t('pay.customer') : refusal(tender)
    return el(
      'button',
      {
        type: 'button',
        class: 'key tender',
        disabled: !tender.allowed && !missing,
        'data-tender': tender.type,
        onclick: () => void this.till.paying.take(tender),
      },
      el('span', { class: 'tender-name' }, named(tender.names)),
      why === '' ? null : el('span', { class: 'tender-why' }, why),
    )
  }
}

/** @param {TenderChoice} tender */
function refusal({ allowed, reason, code }) {
  if (allowed) return ''
  return reason ? named(reason) : (maybe(`problem.${code}`) ?? '')
}

/** @param {string} face @param {string} below @param {() => void} press @param {string} [look] */
function noteKey(face, below, press, look = '') {
  return el(
    'button',
    { type: 'button', class: `key note ${look}`, onclick: press },
    el('span', null, face),
    below === '' ? null : el('span', { class: 'note-sum' }, below),
  )
}

customElements.define('till-pay', PayScreen)
