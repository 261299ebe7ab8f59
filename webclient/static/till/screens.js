/** The screens: the first two come with the page, each other when it is wanted or, sooner, ahead of that. */
import { SignInScreen } from './sign-in-screen.js'
import { StartingScreen } from './starting-screen.js'

/** @typedef {import('./screen.js').Screen} Screen */
/** @typedef {import('./state.js').Screen} Name */
/** @typedef {new () => Screen} Kind */

/** @type {Record<Exclude<Name, 'starting'|'sign-in'>, () => Promise<Kind>>} */
const OTHERS = {
  'shift-open': async () => (await import('./shift-open-screen.js')).ShiftOpenScreen,
  sale: async () => (await import('./sale-screen.js')).SaleScreen,
  pay: async () => (await import('./pay-screen.js')).PayScreen,
  done: async () => (await import('./done-screen.js')).DoneScreen,
  parked: async () => (await import('./parked-screen.js')).ParkedScreen,
  receipts: async () => (await import('./receipts-screen.js')).ReceiptsScreen,
  'shift-close': async () => (await import('./shift-close-screen.js')).ShiftCloseScreen,
}

/** @type {Map<Name, Kind>} */
const here = new Map()
here.set('starting', StartingScreen)
here.set('sign-in', SignInScreen)

/** @param {Name} name */
export const screenOf = (name) => here.get(name) ?? null

/** @param {Name} name */
export async function fetchScreen(name) {
  if (name !== 'starting' && name !== 'sign-in') here.set(name, await OTHERS[name]())
}

/** All of them, while somebody keys in a number: a register that is restarted later must not keep a screen away. */
export async function fetchAhead() {
  for (const name of /** @type {Name[]} */ (Object.keys(OTHERS))) await fetchScreen(name)
}
