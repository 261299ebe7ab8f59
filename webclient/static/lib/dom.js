/**
 * Builds and keeps the page. Text enters as text nodes only: nothing here parses markup, so the
 * page runs under `trusted-types 'none'` and a product called `<b>` is shown, not obeyed.
 */

/** @typedef {Record<string, string|number|boolean|null|undefined|((event: any) => void)>} Props */

/**
 * An element with its attributes, listeners (`onclick: f`) and children.
 * `true` sets an empty attribute; `false`, null and undefined leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props|null} [props]
 * @param {...(Node|string|null|false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, props, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value)
    else attr(node, name, value)
  }
  for (const child of children) if (child !== null && child !== false) node.append(child)
  return node
}

/**
 * Sets, empties or removes an attribute; touches the page only when something changes.
 * @param {Element} node
 * @param {string} name
 * @param {string|number|boolean|null|undefined} value
 */
export function attr(node, name, value) {
  if (value === false || value === null || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name)
    return
  }
  const text = value === true ? '' : String(value)
  if (node.getAttribute(name) !== text) node.setAttribute(name, text)
}

/**
 * @param {Element} node
 * @param {string} value
 */
export function text(node, value) {
  if (node.textContent !== value) node.textContent = value
}

/**
 * Draws a list into `parent`, keeping each item's own node for as long as the item is there,
 * so that focus, scroll position and a pressed finger survive a redraw.
 *
 * @template I
 * @template {HTMLElement} N
 * @param {Element} parent
 * @param {readonly I[]} items
 * @param {{key: (item: I) => string|number, make: (item: I) => N, draw?: (node: N, item: I) => void}} row
 */
export function keyed(parent, items, row) {
  const known = /** @type {Map<string|number, N>} */ (rows.get(parent) ?? new Map())
  const wanted = new Set(items.map(row.key))
  for (const [key, node] of known) {
    if (wanted.has(key)) continue
    node.remove()
    known.delete(key)
  }
  let cursor = parent.firstElementChild
  for (const item of items) {
    const key = row.key(item)
    let node = known.get(key)
    if (!node) known.set(key, (node = row.make(item)))
    row.draw?.(node, item)
    if (node === cursor) cursor = cursor.nextElementSibling
    else parent.insertBefore(node, cursor)
  }
  rows.set(parent, known)
}

/** @type {WeakMap<Element, Map<string|number, HTMLElement>>} */
const rows = new WeakMap()
