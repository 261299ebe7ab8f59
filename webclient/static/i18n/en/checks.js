/** In English: what the checks of a register's health say, and what to do about them. */
export const checks = {
  'value.version': 'version',
  'value.age': 'age',
  'value.published': 'published',
  'value.records': 'records',
  'value.sales': 'sales',
  'value.oldest': 'oldest',
  'value.last': 'last',
  'value.epoch': 'epoch',
  'value.seq': 'record',
  'value.free': 'free',
  'value.offset': 'off by',
  'value.error': 'error',

  'said.answers': 'answers',
  'said.not-asked-yet': 'not asked yet',
  'said.does-not-answer': 'does not answer',
  'said.offline-by-hand': 'put OFFLINE by hand',
  'said.offline-by-itself': 'went OFFLINE by itself',
  'said.plain-http': 'plain http',
  'said.https': 'https',
  'said.loopback': 'same machine',

  'hint.catalog.warn': 'The prices are old. Check the line to head office and its nightly push.',
  'hint.catalog.fail': 'Send a price list from head office: server-push push.',
  'hint.head_office.offline-by-hand': 'Sales wait here until somebody goes ONLINE.',
  'hint.head_office.offline-by-itself': 'Head office did not answer. The register goes ONLINE by itself when it does.',
  'hint.head_office.warn': 'Check the network cable, the router and head office. The sales are safe in the register.',
  'hint.head_office.fail':
    'Head office refuses this register. See its state there; enrol it anew if its key was revoked.',
  'hint.queue.warn': 'Sales have waited long. Mend the line, then go ONLINE.',
  'hint.queue.fail': 'Sales do not come home. Nothing is lost: the journal keeps every record. Call support.',
  'hint.disk.warn': 'Free some space on the register’s disk.',
  'hint.disk.fail': 'The disk is full: free some space now, or selling stops.',
  'hint.clock.warn': 'Set this machine’s clock and its time zone.',
  'hint.clock.fail': 'Set this machine’s clock and its time zone: receipts bear a wrong date.',
  'hint.backup.warn': 'Make a backup: register-svc backup.',
  'hint.backup.fail':
    'No backup can be made, so prices are not changed. The till sells on. Check the folder for backups.',
  'hint.transport.warn': 'Traffic to head office is not encrypted. Put TLS in front of it and use its https address.',
  'hint.journal.fail': 'Nothing can be sold. Check the register’s disk, then restart the service.',

  'check.health': 'Health list',
  'check.snapshots': 'Price list switch',

  'hint.health.fail': 'The health list is no longer renewed. Restart the register service.',
}
