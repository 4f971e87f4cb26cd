"""What the pages name is there: links and anchors, files, tests and commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from exchange.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*([^)\s]+)\s*\)")
_FENCE = re.compile(r"^(```+).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_TREES = ("tests", "exchange", "keys", "schemas", "adapters")
_PATH = re.compile(rf"(?<![\w./-])((?:{'|'.join(_TREES)})/[\w./*-]+)")
_TEST = re.compile(r"`(test_\w+)(?:\.py)?`")
_COMMAND = re.compile(r"(?<![\w./-])senx +((?:[a-z][a-z|-]*)(?: +[a-z][a-z|-]*)?)")
_PROSE_COMMAND = re.compile(r"`senx\s+([^`]+)`")


def _pages() -> list[Path]:
    """Return the pages of the project, not those of packages that lie about."""
    inside = (page for tree in (*_TREES, "docs", "demo") for page in (ROOT / tree).rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *inside])


PAGES = _pages()
_each_page = pytest.mark.parametrize(
    "page", PAGES, ids=[str(one.relative_to(ROOT)) for one in PAGES]
)


@cache
def _anchors(page: Path) -> frozenset[str]:
    """Return the anchors that a forge makes from the headings of a page."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    for heading in _HEADING.findall(_FENCE.sub("", page.read_text("utf-8"))):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        again = seen.get(slug, 0)
        seen[slug] = again + 1
        found.add(f"{slug}-{again}" if again else slug)
    return frozenset(found)


def _broken_links(page: Path, text: str) -> Iterator[str]:
    for link in _LINK.findall(_FENCE.sub("", text)):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        here = target.exists() and target.is_relative_to(ROOT)
        if not here or (anchor and anchor not in _anchors(target)):
            yield link


def _missing_files(text: str) -> Iterator[str]:
    for raw in _PATH.findall(_LINK.sub("", text)):
        path = raw.rstrip("./-*")
        if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists()):
            yield path


def _unknown_commands(text: str) -> Iterator[str]:
    """Yield commands that are none, from code blocks by the line and from prose by the backtick."""
    blocks = "\n".join(one.group(0) for one in _FENCE.finditer(text))
    indented = "\n".join(line for line in text.splitlines() if line.startswith("    "))
    named = _COMMAND.findall(f"{blocks}\n{indented}")
    prose = _FENCE.sub("", text)
    for said in _PROSE_COMMAND.findall(prose):
        words = re.match(r"[a-z][a-z|-]*(?: +[a-z][a-z|-]*)?", " ".join(said.split()))
        if words:
            named.append(words.group(0))
    for one in named:
        if not _is_command(one.split()):
            yield one


def _is_command(words: list[str]) -> bool:
    """Return whether the first word is a command, and the second one of it where it is a group."""
    seconds = words[1].split("|") if len(words) > 1 else []
    for first in words[0].split("|"):
        command = main.commands.get(first)
        if command is None:
            return False
        inner = command.commands if isinstance(command, click.Group) else None
        if inner is not None and any(one not in inner for one in seconds):
            return False
    return True


@cache
def _test_names() -> frozenset[str]:
    names: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        names.add(file.stem)
        tree = ast.parse(file.read_text("utf-8"))
        names |= {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    return frozenset(names)


def test_the_pages_are_found() -> None:
    assert {ROOT / "README.md", ROOT / "docs" / "known-weaknesses.md"} <= set(PAGES)


@_each_page
def test_links_and_anchors_lead_somewhere(page: Path) -> None:
    assert not list(_broken_links(page, page.read_text("utf-8")))


@_each_page
def test_files_that_are_named_exist(page: Path) -> None:
    assert not list(_missing_files(page.read_text("utf-8")))


@_each_page
def test_commands_that_are_named_exist(page: Path) -> None:
    assert not list(_unknown_commands(page.read_text("utf-8")))


@_each_page
def test_tests_that_are_named_exist(page: Path) -> None:
    named = set(_TEST.findall(page.read_text("utf-8")))
    assert not named - _test_names()


def test_numbers_of_weaknesses_are_not_used_twice() -> None:
    page = (ROOT / "docs" / "known-weaknesses.md").read_text("utf-8")
    numbers = re.findall(r"^### W(\d+)$", page, re.MULTILINE)
    assert len(numbers) > 1
    assert len(numbers) == len(set(numbers))


def test_what_is_wrong_is_found() -> None:
    """The searches above see mistakes of each kind."""
    page = ROOT / "docs" / "operations.md"
    links = "[a](cli.md) [b](gone.md) [c](known-weaknesses.md#w999) [d](#the-directory) [e](#gone)"
    wrong_links = ["gone.md", "known-weaknesses.md#w999", "#gone"]
    assert list(_broken_links(page, links)) == wrong_links
    files = "`exchange/errors.py`, `exchange/gone.py`, tests/docs and `tests/gone/test_x.py`."
    assert list(_missing_files(files)) == ["exchange/gone.py", "tests/gone/test_x.py"]
    said = "`senx show PACK`, `senx shown`, `senx keys show|rotate`, `senx keys\nburn`"
    block = "```sh\nsenx audit head\nsenx audit tail --home x\n```\n"
    assert list(_unknown_commands(f"{said}\n\n{block}")) == ["audit tail", "shown", "keys burn"]
