/** In Swedish: what the checks of a register's health say, and what to do about them. */
/** @type {Record<keyof typeof import('../en/checks.js').checks, string>} */
export const checks = {
  'value.version': 'version',
  'value.age': 'ålder',
  'value.published': 'publicerad',
  'value.records': 'poster',
  'value.sales': 'köp',
  'value.oldest': 'äldst',
  'value.last': 'senast',
  'value.epoch': 'epok',
  'value.seq': 'post',
  'value.free': 'ledigt',
  'value.offset': 'avvikelse',
  'value.made': 'gjord',
  'value.kind': 'art',
  'value.error': 'fel',

  'said.answers': 'svarar',
  'said.not-asked-yet': 'inte frågat ännu',
  'said.does-not-answer': 'svarar inte',
  'said.offline-by-hand': 'satt OFFLINE för hand',
  'said.offline-by-itself': 'gick OFFLINE av sig själv',
  'said.part': 'del',
  'said.full': 'hel',
  'said.plain-http': 'okrypterad http',
  'said.https': 'https',
  'said.loopback': 'samma maskin',

  'hint.catalog.warn': 'Priserna är gamla. Kontrollera förbindelsen till huvudkontoret och dess nattliga sändning.',
  'hint.catalog.fail': 'Sänd en prislista från huvudkontoret: server-push push.',
  'hint.head_office.offline-by-hand': 'Köpen väntar i kassan tills någon går till ONLINE.',
  'hint.head_office.offline-by-itself':
    'Huvudkontoret svarade inte. Kassan går till ONLINE av sig själv när huvudkontoret svarar.',
  'hint.head_office.warn': 'Kontrollera nätkabeln, routern och huvudkontoret. Köpen finns kvar i kassan.',
  'hint.head_office.fail':
    'Huvudkontoret godkänner inte kassan. Se kassans läge i huvudkontoret; anslut den på nytt om nyckeln är återkallad.',
  'hint.queue.warn': 'Köpen har väntat länge. Laga förbindelsen och gå till ONLINE.',
  'hint.queue.fail':
    'Överföringen av köpen går inte framåt. Inget går förlorat: journalen behåller allt. Ring supporten.',
  'hint.disk.warn': 'Frigör utrymme på kassans disk.',
  'hint.disk.fail': 'Disken är full: frigör utrymme genast, annars stannar försäljningen.',
  'hint.clock.warn': 'Ställ maskinens klocka och tidszon.',
  'hint.clock.fail': 'Ställ maskinens klocka och tidszon: kvittona har fel datum.',
  'hint.backup.warn': 'Gör en säkerhetskopia: register-svc backup.',
  'hint.backup.fail':
    'Säkerhetskopian lyckas inte, så priserna byts inte. Kassan säljer vidare. Kontrollera mappen för kopior.',
  'hint.transport.warn':
    'Trafiken till huvudkontoret är okrypterad. Sätt TLS framför huvudkontoret och använd dess https-adress.',
  'hint.journal.fail': 'Inget kan säljas. Kontrollera kassans disk och starta om tjänsten.',

  'check.health': 'Hälsouppgift',
  'check.snapshots': 'Byte av prislista',

  'hint.health.fail': 'Hälsouppgiften förnyas inte. Starta om kassatjänsten.',
}
