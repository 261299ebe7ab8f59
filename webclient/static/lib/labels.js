/** Makes a product's name fit on a small key, by telling the browser where it may break and where not. */

const VOWEL = 'aeiouyåäö'
// Finnish syllables begin at a consonant that a vowel follows; a word this short fits on a key unbroken.
const SYLLABLE = new RegExp(`(?<=\\p{L}{2})(?=[^${VOWEL}\\W][${VOWEL}]\\p{L})`, 'giu')
const LONG_WORD = /\p{L}{10,}/gu
const UNIT = /(\d) (?=(?:%|\p{L}{1,3})(?:\s|$))/gu

/**
 * `Luomumaito 1 l` with soft hyphens within the long word and a hard blank between a number and its unit.
 * @param {string} name
 */
export function fitting(name) {
  return name.replace(UNIT, '$1\u00a0').replace(LONG_WORD, (word) => word.replace(SYLLABLE, '\u00ad'))
}
