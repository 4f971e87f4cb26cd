"""The table of adapters against the code, the settings, the pages, and what `senx` prints."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.registry import ADAPTERS, DOCUMENT_KINDS, PUPIL_FORMATS, TRANSPORTS, Adapter
from exchange.cli.main import main
from exchange.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "adapters"
UNTRIED = "## What could not be tried"
NO_ADAPTER = frozenset({"what-survives.md"})

each = pytest.mark.parametrize("adapter", ADAPTERS, ids=[one.name for one in ADAPTERS])


@each
def test_what_does_it_is_there(adapter: Adapter) -> None:
    for one in adapter.made_of:
        module, _, name = one.partition(":")
        assert callable(getattr(import_module(module), name)), one


@each
def test_it_has_a_page_that_says_what_could_not_be_tried(adapter: Adapter) -> None:
    text = (ROOT / adapter.page).read_text("utf-8")
    head, found, said = text.partition(UNTRIED)
    assert found, adapter.page
    assert head.startswith("# ")
    assert "- " in said
    for setting in adapter.settings:
        assert f"`{setting}`" in text, f"{adapter.page} does not name {setting}"


@each
def test_its_settings_are_settings(adapter: Adapter) -> None:
    assert set(adapter.settings) <= {one.name for one in fields(Settings)}


def test_no_name_comes_twice_and_no_page_is_nobodys() -> None:
    names = [one.name for one in ADAPTERS]
    assert len(set(names)) == len(names)
    pages = {one.name for one in PAGES.glob("*.md")} - NO_ADAPTER
    assert pages == {f"{name}.md" for name in names}


def test_every_transport_and_format_of_the_code_is_a_row() -> None:
    by_kind = {kind: {one.name for one in ADAPTERS if one.kind == kind} for kind in KINDS}
    assert by_kind["transport"] == set(TRANSPORTS)
    assert set(PUPIL_FORMATS) <= by_kind["format"]
    assert by_kind["document"]
    assert DOCUMENT_KINDS


KINDS = ("transport", "format", "document", "service")


def test_every_module_of_formats_and_transports_belongs_to_a_row() -> None:
    told = {one.partition(":")[0] for adapter in ADAPTERS for one in adapter.made_of}
    beside = {"adapters.transports." + name for name in ("place", "failures", "wire", "addresses")}
    for folder in ("formats", "transports"):
        for path in (ROOT / "adapters" / folder).glob("*.py"):
            module = f"adapters.{folder}.{path.stem}"
            if path.stem != "__init__":
                assert module in told | beside, module


def test_senx_prints_the_table() -> None:
    answer = CliRunner().invoke(main, ["adapters", "--json"])
    assert answer.exit_code == 0
    rows = json.loads(answer.output)
    assert [row["name"] for row in rows] == [one.name for one in ADAPTERS]
    for row in rows:
        assert set(row) == {
            *("name", "kind", "direction", "about", "versions", "settings", "untried", "page"),
        }
    plain = CliRunner().invoke(main, ["adapters"])
    assert plain.exit_code == 0
    assert "12 to 25" in plain.output
