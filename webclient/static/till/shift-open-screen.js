/** A cashier is in, but no shift is open: count the change money and begin. */
import { t } from '../i18n/index.js'
import { cashForm } from './cash-form.js'
import { Screen } from './screen.js'

export class ShiftOpenScreen extends Screen {
  /** @override */
  build() {
    const words = {
      title: t('shift.open-title'),
      help: t('shift.open-help'),
      label: t('shift.float'),
      go: t('shift.open-go'),
    }
    return [cashForm(this.till, words, (cents) => void this.till.signing.openShift(cents))]
  }
}

customElements.define('till-shift-open', ShiftOpenScreen)
