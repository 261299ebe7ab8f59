/** What a cashier needs seldom: receipts, parked sales, the end of the shift, language, tone. */
import { ask } from '../lib/dialog.js'
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { languageKeys } from './language-keys.js'
import { showReport } from './report.js'
import { showStatus } from './status.js'

/** @typedef {import('./till.js').Till} Till */

/** @param {Till} till */
export async function showMenu(till) {
  const { state, settings } = till
  const quiet = settings.get('tone', 'on') === 'off'
  const volume = volumeOf(settings.get('volume', 'normal'))
  const selling = Boolean(state.shift)
  const chosen = await ask(
    t('do.menu'),
    (/** @type {(go: (() => void)|null) => void} */ close) => {
      const item = (/** @type {string} */ label, /** @type {() => void} */ go, look = '') =>
        el('button', { type: 'button', class: `key ${look}`, onclick: () => close(go) }, label)
      const items = [
        selling ? item(t('menu.receipts'), () => till.desk.change((s) => s.goTo('receipts'))) : null,
        selling ? item(t('menu.parked'), () => till.desk.change((s) => s.goTo('parked'))) : null,
        selling ? item(t('drawer.cash'), () => void till.drawer.moveCash()) : null,
        selling ? item(t('drawer.open'), () => void till.drawer.open()) : null,
        selling ? item(t('drawer.report'), () => void showReport(till)) : null,
        selling && !state.sale ? item(t('menu.return'), () => void till.returning.byNumber()) : null,
        selling && !state.sale ? item(t('return.without'), () => void till.returning.withoutReceipt()) : null,
        selling && !state.sale
          ? item(t(state.training ? 'menu.training-off' : 'menu.training-on'), () => till.people.train())
          : null,
        item(t('pin.title'), () => void till.people.changePin()),
        item(t('menu.status'), () => void showStatus(till)),
        item(t(`menu.volume-${volume}`), () => turn(till, volume)),
        item(quiet ? t('menu.tone-off') : t('menu.tone-on'), () => settings.set('tone', quiet ? 'on' : 'off')),
        selling && state.sale ? item(t('sale.abort'), () => void till.parking.abort(), 'key-grave') : null,
        selling && !state.sale
          ? item(t('menu.close-shift'), () => till.desk.change((s) => s.goTo('shift-close')))
          : null,
        item(t('menu.sign-out'), () => void till.signing.signOut()),
      ]
      const languages = languageKeys((language) => close(() => till.speak(language)))
      return [
        el('div', { class: 'menu-keys' }, ...items),
        languages,
        el(
          'div',
          { class: 'dialog-keys' },
          el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.close')),
        ),
      ]
    },
    'dialog-menu',
  )
  chosen?.()
}

const VOLUMES = /** @type {const} */ (['low', 'normal', 'high'])

/** @param {string} said */
const volumeOf = (said) => VOLUMES.find((one) => one === said) ?? 'normal'

/** The next loudness, and how it sounds. @param {Till} till @param {typeof VOLUMES[number]} now */
function turn(till, now) {
  till.settings.set('volume', VOLUMES[(VOLUMES.indexOf(now) + 1) % VOLUMES.length] ?? 'normal')
  till.desk.sounds.accepted()
}
