"""The SEN register entry of one pupil, made of the rows that tell of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from adapters.formats.csv_export import unguarded
from adapters.formats.mis.cells import Cells, error
from adapters.formats.mis.joining import Line
from adapters.formats.mis.meanings import flag_of, rank_of, several
from adapters.formats.provision_today import Held, coming_after, held_on
from schemas.codes import code_set

_MOST_NEEDS = 50
_LONGEST_NOTES = 4_000
_FURTHER = ("need_type_2", "need_type_3")


def register_entry(cells: Cells, today: date) -> dict[str, Any]:
    """Return the values of the entry, or nothing where the rows tell of none.

    :param today: the day whose provision counts; where none holds yet, the next one does.
    """
    history, needs = _history(cells), _needs(cells)
    if not history:
        if not needs:
            return {}
        if not cells.plan.no_provision:
            place = (cells.bunch.needs or cells.bunch.lines)[0]
            cells.remarks.append(("provision-unknown", place.path()))
            return {}
        history = [{"provision": cells.plan.no_provision}]
    return _now(cells, history, today) | ({"needs": needs} if needs else {})


def _now(cells: Cells, history: list[dict[str, str]], today: date) -> dict[str, Any]:
    place = (cells.bunch.provision or cells.bunch.lines)[0]
    now = held_on(today, history) or coming_after(today, history)
    if now is None and cells.plan.no_provision:
        now = Held(cells.plan.no_provision, "", None)
    if now is None:
        cells.errors.append(error("provision-later", place.path("provision_starts")))
        return {}
    if now.at is None and now.starts:
        cells.remarks.append(("provision-ended", place.path("provision_ends")))
    if code_set("sen-provision").lookup(now.provision, importing=True).import_only:
        cells.errors.append(error("provision-outdated", place.path("provision")))
    told: dict[str, Any] = {"provision": now.provision}
    if now.starts:
        told["provision_starts"] = now.starts
    dated = [one for one in history if "starts" in one or "ends" in one or len(history) > 1]
    return told | ({"provision_history": dated} if dated else {})


def _history(cells: Cells) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in [*cells.bunch.lines, *cells.bunch.provision]:
        if not _counts(line, "provision_ends"):
            continue
        code = cells.code(line, "provision") or cells.code(line, "provision_label")
        if not code:
            continue
        period = {"provision": code}
        for name, field in (("starts", "provision_starts"), ("ends", "provision_ends")):
            if day := cells.day(line, field):
                period[name] = day
        if period not in found:
            found.append(period)
    return found


def _needs(cells: Cells) -> list[dict[str, Any]]:
    """Return the needs of all rows, ranked; two current ones never share a rank."""
    found: list[dict[str, Any]] = []
    for line in [*cells.bunch.lines, *cells.bunch.needs]:
        for need in _needs_of(cells, line):
            same = [one for one in found if one["type"] == need["type"]]
            if not any(one.get("starts") == need.get("starts") for one in same):
                found.append(need)
    if len(found) > _MOST_NEEDS:
        cells.note("needs-too-many", "need_type")
        del found[_MOST_NEEDS:]
    return _ranked(found)


def _needs_of(cells: Cells, line: Line) -> list[dict[str, Any]]:
    if not _counts(line, "need_ends"):
        return []
    first = _first(cells, line)
    if not first and line.of("need_type"):
        return []
    listed = [first] if first else []
    listed += [code for name in _FURTHER if (code := cells.code(line, name))]
    words = several(line.of("needs")) if line.of("needs") else []
    listed += [code for word in words if (code := cells.word(line, "needs", word))]
    different = dict.fromkeys(listed)
    return [_need(cells, line, code, main=at == 0) for at, code in enumerate(different)]


def _first(cells: Cells, line: Line) -> str:
    """Return the code of the row's need; the words beside it help where the code is none."""
    if line.of("need_label"):
        silent = Cells(cells.bunch, cells.plan)
        found = silent.code(line, "need_type") or silent.code(line, "need_label")
        if found:
            return found
    return cells.code(line, "need_type")


def _need(cells: Cells, line: Line, code: str, *, main: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"type": code}
    if not main:
        return told
    if rank := rank_of(line.of("need_rank")):
        told["rank"] = rank
    elif line.of("need_rank"):
        cells.note("field-invalid", "need_rank", line)
    for name, field in (("starts", "need_starts"), ("ends", "need_ends")):
        if day := cells.day(line, field):
            told[name] = day
    if notes := unguarded(line.of("need_notes")):
        told["notes"] = notes[:_LONGEST_NOTES]
    return told


def _ranked(needs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number needs without a rank behind the others; current ones that share one move back."""
    taken: set[int] = set()
    last = max((one.get("rank", 0) for one in needs), default=0)
    for one in needs:
        current = "ends" not in one
        if "rank" not in one or (current and one["rank"] in taken):
            last += 1
            one["rank"] = last
        if current:
            taken.add(one["rank"])
    return sorted(needs, key=lambda one: one["rank"])


def _counts(line: Line, end: str) -> bool:
    """Tell whether a row counts: not active and without an end is somebody's mistake."""
    return bool(line.of(end)) or flag_of(line.of("need_active")) is not False
