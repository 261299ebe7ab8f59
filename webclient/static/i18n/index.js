/**
 * All text on the screen, in the cashier's language. A key that the English table lacks does not
 * pass the type check, nor does a language that lacks a key.
 */
import { Format } from '../lib/format.js'

/** @typedef {import('./en.js').Key} Key */
/** @typedef {import('../lib/format.js').Language} Language */

/** @typedef {import('./en.js').Table} Table */

/** A screen speaks one language at a time, and fetches only that. @type {Record<Language, () => Promise<Table>>} */
const TABLES = {
  fi: async () => (await import('./fi.js')).fi,
  sv: async () => (await import('./sv.js')).sv,
  en: async () => (await import('./en.js')).en,
}
export const languages = /** @type {Language[]} */ (Object.keys(TABLES))

/** Each in its own words. @type {Record<Language, string>} */
export const languageNames = { fi: 'Suomi', sv: 'Svenska', en: 'English' }

/** @type {Table} */
let table
/** @type {Language} */
let current = 'fi'
let format = new Format(current)

/** Ahead of their need: a register that does not answer must not keep anybody from reading why. */
export async function fetchLanguages() {
  await Promise.all(Object.values(TABLES).map((fetchTable) => fetchTable()))
}

/**
 * Speak `wanted` from now on; resolves once its texts are here, and nothing is said before the first time.
 * @param {string} wanted  an unknown language is Finnish
 */
export async function setLanguage(wanted) {
  const next = languages.find((language) => language === wanted) ?? 'fi'
  table = await TABLES[next]()
  current = next
  format = new Format(current)
}

export const language = () => current

/** The live figures of this language. */
export const figures = () => format

/**
 * @param {Key} key
 * @param {Record<string, string|number>} [values]  for the `{names}` in the text
 */
export function t(key, values = {}) {
  return table[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

/**
 * The text of a key that is made at run time, or null when there is none.
 * @param {string} key
 */
export function maybe(key) {
  return key in table ? t(/** @type {Key} */ (key)) : null
}

/** What the register calls something, in this language. @param {import('../lib/types.js').Names} names */
export const named = (names) => names[current] || names.en
