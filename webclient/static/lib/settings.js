/** What this screen remembers between days: its language, and whether the good tone is heard. */
export class Settings {
  /** This browser's own storage; without one (it may be switched off) nothing is remembered. */
  static ofBrowser() {
    try {
      return new Settings(localStorage)
    } catch {
      return new Settings(null)
    }
  }

  /** @param {Pick<Storage, 'getItem'|'setItem'>|null} storage */
  constructor(storage) {
    this.storage = storage
  }

  /** @param {string} name @param {string} otherwise */
  get(name, otherwise) {
    try {
      return this.storage?.getItem(`kassa.${name}`) ?? otherwise
    } catch {
      return otherwise // storage may be switched off: a setting is then forgotten, nothing else
    }
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    try {
      this.storage?.setItem(`kassa.${name}`, value)
    } catch {
      // full or switched off: the setting holds until the page is loaded again
    }
  }
}
