/** Starts the customer's screen: it listens to the till in the same browser and asks the register nothing. */
import { fetchLanguages, language as spoken, setLanguage } from '../i18n/index.js'
import { CHANNEL } from '../lib/second-screen.js'
import { Settings } from '../lib/settings.js'
import { CustomerPage } from './page.js'
import { CustomerView } from './state.js'

const language = Settings.ofBrowser().get('language', 'fi')
await setLanguage(language)

const view = new CustomerView(language)
const page = new CustomerPage()
document.body.append(page)

async function draw() {
  const seen = view.at(Date.now())
  if (seen.language !== spoken()) await setLanguage(seen.language)
  page.draw(seen)
}
new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }) => {
  view.heard(data, Date.now())
  void draw()
})
void draw()
void fetchLanguages()
setInterval(() => void draw(), 1000)
