/**
 * What travels between the browser and the register, as the register's OpenAPI document names it.
 * Money is integer cents and is never added up here; quantities are decimal strings.
 *
 * @typedef {{fi: string, sv: string, en: string}} Names
 * @typedef {'cash'|'card'|'invoice'|'account'|'payroll'|'bonus'|'voucher'} TenderType
 *
 * @typedef {object} SaleLine
 * @property {number} n
 * @property {string|null} article_id
 * @property {string|null} code
 * @property {string} name
 * @property {string} quantity
 * @property {string} unit
 * @property {number} unit_price
 * @property {number} discount
 * @property {number} deposit
 * @property {number} vat_rate
 * @property {number} total
 * @property {boolean} voided
 *
 * @typedef {{n: number, type: TenderType, amount: number}} SaleTender
 * @typedef {{gross: number, discount: number, rounding: number, due: number, paid: number, change: number}} Totals
 *
 * @typedef {object} Sale
 * @property {string} id
 * @property {string} receipt_no
 * @property {'open'|'parked'|'completed'|'aborted'} state
 * @property {'sale'|'return'} kind
 * @property {boolean} offline
 * @property {boolean} training
 * @property {string} business_day
 * @property {string|null} cashier
 * @property {string|null} customer
 * @property {SaleLine[]} lines
 * @property {SaleTender[]} tenders
 * @property {Totals} totals
 * @property {{kind: 'age', line: number|null, limit: number, ask_under: number}[]} [asks]  before it may be paid
 * @property {Note[]} [notes]  what stands beside the document
 * @property {Promotion[]} [promotions]  what campaigns took off; a part of the lines' discounts
 * @property {GivenDiscount[]} [discounts]  as they were given; what they come to stands on the lines
 * @property {Authorization[]} [authorizations]  what head office said of tenders that it was asked about
 *
 * @typedef {{promotion_id: string, names: Names, amount: number, lines: {n: number, amount: number}[]}} Promotion
 * @typedef {{tender: number, type: TenderType, answered: boolean, balance: number|null, limit: number|null}} Authorization
 * @typedef {{kind: string, line: number|null, about: Record<string, unknown>}} Note
 * @typedef {{n: number, line: number|null, percent: string|null, amount: number|null, reason: string}} GivenDiscount
 *
 * @typedef {{receipt_no: string, change: number, sale: Sale, receipt_text: string}} Completed
 *
 * @typedef {object} TenderChoice    what one tender would do right now, decided by the register
 * @property {TenderType} type
 * @property {Names} names
 * @property {boolean} allowed
 * @property {string|null} code
 * @property {Names|null} reason
 * @property {boolean} needs_customer
 * @property {number} amount
 *
 * @typedef {{left: {exact: number, cash: number}, notes: number[], tenders: TenderChoice[]}} Payment
 *
 * @typedef {object} RegisterInfo
 * @property {string} register
 * @property {string} store
 * @property {string} store_name
 * @property {string} chain
 * @property {string} version
 * @property {string|null} business_day
 * @property {{version: number, activated_at: string|null, published_at: string|null}|null} snapshot
 * @property {string|null} lan_url
 * @property {boolean} shift_open
 * @property {boolean} [email_receipts]  this register sends receipts by e-mail
 *
 * @typedef {object} Offline
 * @property {boolean} offline
 * @property {string|null} since
 * @property {string|null} reason
 * @property {string|null} by
 * @property {boolean} head_office_reachable
 * @property {number} queued_records
 * @property {number} queued_sales
 * @property {string|null} oldest_queued_at
 * @property {{total: number, acked: number, started_at: string}|null} returning
 *
 * @typedef {{name: string, status: 'pass'|'warn'|'fail', value: unknown, since: string|null, hint: string|null}} Check
 * @typedef {{status: 'pass'|'warn'|'fail', register: string, version: string, mode: 'ONLINE'|'OFFLINE', checks: Check[]}} Health
 *
 * @typedef {object} Session
 * @property {string} token
 * @property {string} cashier
 * @property {string} name
 * @property {string} role
 * @property {string[]} permissions
 * @property {boolean} [training]
 * @property {number} [lock_after_min]  minutes unused until the PIN is asked again; 0 for never
 *
 * @typedef {{items: {reason: string, texts: Names}[], free_text: boolean}} Reasons  what the shop offers; free_text: another may be written
 * @typedef {object} QuickKey  sells an article, or something of `vat_code` at a price that is keyed in
 * @property {string|null} article_id
 * @property {string} label
 * @property {number|null} unit_price
 * @property {string|null} vat_code
 *
 * @typedef {{names: Names|null, keys: QuickKey[]}} QuickKeyPage  names: null for what sells most
 * @typedef {{article_id: string, name: string, unit_price: number, unit?: string}} Article
 * @typedef {{customer_id: string, name: string, business_id?: string|null}} Customer
 * @typedef {{no: number, business_day: string, opened_at: string}} Shift
 *
 * @typedef {object} ShiftReport
 * @property {number} no
 * @property {{count: number, total: number}} sales
 * @property {{count: number, total: number}} returns
 * @property {number} total
 * @property {number} rounding
 * @property {Record<string, number>} by_tender
 * @property {{rate: number, net: number, tax: number, gross: number}[]} by_vat
 * @property {{expected: number, counted: number|null, difference: number|null}} cash
 * @property {{offline: number, aborted: number}} counts
 */

/**
 * @typedef {object} ReturnableLine  of a receipt, and what is left of it to be returned
 * @property {number} n
 * @property {string} name
 * @property {string} unit
 * @property {string} quantity
 * @property {string} left
 * @property {number} left_total
 */

/**
 * @template T
 * @typedef {{items: T[], next: string|null}} Page
 */

export {}
