/** A shift's report (X, Z) as a table: the register's figures, in the cashier's language. */
import { ask } from '../lib/dialog.js'
import { el } from '../lib/dom.js'
import { figures, maybe, t } from '../i18n/index.js'

/** @import {ShiftReport} from '../lib/types.js' */
/** @typedef {import('./till.js').Till} Till */
/** @typedef {[string, string, string?]} Row  what, how much, and a look of its own */

/** X: the shift so far. @param {Till} till */
export async function showReport(till) {
  try {
    const report = await till.drawer.report()
    await ask(t('drawer.report'), (close) => [
      reportTable(report),
      el(
        'div',
        { class: 'dialog-keys' },
        el('button', { type: 'button', class: 'key', onclick: () => void till.shifts.print(null) }, t('shift.print')),
        el('button', { type: 'button', class: 'key', autofocus: true, onclick: () => close(null) }, t('do.close')),
      ),
    ])
  } catch (error) {
    till.desk.failed(error)
  }
}

/** @param {ShiftReport} report */
export function reportTable(report) {
  const row = (/** @type {Row} */ [what, value, look]) =>
    el('tr', { class: look ?? null }, el('th', { scope: 'row' }, what), el('td', null, value))
  const box = { class: 'report', tabindex: '0', role: 'region', 'aria-label': t('shift.report') }
  return el('div', box, el('table', null, el('tbody', null, ...rows(report).map(row))))
}

/**
 * @param {ShiftReport} report
 * @returns {Row[]}
 */
function rows({ no, sales, returns, total, rounding, by_tender, by_vat, cash, counts }) {
  const money = (/** @type {number|null} */ cents) => (cents === null ? '–' : figures().money(cents))
  const rate = (/** @type {number} */ bp) => figures().percent(bp)
  const tenders = Object.entries(by_tender)
  return [
    [t('report.cash'), '', 'report-head'],
    [t('report.expected'), money(cash.expected)],
    [t('report.counted'), money(cash.counted)],
    [
      t('report.difference'),
      money(cash.difference),
      cash.difference === 0 ? 'report-sum' : 'report-sum report-differs',
    ],
    [t('report.no', { no }), '', 'report-head'],
    [t('report.sales', { count: sales.count }), money(sales.total)],
    [t('report.returns', { count: returns.count }), money(returns.total)],
    [t('report.total'), money(total), 'report-sum'],
    ...by_vat.map((vat) => /** @type {Row} */ ([t('report.vat', { rate: rate(vat.rate) }), money(vat.tax)])),
    [t('report.rounding'), money(rounding)],
    [t('report.tenders'), '', 'report-head'],
    ...tenders.map(([type, sum]) => /** @type {Row} */ ([maybe(`tender.${type}`) ?? type, money(sum)])),
    [t('report.offline'), String(counts.offline)],
    [t('report.aborted'), String(counts.aborted)],
  ]
}
