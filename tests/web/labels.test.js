import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitting } from '../../webclient/static/lib/labels.js'

const shown = (name) => fitting(name).replaceAll('\u00ad', '-').replaceAll('\u00a0', '_')

test('a long word may break between its syllables, a short one may not', () => {
  assert.equal(shown('Luomumaito'), 'Luo-mu-maito')
  assert.equal(shown('Mansikkajogurtti'), 'Man-sik-ka-jo-gurtti')
  assert.equal(shown('Kevytmaito'), 'Ke-vyt-maito')
  assert.equal(shown('Voi'), 'Voi')
  assert.equal(shown('Banaani'), 'Banaani')
})

test('a number keeps its unit', () => {
  assert.equal(shown('Kermaviili 200 g'), 'Ker-ma-viili 200_g')
  assert.equal(shown('Piimä 1 l'), 'Piimä 1_l')
  assert.equal(shown('Kerma 15 % 2 dl'), 'Kerma 15_% 2_dl')
  assert.equal(shown('Batteri 4 st AA'), 'Batteri 4_st AA')
})

test('nothing else of the name changes, whatever it is made of', () => {
  for (const name of ['Olut <b>III</b> & Co', '', '100', 'Ääni-öljy 10W-40']) {
    assert.equal(fitting(name).replaceAll('\u00ad', '').replaceAll('\u00a0', ' '), name)
  }
})
