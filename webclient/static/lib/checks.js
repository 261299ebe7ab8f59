/** A check's name, value and hint in words: the register decides what they say, this writes them for a person. */
import { figures, maybe } from '../i18n/index.js'

/** @typedef {import('./types.js').Check} Check */

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
const SIZES = /** @type {[number, string][]} */ ([
  [1 << 30, 'GB'],
  [1 << 20, 'MB'],
  [1 << 10, 'kB'],
])
const SPANS = /** @type {[number, string][]} */ ([
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
])

/** @param {Check} check */
export const checkName = ({ name }) => maybe(`check.${name}`) ?? name.replaceAll('_', ' ')

/**
 * @param {unknown} value
 * @param {Date} now
 * @returns {string}
 */
export function valueText(value, now) {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map((part) => valueText(part, now)).join(', ')
  if (typeof value === 'object') return parts(value, now)
  const text = String(value)
  if (INSTANT.test(text)) return figures().when(text, now)
  return maybe(`said.${slug(text)}`) ?? text
}

/**
 * What to do, in the technician's language; a fault also keeps the register's own words, which know more.
 * @param {Check} check
 */
export function hintText({ name, status, value, hint }) {
  const own = hint === null ? null : (maybe(`hint.${name}.${slug(value)}`) ?? maybe(`hint.${name}.${status}`))
  if (own === null) return hint ?? ''
  return status === 'fail' && own !== hint ? `${own} (${hint})` : own
}

/** `OFFLINE by hand` → `offline-by-hand` @param {unknown} said */
const slug = (said) =>
  String(said)
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')

/** @param {object} value @param {Date} now */
function parts(value, now) {
  const known = Object.entries(value).filter(([, part]) => part !== null)
  return known.map(([name, part]) => `${labelOf(name)} ${measure(name, part, now)}`).join(' · ')
}

/** @param {string} name  its unit is its ending: `free_bytes`, `age_s`, `published_at` */
function labelOf(name) {
  const bare = name.replace(/_(bytes|s|at)$/, '')
  return maybe(`value.${bare}`) ?? bare.replaceAll('_', ' ')
}

/** @param {string} name @param {unknown} part @param {Date} now */
function measure(name, part, now) {
  if (typeof part !== 'number') return valueText(part, now)
  if (name.endsWith('_bytes')) return inUnits(part, SIZES, 'B')
  if (name.endsWith('_s')) return inUnits(part, SPANS, 's')
  return String(part)
}

/** @param {number} amount @param {[number, string][]} units @param {string} least */
function inUnits(amount, units, least) {
  const [size, unit] = units.find(([one]) => Math.abs(amount) >= one) ?? [1, least]
  return `${Math.trunc(amount / size)} ${unit}`
}
