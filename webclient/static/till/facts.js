/** The state of the register, said fact by fact. Pure: the instant arrives written. */
import { checkName, hintText } from '../lib/checks.js'
import { t } from '../i18n/index.js'
import { priceDate } from './signs.js'

/** @typedef {import('./state.js').TillState} TillState */
/** @typedef {{name: string, value: string}} Fact */

const MARKS = { warn: '▲', fail: '■' }

/**
 * @param {TillState} state
 * @param {(instant: string) => string} when
 * @returns {Fact[]}
 */
export function facts({ register, offline, health }, when) {
  const list = []
  if (offline) {
    list.push({ name: t('link.mode'), value: mode(offline, when) })
    list.push({
      name: t('link.head-office'),
      value: t(offline.head_office_reachable ? 'link.reachable' : 'link.unreachable'),
    })
    list.push({
      name: t('link.queue'),
      value: t('link.queue-value', { sales: offline.queued_sales, records: offline.queued_records }),
    })
  }
  list.push({ name: t('link.prices'), value: prices(register, when) })
  if (register) list.push({ name: t('health.version', { version: '' }).trim(), value: register.version })
  if (register?.lan_url)
    list.push({ name: t('link.phone'), value: `${register.lan_url.replace(/\/$/, '')}/technician` })
  for (const check of health?.checks ?? []) {
    if (check.status !== 'pass')
      list.push({ name: `${MARKS[check.status]} ${checkName(check)}`, value: hintText(check) })
  }
  return list
}

/** @param {import('../lib/types.js').Offline} offline @param {(instant: string) => string} when */
function mode({ offline, since, by, reason }, when) {
  if (!offline) return 'ONLINE'
  const who = by === null ? null : by === 'automatic' ? t('link.by-automatic') : t('link.by', { who: by })
  return ['OFFLINE', since && t('link.since', { when: when(since) }), who, reason].filter(Boolean).join(', ')
}

/** @param {TillState['register']} register @param {(instant: string) => string} when */
function prices(register, when) {
  const dated = priceDate(register)
  if (!register?.snapshot || !dated) return t('link.prices-none')
  return t('link.prices-value', { version: register.snapshot.version, when: when(dated) })
}
