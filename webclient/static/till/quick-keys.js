/** Keys for what is sold most and has no barcode, in pages so that each key keeps its place. */
import { el, keyed } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { fitting } from '../lib/labels.js'

/** @typedef {import('./till.js').Till} Till */
/** @typedef {import('../lib/types.js').QuickKey} QuickKey */

/** @param {Till} till */
export function quickKeys(till) {
  const grid = el('div', { class: 'quick', role: 'group', 'aria-label': t('quick.title') })
  const empty = el('p', { class: 'help' }, t('quick.empty'))
  const node = el('div', { class: 'quick-box' }, grid, empty)
  let page = 0
  let drawn = ''

  const more = () => {
    page += 1
    draw()
  }

  const draw = () => {
    const keys = till.state.quickKeys ?? []
    const places = placesIn(grid)
    const perPage = keys.length > places ? places - 1 : places
    if (page * perPage >= keys.length) page = 0
    const wanted = `${page}/${perPage}/${keys.length}`
    empty.hidden = till.state.quickKeys === null || keys.length > 0
    if (wanted === drawn) return
    drawn = wanted
    const shown = keys.slice(page * perPage, (page + 1) * perPage)
    /** @type {(QuickKey|null)[]} */
    const all = keys.length > places ? [...shown, null] : shown
    keyed(grid, all, {
      key: (key) => key?.article_id ?? 'more',
      make: (key) => (key === null ? moreKey(more) : quickKey(till, key)),
    })
  }
  return { node, draw }
}

/** @param {Till} till @param {QuickKey} key */
function quickKey(till, { article_id, label, unit_price }) {
  return el(
    'button',
    { type: 'button', class: 'quick-key', onclick: () => void till.selling.add({ article_id }) },
    el('span', { class: 'quick-label' }, fitting(label)),
    el('span', { class: 'quick-price' }, figures().money(unit_price)),
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
