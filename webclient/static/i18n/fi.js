import { byHand } from './fi/by-hand.js'
import { checks } from './fi/checks.js'
import { common } from './fi/common.js'
import { extras } from './fi/extras.js'
import { health } from './fi/health.js'
import { paying } from './fi/paying.js'
import { problems } from './fi/problems.js'
import { second } from './fi/second.js'
import { selling } from './fi/selling.js'

/** @type {import('./en.js').Table} */
export const fi = { ...common, ...selling, ...paying, ...extras, ...byHand, ...health, ...checks, ...problems, ...second }
