/** Listens to the keyboard for the scanner, on every screen of the till. */
import { dialogIsOpen } from '../lib/dialog.js'
import { Wedge } from '../lib/wedge.js'

/** @typedef {import('./till.js').Till} Till */

/**
 * The settings are this screen's own, for a scanner that is set to a prefix key or is uncommonly slow.
 * @param {Till} till
 */
export function listen(till) {
  const idle_ms = Number(till.settings.get('scanner-idle-ms', '')) || undefined
  const wedge = new Wedge({ prefix: till.settings.get('scanner-prefix', ''), ...(idle_ms && { idle_ms }) })
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.isComposing) return
      const { taken, scan } = wedge.press(pressOf(event))
      if (taken) {
        event.preventDefault()
        event.stopPropagation()
      }
      if (scan !== null) heard(till, scan)
      else if (!taken && event.key === 'Enter') enter(till, event)
    },
    { capture: true },
  )
}

/**
 * A key that a finger has pressed gives the focus back to the page: the next Enter is the scanner's or
 * the way on, and never that key once more. A key pressed from the keyboard (detail 0) keeps it.
 */
export function letGoOfPressedKeys() {
  document.addEventListener('click', ({ detail }) => {
    const { activeElement } = document
    if (detail > 0 && activeElement instanceof HTMLButtonElement) activeElement.blur()
  })
}

/** @param {Till} till @param {string} code */
function heard(till, code) {
  if (dialogIsOpen() || till.state.session === null) till.desk.sounds.rejected()
  else void till.selling.scan(code)
}

/** Enter with nothing focused is the way on from a finished sale. @param {Till} till @param {KeyboardEvent} event */
function enter(till, event) {
  if (till.state.screen !== 'done' || dialogIsOpen() || event.target !== document.body) return
  event.preventDefault()
  till.paying.next()
}

/** @param {KeyboardEvent} event @returns {import('../lib/wedge.js').Press} */
function pressOf(event) {
  const { key, code, shiftKey: shift, timeStamp: at } = event
  return {
    key,
    code,
    shift,
    at,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    editable: takesText(event.target),
  }
}

/** @param {EventTarget|null} target */
function takesText(target) {
  if (target instanceof HTMLInputElement) return !target.readOnly
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
