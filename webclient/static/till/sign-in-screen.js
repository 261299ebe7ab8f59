/** Who sells: a number, a PIN, and keys for both. After the register locked itself the number stands there already. */
import { el, text } from '../lib/dom.js'
import { t } from '../i18n/index.js'
import { languageKeys } from './language-keys.js'
import { pinForm } from './pin-form.js'
import { Screen } from './screen.js'

export class SignInScreen extends Screen {
  #register = el('p', { class: 'sign-register' })
  #store = el('p', { class: 'sign-store' })
  #kept = el('p', { class: 'sign-kept', role: 'status' })
  #form = pinForm([], '', () => {})

  /** @override */
  build() {
    const fields = [
      { id: 'sign-number', label: t('sign-in.number'), value: this.till.state.locked?.cashier ?? '' },
      { id: 'sign-pin', label: t('sign-in.pin'), secret: true },
    ]
    this.#form = pinForm(fields, t('sign-in.go'), ([number = '', pin = '']) => {
      void this.till.signing.signIn(number, pin).then(() => this.isConnected && this.#form.focus())
    })
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
    return [el('section', { class: 'sign' }, welcome, this.#form.node)]
  }

  /** @override */
  draw() {
    const { register, interrupted, locked, inHand } = this.till.state
    text(this.#register, register ? t('app.register', { register: register.register }) : '')
    text(this.#store, register ? [register.store_name, register.chain].filter(Boolean).join(' · ') : '')
    this.#kept.hidden = !interrupted
    text(this.#kept, locked ? t('sign-in.locked', { name: locked.name }) : t('sign-in.again'))
    this.#form.key.disabled = inHand.has('sign-in')
  }

  /** @override */
  shown() {
    this.#form.focus()
  }
}

customElements.define('till-sign-in', SignInScreen)
