/** Which lines of a receipt come back, and how many of each: nothing is chosen until somebody chooses it. */
import { ask } from '../lib/dialog.js'
import { attr, el, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'

/** @typedef {import('../lib/types.js').ReturnableLine} ReturnableLine */
/** @typedef {{original_line: number, quantity: string}} Back  one line that comes back */

/**
 * @param {string} receiptNo
 * @param {ReturnableLine[]} lines
 * @returns {Promise<Back[]|null>} none of them: the goods are scanned
 */
export function askWhatComesBack(receiptNo, lines) {
  return ask(
    t('return.title', { receipt_no: receiptNo }),
    (close) => {
      const left = lines.filter((line) => Number(line.left) > 0)
      const rows = left.map(row)
      const chosen = () => rows.flatMap(({ back }) => back() ?? [])
      const go = () => {
        const backs = chosen()
        if (backs.length === 0) text(note, t('return.nothing'))
        else close(backs)
      }
      const note = el('p', { class: 'dialog-note dialog-missing', role: 'alert' })
      const key = (/** @type {string} */ label, /** @type {() => void} */ press, look = '') =>
        el('button', { type: 'button', class: `key ${look}`, onclick: press }, label)
      return [
        left.length === 0 ? el('p', { class: 'dialog-note' }, t('return.none-left')) : null,
        el('ul', { class: 'pick-list' }, ...rows.map(({ node }) => node)),
        note,
        el(
          'div',
          { class: 'dialog-keys' },
          key(t('do.cancel'), () => close(null)),
          key(t('return.scan'), () => close([])),
          key(t('return.all'), () => rows.forEach(({ all }) => all())),
          key(t('return.go'), go, 'key-main'),
        ),
      ]
    },
    'dialog-pick',
  )
}

/** Pieces one by one; what was weighed comes back whole. @param {ReturnableLine} line */
function row(line) {
  const most = /^\d+$/.test(line.left) ? Number(line.left) : 1
  let pieces = 0
  const count = el('output', { class: 'return-count', 'aria-live': 'polite' }, '0')
  const set = (/** @type {number} */ wanted) => {
    pieces = Math.min(most, Math.max(0, wanted))
    text(count, String(pieces))
    attr(node, 'data-chosen', pieces > 0)
  }
  const key = (/** @type {string} */ face, /** @type {string} */ name, /** @type {number} */ step) =>
    el(
      'button',
      { type: 'button', class: 'key', 'aria-label': `${name}: ${line.name}`, onclick: () => set(pieces + step) },
      face,
    )
  const much = `${figures().quantity(line.left)} ${line.unit} · ${figures().money(line.left_total)}`
  const node = el(
    'li',
    { class: 'return-row' },
    el('span', { class: 'row-name' }, line.name, el('span', { class: 'row-note' }, much)),
    key('−', t('return.less'), -1),
    count,
    key('+', t('return.more'), 1),
  )
  const quantity = () => (/^\d+$/.test(line.left) ? String(pieces) : line.left)
  return {
    node,
    all: () => set(most),
    back: () => (pieces === 0 ? null : { original_line: line.n, quantity: quantity() }),
  }
}
