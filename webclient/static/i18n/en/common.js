/** In English: what every page says. */
export const common = {
  'app.name': 'Register',
  'app.starting': 'Starting the register…',
  'app.register': 'Register {register}',

  'language.choose': 'Language',

  'chip.online': 'Online',
  'chip.offline': 'OFFLINE',
  'chip.unreachable': 'Weak connection',
  'chip.attention': 'Needs attention',
  'chip.cannot-sell': 'CANNOT SELL',
  'chip.no-answer': 'No answer',
  'chip.open': 'Register status: {state}',

  'bar.no-answer': 'The register does not answer. Nothing is lost; trying again…',
  'bar.offline': 'NO CONNECTION – selling goes on. {count} waiting. Prices {when}',
  'bar.offline-no-age': 'NO CONNECTION – selling goes on. {count} waiting.',
  'bar.returning': 'Returning sales to head office: {acked} / {total}',
  'bar.no-snapshot': 'CANNOT SELL – this register has no price list yet. Call support.',
  'bar.no-journal': 'CANNOT SELL – this register cannot store a sale. Call support.',
  'bar.stale': 'The prices are from {when}. Selling goes on.',

  'do.back': 'Back',
  'do.cancel': 'Cancel',
  'do.close': 'Close',
  'do.retry': 'Try again',
  'do.menu': 'Menu',

  'key.back': 'Erase one',
  'key.clear': 'Clear',
  'key.comma': 'Decimal mark',
  'key.space': 'Space',
}
