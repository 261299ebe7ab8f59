/** A list that a screen fetches when it comes up: waiting, empty, there, or failed and worth another try. */
import { el, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { sentence } from '../lib/problems.js'

/**
 * @template T
 * @param {object} parts
 * @param {() => Promise<T[]>} parts.fetch
 * @param {(item: T) => HTMLElement} parts.row
 * @param {string} parts.waiting
 * @param {string} parts.empty
 */
export function fetchedList({ fetch, row, waiting, empty }) {
  const note = el('p', { class: 'help', role: 'status' }, waiting)
  const again = el('button', { type: 'button', class: 'key', hidden: true, onclick: () => void load() }, t('do.retry'))
  const list = el('ul', { class: 'fetched' })

  const load = async () => {
    text(note, waiting)
    again.hidden = true
    try {
      const items = await fetch()
      list.replaceChildren(...items.map(row))
      text(note, items.length === 0 ? empty : '')
    } catch (error) {
      text(note, sentence(error))
      again.hidden = false
    }
  }
  return { node: el('div', { class: 'fetched-box' }, note, again, list), load }
}
