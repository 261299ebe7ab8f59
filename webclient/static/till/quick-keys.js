/** Keys for what is sold most and has no barcode, in pages so that each key keeps its place. */
import { attr, el, keyed } from '../lib/dom.js'
import { figures, named, t } from '../i18n/index.js'
import { fitting } from '../lib/labels.js'

/** @typedef {import('./till.js').Till} Till */
/** @typedef {import('../lib/types.js').QuickKey} QuickKey */
/** @typedef {import('../lib/types.js').QuickKeyPage} QuickKeyPage */

/** @param {Till} till */
export function quickKeys(till) {
  const tabs = el('div', { class: 'quick-tabs', role: 'group', 'aria-label': t('quick.pages') })
  const grid = el('div', { class: 'quick', role: 'group', 'aria-label': t('quick.title') })
  const empty = el('p', { class: 'help' }, t('quick.empty'))
  const node = el('div', { class: 'quick-box' }, tabs, grid, empty)
  let chosen = 0
  let part = 0 // of a page that has more keys than there is room for
  let drawn = ''

  const choose = (/** @type {number} */ page) => {
    chosen = page
    part = 0
    draw()
  }
  const more = () => {
    part += 1
    draw()
  }

  const draw = () => {
    const pages = till.state.quickKeys ?? []
    if (chosen >= pages.length) chosen = 0
    const keys = pages[chosen]?.keys ?? []
    const places = placesIn(grid)
    const perPart = keys.length > places ? places - 1 : places
    if (part * perPart >= keys.length) part = 0
    empty.hidden = till.state.quickKeys === null || keys.length > 0
    tabs.hidden = pages.length < 2
    const wanted = JSON.stringify([chosen, part, perPart, pages])
    if (wanted === drawn) return
    drawn = wanted
    tabs.replaceChildren(...pages.map((page, at) => tab(page, at === chosen, () => choose(at))))
    const shown = keys.slice(part * perPart, (part + 1) * perPart)
    /** @type {(QuickKey|null)[]} */
    const all = keys.length > places ? [...shown, null] : shown
    keyed(grid, all, {
      key: (key) => (key === null ? 'more' : `${chosen}/${part}/${all.indexOf(key)}/${key.article_id}`),
      make: (key) => (key === null ? moreKey(more) : quickKey(till, key)),
    })
  }
  return { node, draw }
}

/** @param {QuickKeyPage} page @param {boolean} isOpen @param {() => void} press */
function tab({ names }, isOpen, press) {
  const node = el(
    'button',
    { type: 'button', class: 'key quick-tab', onclick: press },
    names === null ? t('quick.title') : named(names),
  )
  attr(node, 'aria-pressed', String(isOpen))
  return node
}

/** @param {Till} till @param {QuickKey} key */
function quickKey(till, key) {
  const { article_id, label, unit_price } = key
  const press = () => (article_id === null ? till.extras.openKey(key) : till.selling.add({ article_id }))
  const price = unit_price === null ? t('quick.open') : figures().money(unit_price)
  return el(
    'button',
    { type: 'button', class: 'quick-key', onclick: () => void press() },
    el('span', { class: 'quick-label' }, fitting(label)),
    el('span', { class: 'quick-price' }, price),
  )
}

/** @param {() => void} press */
function moreKey(press) {
  return el(
    'button',
    { type: 'button', class: 'quick-key quick-more', onclick: press },
    el('span', { class: 'quick-label' }, t('quick.more')),
    el('span', { class: 'quick-price', 'aria-hidden': 'true' }, '›'),
  )
}

/** How many keys the style has room for on this screen. @param {HTMLElement} grid */
function placesIn(grid) {
  const style = getComputedStyle(grid)
  const read = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
    Number(style.getPropertyValue(name)) || otherwise
  return read('--quick-columns', 4) * read('--quick-rows', 2)
}
