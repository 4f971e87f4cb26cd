"""The adapters of this version: what goes in and out, and what could not be tried."""

from __future__ import annotations

import click

from adapters.registry import ADAPTERS, Adapter
from exchange.cli.options import json_option
from exchange.cli.output import listing, typed_errors
from schemas.strict_json import JsonValue

_COLUMNS = {
    "name": "Name",
    "kind": "Kind",
    "direction": "Direction",
    "versions": "Versions",
    "settings": "Settings",
    "untried": "Not tried",
}


@click.command("adapters")
@json_option
@typed_errors
def adapters(as_json: bool) -> None:
    """List every way in and out; nothing else carries a pupil's data."""
    rows = [_row(one) for one in ADAPTERS]
    if not as_json:
        rows = [{**row, "settings": _joined(row), "untried": _first(row)} for row in rows]
    listing(rows, _COLUMNS, as_json=as_json)


def _row(one: Adapter) -> dict[str, JsonValue]:
    return {
        "name": one.name,
        "kind": one.kind,
        "direction": one.direction,
        "about": one.about,
        "versions": one.versions,
        "settings": list(one.settings),
        "untried": list(one.untried),
        "page": one.page,
    }


def _joined(row: dict[str, JsonValue]) -> str:
    told = row["settings"]
    return ", ".join(map(str, told)) if isinstance(told, list) else ""


def _first(row: dict[str, JsonValue]) -> str:
    told = row["untried"]
    return "; ".join(map(str, told)) if isinstance(told, list) else ""
