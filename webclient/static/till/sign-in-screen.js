/** Who sells: a number, a PIN, and keys for both. */
import { el, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { keypad } from './keypad.js'
import { languageKeys } from './language-keys.js'
import { Screen } from './screen.js'

export class SignInScreen extends Screen {
  #register = el('p', { class: 'sign-register' })
  #store = el('p', { class: 'sign-store' })
  #kept = el('p', { class: 'sign-kept', role: 'status' })
  #number = el('input')
  #pin = el('input')
  #go = el('button')
  #current = this.#number

  /** @override */
  build() {
    this.#number = this.#field('sign-number', 'text')
    this.#pin = this.#field('sign-pin', 'password')
    this.#current = this.#number
    this.#go = el('button', { type: 'submit', class: 'key key-main sign-go' }, t('sign-in.next'))
    const keys = keypad((key) => this.#press(key), 3, [
      '7',
      '8',
      '9',
      '4',
      '5',
      '6',
      '1',
      '2',
      '3',
      'clear',
      '0',
      'back',
    ])
    const form = el(
      'form',
      { class: 'sign-form', onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      el('label', { for: 'sign-number' }, t('sign-in.number')),
      this.#number,
      el('label', { for: 'sign-pin' }, t('sign-in.pin')),
      this.#pin,
      keys,
      this.#go,
    )
    const welcome = el(
      'div',
      { class: 'sign-welcome' },
      el('h2', null, t('sign-in.title')),
      el('img', { class: 'sign-mark', src: '/static/icon.svg', alt: '' }),
      this.#register,
      this.#store,
      this.#kept,
      languageKeys((one) => this.till.speak(one)),
    )
    return [el('section', { class: 'sign' }, welcome, form)]
  }

  /** @override */
  draw() {
    const { register, interrupted, inHand } = this.till.state
    text(this.#register, register ? t('app.register', { register: register.register }) : '')
    text(this.#store, register ? [register.store_name, register.chain].filter(Boolean).join(' · ') : '')
    this.#kept.hidden = !interrupted
    text(this.#kept, t('sign-in.again'))
    text(this.#go, this.#number.value === '' || this.#pin.value === '' ? t('sign-in.next') : t('sign-in.go'))
    this.#go.disabled = inHand.has('sign-in')
  }

  /** @override */
  shown() {
    this.#number.focus()
  }

  /** @param {string} id @param {string} type */
  #field(id, type) {
    const field = el('input', {
      id,
      type,
      class: 'field',
      inputmode: 'none',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      maxlength: 24,
      onfocus: () => (this.#current = field),
      oninput: () => this.draw(),
    })
    return field
  }

  /** @param {string} key */
  #press(key) {
    const field = this.#current
    if (key === 'clear') field.value = ''
    else field.value = key === 'back' ? field.value.slice(0, -1) : field.value + key
    field.focus()
    this.draw()
  }

  /** Enter and the key go first from the number to the PIN, then in. @param {Event} event */
  #submit(event) {
    event.preventDefault()
    const [number, pin] = [this.#number.value.trim(), this.#pin.value]
    if (number === '') this.#number.focus()
    else if (pin === '') this.#pin.focus()
    else {
      this.#pin.value = ''
      void this.till.signing.signIn(number, pin).then(() => this.isConnected && this.#pin.focus())
    }
  }
}

customElements.define('till-sign-in', SignInScreen)
