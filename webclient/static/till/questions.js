/** What the till may have to ask its cashier, as dialogs. */
import { ask } from '../lib/dialog.js'
import { el } from '../lib/dom.js'
import { figures, t } from '../i18n/index.js'
import { askAmount } from './amount-dialog.js'
import { askLeave } from './leave-dialog.js'
import { pick } from './picker.js'
import { askNewPin } from './pin-dialog.js'
import { askWhy } from './reasons.js'
import { askWhatComesBack } from './return-dialog.js'
import { askWords } from './words-dialog.js'

/** @typedef {import('./till.js').Till} Till */
/** @typedef {import('../lib/types.js').Article} Article */
/** @typedef {import('../lib/types.js').Customer} Customer */
/** @typedef {import('../lib/types.js').Page<Customer>} Customers */

/**
 * @param {() => Till} till  built after its questions
 * @returns {import('./asking.js').Questions}
 */
export function questions(till) {
  return {
    whichArticle,
    whichCustomer: () => whichCustomer(till()),
    sure,
    howMuch: askAmount,
    which,
    why: askWhy,
    words: askWords,
    whatComesBack: askWhatComesBack,
    leave: askLeave,
    newPin: askNewPin,
  }
}

/**
 * Several items carry one code and may have several prices: only a person can see which one this is.
 * @param {string} code
 * @param {Article[]} candidates
 * @returns {Promise<Article|null>}
 */
function whichArticle(code, candidates) {
  return ask(t('sale.choose'), (close) => {
    const rows = candidates.map((article) =>
      el(
        'li',
        null,
        el(
          'button',
          { type: 'button', class: 'row-button', onclick: () => close(article) },
          el('span', { class: 'row-name' }, article.name),
          el('span', { class: 'row-side' }, figures().money(article.unit_price)),
        ),
      ),
    )
    const cancel = el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel'))
    return [
      el('p', { class: 'pick-note' }, t('sale.choose-help', { code })),
      el('ul', { class: 'pick-list' }, ...rows),
      el('div', { class: 'dialog-keys' }, cancel),
    ]
  })
}

/** @param {Till} till @returns {Promise<Customer|null>} */
function whichCustomer(till) {
  return pick({
    title: t('customer.title'),
    label: t('customer.field'),
    start: t('customer.start'),
    key: (customer) => customer.customer_id,
    row: (customer) => [customer.name, customer.business_id ?? customer.customer_id],
    search: async (query) => {
      const page = /** @type {Customers} */ (await till.desk.get(`/customers?q=${encodeURIComponent(query)}`))
      return page.items
    },
  })
}

/**
 * @param {string} question
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
async function sure(question, yes) {
  const answer = await ask(question, (close) => [
    el(
      'div',
      { class: 'dialog-keys' },
      el('button', { type: 'button', class: 'key', autofocus: true, onclick: () => close(false) }, t('do.cancel')),
      el('button', { type: 'button', class: 'key key-grave', onclick: () => close(true) }, yes),
    ),
  ])
  return answer === true
}

/**
 * @param {string} question
 * @param {string[]} answers
 * @returns {Promise<string|null>}
 */
function which(question, answers) {
  return ask(question, (close) => [
    el(
      'div',
      { class: 'menu-keys' },
      ...answers.map((one) => el('button', { type: 'button', class: 'key', onclick: () => close(one) }, one)),
    ),
    el(
      'div',
      { class: 'dialog-keys' },
      el('button', { type: 'button', class: 'key', onclick: () => close(null) }, t('do.cancel')),
    ),
  ])
}

/**
 * Search for an item by name; digits and Enter look up a code.
 * @param {Till} till
 */
export async function searchArticle(till) {
  const found = await pick(
    /** @type {import('./picker.js').Lookup<Article | {code: string}>} */ ({
      title: t('search.title'),
      label: t('search.field'),
      start: t('search.start'),
      key: (item) => ('code' in item ? item.code : item.article_id),
      row: (item) => ('code' in item ? [item.code, ''] : [item.name, figures().money(item.unit_price)]),
      search: (query) => till.selling.search(query),
      enter: (query) => (/^\d{4,}$/.test(query) ? { code: query } : null),
    }),
  )
  if (found === null) return
  await till.selling.add('article_id' in found ? { article_id: found.article_id } : { code: found.code })
}
