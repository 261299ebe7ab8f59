/**
 * The browser's own live figures in the cashier's language. Receipts never pass here: their text is
 * made by the register. Cents become a decimal string by cutting, so no sum ever passes a float.
 */

/** @typedef {'fi'|'sv'|'en'} Language */

/** @type {Record<Language, string>} the browser writes €8.27 for en-FI; shops write as en-GB does */
const LOCALES = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }

/** @param {number} cents */
export function decimal(cents) {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export class Format {
  /**
   * @param {Language} language
   * @param {string} [timeZone]  the machine's own when left out
   */
  constructor(language, timeZone) {
    const locale = LOCALES[language]
    const zone = timeZone ? { timeZone } : {}
    this.comma = language === 'en' ? '.' : ','
    this.euros = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' })
    this.round = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 })
    this.bare = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 })
    this.rates = new Intl.NumberFormat(locale)
    this.hours = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone })
    this.days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'numeric', ...zone })
    this.marks = new Intl.DateTimeFormat('en-CA', zone)
  }

  /** `12,86 €` @param {number} cents */
  money(cents) {
    return this.euros.format(/** @type {Intl.StringNumericLiteral} */ (decimal(cents)))
  }

  /** `20 €` for whole euros, as on the notes @param {number} cents */
  note(cents) {
    return cents % 100 === 0
      ? this.round.format(/** @type {Intl.StringNumericLiteral} */ (decimal(cents)))
      : this.money(cents)
  }

  /** `12,86`, in a column that says euros @param {number} cents */
  amount(cents) {
    return this.bare.format(/** @type {Intl.StringNumericLiteral} */ (decimal(cents)))
  }

  /** `0,350` @param {string} quantity */
  quantity(quantity) {
    return quantity.replace('.', this.comma)
  }

  /** `25,5` from basis points @param {number} basisPoints */
  percent(basisPoints) {
    return this.rates.format(/** @type {Intl.StringNumericLiteral} */ (decimal(basisPoints)))
  }

  /** `22:04` @param {Date|string} instant */
  time(instant) {
    return this.hours.format(new Date(instant)).replace('.', ':')
  }

  /** `22:04` today, `21.11. 22:04` on any other day @param {Date|string} instant @param {Date} now */
  when(instant, now) {
    const at = new Date(instant)
    const today = this.marks.format(at) === this.marks.format(now)
    return today ? this.time(at) : `${this.days.format(at)} ${this.time(at)}`
  }
}
