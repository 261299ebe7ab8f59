/** One key per language, each in its own words. */
import { el } from '../lib/dom.js'
import { language, languageNames, languages, t } from '../i18n/index.js'

/** @param {(language: import('../i18n/index.js').Language) => void} choose */
export function languageKeys(choose) {
  const key = (/** @type {import('../i18n/index.js').Language} */ one) =>
    el(
      'button',
      {
        type: 'button',
        class: 'key key-language',
        lang: one,
        'aria-pressed': String(one === language()),
        onclick: () => choose(one),
      },
      languageNames[one],
    )
  return el('div', { class: 'language-keys', role: 'group', 'aria-label': t('language.choose') }, ...languages.map(key))
}
