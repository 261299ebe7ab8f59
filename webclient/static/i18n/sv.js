import { byHand } from './sv/by-hand.js'
import { checks } from './sv/checks.js'
import { common } from './sv/common.js'
import { extras } from './sv/extras.js'
import { health } from './sv/health.js'
import { paying } from './sv/paying.js'
import { problems } from './sv/problems.js'
import { second } from './sv/second.js'
import { selling } from './sv/selling.js'

/** @type {import('./en.js').Table} */
export const sv = { ...common, ...selling, ...paying, ...extras, ...byHand, ...health, ...checks, ...problems, ...second }
