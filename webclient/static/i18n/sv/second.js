/** In Swedish: the customer's screen. */
/** @type {Record<keyof typeof import('../en/second.js').second, string>} */
export const second = {
  'second.title': 'Kundskärm',
  'second.welcome': 'Välkommen',
  'second.thanks': 'Tack!',
  'second.left': 'Kvar att betala',
  'second.change': 'Växel tillbaka',
  'second.back': 'Återbetalning',
}
