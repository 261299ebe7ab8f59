import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api, NoAnswer, Problem } from '../../webclient/static/lib/api.js'

function apiThat(answer) {
  const asked = []
  const api = new Api(async (url, init) => {
    asked.push({ url, ...init })
    if (answer instanceof Error) throw answer
    return answer
  })
  return { api, asked }
}
const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers })

test('the token, the key and the body travel', async () => {
  const { api, asked } = apiThat(json(201, { id: 's1' }))
  api.token = 'secret'
  assert.deepEqual(await api.send('POST', '/sales', { kind: 'sale' }, 'key-1'), { id: 's1' })
  assert.equal(asked[0].headers['Authorization'], 'Bearer secret')
  assert.equal(asked[0].headers['Idempotency-Key'], 'key-1')
  assert.equal(asked[0].headers['Content-Type'], 'application/json')
  assert.equal(asked[0].body, '{"kind":"sale"}')
})

test('a question has no body, no key and no content type', async () => {
  const { api, asked } = apiThat(json(200, {}))
  await api.get('/offline')
  assert.equal(asked[0].body, undefined)
  assert.deepEqual(Object.keys(asked[0].headers), ['Accept'])
})

test('a problem brings its code, its sentence and how long to wait', async () => {
  const { api } = apiThat(json(429, { code: 'locked-out', detail: 'wait' }, { 'Retry-After': '120' }))
  await assert.rejects(api.get('/x'), (error) => {
    assert.ok(error instanceof Problem)
    assert.deepEqual([error.status, error.code, error.detail, error.retry_after_s], [429, 'locked-out', 'wait', 120])
    return true
  })
})

test('a cut line, a timeout and half an answer are all no answer', async () => {
  await assert.rejects(apiThat(new TypeError('Failed to fetch')).api.get('/x'), NoAnswer)
  await assert.rejects(apiThat(new DOMException('late', 'TimeoutError')).api.get('/x'), NoAnswer)
  await assert.rejects(apiThat(new Response('{"id": "s', { status: 200 })).api.get('/x'), NoAnswer)
})

test('an answer without a body is an answer', async () => {
  assert.equal(await apiThat(new Response(null, { status: 204 })).api.send('DELETE', '/session'), null)
})

test('a register that has locked itself asks to sign in, as one that knows nobody does', () => {
  const asks = (code) => new Problem(401, { code }).asksToSignIn
  assert.deepEqual(['session-required', 'session-locked', 'pin-wrong'].map(asks), [true, true, false])
})
