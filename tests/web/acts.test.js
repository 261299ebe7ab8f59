import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Acts } from '../../webclient/static/lib/acts.js'
import { NoAnswer, Problem } from '../../webclient/static/lib/api.js'

/** A register whose answers are given one by one: a value, or an error to throw. */
function registerThat(...answers) {
  return registerWithLeave(async () => null, ...answers)
}

function registerWithLeave(askLeave, ...answers) {
  const sent = []
  let keys = 0
  const acts = new Acts({
    send: async (method, path, body, key, leave) => {
      sent.push({ method, path, body, key, ...(leave && { leave }) })
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    },
    pause: async () => {},
    askLeave,
    newKey: () => `key-${(keys += 1)}`,
  })
  return { acts, sent }
}

const ended = () => new Problem(401, { code: 'session-required' })
const turns = async (n = 20) => {
  for (let i = 0; i < n; i += 1) await null
}

test('an act is sent once, with a key, and gives its answer', async () => {
  const { acts, sent } = registerThat({ id: 's1' })
  assert.deepEqual(await acts.run((call) => call('POST', '/sales', {})), { id: 's1' })
  assert.deepEqual(sent, [{ method: 'POST', path: '/sales', body: {}, key: 'key-1' }])
})

test('without an answer the same act is sent again with the same key until the register answers', async () => {
  const { acts, sent } = registerThat(new NoAnswer(), new NoAnswer(), new NoAnswer(), 'done')
  assert.equal(await acts.run((call) => call('POST', '/sales/s1/complete')), 'done')
  assert.deepEqual(new Set(sent.map((one) => one.key)), new Set(['key-1']))
  assert.equal(sent.length, 4)
})

test('two acts never share a key, nor do two calls of one act', async () => {
  const { acts, sent } = registerThat(1, 2, 3)
  await acts.run(async (call) => {
    await call('POST', '/sales')
    await call('POST', '/sales/s1/lines')
  })
  await acts.run((call) => call('POST', '/sales/s1/lines'))
  assert.deepEqual(
    sent.map((one) => one.key),
    ['key-1', 'key-2', 'key-3'],
  )
})

test('acts keep their order: a later scan waits for an earlier one that gets no answer', async () => {
  const { acts, sent } = registerThat(new NoAnswer(), 'first', 'second')
  const done = []
  await Promise.all([
    acts.run((call) => call('POST', '/a')).then((answer) => done.push(answer)),
    acts.run((call) => call('POST', '/b')).then((answer) => done.push(answer)),
  ])
  assert.deepEqual(done, ['first', 'second'])
  assert.deepEqual(
    sent.map((one) => one.path),
    ['/a', '/a', '/b'],
  )
})

test('a refusal ends that act only', async () => {
  const { acts } = registerThat(new Problem(404, { code: 'article-not-found' }), 'second')
  const first = acts.run((call) => call('POST', '/a'))
  const second = acts.run((call) => call('POST', '/b'))
  await assert.rejects(first, (error) => error.code === 'article-not-found')
  assert.equal(await second, 'second')
})

test('when the session has ended the act waits for somebody to sign in and goes on with its key', async () => {
  const { acts, sent } = registerThat(new NoAnswer(), ended(), 'receipt')
  const done = acts.run((call) => call('POST', '/sales/s1/complete'))
  await turns()
  assert.equal(acts.held, 'session')
  assert.equal(acts.waiting, 1)
  acts.resume()
  assert.equal(await done, 'receipt')
  assert.deepEqual(
    sent.map((one) => one.key),
    ['key-1', 'key-1', 'key-1'],
  )
  assert.equal(acts.held, null)
})

test('signing in for nothing wakes nothing', async () => {
  const { acts } = registerThat('done')
  acts.resume()
  assert.equal(await acts.run((call) => call('POST', '/a')), 'done')
  await turns()
  assert.equal(acts.waiting, 0)
})

const lacks = (permission) => new Problem(403, { code: 'permission-missing', permission })

test('what the role may not do is sent again with somebody else’s leave, under the same key', async () => {
  const asked = []
  const leave = async (permission) => (asked.push(permission), 'token')
  const { acts, sent } = registerWithLeave(leave, lacks('price-override'), 'done')
  assert.equal(await acts.run((call) => call('PATCH', '/sales/s1/lines/1', { unit_price: 1 })), 'done')
  assert.deepEqual(asked, ['price-override'])
  assert.deepEqual(sent.map(({ key, leave }) => [key, leave]), [['key-1', undefined], ['key-1', 'token']])
})

test('nobody gives leave, or it does not help: the act ends, and nobody is asked twice', async () => {
  const never = registerWithLeave(async () => null, lacks('discount'))
  await assert.rejects(never.acts.run((call) => call('POST', '/a')), { code: 'permission-missing' })
  let asked = 0
  const useless = registerWithLeave(async () => `token-${(asked += 1)}`, lacks('discount'), lacks('discount'), 'next')
  await assert.rejects(useless.acts.run((call) => call('POST', '/a')), { code: 'permission-missing' })
  assert.equal(asked, 1)
  assert.equal(await useless.acts.run((call) => call('POST', '/b')), 'next')
})

test('a leave is of its session: after signing in again it is asked for once more', async () => {
  let asked = 0
  const leave = async () => `token-${(asked += 1)}`
  const { acts, sent } = registerWithLeave(leave, lacks('discount'), ended(), lacks('discount'), 'done')
  const done = acts.run((call) => call('POST', '/a'))
  await turns()
  acts.resume()
  assert.equal(await done, 'done')
  assert.deepEqual(sent.map((one) => one.leave), [undefined, 'token-1', undefined, 'token-2'])
  assert.equal(new Set(sent.map((one) => one.key)).size, 1)
})
