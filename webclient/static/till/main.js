/** Starts the till: builds it on the real browser, shows it, listens, and keeps its picture of the register fresh. */
import { SecondScreen } from './second-screen.js'
import { letGoOfPressedKeys, listen } from './ears.js'
import { fetchQuestions, questions } from './asking.js'
import { fetchAhead } from './screens.js'
import { Till } from './till.js'
import { TillApp } from './till-app.js'
import { fetchLanguages, setLanguage, t } from '../i18n/index.js'
import { CHANNEL } from '../lib/second-screen.js'
import { Idle } from '../lib/idle.js'
import { Settings } from '../lib/settings.js'

const pause = (/** @type {number} */ ms) =>
  new Promise((/** @type {(value: void) => void} */ resolve) => setTimeout(resolve, ms))

const till = new Till({
  fetch: (url, init) => fetch(url, init),
  settings: Settings.ofBrowser(),
  pause,
  ask: questions(() => till),
})
await setLanguage(till.settings.get('language', 'fi'))

const app = new TillApp()
document.body.append(app.withTill(till))
const channel = new BroadcastChannel(CHANNEL)
const second = new SecondScreen((seen) => channel.postMessage(seen), Date.now)
till.desk.draw = () => {
  app.drawSoon()
  second.tell(till.state)
}
till.speak = (language) => app.speak(language)
listen(till)
letGoOfPressedKeys()
// A mistake of ours is not the shop's trouble to guess at: it is said, and the console has the rest.
addEventListener('unhandledrejection', () => till.desk.refuse(t('problem.internal')))
void till.link.watch(pause)
// After the first picture.
requestAnimationFrame(() => setTimeout(() => void fetchAhead().then(fetchQuestions).then(fetchLanguages)))
const idle = new Idle(() => Date.now())
for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => idle.used(), { capture: true })
setInterval(() => {
  if (idle.isOver(till.state.session?.lock_after_min ?? 0)) till.people.lock()
  till.desk.draw() // the clock, and the age of what is shown
}, 1000)
