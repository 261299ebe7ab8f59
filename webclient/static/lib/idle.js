/** How long nobody has touched the screen. It reads no clock: `now` is given, in milliseconds. */
export class Idle {
  #used = 0

  /** @param {() => number} now */
  constructor(now) {
    this.now = now
    this.used()
  }

  used() {
    this.#used = this.now()
  }

  /** @param {number} minutes  0 is never */
  isOver(minutes) {
    return minutes > 0 && this.now() - this.#used >= minutes * 60_000
  }
}
