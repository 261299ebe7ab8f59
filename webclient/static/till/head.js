/** The head of every screen: where one is, who sells, the clock, the state chip, the menu, and the bar below. */
import { attr, el, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { showMenu, showStatus } from './asking.js'
import { bar, chip } from './signs.js'

/** @typedef {import('./till.js').Till} Till */

/** @param {Till} till */
export function head(till) {
  const store = el('span', { class: 'head-store' })
  const name = el('span')
  const place = el('h1', { class: 'head-place' }, store, name)
  const cashier = el('span', { class: 'head-cashier' })
  const clock = el('time', { class: 'head-clock' })
  const mark = el('span', { class: 'chip-mark', 'aria-hidden': 'true' })
  const word = el('span')
  const state = el('button', { type: 'button', class: 'chip', onclick: () => void showStatus(till) }, mark, word)
  const menu = el(
    'button',
    { type: 'button', class: 'head-menu', 'aria-label': t('do.menu'), onclick: () => void showMenu(till) },
    '☰',
  )
  const node = el('header', { class: 'head' }, place, cashier, clock, state, menu)

  const draw = () => {
    const { register, session } = till.state
    const sign = chip(till.state)
    text(store, register ? `${register.store_name} · ` : '')
    text(name, register ? t('app.register', { register: register.register }) : t('app.name'))
    text(cashier, session ? session.name || session.cashier : '')
    text(clock, figures().time(new Date()))
    text(mark, sign.mark)
    text(word, t(sign.key))
    attr(state, 'class', `chip chip-${sign.tone}`)
    attr(state, 'aria-label', t('chip.open', { state: t(sign.key) }))
    menu.hidden = session === null
  }
  return { node, draw }
}

/** @param {Till} till */
export function bars(till) {
  const mark = el('span', { class: 'bar-mark', 'aria-hidden': 'true' })
  const word = el('span', { class: 'bar-text' })
  const progress = el('progress', { class: 'bar-progress', 'aria-hidden': 'true' })
  const node = el('div', { class: 'bar', role: 'status' }, mark, word, progress)
  const marks = { warn: '▲', bad: '■', plain: '↑' }

  const draw = () => {
    const now = new Date()
    const sign = bar(till.state, now, (instant) => figures().when(instant, now))
    node.hidden = sign === null
    if (sign === null) return
    attr(node, 'class', `bar bar-${sign.tone}`)
    text(mark, marks[sign.tone])
    text(word, t(sign.key, sign.values))
    progress.hidden = sign.progress === null
    if (sign.progress) {
      progress.max = Math.max(1, sign.progress.total)
      progress.value = sign.progress.acked
    }
  }
  return { node, draw }
}
