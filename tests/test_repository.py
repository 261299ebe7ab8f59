"""What must hold for the repository itself: it ties nobody to a server, and what it promises to run can be run."""

import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

from poscore import __version__

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ["requirements/run.txt", "requirements/test.txt", "requirements/lock.txt", "package-lock.json"]

# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
        ("esm", "sh"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("conda", "anaconda", "org"),
        ("ghcr", "io"),
        ("docker", "io"),
    ]
]


@cache
def committed_files() -> tuple[Path, ...]:
    """What git holds or would take: a file is looked at before it is committed, not only afterwards."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git work tree")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(200)


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in committed_files()
        for host in REGISTRY_HOSTS
        if host.encode() in path.read_bytes().lower()
    ]
    assert not naming


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_by_hash_and_holds_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "sha256:" in text or '"integrity": "sha512-' in text


@pytest.mark.parametrize("name", [name for name in LOCKS if name.endswith(".txt")])
def test_every_locked_requirement_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    loose = [line for line in text.splitlines() if "==" in line and "--hash=sha256:" not in line]
    assert "==" in text
    assert not loose


def test_the_tests_are_locked_to_the_versions_that_a_shop_runs() -> None:
    assert locked("run.txt").items() <= locked("test.txt").items()


def test_every_dependency_in_pyproject_is_locked() -> None:
    names = {requirement.split(";")[0] for requirement in PYPROJECT["project"]["dependencies"]}
    plain = {name.split(">")[0].split("<")[0].split("=")[0].strip().lower().replace(".", "-") for name in names}
    assert plain <= locked("run.txt").keys()


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    pins = [line.split(" ")[0].split("==") for line in lines if "==" in line]
    return {package: version.split(";")[0] for package, version in pins}


def test_everything_with_a_shebang_is_executable() -> None:
    scripts = [path for path in committed_files() if first_line(path).startswith(b"#!")]
    assert ROOT / "scripts/test" in scripts
    assert [path.name for path in scripts if not path.stat().st_mode & 0o100] == []


def test_every_script_without_a_suffix_has_a_shebang() -> None:
    folders = [ROOT / "scripts", ROOT / ".githooks", ROOT / ".ci"]
    scripts = [path for path in committed_files() if path.parent in folders and not path.suffix]
    assert [path.name for path in scripts if not first_line(path).startswith(b"#!")] == []


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "scripts/demo" in readme
    assert "scripts/test" in readme


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {__version__} " in changelog


def test_the_wheel_holds_the_packages_and_the_whole_web_client(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())

    packages = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    shipped = [path.relative_to(ROOT).as_posix() for path in committed_files()]
    wanted = {name for name in shipped if name.partition("/")[0] in packages}
    assert wanted, "no package stands in the tree"
    assert wanted <= held
    assert not [name for name in held if name.startswith(("tests/", "scripts/"))]
    assert f"offline_kassa-{__version__}.dist-info/entry_points.txt" in held
