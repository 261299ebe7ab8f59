/**
 * A new key for one act, sent again unchanged when the act is tried again.
 * `crypto.randomUUID` is missing on a page served over plain http; `getRandomValues` is not.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array} [random]
 */
export function newKey(random = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = random(new Uint8Array(16)) // 128 bits: no two acts of a chain ever share a key
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
