"""What a page loads as one script and one sheet: the same modules, each run once and only when it is needed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import _env
import pytest

from webclient import static_files
from webclient.joining import Unjoinable, joined_script, joined_styles

ENTRIES = ("till/main.js", "customer/main.js", "technician/main.js")


def reading(**files: str) -> Callable[[str], str]:
    return {name.replace("_", "/") + ".js": text for name, text in files.items()}.__getitem__


def run(script: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "joined.mjs"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([*_env.node(), str(path)], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.split()


def test_modules_run_once_in_the_order_in_which_they_are_needed(tmp_path: Path) -> None:
    read = reading(
        a_main="""import { say as told } from './b.js'
import {
  count,
} from '../lib/c.js'
/** A comment: import('./nothing.js') is a type here. */
const { late } = await import('./d.js')
told(`main-${count()}-${late}`)
""",
        a_b="""import { count } from '../lib/c.js'
count()
console.log('b')
export const say = (text) => console.log(text)
export function unused() {}
""",
        lib_c="""let n = 0
console.log('c')
export function count() {
  n += 1
  return n
}
""",
        a_d="""console.log('d')
export class Late {}
export const late = 'late'
""",
    )
    assert run(joined_script("a/main.js", read), tmp_path) == ["c", "b", "d", "main-2-late"]


@pytest.mark.parametrize(
    "text",
    [
        "import x from './b.js'",
        "import * as x from './b.js'",
        "import './b.js'",
        "import { x } from 'b'",
        "export default 1",
        "export { x }",
        "export * from './b.js'",
        "export let x = 1",
    ],
)
def test_a_form_that_it_does_not_know_is_said_and_not_guessed(text: str) -> None:
    with pytest.raises(Unjoinable, match=r"^a/main\.js: (?:im|ex)port"):
        joined_script("a/main.js", reading(a_main=f"{text}\n"))


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_page_of_ours_is_one_sound_module_with_all_that_it_names(entry: str, tmp_path: Path) -> None:
    script = joined_script(entry, lambda name: (static_files() / name).read_text(encoding="utf-8"))
    path = tmp_path / "joined.mjs"
    path.write_text(script, encoding="utf-8")
    subprocess.run([*_env.node(), "--check", str(path)], check=True, timeout=30)
    held = set(re.findall(r"^'([^']+)': (?:async )?\(\) =>", script, re.MULTILINE))
    needed = set(re.findall(r"need\('([^']+)'\)", script))
    assert needed == held
    assert not re.search(r"^(?:import|export)\b|\bimport\(", script, re.MULTILINE)


def test_no_module_needs_itself_by_a_detour() -> None:
    """A circle would run a module that has not come to its end."""
    folder = static_files()
    needs = {
        path.relative_to(folder).as_posix(): {
            (path.parent / found).resolve().relative_to(folder.resolve()).as_posix()
            for found in re.findall(r"^import \{[^}]*\} from '([^']+)'$", path.read_text("utf-8"), re.MULTILINE)
        }
        for path in folder.rglob("*.js")
    }
    done: set[str] = set()
    while len(done) < len(needs):
        ready = {name for name, wanted in needs.items() if name not in done and wanted <= done}
        assert ready, f"in a circle: {sorted(set(needs) - done)}"
        done |= ready


def test_sheets_follow_each_other_as_the_page_names_them() -> None:
    sheets = {"b.css": "p { top: 1px }", "a.css": "p { top: 2px }"}
    assert joined_styles(["b.css", "a.css"], sheets.__getitem__) == (
        "/* b.css */\np { top: 1px }\n/* a.css */\np { top: 2px }"
    )
