"""Who may import whom.

The contracts stand in pyproject.toml and import-linter holds them. A room that nobody has built yet is left out of a
contract before it is run, so the whole law can stand there from the first day; a room that stands must be named in it.
What a graph of imports cannot say is read from the source here: what poscore may import at all, and that nothing pure
asks for the time.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAW = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]

# What reaches a disk, a network, another process or chance. datetime is a type as well as a clock: its clock is below.
IMPURE_STDLIB = {
    *(
        "asyncio",
        "fileinput",
        "ftplib",
        "glob",
        "http",
        "imaplib",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "select",
    ),
    *("selectors", "shelve", "shutil", "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess"),
    *("tempfile", "threading", "time", "urllib", "xmlrpc"),
}
PURE_STDLIB = sys.stdlib_module_names - IMPURE_STDLIB
CLOCKS = {"now", "utcnow", "today"}


# -- the contracts -----------------------------------------------------------------------------------------------------


def test_every_import_contract_is_kept(tmp_path: Path) -> None:
    config = tmp_path / "contracts.ini"
    config.write_text(as_ini(of_what_stands(LAW)), encoding="utf-8")

    told = lint_imports(config)

    assert told.returncode == 0, told.stdout + told.stderr


def test_a_broken_contract_is_noticed(tmp_path: Path) -> None:
    """Proof that the test above can fail: the same call, with a rule that poscore breaks on purpose."""
    config = tmp_path / "contracts.ini"
    contract = {
        "id": "x",
        "name": "x",
        "type": "forbidden",
        "source_modules": ["poscore"],
        "forbidden_modules": ["orjson"],
    }
    config.write_text(as_ini({**of_what_stands(LAW), "contracts": [contract]}), encoding="utf-8")

    told = lint_imports(config)

    assert told.returncode == 1
    assert "poscore is not allowed to import orjson" in told.stdout


def test_every_contract_speaks_of_rooms_by_their_right_names() -> None:
    """A misspelt room would be taken for one that is not built yet, and its contract would hold nothing."""
    named = {name for contract in LAW["contracts"] for name in modules_named(contract)}
    ours = {name for name in named if name.partition(".")[0] in LAW["root_packages"]}
    misspelt = {name for name in ours if "." in name and name not in rooms_of_the_layers() | {"poscore.http"}}
    assert not misspelt


# -- what poscore may import -------------------------------------------------------------------------------------------


def test_poscore_imports_only_the_pure_standard_library_and_orjson() -> None:
    with_keys = {"poscore.tokens", "poscore.pins"}
    for module, tree in sources("poscore"):
        if module.startswith("poscore.http"):
            continue
        allowed = PURE_STDLIB | {"poscore", "orjson"}
        if module in with_keys:
            allowed |= {"joserfc", "cryptography"}
        assert imported_by(tree, module) <= allowed, f"{module}: {sorted(imported_by(tree, module) - allowed)}"
        assert "poscore.http" not in "\n".join(names_imported(tree, module)), f"{module} imports poscore.http"


def test_poscore_http_imports_only_flask_pydantic_and_poscore() -> None:
    allowed = sys.stdlib_module_names | {"poscore", "orjson", "flask", "werkzeug", "pydantic", "pydantic_core"}
    for module, tree in sources("poscore/http"):
        assert imported_by(tree, module) <= allowed, f"{module}: {sorted(imported_by(tree, module) - allowed)}"


def test_till_imports_only_the_pure_standard_library_and_poscore() -> None:
    for module, tree in sources("register_svc/till"):
        allowed = (PURE_STDLIB - {"logging", "secrets", "uuid"}) | {"poscore", "register_svc"}
        if module == "register_svc.till.gs1":
            allowed |= {"biip"}
        assert imported_by(tree, module) <= allowed, f"{module}: {sorted(imported_by(tree, module) - allowed)}"
        foreign = [name for name in names_imported(tree, module) if name.startswith("register_svc.")]
        assert all(name.startswith("register_svc.till") for name in foreign), f"{module}: {foreign}"


@pytest.mark.parametrize("package", ["poscore", "register_svc/till"])
def test_what_is_pure_never_asks_for_the_time_or_opens_a_file(package: str) -> None:
    for module, tree in sources(package):
        if module.startswith("poscore.http"):
            continue
        asked = [f"line {call.lineno}: {ast.unparse(call)}" for call in impure_calls(tree)]
        assert not asked, f"{module}: {asked}"


# -- what the web pages may do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["register_svc/web", "server_push/web"])
def test_the_web_pages_hold_no_sql(package: str) -> None:
    for module, tree in sources(package):
        statements = [
            f"line {node.lineno}: {node.value[:60]!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_sql(node.value)
        ]
        assert not statements, f"{module}: {statements}"


@pytest.mark.parametrize("call", ["datetime.now()", "date.today()", "open('x')", "dt.datetime.now(tz=UTC)"])
def test_the_reading_of_sources_sees_a_clock_and_a_file(call: str) -> None:
    assert list(impure_calls(ast.parse(call)))


@pytest.mark.parametrize(
    "text", ["SELECT a FROM b", "\n  insert into x values (1)", "update sale set x = 1", "PRAGMA wal"]
)
def test_the_reading_of_sources_sees_sql(text: str) -> None:
    assert is_sql(text)


def test_the_reading_of_sources_takes_prose_for_prose() -> None:
    assert not is_sql("Select a store from the list, then update it.")
    assert not is_sql("update the price list")


# -- how it is read ----------------------------------------------------------------------------------------------------


def lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--config", str(config), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def stands(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def ours(module: str) -> bool:
    return module.partition(".")[0] in LAW["root_packages"]


def of_what_stands(law: dict[str, Any]) -> dict[str, Any]:
    """The same law, less the rooms that are not built yet; a contract with nobody left to bind falls away."""
    kept = []
    for contract in law["contracts"]:
        pruned = dict(contract)
        for key in ("modules", "source_modules", "forbidden_modules", "containers"):
            if key in contract:
                pruned[key] = [name for name in contract[key] if not ours(name) or stands(name)]
        least = 2 if "modules" in pruned else 1
        bound = pruned.get("modules") or pruned.get("source_modules") or pruned.get("containers") or []
        if len(bound) >= least and pruned.get("forbidden_modules", True):
            kept.append(pruned)
    return {**law, "root_packages": [name for name in law["root_packages"] if stands(name)], "contracts": kept}


def as_ini(law: dict[str, Any]) -> str:
    """The law in the other form that import-linter reads; Python can read TOML but not write it."""
    general = {key: value for key, value in law.items() if key != "contracts"}
    sections = {"importlinter": general}
    for contract in law["contracts"]:
        sections[f"importlinter:contract:{contract['id']}"] = {k: v for k, v in contract.items() if k != "id"}
    lines = []
    for title, options in sections.items():
        lines.append(f"[{title}]")
        for key, value in options.items():
            # A list of one needs its own line too, or it is read as a plain string.
            text = "".join(f"\n    {one}" for one in value) if isinstance(value, list) else value
            lines.append(f"{key} = {text}")
    return "\n".join(lines) + "\n"


def modules_named(contract: dict[str, Any]) -> Iterator[str]:
    for key in ("modules", "source_modules", "forbidden_modules", "containers"):
        yield from contract.get(key, [])


def rooms_of_the_layers() -> set[str]:
    """Every room that the two layered contracts place."""
    return {
        f"{container}.{room.strip(' ()')}"
        for contract in LAW["contracts"]
        for container in contract.get("containers", [])
        for layer in contract["layers"]
        for room in re.split(r"[|:]", layer)
    }


def sources(package: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def names_imported(tree: ast.Module, module: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: line {node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_by(tree: ast.Module, module: str) -> set[str]:
    return {name.partition(".")[0] for name in names_imported(tree, module)}


def impure_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node
        if isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"}:
            yield node


STATEMENT = re.compile(
    r"\s*(select\s.*\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+table\s"
    r"|drop\s+table\s|begin\s+immediate|pragma\s)",
    re.IGNORECASE | re.DOTALL,
)


def is_sql(text: str) -> bool:
    # "Select a store from the list" is prose: SQL is not written like a sentence.
    return STATEMENT.match(text) is not None and not text[:2].istitle()
