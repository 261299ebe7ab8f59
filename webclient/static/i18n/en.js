/** The English texts, and with them the names of all texts: a language that lacks one does not pass the check. */
import { byHand } from './en/by-hand.js'
import { checks } from './en/checks.js'
import { common } from './en/common.js'
import { extras } from './en/extras.js'
import { health } from './en/health.js'
import { paying } from './en/paying.js'
import { problems } from './en/problems.js'
import { second } from './en/second.js'
import { selling } from './en/selling.js'

export const en = { ...common, ...selling, ...paying, ...extras, ...byHand, ...health, ...checks, ...problems, ...second }

/** @typedef {keyof typeof en} Key */
/** @typedef {Record<Key, string>} Table */
