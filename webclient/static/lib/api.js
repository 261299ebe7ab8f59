/**
 * The only place that fetches. Every answer is one of three things: the body, a `Problem` that the
 * register stated (nothing else happened), or `NoAnswer`, when nobody knows whether it happened.
 */

/** The register refused, and said why (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, title?: string, detail?: string, hint?: string, [extra: string]: unknown}} body
   * @param {number|null} retry_after_s
   */
  constructor(status, body, retry_after_s = null) {
    super(body.detail ?? body.title ?? `HTTP ${status}`)
    this.status = status
    this.code = body.code ?? `http-${status}`
    this.detail = this.message
    this.hint = body.hint ?? ''
    this.body = body
    this.retry_after_s = retry_after_s
  }

  /** Nobody is signed in, or the register has locked itself: number and PIN are asked again, and the sale is there. */
  get asksToSignIn() {
    return this.code === 'session-required' || this.code === 'session-locked'
  }

  /** What the role may not do, and somebody else's PIN can give leave for. @returns {string|null} */
  get takesLeave() {
    const { permission } = this.body
    return this.code === 'permission-missing' && typeof permission === 'string' ? permission : null
  }
}

/** The register did not answer in time: the act may or may not have been done. */
export class NoAnswer extends Error {}

export class Api {
  /** @type {string|null} kept in memory only: a reload asks for the PIN again, as a restart does */
  token = null

  /**
   * @param {(url: string, init: RequestInit) => Promise<Response>} fetch
   * @param {number} timeout_ms  longer than the register's own 3 s wait for an authorisation
   */
  constructor(fetch, timeout_ms = 8000) {
    this.fetch = fetch
    this.timeout_ms = timeout_ms
  }

  /**
   * @template T
   * @param {string} path
   * @returns {Promise<T>}
   */
  get(path) {
    return this.send('GET', path)
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {string|null} [key]
   * @param {string|null} [leave]  the token of a leave that somebody gave for this act
   * @returns {Promise<T>}
   */
  async send(method, path, body, key = null, leave = null) {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json' }
    if (this.token) headers['Authorization'] = `Bearer ${this.token}`
    if (key) headers['Idempotency-Key'] = key
    if (leave) headers['Override'] = leave
    /** @type {RequestInit} */
    const init = { method, headers, cache: 'no-store', signal: AbortSignal.timeout(this.timeout_ms) }
    if (method !== 'GET' && method !== 'DELETE') {
      headers['Content-Type'] = 'application/json'
      init.body = JSON.stringify(body ?? {})
    }
    const { response, answer } = await this.#answer(path, init)
    if (response.ok) return answer
    const wait = Number(response.headers.get('Retry-After'))
    throw new Problem(response.status, answer ?? {}, wait > 0 ? wait : null)
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  async #answer(path, init) {
    try {
      const response = await this.fetch(path, init)
      const text = await response.text()
      return { response, answer: text ? JSON.parse(text) : null }
    } catch (error) {
      // A cut line, a timeout and half a body are the same thing to the cashier: ask again.
      throw new NoAnswer(String(error))
    }
  }
}
