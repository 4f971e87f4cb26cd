"""The laws of the house hold, and each catches the break that it is there for.

The planted breaks are imports that a hurried hand would write. They are laid, all at once, into a
copy of the four packages; the same contracts must then name each of them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("exchange", "schemas", "adapters", "keys")

PLANTED = {
    "Floors: each storey leans only on those below": (
        "exchange/domain/clocks_planted.py",
        "from exchange.services import send",
    ),
    "Rooms inside exchange: none forgotten": (
        "exchange/shed/__init__.py",
        '"""A room that nobody put into the plan."""',
    ),
    "Private keys are handed in, never fetched": (
        "exchange/services/planted.py",
        "import keys.keyring",
    ),
    "Outward faces can seal but cannot open": (
        "exchange/faces/delivery/planted.py",
        "from exchange.services.open_pack import open_pack",
    ),
    "The share face opens shares and asks the inner process for nothing": (
        "exchange/faces/share/planted.py",
        "from exchange.services.links.answers import take",
    ),
    "Only keys knows an algorithm": (
        "adapters/planted.py",
        "from cryptography.hazmat.primitives import hashes",
    ),
    "age and sshsig stand alone": (
        "keys/age/planted.py",
        "import schemas.strict_json",
    ),
    "Transports never read": (
        "adapters/transports/planted.py",
        "import schemas.pupil",
    ),
    "Formats never speak": (
        "adapters/formats/planted.py",
        "import requests",
    ),
    "Frameworks stay in their rooms": (
        "exchange/bundle/planted.py",
        "import lxml.etree",
    ),
    "The store knows no web framework": (
        "exchange/store/planted.py",
        "import flask",
    ),
}
"""Contract -> where somebody breaks it, and how."""


def lint(tree: Path) -> tuple[int, str]:
    """Run the contracts of a tree's pyproject.toml over that tree."""
    command = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def verdicts(said: str) -> dict[str, str]:
    """Return contract -> KEPT or BROKEN."""
    return dict(re.findall(r"^(\S.*?) (KEPT|BROKEN)$", said, re.MULTILINE))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the linter says of a copy with every break planted."""
    tree = tmp_path_factory.mktemp("tree")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for where, line in PLANTED.values():
        place = tree / where
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"{line}\n", "utf-8")
    code, said = lint(tree)
    assert code == 1, said
    return said


def test_every_contract_is_kept() -> None:
    code, said = lint(ROOT)
    assert code == 0, said
    assert {*verdicts(said).values()} == {"KEPT"}
    assert verdicts(said).keys() == PLANTED.keys(), "a contract without a break that tries it"


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_break_is_caught(broken: str, contract: str) -> None:
    assert verdicts(broken)[contract] == "BROKEN"
    where, _ = PLANTED[contract]
    module = where.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    last = module if contract != "Rooms inside exchange: none forgotten" else "shed"
    details = broken[broken.index("Broken contracts") :]
    section = details[details.index(contract) :]
    assert last in section


OUTSIDE_KEYS = [
    path for name in ("exchange", "schemas", "adapters") for path in (ROOT / name).rglob("*.py")
]


def test_no_module_reaches_for_a_room_by_name_at_run_time() -> None:
    """An import that a linter cannot see (importlib, __import__) would go round every law."""
    hidden = re.compile(r"importlib\.import_module|__import__\(|\bexec\(|\beval\(")
    found = [str(one.relative_to(ROOT)) for one in OUTSIDE_KEYS if hidden.search(one.read_text())]
    assert found == []


def test_only_the_settled_exits_to_other_programs() -> None:
    """Faces, pages, what reads or joins foreign documents, the build of assets; never a shell."""
    runs = re.compile(r"^\s*(?:import subprocess|from subprocess)", re.MULTILINE)
    found = [str(one.relative_to(ROOT)) for one in OUTSIDE_KEYS if runs.search(one.read_text())]
    settled = {
        "adapters/papers/child.py",
        "adapters/texts.py",
        "exchange/cli/children.py",
        "exchange/web/assets/build.py",
    }
    assert set(found) == settled
    assert not any("shell=True" in one.read_text() for one in OUTSIDE_KEYS)
