/** The verbs of the drawer outside a sale: money in and out, opening it, and what should lie in it. */
import { t } from '../i18n/index.js'
import { shopReasons } from './shop-reasons.js'

/** @import {ShiftReport} from '../lib/types.js' */
/** @import {Desk} from './desk.js' */

export class Drawer {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk
  }

  async moveCash() {
    const { desk } = this
    const reasons = await shopReasons(desk, 'cash')
    if (reasons === null) return
    const answer = await desk.ask.howMuch({
      title: t('drawer.cash'),
      label: t('pay.amount'),
      go: t('drawer.go'),
      kinds: [
        { key: 'in', label: t('drawer.in') },
        { key: 'out', label: t('drawer.out') },
        { key: 'drop', label: t('drawer.drop') },
      ],
      reasons,
    })
    if (answer === null) return
    const body = { kind: answer.kind, amount: answer.cents, reason: answer.reason }
    await this.#done('/cash-movements', body, t('drawer.moved'))
  }

  async open() {
    const reasons = await shopReasons(this.desk, 'drawer')
    const reason = reasons && (await this.desk.ask.why(t('drawer.open'), reasons))
    if (reason !== null) await this.#done('/drawer/open', { reason }, t('drawer.opened'))
  }

  /** @returns {Promise<ShiftReport>} X: the shift so far */
  report() {
    return this.desk.get('/shifts/current/report')
  }

  /** @param {string} path @param {object} body @param {string} said */
  #done(path, body, said) {
    const { desk } = this
    return desk.once(async () => {
      await desk.act((call) => call('POST', path, body))
      desk.change((state) => state.say({ kind: 'good', text: said }))
    })
  }
}
