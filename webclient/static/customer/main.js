/** Starts the customer's screen: it listens to the till in the same browser and asks the register nothing. */
import { setLanguage } from '../i18n/index.js'
import { CHANNEL } from '../lib/second-screen.js'
import { Settings } from '../lib/settings.js'
import { CustomerPage } from './page.js'
import { CustomerView } from './state.js'

const language = Settings.ofBrowser().get('language', 'fi')
setLanguage(language)

const view = new CustomerView(language)
const page = new CustomerPage()
document.body.append(page)

const draw = () => page.draw(view.at(Date.now()))
new BroadcastChannel(CHANNEL).addEventListener('message', ({ data }) => {
  view.heard(data, Date.now())
  draw()
})
draw()
setInterval(draw, 1000)
