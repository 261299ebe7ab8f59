import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { en } from '../../webclient/static/i18n/en.js'
import { fi } from '../../webclient/static/i18n/fi.js'
import { languageNames, languages, maybe, setLanguage, t } from '../../webclient/static/i18n/index.js'
import { sv } from '../../webclient/static/i18n/sv.js'
import { sentence } from '../../webclient/static/lib/problems.js'
import { NoAnswer, Problem } from '../../webclient/static/lib/api.js'

const tables = { fi, sv, en }
const root = new URL('../../webclient/static/', import.meta.url)
const sources = readdirSync(root, { recursive: true }).filter(
  (name) => name.endsWith('.js') && !name.startsWith('i18n'),
)
const code = sources.map((name) => readFileSync(new URL(name, root), 'utf8')).join('\n')
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test('Finnish, Swedish and English have the same texts, with the same gaps to fill', () => {
  assert.deepEqual(Object.keys(languageNames), languages)
  for (const language of languages) {
    assert.deepEqual(Object.keys(tables[language]).sort(), Object.keys(tables.en).sort(), language)
    for (const [key, text] of Object.entries(tables[language])) {
      assert.deepEqual(names(text), names(tables.en[key]), `${language} ${key}`)
      assert.notEqual(text.trim(), '', `${language} ${key}`)
    }
  }
})

test('no text is kept that nothing shows', () => {
  const made = /^(problem|permission|menu\.volume|check|tender|language|value|said|hint|health\.(pass|warn|fail)$)\.?/ // keys made at run time from a code or a name
  const unused = Object.keys(tables.en).filter(
    (key) => !made.test(key) && !code.includes(`'${key}'`) && !/^bar\.no-/.test(key),
  )
  assert.deepEqual(unused, [])
})

test('the gaps are filled and an unknown language is Finnish', async () => {
  await setLanguage('en')
  assert.equal(t('sale.not-found', { code: '641' }), 'Not found: 641')
  await setLanguage('xx')
  assert.equal(t('sale.not-found', { code: '641' }), 'Ei löydy: 641')
  assert.equal(maybe('problem.no-such-code'), null)
})

test('a known code is said in the language of the cashier, an unknown one in the words of the register', async () => {
  await setLanguage('sv')
  assert.equal(sentence(new Problem(401, { code: 'pin-wrong', detail: 'wrong' })), 'Fel nummer eller PIN.')
  assert.equal(
    sentence(new Problem(409, { code: 'credit-limit-exceeded', available: 2050 })),
    'Kundens kreditgräns räcker inte. Tillgängligt 20,50\u00a0€.',
  )
  assert.equal(sentence(new Problem(409, { code: 'brand-new', detail: 'the words' })), 'Det lyckades inte: the words')
  assert.equal(
    sentence(new Problem(429, { code: 'locked-out' }, 290)),
    'För många felaktiga PIN. Försök igen om 5 min.',
  )
  assert.equal(sentence(new NoAnswer()), 'Kassan svarar inte. Försök igen.')
})

test('a mistake in the program is not dressed up as a problem of the shop', () => {
  assert.throws(() => sentence(new TypeError('undefined')), TypeError)
})
