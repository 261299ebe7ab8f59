/** In Swedish: what every page says. */
/** @type {Record<keyof typeof import('../en/common.js').common, string>} */
export const common = {
  'app.name': 'Kassa',
  'app.starting': 'Kassan startar…',
  'app.register': 'Kassa {register}',

  'language.choose': 'Språk',

  'chip.online': 'Förbindelse',
  'chip.offline': 'OFFLINE',
  'chip.unreachable': 'Svag förbindelse',
  'chip.attention': 'Obs',
  'chip.cannot-sell': 'KAN INTE SÄLJA',
  'chip.no-answer': 'Svarar inte',
  'chip.open': 'Kassans läge: {state}',

  'bar.no-answer': 'Kassan svarar inte. Inget går förlorat; försöker igen…',
  'bar.offline': 'INGEN FÖRBINDELSE – försäljningen fortsätter. {count} väntar. Priser {when}',
  'bar.offline-no-age': 'INGEN FÖRBINDELSE – försäljningen fortsätter. {count} väntar.',
  'bar.returning': 'Försäljning överförs till huvudkontoret: {acked} / {total}',
  'bar.no-snapshot': 'KAN INTE SÄLJA – kassan har ännu ingen prislista. Ring supporten.',
  'bar.no-journal': 'KAN INTE SÄLJA – kassan kan inte spara försäljningen. Ring supporten.',
  'bar.stale': 'Priserna är från {when}. Försäljningen fortsätter.',

  'do.back': 'Tillbaka',
  'do.cancel': 'Avbryt',
  'do.close': 'Stäng',
  'do.retry': 'Försök igen',
  'do.menu': 'Meny',

  'key.back': 'Radera ett',
  'key.clear': 'Töm',
  'key.comma': 'Decimaltecken',
  'key.space': 'Mellanslag',
}
