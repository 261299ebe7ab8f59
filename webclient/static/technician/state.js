/**
 * What the phone page knows of a register's health, and how old that is. No DOM, no network, no
 * clock: instants arrive as milliseconds.
 */

/** @import {Check, Health} from '../lib/types.js' */
/** @typedef {'loading'|'silent'|'pass'|'warn'|'fail'} Verdict */

const GRAVITY = { fail: 0, warn: 1, pass: 2 }

export class HealthView {
  /** @type {Health|null} the last answer; it stays on the screen, marked as old, while the register is silent */
  health = null
  /** @type {number|null} */
  answered_at = null
  silent = false

  /** @param {Health} health @param {number} now */
  answered(health, now) {
    this.health = health
    this.answered_at = now
    this.silent = false
  }

  notAnswered() {
    this.silent = true
  }

  /** @returns {Verdict} */
  get verdict() {
    if (this.silent) return 'silent'
    return this.health?.status ?? 'loading'
  }

  /** @param {number} now */
  age_s(now) {
    return this.answered_at === null ? null : Math.max(0, Math.round((now - this.answered_at) / 1000))
  }

  /** @returns {Check[]} the gravest first, otherwise as the register lists them */
  get checks() {
    return [...(this.health?.checks ?? [])].sort((a, b) => GRAVITY[a.status] - GRAVITY[b.status])
  }
}
