/** The verbs of the till, spoken to a register whose answers each test writes down. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setLanguage } from '../../webclient/static/i18n/index.js'
import { Settings } from '../../webclient/static/lib/settings.js'
import { Till } from '../../webclient/static/till/till.js'

await setLanguage('en')

const TOTALS = { gross: 0, discount: 0, rounding: 0, due: 0, paid: 0, change: 0 }
const line = (n, more = {}) => ({
  n,
  article_id: `a${n}`,
  code: null,
  name: `Item ${n}`,
  quantity: '1',
  unit: 'kpl',
  unit_price: 100,
  discount: 0,
  deposit: 0,
  vat_rate: 1350,
  total: 100,
  voided: false,
  ...more,
})
const sale = (...lines) => ({
  id: 's1',
  receipt_no: 's1',
  state: 'open',
  kind: 'sale',
  offline: false,
  training: false,
  business_day: '2026-11-22',
  cashier: '1001',
  customer: null,
  lines,
  tenders: [],
  totals: TOTALS,
})
const refusal = (http, code) => ({ http, body: { code, detail: `${code} in English` } })
const turns = async (n = 60) => {
  for (let i = 0; i < n; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * A till in a shift. `script` maps "METHOD /path" to the answers it gives in turn (the last one stays):
 * a body, a refusal, or 'silence' when the line is cut.
 */
function tillWith(script, { shift = true, ask = {} } = {}) {
  const asked = []
  const tones = []
  const fetch = async (path, init) => {
    const name = `${init.method} ${path}`
    asked.push({ name, key: init.headers['Idempotency-Key'], body: init.body && JSON.parse(init.body) })
    const answers = script[name]
    assert.ok(answers, `nobody expected ${name}`)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === 'silence') throw new TypeError('Failed to fetch')
    return new Response(JSON.stringify(answer.http ? answer.body : answer), { status: answer.http ?? 200 })
  }
  const till = new Till({
    fetch,
    settings: new Settings(null),
    pause: async () => {},
    ask: { whichArticle: async () => null, whichCustomer: async () => null, sure: async () => true, ...ask },
  })
  till.desk.sounds = { accepted: () => tones.push('good'), rejected: () => tones.push('bad') }
  till.state.registerAnswered({ register: 'r1', snapshot: { version: 1 } })
  till.state.signedIn({ token: 't', cashier: '1001', name: 'Anna', role: 'cashier', permissions: [] })
  if (shift) till.state.shift = { no: 1, business_day: '2026-11-22', opened_at: '' }
  return { till, asked, tones, names: () => asked.map((one) => one.name) }
}

test('the first scan starts a sale and puts a line on it', async () => {
  const { till, names, tones } = tillWith({
    'GET /articles/641': [{}],
    'POST /sales': [sale()],
    'POST /sales/s1/lines': [sale(line(1))],
  })
  await till.selling.scan('641')
  assert.deepEqual(names(), ['GET /articles/641', 'POST /sales', 'POST /sales/s1/lines'])
  assert.equal(till.state.chosen, 1)
  assert.deepEqual(tones, ['good'])
})

