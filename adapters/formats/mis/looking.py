"""What is shown and asked of tables before anything is read for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from adapters.formats.mis.catalogue import fields, folded_word, layout_labels
from adapters.formats.mis.days import orders_of
from adapters.formats.mis.guessing import guess_fields, layout_of
from adapters.formats.mis.meanings import code_of, likely_code, several
from adapters.formats.mis.table import Table
from exchange.ports.imports import Column, How, Kept, Look, Plan, Remembered, Sheet, Word

_SAMPLES = 4
_LONGEST_SAMPLE = 60
_SCAN = 400
_MOST_WORDS = 40


def look_at(tables: Sequence[Table], plan: Plan, remembered: Remembered) -> Look:
    """Return what the tables are."""
    sheets: list[Sheet] = []
    words: list[Word] = []
    for number, table in enumerate(tables):
        sheet = _sheet(number, table, plan, remembered)
        known = remembered.get(sheet.mark, Kept()).words
        sheets.append(sheet)
        if sheet.part:
            words += _words(table, sheet, {**known, **plan.words})
    layouts = sorted({one.layout for one in sheets if one.layout})
    label = layout_labels()[layouts[0]] if len(layouts) == 1 else ""
    return Look("table", tuple(sheets), _united(words), label)


def _sheet(number: int, table: Table, plan: Plan, remembered: Remembered) -> Sheet:
    samples = _samples(table)
    layout = layout_of(table.heads)
    guessed = guess_fields(table.heads, samples, layout)
    kept = remembered.get(table.mark, Kept())
    found = [_said(f"{number}/{at}", str(at), one, plan, kept) for at, one in enumerate(guessed)]
    orders, rows = _orders(table, [field for field, _ in found])
    columns = []
    for at, (field, how) in enumerate(found):
        order = found_order = orders.get(at, "")
        said = plan.orders.get(f"{number}/{at}") or kept.orders.get(str(at), "")
        if order == "ask" and said in ("dmy", "mdy"):
            order = said
        asked = found_order == "ask"
        columns.append(Column(at, table.heads[at], samples[at], field, how, order, asked))
    there = {field for field, _ in found}
    return Sheet(
        name=table.name,
        mark=table.mark,
        rows=rows,
        columns=tuple(columns),
        headed=table.headed,
        part=part_of(there),
        encoding=table.encoding,
        hint=table.hint,
        layout=layout.layout if layout else "",
    )


def part_of(there: set[str]) -> str:
    """Return what a table with these fields tells: ``pupils``, ``needs``, ``provision``, none."""
    if {"surname", "forename"} <= there or "full_name" in there:
        return "pupils"
    if not {"pupil_id", "upn"} & there:
        return ""
    if {"need_type", "need_label", "needs"} & there:
        return "needs"
    return "provision" if {"provision", "provision_label"} & there else ""


def _said(place: str, at: str, guessed: tuple[str, How], plan: Plan, kept: Kept) -> tuple[str, How]:
    if place in plan.fields:
        said = plan.fields[place]
        return guessed if said == guessed[0] else (said, "person")
    if at in kept.fields:
        return kept.fields[at], "remembered"
    return guessed


def _samples(table: Table) -> list[tuple[str, ...]]:
    found: list[list[str]] = [[] for _ in table.heads]
    for _, cells in islice(table.rows(), _SCAN):
        for at, cell in enumerate(cells[: len(found)]):
            told = " ".join(cell.split())[:_LONGEST_SAMPLE]
            if told and len(found[at]) < _SAMPLES and told not in found[at]:
                found[at].append(told)
    return [tuple(one) for one in found]


def _orders(table: Table, found: Sequence[str]) -> tuple[dict[int, str], int]:
    """Return the order of each column of days, and how many rows there are."""
    days = [at for at, one in enumerate(found) if one and fields()[one].kind == "day"]
    cells: dict[int, Counter[str]] = {at: Counter() for at in days}
    rows = 0
    for _, row in table.rows():
        rows += 1
        for at in days:
            if at < len(row):
                cells[at][row[at]] += 1
    return orders_of(cells), rows


def _words(table: Table, sheet: Sheet, said: dict[str, str]) -> Iterator[Word]:
    """Yield the words of code columns that nobody explained."""
    coded = {
        one.at: one.field
        for one in sheet.columns
        if one.field and fields()[one.field].kind == "code"
    }
    told: Counter[tuple[str, str]] = Counter()
    for _, row in table.rows():
        for at, field in coded.items():
            cell = row[at] if at < len(row) else ""
            for word in several(cell) if field == "needs" else [cell.strip()]:
                if word and code_of(field, word) is None:
                    told[(field, word)] += 1
    for (field, word), times in told.most_common(_MOST_WORDS):
        folded = folded_word(word)
        name = f"{fields()[field].codes}/{folded}"
        guess = said[name] if name in said else likely_code(field, word) or None
        yield Word(fields()[field].codes, word[:_LONGEST_SAMPLE], folded, times, guess)


def _united(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return each word once, however many columns and spellings have it."""
    found: dict[tuple[str, str], Word] = {}
    for one in words:
        before = found.get((one.field, one.folded))
        times = one.times + (before.times if before else 0)
        found[(one.field, one.folded)] = Word(
            one.field, before.word if before else one.word, one.folded, times, one.guess
        )
    return tuple(found.values())
