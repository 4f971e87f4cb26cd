"""The data files: what a column may be, what words mean, how products name their columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from adapters.formats.mis.table import folded_head
from exchange.domain.folding import words
from schemas.codes import code_set


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a column may be.

    :ivar kind: ``text``, ``prose``, ``day``, ``code``, ``flag``, ``whole`` or ``key``.
    :ivar codes: the set of codes that its words stand for, or empty.
    """

    code: str
    label: str
    group: str
    kind: str
    heads: tuple[str, ...]
    codes: str = ""


@dataclass(frozen=True, slots=True)
class LayoutTable:
    """One table of a product.

    :ivar needs: headings without which it is not this table.
    :ivar fields: heading -> field; both folded.
    """

    layout: str
    part: str
    needs: frozenset[str]
    fields: Mapping[str, str]


@cache
def fields() -> Mapping[str, Field]:
    """Return everything that a column may be, in the order in which it is offered."""
    return {code: _field(code, told) for code, told in _read("fields.toml").items()}


def _field(code: str, told: Mapping[str, Any]) -> Field:
    heads = tuple(folded_head(one) for one in told["heads"])
    return Field(code, told["label"], told["group"], told["kind"], heads, told.get("codes", ""))


@cache
def layouts() -> tuple[LayoutTable, ...]:
    """Return the tables of all products."""
    found = []
    for name in layout_labels():
        for table in _read(f"layouts/{name}.toml").values():
            if isinstance(table, dict):
                told = {folded_head(head): field for head, field in table["fields"].items()}
                needs = frozenset(folded_head(one) for one in table["needs"])
                found.append(LayoutTable(name, table["part"], needs, told))
    return tuple(found)


@cache
def layout_labels() -> Mapping[str, str]:
    """Return the products by name, with what people call them."""
    folder = resources.files("adapters.formats.mis") / "layouts"
    names = sorted(one.name.removesuffix(".toml") for one in folder.iterdir())
    return {name: _read(f"layouts/{name}.toml")["label"] for name in names}


@cache
def meanings(codes: str) -> Mapping[str, str]:
    """Return the words of a set of codes, folded, with the code that each stands for."""
    found: dict[str, str] = {}
    listed = code_set(codes)
    for entry in listed:
        found[folded_word(entry.code)] = entry.code
        found.setdefault(folded_word(entry.label), entry.code)
    for code, told in _read("words.toml").get(codes, {}).items():
        for word in told:
            found.setdefault(folded_word(word), code)
    return found


def folded_word(word: str) -> str:
    """Return a word as words are compared."""
    return " ".join(words(word.replace("+", " plus ")))


@cache
def _read(name: str) -> dict[str, Any]:
    file = resources.files("adapters.formats.mis") / name
    return tomllib.loads(file.read_text("utf-8"))
