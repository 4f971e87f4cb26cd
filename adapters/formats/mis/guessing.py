"""Where the headings stand, and what a column may be: by its heading, else by what is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from adapters.formats.mis.catalogue import LayoutTable, fields, layouts
from adapters.formats.mis.days import could_be_day
from adapters.formats.mis.table import Row, folded_head, letters
from exchange.ports.imports import How
from schemas.errors import IdentifierError
from schemas.identifiers import Upn

_LOOK_FOR_HEADS = 15
_LIKE = 88
"""Of 100: a heading that is written like a known one; a person is shown which were guessed."""
_MOST = 0.7
_NUMBERED = re.compile(r"[\[/._ ]0*([0-9])\]?$")
_SHORTEST = 4


def heads_of(rows: Sequence[Row]) -> tuple[int, tuple[str, ...], bool]:
    """Return the number of the row of headings, the headings, and whether there are any.

    Without headings the number is 0, and columns are called by their letters.
    """
    width = max(len(cells) for _, cells in rows)
    best_score, best = 0, None
    for number, cells in rows[:_LOOK_FOR_HEADS]:
        score = sum(folded_head(cell) in known_heads() for cell in cells)
        if score > best_score:
            best_score, best = score, (number, cells)
    if best is None and _looks_like_heads(rows):
        best = rows[0]
    if best is None or (best_score == 1 and len(best[1]) > 1 and _holds_a_pupil(best[1])):
        return 0, tuple(f"Column {letters(at)}" for at in range(width)), False
    number, cells = best
    heads = [" ".join(cell.split())[:100] for cell in cells]
    heads += [""] * (width - len(heads))
    named = (head or f"Column {letters(at)}" for at, head in enumerate(heads))
    return number, tuple(named), True


def _holds_a_pupil(cells: Sequence[str]) -> bool:
    return any(could_be_day(cell) or is_upn(cell) for cell in cells)


def _looks_like_heads(rows: Sequence[Row]) -> bool:
    """Tell whether nothing in the first row is a day or a number, while later rows have some."""
    first, later = rows[0][1], rows[1:]
    if not later or any(any(one.isdigit() for one in cell) for cell in first):
        return False
    return any(_holds_a_pupil(cells) for _, cells in later)


@cache
def known_heads() -> Mapping[str, str]:
    """Return every known heading, folded, with its field."""
    found: dict[str, str] = {}
    for field in fields().values():
        for head in field.heads:
            found.setdefault(head, field.code)
    for table in layouts():
        for head, code in table.fields.items():
            found.setdefault(head, code)
    return found


def layout_of(heads: Sequence[str]) -> LayoutTable | None:
    """Return the product's table with the most of these headings, if all it needs are there."""
    there = {folded_head(head) for head in heads}
    fit = [one for one in layouts() if one.needs <= there]
    return max(fit, key=lambda one: len(there & one.fields.keys()), default=None)


def guess_fields(
    heads: Sequence[str], samples: Sequence[Sequence[str]], layout: LayoutTable | None
) -> list[tuple[str, How]]:
    """Return for each column what it may be, and how that was found; no field comes twice."""
    found: list[tuple[str, How]] = [("", "")] * len(heads)
    taken: set[str] = set()
    ways: tuple[tuple[How, object], ...] = (
        ("layout", lambda at: layout.fields.get(folded_head(heads[at]), "") if layout else ""),
        ("name", lambda at: _by_name(heads[at], layout)),
        ("similar", lambda at: _by_likeness(heads[at], layout)),
        ("content", lambda at: _by_content(samples[at], taken)),
    )
    for how, way in ways:
        for at in range(len(heads)):
            field = "" if found[at][0] else way(at)  # type: ignore[operator]
            if field and field not in taken:
                found[at] = (field, how)
                taken.add(field)
    return _without_twin_names(found)


def _by_name(head: str, layout: LayoutTable | None) -> str:
    if layout is not None and layout.part != "pupils":
        return ""  # a table of needs may name the pupil beside, and is no list of pupils for it
    folded = folded_head(head)
    for field in fields().values():
        if folded in field.heads:
            return field.code
    numbered = _NUMBERED.search(head)
    base = folded_head(head[: numbered.start()]) if numbered else ""
    if numbered and base in (*fields()["needs"].heads, *fields()["need_type"].heads):
        place = int(numbered[1]) + (1 if head.rstrip().endswith("]") else 0)
        return {0: "need_type", 1: "need_type", 2: "need_type_2", 3: "need_type_3"}.get(place, "")
    return ""


def _by_likeness(head: str, layout: LayoutTable | None) -> str:
    folded = folded_head(head)
    if layout is not None or len(folded) < _SHORTEST:
        return ""
    from rapidfuzz import fuzz, process  # only where a heading is unknown

    known = {
        one: field.code
        for field in fields().values()
        for one in field.heads
        if len(one) >= _SHORTEST
    }
    best = process.extractOne(folded, known.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE)
    return known[best[0]] if best else ""


def _by_content(samples: Sequence[str], taken: set[str]) -> str:
    told = [one for one in samples if one.strip()]
    if not told:
        return ""
    if "upn" not in taken and _most(is_upn, told):
        return "upn"
    if "date_of_birth" not in taken and _most(could_be_day, told):
        return "date_of_birth"
    if "full_name" not in taken and "surname" not in taken and _most(_is_whole_name, told):
        return "full_name"
    return "sex" if "sex" not in taken and {one.strip().upper() for one in told} <= _SEXES else ""


_SEXES = frozenset({"M", "F", "MALE", "FEMALE"})
_WHOLE_NAME = re.compile(r"[^\W\d][^\d,]*,\s*[^\W\d][^\d,]*")


def _is_whole_name(cell: str) -> bool:
    return _WHOLE_NAME.fullmatch(cell.strip()) is not None


def _most(holds: object, told: Sequence[str]) -> bool:
    return sum(map(holds, told)) >= _MOST * len(told)  # type: ignore[call-overload]


def is_upn(cell: str) -> bool:
    """Return whether a cell holds a good UPN."""
    try:
        Upn.parse("".join(cell.split()).upper())
    except IdentifierError:
        return False
    return True


def _without_twin_names(found: list[tuple[str, How]]) -> list[tuple[str, How]]:
    """Leave a whole name out where its parts have columns of their own."""
    there = {field for field, _ in found}
    if {"surname", "forename"} <= there:
        return [("", "") if field == "full_name" else (field, how) for field, how in found]
    return found
