/**
 * What the header chip and the bar under it say: one sign each, the gravest first, and never by
 * colour alone (● ▲ ■ and words). Pure: the instant is given.
 */

/** @typedef {import('./state.js').TillState} TillState */
/** @typedef {import('../i18n/index.js').Key} Key */
/** @typedef {{tone: 'good'|'warn'|'bad', mark: '●'|'▲'|'■', key: Key}} Chip */
/** @typedef {{tone: 'warn'|'bad'|'plain', key: Key, values: Record<string, string|number>, progress: {acked: number, total: number}|null}} Bar */

// The day's prices come at night: what is older than a day has missed a night.
const STALE_MS = 24 * 60 * 60 * 1000

/** @type {(key: Key) => Chip} */
const good = (key) => ({ tone: 'good', mark: '●', key })
/** @type {(key: Key) => Chip} */
const warn = (key) => ({ tone: 'warn', mark: '▲', key })
/** @type {(key: Key) => Chip} */
const bad = (key) => ({ tone: 'bad', mark: '■', key })

/** @param {TillState} state @returns {Chip} */
export function chip(state) {
  if (!state.answering) return bad('chip.no-answer')
  if (state.obstacle) return bad('chip.cannot-sell')
  if (state.offline?.offline) return warn('chip.offline')
  if (state.offline && !state.offline.head_office_reachable) return warn('chip.unreachable')
  if (state.health && state.health.status !== 'pass') return warn('chip.attention')
  return good('chip.online')
}

/**
 * @param {TillState} state
 * @param {Date} now
 * @param {(instant: string) => string} when  how an instant is written
 * @returns {Bar|null}
 */
export function bar(state, now, when) {
  const { offline, register } = state
  if (!state.answering) return plainBar('bad', 'bar.no-answer')
  if (state.obstacle) return plainBar('bad', `bar.no-${state.obstacle}`)
  const dated = priceDate(register)
  if (offline?.offline) {
    const values = { count: offline.queued_sales, when: dated ? when(dated) : '' }
    return { tone: 'warn', key: dated ? 'bar.offline' : 'bar.offline-no-age', values, progress: null }
  }
  if (offline?.returning) {
    const { acked, total } = offline.returning
    return { tone: 'plain', key: 'bar.returning', values: { acked, total }, progress: { acked, total } }
  }
  if (dated && now.getTime() - Date.parse(dated) > STALE_MS) {
    return { tone: 'warn', key: 'bar.stale', values: { when: when(dated) }, progress: null }
  }
  return null
}

/** The age of prices counts from when head office made them, not from when they arrived. @param {TillState['register']} register */
export function priceDate(register) {
  return register?.snapshot?.published_at ?? register?.snapshot?.activated_at ?? null
}

/** @param {'warn'|'bad'} tone @param {Key} key @returns {Bar} */
const plainBar = (tone, key) => ({ tone, key, values: {}, progress: null })
