/** The drawer counted piece by piece: how many of each note and coin; the register adds them up. */
import { el, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { sentence } from '../lib/problems.js'
import { keypad } from './keypad.js'

/** @typedef {import('./till.js').Till} Till */

// What lies in a Finnish drawer, the largest first; 1 and 2 cents are rounded away and come in by mistake only.
const PIECES = [50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1]
const KEYS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', 'clear', '0', 'back']

/**
 * @param {Till} till
 * @param {(counted: import('./shifts.js').Counted) => void} use
 * @param {HTMLElement} beside
 */
export function piecesForm(till, use, beside) {
  const sum = el('output', { class: 'pieces-sum' })
  const fields = PIECES.map((cents) => pieceField(cents, () => void add()))
  let current = fields[0]?.field
  let asked = 0

  const counted = () => {
    const found = fields.filter(({ field }) => Number(field.value) > 0)
    return Object.fromEntries(found.map(({ cents, field }) => [String(cents), Number(field.value)]))
  }
  const add = async () => {
    const mine = (asked += 1)
    try {
      const cash = await till.shifts.sum(counted())
      if (mine === asked) text(sum, figures().money(cash))
    } catch (error) {
      text(sum, sentence(error))
    }
  }
  const submit = async () => {
    try {
      const denominations = counted()
      use({ cash: await till.shifts.sum(denominations), denominations })
    } catch (error) {
      till.desk.failed(error)
    }
  }
  const press = (/** @type {string} */ key) => {
    if (!current) return
    if (key === 'clear') current.value = ''
    else current.value = key === 'back' ? current.value.slice(0, -1) : (current.value + key).slice(0, 4)
    current.focus()
    void add()
  }
  const grid = el('div', { class: 'pieces' }, ...fields.map(({ node }) => node))
  grid.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLInputElement) current = target
  })
  grid.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    const at = fields.findIndex(({ field }) => field === event.target)
    const next = fields[at + 1]
    if (next) next.field.focus()
    else void submit()
  })
  void add()
  const keys = el(
    'div',
    { class: 'cash-form-keys' },
    beside,
    el('button', { type: 'button', class: 'key key-main', onclick: () => void submit() }, t('shift.close-go')),
  )
  const total = el('p', { class: 'pieces-total' }, el('span', null, t('shift.counted')), sum)
  const pad = el('div', { class: 'pieces-pad' }, total, keypad(press, 3, KEYS))
  return el(
    'section',
    { class: 'cash-form cash-form-wide' },
    el('h2', null, t('shift.close-title')),
    el('div', { class: 'pieces-box' }, grid, pad),
    keys,
  )
}

/** @param {number} cents @param {() => void} changed */
function pieceField(cents, changed) {
  const label = figures().note(cents)
  const field = el('input', {
    type: 'text',
    class: 'field',
    inputmode: 'none',
    autocomplete: 'off',
    maxlength: 4,
    'aria-label': t('shift.pieces-of', { piece: label }),
    oninput: () => {
      field.value = field.value.replace(/\D/g, '')
      changed()
    },
  })
  return { cents, field, node: el('label', { class: 'piece' }, el('span', null, label), field) }
}
