/**
 * All text on the screen, in the cashier's language. A key that the English table lacks does not
 * pass the type check, nor does a language that lacks a key.
 */
import { en } from './en.js'
import { fi } from './fi.js'
import { sv } from './sv.js'
import { Format } from '../lib/format.js'

/** @typedef {import('./en.js').Key} Key */
/** @typedef {import('../lib/format.js').Language} Language */

/** @type {Record<Language, import('./en.js').Table>} */
export const tables = { fi, sv, en }
export const languages = /** @type {Language[]} */ (Object.keys(tables))

/** @type {Language} */
let current = 'fi'
let format = new Format(current)

/** @param {string} wanted  an unknown language leaves the screen in Finnish */
export function setLanguage(wanted) {
  current = languages.find((language) => language === wanted) ?? 'fi'
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
  return tables[current][key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

/**
 * The text of a key that is made at run time, or null when there is none.
 * @param {string} key
 */
export function maybe(key) {
  return key in en ? t(/** @type {Key} */ (key)) : null
}

/** What the register calls something, in this language. @param {import('../lib/types.js').Names} names */
export const named = (names) => names[current] || names.en
