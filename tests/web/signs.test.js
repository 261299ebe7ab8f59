import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bar, chip } from '../../webclient/static/till/signs.js'
import { TillState } from '../../webclient/static/till/state.js'

const now = new Date('2026-11-22T21:00:00.000Z')
const fresh = '2026-11-22T20:04:00.000Z'

/** A till at work: ONLINE, everything in order, prices of tonight. */
function till({
  snapshot = { version: 812, activated_at: fresh, published_at: fresh },
  offline = {},
  health = 'pass',
  answering = true,
} = {}) {
  const state = new TillState()
  state.registerAnswered({
    register: 'r1',
    store: 's1',
    store_name: 'Kauppa',
    chain: 'Ketju',
    version: '0.1',
    business_day: null,
    snapshot,
    lan_url: null,
    shift_open: true,
  })
  state.offline = {
    offline: false,
    since: null,
    reason: null,
    by: null,
    head_office_reachable: true,
    queued_records: 0,
    queued_sales: 0,
    oldest_queued_at: null,
    returning: null,
    ...offline,
  }
  state.health = { status: health, register: 'r1', version: '0.1', mode: 'ONLINE', checks: [] }
  state.answering = answering
  return state
}
const barOf = (state) => bar(state, now, (instant) => `<${instant.slice(11, 16)}>`)

test('all is well: a green chip and no bar', () => {
  assert.deepEqual(chip(till()), { tone: 'good', mark: '●', key: 'chip.online' })
  assert.equal(barOf(till()), null)
})

test('OFFLINE says how many sales wait and how old the prices are', () => {
  const state = till({ offline: { offline: true, queued_sales: 14 } })
  assert.deepEqual(chip(state), { tone: 'warn', mark: '▲', key: 'chip.offline' })
  assert.deepEqual(barOf(state), {
    tone: 'warn',
    key: 'bar.offline',
    values: { count: 14, when: '<20:04>' },
    progress: null,
  })
})

test('the gravest sign wins: no answer, then nothing to sell with, then OFFLINE', () => {
  const offline = { offline: true }
  assert.equal(barOf(till({ offline, snapshot: null, answering: false })).key, 'bar.no-answer')
  assert.equal(barOf(till({ offline, snapshot: null })).key, 'bar.no-snapshot')
  assert.equal(chip(till({ offline, snapshot: null, answering: false })).key, 'chip.no-answer')
  assert.equal(chip(till({ offline, snapshot: null })).key, 'chip.cannot-sell')
  assert.equal(chip(till({ offline, health: 'fail' })).key, 'chip.offline')
})

test('a journal that cannot be written is an obstacle to selling, a printer that is out of paper is not', () => {
  const broken = till()
  broken.health.checks = [{ name: 'journal', status: 'fail', value: null, since: null, hint: null }]
  assert.equal(chip(broken).key, 'chip.cannot-sell')
  assert.equal(barOf(broken).key, 'bar.no-journal')
  broken.health = { ...broken.health, status: 'fail', checks: [{ ...broken.health.checks[0], name: 'printer' }] }
  assert.equal(chip(broken).key, 'chip.attention')
})

test('ONLINE with a silent head office, and with a check that warns, are said apart', () => {
  assert.equal(chip(till({ offline: { head_office_reachable: false } })).key, 'chip.unreachable')
  assert.equal(chip(till({ health: 'warn' })).key, 'chip.attention')
})

test('returning sales shows how far it has come', () => {
  const returning = { total: 400, acked: 120, started_at: fresh }
  assert.deepEqual(barOf(till({ offline: { returning } })).progress, { acked: 120, total: 400 })
})

test('prices older than a day are said; the sale goes on', () => {
  const old = '2026-11-21T20:04:00.000Z'
  assert.equal(barOf(till({ snapshot: { version: 811, activated_at: fresh, published_at: old } })).key, 'bar.stale')
})

test('no sign is told by colour alone', () => {
  for (const state of [till(), till({ offline: { offline: true } }), till({ answering: false })]) {
    assert.ok(chip(state).mark && chip(state).key)
  }
})
