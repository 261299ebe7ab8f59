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
    const form = cashForm(this.till, words, (cents) => void this.till.shifts.open(cents))
    // What the last shift left in the drawer is offered, not taken for granted: the field can be typed over.
    void this.till.shifts.floatLeft().then((cents) => cents !== null && form.offer(cents), () => {})
    return [form.node]
  }
}

customElements.define('till-shift-open', ShiftOpenScreen)
