/** What the customer's screen is told, and what it shows when the till falls silent. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CustomerView } from '../../webclient/static/customer/state.js'
import { SecondScreen, seenOf } from '../../webclient/static/till/second-screen.js'
import { TillState } from '../../webclient/static/till/state.js'

const line = (n, more = {}) => ({ n, code: '641', name: `Item ${n}`, quantity: '1', total: 100, voided: false, ...more })
const sale = (lines, more = {}) => ({
  id: 's1',
  kind: 'sale',
  training: false,
  customer: 'C1',
  cashier: '101',
  lines,
  totals: { due: 200, change: 0 },
  ...more,
})

function selling(...lines) {
  const state = new TillState()
  state.registerAnswered({ register: 'r1' })
  state.signedIn({ token: 't' })
  state.shift = { no: 1 }
  if (lines.length > 0) state.saleIs(sale(lines))
  return state
}

test('the customer sees lines that are not voided, and neither codes nor people', () => {
  const seen = seenOf(selling(line(1), line(2, { voided: true }), line(3)))
  assert.equal(seen.kind, 'sale')
  assert.deepEqual(
    seen.lines.map((one) => one.n),
    [1, 3],
  )
  assert.equal(seen.due, 200)
  assert.doesNotMatch(JSON.stringify(seen), /641|C1|101|"t"/)
})

test('nobody is seen between customers, nor when nobody is signed in', () => {
  assert.equal(seenOf(selling()).kind, 'idle')
  const state = selling(line(1))
  state.signedOut()
  assert.equal(seenOf(state).kind, 'idle')
})

test('what is left is told while somebody pays, and the change when it is done', () => {
  const state = selling(line(1), line(2))
  state.goTo('pay')
  state.payment = { left: { exact: 50, cash: 50 }, notes: [], tenders: [] }
  assert.equal(seenOf(state).left, 50)
  state.saleDone({ receipt_no: 's1', change: 300, sale: sale([line(1)]), receipt_text: '' })
  assert.deepEqual([seenOf(state).kind, seenOf(state).change], ['done', 300])
  state.nextCustomer()
  assert.equal(seenOf(state).kind, 'idle')
})

test('the same is not said twice, but for a sign of life', () => {
  let now = 0
  const said = []
  const second = new SecondScreen((seen) => said.push(seen.kind), () => now)
  const state = selling()
  for (now of [0, 100, 500, 899]) second.tell(state)
  assert.deepEqual(said, ['idle'])
  now = 1000
  second.tell(state)
  state.saleIs(sale([line(1)]))
  second.tell(state)
  assert.deepEqual(said, ['idle', 'idle', 'sale'])
})

test('a till that falls silent leaves nobody on the screen, in the language it spoke', () => {
  const view = new CustomerView('fi')
  view.heard({ ...seenOf(selling(line(1))), language: 'sv' }, 1000)
  assert.equal(view.at(5900).kind, 'sale')
  assert.deepEqual([view.at(6100).kind, view.at(6100).lines, view.at(6100).language], ['idle', [], 'sv'])
})
