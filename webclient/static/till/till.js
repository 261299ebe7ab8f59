/** The till put together: what it knows and all that a cashier can do with it. */
import { Acts } from '../lib/acts.js'
import { Api } from '../lib/api.js'
import { newKey } from '../lib/ids.js'
import { Settings } from '../lib/settings.js'
import { Sounds } from '../lib/sound.js'
import { Asks } from './asks.js'
import { ByHand } from './by-hand.js'
import { Desk } from './desk.js'
import { Drawer } from './drawer.js'
import { Extras } from './extras.js'
import { Link } from './link.js'
import { Parking } from './parking.js'
import { Paying } from './paying.js'
import { People } from './people.js'
import { Receipts } from './receipts.js'
import { Returning } from './returning.js'
import { Selling } from './selling.js'
import { Shifts } from './shifts.js'
import { Signing } from './signing.js'
import { TillState } from './state.js'

/** @typedef {import('./asking.js').Questions} Questions */

export class Till {
  /** Changes the language of the screen; the screen itself says how. @type {(language: string) => void} */
  speak = () => {}

  /**
   * @param {object} world
   * @param {(url: string, init: RequestInit) => Promise<Response>} world.fetch
   * @param {Settings} world.settings
   * @param {(ms: number) => Promise<void>} world.pause
   * @param {Questions} world.ask
   */
  constructor({ fetch, settings, pause, ask }) {
    const api = new Api(fetch)
    const state = new TillState()
    const acts = new Acts({
      send: (method, path, body, key, leave) => this.desk.send(method, path, body, key, leave),
      pause,
      newKey,
      askLeave: (permission) => this.people.leave(permission),
      changed: () => this.#held(),
    })
    const sounds = new Sounds(
      () => settings.get('tone', 'on') === 'off',
      () => settings.get('volume', 'normal'),
    )
    this.state = state
    this.acts = acts
    this.settings = settings
    this.desk = new Desk({ state, api, acts, sounds, settings, ask })
    const asks = new Asks(this.desk)
    this.paying = new Paying(this.desk, asks)
    this.receipts = new Receipts(this.desk)
    this.parking = new Parking(this.desk)
    this.selling = new Selling(this.desk, asks)
    this.byHand = new ByHand(this.desk)
    this.extras = new Extras(this.desk)
    this.drawer = new Drawer(this.desk)
    this.returning = new Returning(this.desk)
    this.people = new People(this.desk)
    this.shifts = new Shifts(this.desk)
    this.signing = new Signing(this.desk, this.paying)
    this.link = new Link(this.desk, this.paying)
  }

  /** An act that waits shows why: the bar, or the way back in. */
  #held() {
    if (this.acts.held === 'no-answer') this.state.answering = false
    if (this.acts.held === 'session' && this.state.session !== null) this.desk.sessionLost()
    else this.desk.draw()
  }
}
