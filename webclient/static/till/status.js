/** The state of the register in a dialog of its own, and the switch between OFFLINE and ONLINE. */
import { ask } from '../lib/dialog.js'
import { el, keyed, text } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { sentence } from '../lib/problems.js'
import { facts } from './facts.js'

/** @typedef {import('./till.js').Till} Till */

/** @param {Till} till */
export async function showStatus(till) {
  let timer = 0
  await ask(
    t('link.title'),
    (/** @type {(answer: null) => void} */ close) => {
      const list = el('dl', { class: 'facts' })
      const note = el('p', { class: 'dialog-note', role: 'status' })
      const keys = el('div', { class: 'menu-keys' })
      let asking = false

      const set = async (/** @type {boolean} */ offline, /** @type {string|null} */ reason) => {
        if (asking) return
        asking = true
        text(note, offline ? '' : t('link.asking'))
        try {
          await till.link.setOffline(offline, reason)
          text(note, '')
          close(null)
        } catch (error) {
          till.desk.sounds.rejected()
          text(note, sentence(error))
        }
        asking = false
      }

      const draw = () => {
        const now = new Date()
        keyed(
          list,
          facts(till.state, (instant) => figures().when(instant, now)),
          {
            key: (fact) => fact.name,
            make: (fact) => el('div', { class: 'fact' }, el('dt', null, fact.name), el('dd')),
            draw: (node, fact) => text(/** @type {Element} */ (node.lastElementChild), fact.value),
          },
        )
      }
      keys.append(...modeKeys(till, set))
      draw()
      timer = window.setInterval(draw, 500)
      return [
        list,
        note,
        keys,
        el(
          'div',
          { class: 'dialog-keys' },
          el('button', { type: 'button', class: 'key', autofocus: true, onclick: () => close(null) }, t('do.close')),
        ),
      ]
    },
    'dialog-status',
  )
  clearInterval(timer)
}

/**
 * @param {Till} till
 * @param {(offline: boolean, reason: string|null) => Promise<void>} set
 * @returns {HTMLElement[]}
 */
function modeKeys(till, set) {
  if (till.state.session === null) return [el('p', { class: 'dialog-note' }, t('link.sign-in-first'))]
  const key = (/** @type {string} */ label, /** @type {() => void} */ press, look = '') =>
    el('button', { type: 'button', class: `key ${look}`, onclick: press }, label)
  if (till.state.offline?.offline) return [key(t('link.go-online'), () => void set(false, null), 'key-main')]
  const reasons = [t('link.why-cut'), t('link.why-slow'), t('link.why-work'), t('link.why-other')]
  const why = el(
    'div',
    { class: 'reasons', hidden: true },
    el('p', { class: 'dialog-note' }, t('link.why')),
    ...reasons.map((reason) => key(reason, () => void set(true, reason))),
  )
  const go = key(t('link.go-offline'), () => {
    go.hidden = true
    why.hidden = false
  })
  return [go, why]
}
