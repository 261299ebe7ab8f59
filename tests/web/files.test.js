/** What keeps the client safe and small is held by reading its files. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../../webclient/static/', import.meta.url)
const all = readdirSync(root, { recursive: true }).map((name) => name.replaceAll('\\', '/'))
const read = (name) => readFileSync(new URL(name, root), 'utf8')
const ending = (end) => all.filter((name) => name.endsWith(end))

test('nothing parses markup, evaluates text or sets a style as text', () => {
  const forbidden =
    /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|setAttribute\('style')\b/
  for (const name of ending('.js')) assert.doesNotMatch(read(name), forbidden, name)
})

test('pages hold no script and no style of their own', () => {
  for (const name of ending('.html')) {
    assert.doesNotMatch(read(name), /<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=/, name)
  }
})

test('nothing is fetched from anywhere else', () => {
  for (const name of [...ending('.js'), ...ending('.css'), ...ending('.html')]) {
    assert.doesNotMatch(read(name), /https?:\/\/|@import url|url\(['"]?\/\//, name)
  }
})

test('the technician page uses nothing that plain http lacks', () => {
  const seen = new Set()
  const follow = (name) => {
    if (seen.has(name)) return
    seen.add(name)
    for (const [, path] of read(name).matchAll(/from '([^']+)'/g))
      follow(new URL(path, `http://x/${name}`).pathname.slice(1))
  }
  follow('technician/main.js')
  assert.ok(seen.size > 5)
  const secureOnly = /randomUUID|crypto\.subtle|serviceWorker|clipboard|wakeLock|navigator\.(locks|storage)/
  for (const name of seen) assert.doesNotMatch(read(name), secureOnly, name)
})

test('every file that is linked exists, and every style is linked', () => {
  const linked = new Set(
    ending('.html').flatMap((name) => [...read(name).matchAll(/(?:href|src)="\/static\/([^"]+)"/g)].map((m) => m[1])),
  )
  for (const name of linked) assert.ok(all.includes(name), name)
  for (const name of ending('.css')) assert.ok(linked.has(name), name)
})

test('colours, and nothing but colours, are decided in the tokens', () => {
  for (const name of ending('.css')) {
    if (name === 'styles/tokens.css') continue
    assert.doesNotMatch(read(name), /#[0-9a-f]{3,6}\b/i, name)
  }
})

test('a script fits on a few screens', () => {
  for (const name of ending('.js')) assert.ok(read(name).split('\n').length <= 151, name)
})
