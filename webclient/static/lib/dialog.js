/**
 * Questions on top of the page. While one is open the scanner is refused (see till/ears.js), and
 * when it closes the focus goes back to the page itself, so that the next scan is heard.
 */
import { el } from './dom.js'

let count = 0

export const dialogIsOpen = () => document.querySelector('dialog[open]') !== null

/**
 * Resolves with what was chosen; null when the cashier lets it be (Escape, Cancel).
 * @template T
 * @param {string} title
 * @param {(close: (answer: T|null) => void) => (Node|null)[]} content
 * @param {string} [kind]  a class of its own, for its size
 * @returns {Promise<T|null>}
 */
export function ask(title, content, kind = '') {
  return new Promise((resolve) => {
    /** @type {T|null} */
    let answer = null
    count += 1
    const id = `dialog-${count}`
    const close = (/** @type {T|null} */ value) => {
      answer = value
      dialog.close()
    }
    const heading = el('h2', { id, class: 'dialog-title' }, title)
    const dialog = el('dialog', { class: `dialog ${kind}`, 'aria-labelledby': id }, heading, ...content(close))
    dialog.addEventListener('close', () => {
      dialog.remove()
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      resolve(answer)
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}