test('ten fast scans make one sale and ten lines in their order', async () => {
  const lines = []
  const { till, asked } = tillWith({
    'GET /articles/1': [{}],
    'POST /sales': [sale()],
    'POST /sales/s1/lines': Array.from({ length: 10 }, (_, i) =>
      sale(...Array.from({ length: i + 1 }, (_, n) => line(n + 1))),
    ),
  })
  await Promise.all(Array.from({ length: 10 }, (_, i) => till.selling.scan(String(i + 1))))
  for (const one of asked) if (one.name.endsWith('/lines')) lines.push(one.body.code)
  assert.deepEqual(lines, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
  assert.equal(asked.filter((one) => one.name === 'POST /sales').length, 1)
  assert.equal(till.state.sale.lines.length, 10)
})

test('an unknown first code takes no receipt number, sounds wrong and blocks paying until it is dismissed', async () => {
  const { till, names, tones } = tillWith({
    'GET /articles/999': [refusal(404, 'article-not-found')],
    'GET /articles/641': [{}],
    'POST /sales': [sale()],
    'POST /sales/s1/lines': [sale(line(1))],
  })
  await till.selling.scan('999')
  assert.deepEqual(names(), ['GET /articles/999'])
  assert.deepEqual(tones, ['bad'])
  await till.selling.scan('641')
  assert.equal(till.state.canPay, false)
  await till.paying.begin()
  assert.equal(till.state.place, 'sale')
  till.state.dismiss(till.state.unknown[0].id)
  assert.equal(till.state.canPay, true)
})

test('a code of several items asks which; never mind leaves it as not found', async () => {
  const script = () => ({
    'GET /articles/7': [refusal(409, 'article-ambiguous')],
    'POST /sales': [sale()],
    'POST /sales/s1/lines': [
      { http: 409, body: { code: 'article-ambiguous', candidates: [{ article_id: 'a1' }, { article_id: 'a2' }] } },
      sale(line(1)),
    ],
  })
  const chosen = tillWith(script(), { ask: { whichArticle: async (_, candidates) => candidates[1] } })
  await chosen.till.selling.scan('7')
  assert.deepEqual(chosen.asked.at(-1).body, { article_id: 'a2' })
  const left = tillWith(script())
  await left.till.selling.scan('7')
  assert.deepEqual(
    left.till.state.unknown.map((one) => one.code),
    ['7'],
  )
})

test('a scan while paying is refused aloud and adds nothing', async () => {
  const { till, names, tones } = tillWith({})
  till.state.saleIs(sale(line(1)))
  till.state.goTo('pay')
  await till.selling.scan('641')
  assert.deepEqual([names(), tones], [[], ['bad']])
  assert.match(till.state.message.text, /Finish the payment first/)
})

test('two presses of a note are one payment', async () => {
  const { till, names } = tillWith({
    'POST /sales/s1/tenders': [sale(line(1))],
    'GET /sales/s1/payment': [{ left: { exact: 0, cash: 0 }, notes: [], tenders: [] }],
    'POST /sales/s1/complete': [{ receipt_no: 's1', change: 770, sale: sale(line(1)), receipt_text: 'KUITTI' }],
  })
  till.state.saleIs(sale(line(1)))
  till.state.goTo('pay')
  await Promise.all([till.paying.cash(2000), till.paying.cash(2000)])
  assert.deepEqual(names(), ['POST /sales/s1/tenders', 'GET /sales/s1/payment', 'POST /sales/s1/complete'])
  assert.equal(till.state.screen, 'done')
  assert.equal(till.state.completed.change, 770)
})

test('a part of the sum leaves the cashier at paying', async () => {
  const { till } = tillWith({
    'POST /sales/s1/tenders': [sale(line(1))],
    'GET /sales/s1/payment': [{ left: { exact: 500, cash: 500 }, notes: [], tenders: [] }],
  })
  till.state.saleIs(sale(line(1)))
  till.state.goTo('pay')
  await till.paying.cash(100)
  assert.equal(till.state.screen, 'pay')
})

test('a register that dies while completing gets the same act with the same key after the next sign-in', async () => {
  const receipt = { receipt_no: 's1', change: 0, sale: sale(line(1)), receipt_text: 'KUITTI' }
  const { till, asked } = tillWith({
    'POST /sales/s1/complete': ['silence', 'silence', refusal(401, 'session-required'), receipt],
    'POST /session': [{ token: 't2', cashier: '1001', name: 'Anna', role: 'cashier', permissions: [] }],
    'GET /shifts/current': [{ no: 1, business_day: '2026-11-22' }],
    'GET /quick-keys': [{ items: [], next: null }],
  })
  till.state.saleIs(sale(line(1)))
  till.state.goTo('pay')
  const done = till.paying.finish()
  await turns()
  assert.equal(till.state.screen, 'sign-in')
  assert.equal(till.state.interrupted, true)
  assert.equal(till.state.sale.id, 's1')
  await till.signing.signIn('1001', '1234')
  await done
  assert.equal(till.state.screen, 'done')
  assert.equal(new Set(asked.filter((one) => one.name.endsWith('/complete')).map((one) => one.key)).size, 1)
})

test('signing in finds the open sale again, and without a shift asks for one', async () => {
  const session = { token: 't2', cashier: '1001', name: 'Anna', role: 'cashier', permissions: [] }
  const found = tillWith({
    'POST /session': [session],
    'GET /shifts/current': [{ no: 1 }],
    'GET /quick-keys': [{ items: [] }],
    'GET /sales?state=open': [{ items: [sale(line(1))] }],
  })
  await found.till.signing.signIn('1001', '1234')
  assert.equal(found.till.state.sale.id, 's1')
  const none = tillWith(
    {
      'POST /session': [session],
      'GET /shifts/current': [refusal(409, 'no-open-shift')],
      'GET /quick-keys': [{ items: [] }],
    },
    { shift: false },
  )
  await none.till.signing.signIn('1001', '1234')
  assert.equal(none.till.state.screen, 'shift-open')
})

test('a wrong PIN is said and nobody is signed in', async () => {
  const { till, tones } = tillWith({ 'POST /session': [refusal(401, 'pin-wrong')] })
  till.state.signedOut()
  await till.signing.signIn('1001', '0000')
  assert.equal(till.state.screen, 'sign-in')
  assert.equal(till.state.message.text, 'Wrong number or PIN.')
  assert.deepEqual(tones, ['bad'])
})

test('voiding whose answer was lost is asked again under its key', async () => {
  const { till } = tillWith({
    'DELETE /sales/s1/lines/1': ['silence', sale(line(1, { voided: true }))],
  })
  till.state.saleIs(sale(line(1)))
  await till.selling.voidLine()
  assert.equal(till.state.sale.lines[0].voided, true)
  assert.equal(till.state.chosen, null)
})

test('an amount that is a barcode is refused, cleared and never sent', async () => {
  const { till, names } = tillWith({})
  till.state.saleIs(sale(line(1)))
  till.state.goTo('pay')
  await till.paying.amountTyped('6410405082657')
  assert.deepEqual(names(), [])
  assert.equal(till.state.entry.text, '')
})

test('while nothing answers the till says so, and is itself again when it does', async () => {
  const offline = { offline: false, head_office_reachable: true, queued_sales: 0, queued_records: 0, returning: null }
  const { till } = tillWith({
    'GET /register': ['silence', { register: 'r1', snapshot: null }],
    'GET /offline': [offline],
    'GET /health': [{ status: 'pass', checks: [] }],
  })
  await till.link.look()
  assert.equal(till.state.answering, false)
  await till.link.look()
  assert.equal(till.state.answering, true)
  assert.equal(till.state.obstacle, 'snapshot')
})

test('a locked register keeps the session: its owner’s PIN opens it, and what was held up goes on', async () => {
  const locked = { http: 401, body: { code: 'session-locked', cashier: '1001', name: 'Anna' } }
  const { till, asked } = tillWith({
    'PATCH /sales/s1/lines/1': [locked, sale(line(1, { quantity: '2' }))],
    'POST /session/unlock': [refusal(401, 'pin-wrong'), { cashier: '1001', name: 'Anna', role: 'cashier', permissions: [] }],
    'GET /shifts/current': [{ no: 1, business_day: '2026-11-22', opened_at: '' }],
    'GET /quick-keys': [{ items: [] }],
    'GET /sales?state=open': [{ items: [sale(line(1, { quantity: '2' }))] }],
  })
  till.desk.api.token = 't'
  till.state.saleIs(sale(line(1)))
  till.state.entry.type('2')
  const change = till.selling.setQuantity()
  await turns()
  assert.equal(till.state.screen, 'sign-in')
  assert.deepEqual(till.state.locked, { cashier: '1001', name: 'Anna' })
  await till.signing.signIn('1001', '0000')
  assert.equal(till.state.screen, 'sign-in')
  await till.signing.signIn('1001', '1111')
  await change
  assert.equal(till.state.screen, 'sale')
  assert.equal(till.state.sale.lines[0].quantity, '2')
  assert.equal(asked.some((one) => one.name === 'POST /session'), false)
})

test('at a locked register somebody else signs in with a session of their own', async () => {
  const { till, names } = tillWith({
    'POST /session': [{ token: 'u', cashier: '2', name: 'Bo', role: 'cashier', permissions: [] }],
    'GET /shifts/current': [{ no: 1, business_day: '2026-11-22', opened_at: '' }],
    'GET /quick-keys': [{ items: [] }],
    'GET /sales?state=open': [{ items: [] }],
  })
  till.desk.api.token = 't'
  till.people.lock()
  await till.signing.signIn('2', '2222')
  assert.equal(till.state.session.name, 'Bo')
  assert.equal(names()[0], 'POST /session')
})

test('a difference that the shop wants explained is asked for, and the count goes again with the reason', async () => {
  const { till, asked } = tillWith(
    {
      'POST /shifts/current/close': [refusal(409, 'difference-reason-required'), { no: 1 }],
    },
    { ask: { words: async () => 'a coin rolled away' } },
  )
  const reports = []
  await till.shifts.close({ cash: 9000 }, (report) => reports.push(report))
  assert.deepEqual(reports, [{ no: 1 }])
  assert.deepEqual(asked[1].body, { counted: { cash: 9000 }, reason: 'a coin rolled away' })
})

test('a return puts on the chosen lines of its receipt, one after another', async () => {
  const back = sale()
  const { till, asked } = tillWith(
    {
      'GET /receipts/r1-1-000001/returnable': [{ lines: [] }],
      'POST /sales': [{ ...back, kind: 'return' }],
      'POST /sales/s1/lines': [{ ...back, kind: 'return', lines: [line(1)] }],
    },
    { ask: { whatComesBack: async () => [{ original_line: 2, quantity: '1' }] } },
  )
  await till.returning.ofReceipt('r1-1-000001')
  assert.deepEqual(
    asked.slice(1).map((one) => one.body),
    [{ kind: 'return', original_receipt: 'r1-1-000001' }, { original_line: 2, quantity: '1' }],
  )
  assert.equal(till.state.place, 'sale')
})
