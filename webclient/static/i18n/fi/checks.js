/** In Finnish: what the checks of a register's health say, and what to do about them. */
/** @type {Record<keyof typeof import('../en/checks.js').checks, string>} */
export const checks = {
  'value.version': 'versio',
  'value.age': 'ikä',
  'value.published': 'julkaistu',
  'value.records': 'tietueita',
  'value.sales': 'myyntejä',
  'value.oldest': 'vanhin',
  'value.last': 'viimeisin',
  'value.epoch': 'jakso',
  'value.seq': 'tietue',
  'value.free': 'vapaana',
  'value.offset': 'poikkeama',
  'value.made': 'tehty',
  'value.kind': 'laji',
  'value.error': 'virhe',

  'said.answers': 'vastaa',
  'said.not-asked-yet': 'ei vielä kysytty',
  'said.does-not-answer': 'ei vastaa',
  'said.offline-by-hand': 'siirretty OFFLINE-tilaan käsin',
  'said.offline-by-itself': 'siirtyi OFFLINE-tilaan itsestään',
  'said.part': 'osa',
  'said.full': 'koko',
  'said.plain-http': 'salaamaton http',
  'said.https': 'https',
  'said.loopback': 'sama kone',

  'hint.catalog.warn': 'Hinnat ovat vanhat. Tarkista yhteys pääkonttoriin ja sen yöllinen lähetys.',
  'hint.catalog.fail': 'Lähetä hinnasto pääkonttorista: server-push push.',
  'hint.head_office.offline-by-hand': 'Myynnit odottavat kassalla, kunnes joku palaa ONLINE-tilaan.',
  'hint.head_office.offline-by-itself':
    'Pääkonttori ei vastannut. Kassa palaa ONLINE-tilaan itsestään, kun pääkonttori vastaa.',
  'hint.head_office.warn': 'Tarkista verkkojohto, reititin ja pääkonttori. Myynnit ovat tallessa kassalla.',
  'hint.head_office.fail':
    'Pääkonttori ei hyväksy kassaa. Katso kassan tila pääkonttorista; liitä se uudelleen, jos avain on peruttu.',
  'hint.queue.warn': 'Myynnit ovat odottaneet kauan. Korjaa yhteys ja palaa ONLINE-tilaan.',
  'hint.queue.fail': 'Myyntien siirto ei etene. Mitään ei katoa: päiväkirja säilyttää kaiken. Soita tukeen.',
  'hint.disk.warn': 'Vapauta tilaa kassan levyltä.',
  'hint.disk.fail': 'Levy on täynnä: vapauta tilaa heti, muuten myynti pysähtyy.',
  'hint.clock.warn': 'Aseta koneen kello ja aikavyöhyke.',
  'hint.clock.fail': 'Aseta koneen kello ja aikavyöhyke: kuiteissa on väärä päivä.',
  'hint.backup.warn': 'Tee varmuuskopio: register-svc backup.',
  'hint.backup.fail':
    'Varmuuskopio ei onnistu, joten hintoja ei vaihdeta. Kassa myy edelleen. Tarkista varmuuskopioiden kansio.',
  'hint.transport.warn':
    'Liikenne pääkonttoriin on salaamatonta. Pane TLS pääkonttorin eteen ja käytä sen https-osoitetta.',
  'hint.journal.fail': 'Mitään ei voi myydä. Tarkista kassan levy ja käynnistä palvelu uudelleen.',

  'check.health': 'Kuntotieto',
  'check.snapshots': 'Hinnaston vaihto',

  'hint.health.fail': 'Kuntotieto ei päivity. Käynnistä kassapalvelu uudelleen.',
}
