/** A shift's report as the register wrote it. */
import { el } from '../lib/dom.js'
import { t } from '../i18n/index.js'

/** @param {unknown} closed */
export function report(closed) {
  const written = /** @type {{report_text?: string, receipt_text?: string, text?: string}} */ (closed ?? {})
  const words = written.report_text ?? written.receipt_text ?? written.text ?? ''
  return el('pre', { class: 'paper', tabindex: '0', 'aria-label': t('shift.report') }, words)
}
