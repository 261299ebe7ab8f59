/** The purchases as a list: every line, then every code that was not found. */
import { attr, el, keyed, text } from '../lib/dom.js'
import { figures, named, t } from '../i18n/index.js'

/** @typedef {import('./till.js').Till} Till */
/** @typedef {import('../lib/types.js').SaleLine} SaleLine */
/** @typedef {import('./state.js').Unknown} Unknown */

/** @param {Till} till */
export function saleLines(till) {
  const list = el('ol', { class: 'lines', 'aria-label': t('sale.lines') })
  const empty = el(
    'div',
    { class: 'lines-empty' },
    el('p', { class: 'lines-empty-word' }, t('sale.empty')),
    el('p', null, t('sale.empty-help')),
  )
  const node = el('div', { class: 'lines-box' }, empty, list)
  let shown = ''
  // A bar that comes or goes must not push the newest line out of sight.
  new ResizeObserver(() => bringIntoView(list, till.state.unknown.length > 0)).observe(node)

  const draw = () => {
    const { sale, unknown, chosen } = till.state
    const rows = [...(sale?.lines ?? []), ...unknown]
    keyed(list, rows, {
      key: (row) => ('id' in row ? `?${row.id}` : `${sale?.id}/${row.n}`),
      make: (row) => ('id' in row ? unknownRow(till, row) : lineRow(till, row.n)),
      draw: (item, row) => {
        if (!('id' in row)) drawLine(item, row, row.n === chosen, notes(row, sale))
      },
    })
    empty.hidden = rows.length > 0
    list.hidden = rows.length === 0
    const newest = `${sale?.id}/${sale?.lines.length}/${unknown.at(-1)?.id}/${chosen}`
    if (newest !== shown) bringIntoView(list, unknown.length > 0)
    shown = newest
  }
  return { node, draw }
}

/** @param {Till} till @param {number} n */
function lineRow(till, n) {
  const button = el(
    'button',
    { type: 'button', class: 'line', onclick: () => till.desk.change((state) => state.choose(n)) },
    el('span', { class: 'line-name' }),
    el('span', { class: 'line-quantity' }),
    el('span', { class: 'line-total' }),
    el('span', { class: 'line-note' }),
  )
  return el('li', null, button)
}

/** @param {HTMLElement} item @param {SaleLine} line @param {boolean} chosen @param {string} said  under its name */
function drawLine(item, line, chosen, said) {
  const button = /** @type {HTMLElement} */ (item.firstElementChild)
  const [name, quantity, total, note] = /** @type {[Element, Element, Element, Element]} */ (
    /** @type {unknown} */ ([...button.children])
  )
  attr(button, 'class', `line${line.voided ? ' line-voided' : ''}`)
  attr(button, 'aria-pressed', String(chosen))
  button.toggleAttribute('disabled', line.voided)
  text(name, line.name)
  text(quantity, figures().quantity(line.quantity))
  text(total, figures().amount(line.total))
  text(note, said)
}

/** @param {SaleLine} line @param {import('../lib/types.js').Sale|null} sale  that it is on */
function notes(line, sale) {
  const parts = []
  const money = (/** @type {number} */ cents) => figures().money(cents)
  if (line.voided) parts.push(t('sale.voided'))
  if (line.quantity !== '1' && line.quantity !== '-1') {
    const unit = line.unit === 'kpl' ? '' : ` ${line.unit}` // a weight says what it is; pieces are understood
    parts.push(`${figures().quantity(line.quantity)}${unit} × ${money(line.unit_price)}`)
  }
  if (line.deposit !== 0) parts.push(t('sale.deposit', { amount: money(line.deposit) }))
  for (const { kind, line: n, about } of sale?.notes ?? []) {
    if (n !== line.n) continue
    if (kind === 'price') parts.push(t('by-hand.price-was', { amount: money(Number(about['before'])) }))
    if (kind === 'comment') parts.push(`“${about['text']}”`)
  }
  for (const { names, lines } of sale?.promotions ?? []) {
    if (lines.some(({ n }) => n === line.n)) parts.push(named(names))
  }
  if (line.discount !== 0) parts.push(t('sale.discount', { amount: money(line.discount) }))
  return parts.join(' · ')
}

/** @param {Till} till @param {Unknown} unknown */
function unknownRow(till, unknown) {
  return el(
    'li',
    { class: 'line-unknown' },
    el('span', { class: 'line-unknown-mark', 'aria-hidden': 'true' }, '▲'),
    el('span', { class: 'line-unknown-word', role: 'alert' }, unknown.why ?? t('sale.not-found', { code: unknown.code })),
    el(
      'button',
      { type: 'button', class: 'key', onclick: () => till.desk.change((state) => state.dismiss(unknown.id)) },
      t('sale.dismiss'),
    ),
  )
}

/** @param {HTMLElement} list @param {boolean} last  an unknown code is what must be seen */
function bringIntoView(list, last) {
  const row = last
    ? list.lastElementChild
    : (list.querySelector('[aria-pressed=true]')?.parentElement ?? list.lastElementChild)
  row?.scrollIntoView({ block: 'nearest' })
}
