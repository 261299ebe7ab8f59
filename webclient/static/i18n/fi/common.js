/** In Finnish: what every page says. */
/** @type {Record<keyof typeof import('../en/common.js').common, string>} */
export const common = {
  'app.name': 'Kassa',
  'app.starting': 'Kassa käynnistyy…',
  'app.register': 'Kassa {register}',

  'language.choose': 'Kieli',

  'chip.online': 'Yhteys',
  'chip.offline': 'OFFLINE',
  'chip.unreachable': 'Yhteys pätkii',
  'chip.attention': 'Huomio',
  'chip.cannot-sell': 'EI VOI MYYDÄ',
  'chip.no-answer': 'Ei vastaa',
  'chip.open': 'Kassan tila: {state}',

  'bar.no-answer': 'Kassa ei vastaa. Mitään ei katoa; yritetään uudelleen…',
  'bar.offline': 'EI YHTEYTTÄ – myynti jatkuu. {count} odottaa. Hinnat {when}',
  'bar.offline-no-age': 'EI YHTEYTTÄ – myynti jatkuu. {count} odottaa.',
  'bar.returning': 'Myyntejä siirretään pääkonttoriin: {acked} / {total}',
  'bar.no-snapshot': 'EI VOI MYYDÄ – kassalla ei ole vielä hinnastoa. Soita tukeen.',
  'bar.no-journal': 'EI VOI MYYDÄ – kassa ei pysty tallentamaan myyntiä. Soita tukeen.',
  'bar.stale': 'Hinnat ovat ajalta {when}. Myynti jatkuu.',

  'do.back': 'Takaisin',
  'do.cancel': 'Peruuta',
  'do.close': 'Sulje',
  'do.retry': 'Yritä uudelleen',
  'do.menu': 'Valikko',

  'key.back': 'Pyyhi yksi',
  'key.clear': 'Tyhjennä',
  'key.comma': 'Desimaalipilkku',
  'key.space': 'Väli',
}
