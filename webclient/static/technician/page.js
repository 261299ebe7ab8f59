/** The phone page: one large verdict, then every check, gravest first, and how old all that is. */
import { attr, el, keyed, text } from '../lib/dom.js'
import { figures, language, languageNames, languages, setLanguage, t } from '../i18n/index.js'
import { checkName, hintText, valueText } from '../lib/checks.js'

/** @typedef {import('./state.js').HealthView} HealthView */
/** @typedef {import('./state.js').Verdict} Verdict */
/** @typedef {import('../lib/types.js').Check} Check */

const MARKS = { pass: '●', warn: '▲', fail: '■', silent: '■', loading: '…' }
/** @type {Record<Verdict, import('../i18n/index.js').Key>} */
const WORDS = {
  pass: 'health.pass',
  warn: 'health.warn',
  fail: 'health.fail',
  silent: 'health.no-answer',
  loading: 'health.loading',
}

export class TechnicianPage extends HTMLElement {
  #title = el('h1')
  #mode = el('p', { class: 'mode' })
  #verdict = el('section', { class: 'verdict', role: 'status' })
  #mark = el('span', { class: 'verdict-mark', 'aria-hidden': 'true' })
  #word = el('h2', { class: 'verdict-word' })
  #why = el('p', { class: 'verdict-why' })
  #age = el('p', { class: 'age' })
  #checks = el('ul', { class: 'checks' })

  /**
   * @param {HealthView} view
   * @param {(language: string) => void} remember
   */
  constructor(view, remember) {
    super()
    this.view = view
    this.remember = remember
  }

  connectedCallback() {
    document.documentElement.lang = language()
    document.title = t('health.title')
    const keys = languages.map((one) =>
      el(
        'button',
        {
          type: 'button',
          class: 'tongue',
          lang: one,
          'aria-pressed': String(one === language()),
          'aria-label': languageNames[one],
          onclick: () => void this.#speak(one),
        },
        one,
      ),
    )
    this.#verdict.replaceChildren(this.#mark, this.#word, this.#why)
    const tongues = el('div', { class: 'tongues', role: 'group', 'aria-label': t('language.choose') }, ...keys)
    const head = el('header', { class: 'tech-head' }, el('div', null, this.#title, this.#mode), tongues)
    this.replaceChildren(head, el('main', null, this.#verdict, this.#age, this.#checks))
  }

  /** @param {number} now */
  draw(now) {
    const { view } = this
    const { health, verdict } = view
    const age = view.age_s(now)
    text(this.#title, health ? t('app.register', { register: health.register }) : t('health.title'))
    text(this.#mode, health ? `${health.mode} · ${t('health.version', { version: health.version })}` : '')
    attr(this.#verdict, 'class', `verdict verdict-${verdict}`)
    text(this.#mark, MARKS[verdict])
    text(this.#word, t(WORDS[verdict]))
    text(this.#why, this.#reason(age))
    text(this.#age, age === null ? '' : t('health.updated', { seconds: age }))
    attr(this.#checks, 'class', view.silent ? 'checks checks-old' : 'checks')
    keyed(this.#checks, view.checks, {
      key: (check) => check.name,
      make: checkRow,
      draw: (row, check) => drawCheck(row, check, new Date(now)),
    })
  }

  /** @param {number|null} age */
  #reason(age) {
    const { view } = this
    if (view.silent) return age === null ? t('health.never') : t('health.no-answer-help', { seconds: age })
    if (view.health === null) return ''
    const wrong = view.checks.filter((check) => check.status !== 'pass').map((check) => checkName(check))
    return wrong.length === 0 ? t('health.all-good') : wrong.join(', ')
  }

  /** @param {string} wanted */
  async #speak(wanted) {
    await setLanguage(wanted)
    this.remember(wanted)
    this.connectedCallback()
    this.draw(Date.now())
  }
}

function checkRow() {
  return el(
    'li',
    null,
    el('span', { class: 'check-mark', 'aria-hidden': 'true' }),
    el('h3', { class: 'check-name' }),
    el('span', { class: 'check-word' }),
    el('p', { class: 'check-value' }),
    el('p', { class: 'check-since' }),
    el('p', { class: 'check-hint' }),
  )
}

/** @param {HTMLElement} row @param {Check} check @param {Date} now */
function drawCheck(row, check, now) {
  const [mark, name, word, value, since, hint] =
    /** @type {[Element, Element, Element, HTMLElement, HTMLElement, HTMLElement]} */ (
      /** @type {unknown} */ ([...row.children])
    )
  attr(row, 'class', `check check-${check.status}`)
  text(mark, MARKS[check.status])
  text(name, checkName(check))
  text(word, t(`health.${check.status}`))
  text(value, valueText(check.value, now))
  text(
    since,
    check.since && check.status !== 'pass' ? t('health.since', { when: figures().when(check.since, now) }) : '',
  )
  text(hint, hintText(check))
  for (const part of [value, since, hint]) part.hidden = part.textContent === ''
}

customElements.define('technician-page', TechnicianPage)
