/**
 * What has been keyed in but not yet used: a quantity, a code or an amount, told apart by the key
 * that ends it. Both `,` and `.` are the decimal mark. It is text until it leaves; nothing is added up.
 */

// 14 digits: the longest GTIN. An amount has at most five before its mark, so that a barcode which
// lands in an amount field (EAN-8 is the shortest) is refused there and never becomes money.
const MAX_KEYS = 14
const AMOUNT = /^(\d{1,5})(?:,(\d{0,2}))?$/
const QUANTITY = /^\d{1,5}(?:,\d{1,3})?$/

export class Entry {
  text = ''

  /** @param {string} key  `0`–`9`, `00`, `,`, `.`, `back` or `clear` */
  press(key) {
    if (key === 'clear') this.text = ''
    else if (key === 'back') this.text = this.text.slice(0, -1)
    else if (key === ',' || key === '.') this.#mark()
    else if (/^\d+$/.test(key) && this.text.length + key.length <= MAX_KEYS) this.text += key
  }

  /** What was typed on a real keyboard, cleaned as the keys would have made it. @param {string} text */
  type(text) {
    this.text = ''
    for (const key of text) this.press(key)
  }

  clear() {
    this.text = ''
  }

  get empty() {
    return this.text === ''
  }

  /** @returns {string|null} a code to look up: digits only */
  get code() {
    return /^\d+$/.test(this.text) ? this.text : null
  }

  /** @returns {string|null} a decimal string above zero, `"2"`, `"0.350"` */
  get quantity() {
    if (!QUANTITY.test(this.text) || /^[0,]*$/.test(this.text)) return null
    const [whole = '', part] = this.text.split(',')
    const plain = whole.replace(/^0+(?=\d)/, '')
    return part === undefined ? plain : `${plain}.${part}`
  }

  /** @returns {number|null} cents; null for what is no amount, or too long to be one */
  get cents() {
    const amount = AMOUNT.exec(this.text)
    return amount ? Number(`${amount[1]}${(amount[2] ?? '').padEnd(2, '0')}`) : null
  }

  #mark() {
    if (this.text.includes(',')) return
    this.text = this.text === '' ? '0,' : `${this.text},`
  }
}
