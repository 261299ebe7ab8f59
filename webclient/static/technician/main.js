/**
 * Starts the phone page. It is served over plain http, so it uses nothing that needs a secure
 * context, and it asks again by itself for as long as it is open.
 */
import { Api } from '../lib/api.js'
import { Settings } from '../lib/settings.js'
import { fetchLanguages, setLanguage } from '../i18n/index.js'
import { TechnicianPage } from './page.js'
import { HealthView } from './state.js'

// The register renews its health every 2 s; a phone on a weak network gives up on one question after 4 s.
const EVERY_MS = 2500
const TIMEOUT_MS = 4000

const settings = Settings.ofBrowser()
await setLanguage(settings.get('language', 'fi'))

const view = new HealthView()
const page = new TechnicianPage(view, (language) => settings.set('language', language))
document.body.append(page)
page.draw(Date.now())

const api = new Api((url, init) => fetch(url, init), TIMEOUT_MS)

async function look() {
  try {
    view.answered(await api.get('/health'), Date.now())
  } catch {
    view.notAnswered() // whatever went wrong, the page has no fresh health to show and says so
  }
  page.draw(Date.now())
  setTimeout(look, EVERY_MS)
}

void look()
void fetchLanguages()
setInterval(() => page.draw(Date.now()), 1000)
