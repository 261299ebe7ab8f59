"""Joins what a page loads into one script and one stylesheet, as text, when they are served.

A browser needs a few milliseconds for each file even when it has kept it, and a till's page is a hundred small modules.
The files stay what is written, reviewed and tested; this puts each module into a function of its own that runs when the
first other one needs it:

    const modules = {
      'lib/dom.js': () => { …; return { el, attr } },
      'till/head.js': () => { const { el, text: write } = need('lib/dom.js'); …; return { head } },
    }

It knows the few forms of import and export that our modules use, and raises `Unjoinable` for any other:

- `import { a, b as c } from './x.js'` at the beginning of a line, and `import('./x.js')`
- `export` before a function, a class or a const at the beginning of a line; nothing that is exported is assigned again

Nothing here reads the disk: `read` is given.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

Read = Callable[[str], str]

_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"^import (\{[^}]*\}) from '(\.[^']+)'$", re.MULTILINE)
_LATER = re.compile(r"\bimport\('(\.[^']+)'\)")
_EXPORT = re.compile(r"^export (?=(?:async )?function\*? (\w+)|class (\w+)|const (\w+) =)", re.MULTILINE)
_OTHER_FORM = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_RENAMED = re.compile(r"(\w+) as (\w+)")

_HEAD = """const made = new Map()
const need = (name) => {
  if (!made.has(name)) made.set(name, modules[name]())
  return made.get(name)
}
const modules = {
"""


class Unjoinable(Exception):
    """A module that has another form than ours have."""


def joined_script(entry: str, read: Read) -> str:
    """One module that does what `entry` does with all that it imports. Names are paths such as `till/main.js`."""
    factories: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in factories:
            factories[name], needed = _factory(name, read(name), is_entry=name == entry)
            waiting += needed
    body = "".join(f"'{name}': {factories[name]},\n" for name in sorted(factories))
    return f"{_HEAD}{body}}}\nawait need('{entry}')\n"


def joined_styles(names: Iterable[str], read: Read) -> str:
    """One sheet, in the order in which the page names them."""
    return "\n".join(f"/* {name} */\n{read(name)}" for name in names)


def _factory(name: str, text: str, *, is_entry: bool) -> tuple[str, list[str]]:
    """A module as a function that answers what it exports, and the modules that it names."""
    text = _BLOCK_COMMENT.sub("", text)
    needed: list[str] = []

    def place(path: str) -> str:
        needed.append(posixpath.normpath(posixpath.join(posixpath.dirname(name), path)))
        return needed[-1]

    text = _IMPORT.sub(lambda m: f"const {_named(m[1])} = need('{place(m[2])}')", text)
    text = _LATER.sub(lambda m: f"Promise.resolve().then(() => need('{place(m[1])}'))", text)
    exported = [next(filter(None, found)) for found in _EXPORT.findall(text)]
    text = _EXPORT.sub("", text)
    strange = _OTHER_FORM.search(text)
    if strange:
        raise Unjoinable(f"{name}: {strange[0]}")
    kind = "async () =>" if is_entry else "() =>"  # only where a page begins may something be waited for
    return f"{kind} {{\n{text.strip()}\nreturn {{ {', '.join(exported)} }}\n}}", needed


def _named(names: str) -> str:
    return _RENAMED.sub(r"\1: \2", names)
