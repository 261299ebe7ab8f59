/** A field, what it finds, and letters for a till without a keyboard: one way to look anything up. */
import { ask } from '../lib/dialog.js'
import { el, keyed, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { letters } from './letters.js'
import { sentence } from '../lib/problems.js'

/**
 * @template T
 * @typedef {object} Lookup
 * @property {string} title
 * @property {string} label
 * @property {string} start        what to do, while nothing has been written
 * @property {(query: string) => Promise<T[]>} search
 * @property {(item: T) => string} key
 * @property {(item: T) => [string, string]} row   its name, and what is said beside it
 * @property {(query: string) => T|null} [enter]   what Enter makes of the query by itself
 */

/**
 * @template T
 * @param {Lookup<T>} lookup
 * @returns {Promise<T|null>}
 */
export function pick(lookup) {
  return ask(
    lookup.title,
    (close) => {
      const found = results(lookup, close)
      const field = el('input', {
        type: 'text',
        class: 'field',
        autocomplete: 'off',
        autocapitalize: 'off',
        spellcheck: 'false',
        autofocus: true,
        'aria-label': lookup.label,
        placeholder: lookup.label,
        oninput: () => found.look(field.value),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          const direct = lookup.enter?.(field.value.trim()) ?? null
          if (direct !== null) close(direct)
          else found.enter()
        },
      })
      const cancel = el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel'))
      return [el('div', { class: 'pick-top' }, field, cancel), found.note, found.list, letters(field)]
    },
    'dialog-pick',
  )
}

/**
 * @template T
 * @param {Lookup<T>} lookup
 * @param {(item: T) => void} close
 */
function results(lookup, close) {
  const note = el('p', { class: 'pick-note', role: 'status' }, lookup.start)
  const list = el('ul', { class: 'pick-list' })
  /** @type {T[]} */
  let items = []
  let asked = 0

  const draw = () =>
    keyed(list, items, {
      key: lookup.key,
      make: (item) => {
        const [name, beside] = lookup.row(item)
        const row = el(
          'button',
          { type: 'button', class: 'row-button', onclick: () => close(item) },
          el('span', { class: 'row-name' }, name),
          el('span', { class: 'row-side' }, beside),
        )
        return el('li', null, row)
      },
    })

  /** The newest question wins: an answer that comes after it is dropped. @param {string} written */
  const look = async (written) => {
    const query = written.trim()
    const mine = (asked += 1)
    if (query !== '') text(note, t('search.busy'))
    try {
      const answer = query === '' ? [] : await lookup.search(query)
      if (mine !== asked) return
      items = answer
      text(note, query === '' ? lookup.start : items.length === 0 ? t('search.none', { query }) : '')
    } catch (error) {
      if (mine !== asked) return
      items = []
      text(note, sentence(error))
    }
    draw()
  }

  const enter = () => {
    const [only, second] = items
    if (only !== undefined && second === undefined) close(only)
  }
  return { note, list, look, enter }
}
