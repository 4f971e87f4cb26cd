"""Editors of the lists of a record, one item at a time: outcomes, needs, visits ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from exchange.errors import Conflict
from exchange.services.edit_record import dumped, require_version, version_of
from exchange.web.forms import PageForm
from exchange.web.here import actor
from exchange.web.pupils.child import page
from exchange.web.pupils.described import PartPage
from exchange.web.pupils.desk import (
    Desk,
    Wrong,
    begin,
    boxes_of,
    checked,
    dated,
    desk_of,
    start_of,
    status_of,
    store,
)
from exchange.web.pupils.filling import filled, made, show_problems
from exchange.web.pupils.inputs import answers, form_of
from exchange.web.pupils.telling import told_values
from schemas.base import SubjectRecord
from schemas.parts import Part
from schemas.strict_json import JsonValue


def part(pupil: str, slot: str, part: str, place: str) -> Any:
    """Show, save and remove one item of a list."""
    desk = desk_of(pupil, slot)
    found = desk.page.part(part)
    if found is None:
        abort(404)
    if desk.page.starts and desk.record is None:
        return redirect(url_for("pupils.record", pupil=pupil, slot=slot))
    before, version = _item(desk.record, found, place, gone=request.method == "POST")
    form = form_of(found.specs, filled(before, found.specs) or _first(desk.record, found))
    if request.method == "GET":
        begin(form, version)
    elif "remove" in request.form or form.validate():
        try:
            _save_part(desk, found, form, remove="remove" in request.form)
        except Conflict as error:
            now = desk_of(pupil, slot)
            return _part_page(now, found, place, form, error), 409
        except Wrong as wrong:
            show_problems(form, wrong.problems, found.specs, wrong.at)
        else:
            flash("Removed" if "remove" in request.form else "Saved")
            return redirect(url_for("pupils.record", pupil=pupil, slot=slot))
    return _part_page(desk, found, place, form), status_of(form)


def _part_page(
    desk: Desk,
    found: PartPage,
    place: str,
    form: PageForm,
    conflict: Conflict | None = None,
) -> str:
    theirs = None
    if conflict is not None:
        items = _items(desk.record, found)
        still = place.isdigit() and 0 < int(place) <= len(items)
        before, version = _item(desk.record, found, place) if still else (None, "")
        theirs = told_values(before, found.specs)
        form["version"].data = version
    return render_template(
        "pupils/part.html",
        **page(desk.pupil_id),
        record_page=desk.page,
        part_page=found,
        is_new=place == "new",
        form=form,
        fields=boxes_of(form, found.specs),
        conflict=conflict,
        theirs=theirs,
    )


def _save_part(desk: Desk, found: PartPage, form: PageForm, *, remove: bool) -> None:
    told, based_on = answers(form, found.specs), form["version"].data or ""

    def change(now: SubjectRecord | None) -> SubjectRecord:
        if now is None:
            now = desk.page.kind(**start_of(desk.page, desk.pupil_id))
        items = list(_items(now, found))
        index = _place_of(now, found, based_on)
        if remove:
            if index is not None:
                del items[index]
        elif index is None:
            number = {"number": _next_number(items)} if found.numbered else {}
            items.append(made(found.kind, None, found.specs, told, **number))
            index = len(items) - 1
        else:
            items[index] = made(found.kind, items[index], found.specs, told)
        lists: dict[str, Any] = {found.field: tuple(items)}
        changed = replace(now, **lists)
        at = "" if remove else f"/{found.field}/{index}"
        return checked(dated(desk.page, changed), at)

    store(desk, change, actor())


def _place_of(now: SubjectRecord, found: PartPage, based_on: str) -> int | None:
    """Return where the item that the writer began from stands now; None for a new one.

    :raises Conflict: ``record-changed``: it is not there any more as they saw it.
    """
    if not based_on:
        return None
    for index, value in enumerate(_plain_items(now, found)):
        if version_of(value) == based_on:
            return index
    require_version("", based_on, f"/{found.field}")
    return None


def _first(record: SubjectRecord | None, found: PartPage) -> dict[str, Any]:
    """Return with what a new item begins."""
    if not found.counts:
        return {}
    listed = (getattr(one, found.counts) for one in _items(record, found))
    return {found.counts: max(listed, default=0) + 1}


def _next_number(items: Sequence[Any]) -> int:
    return max((one.number for one in items), default=0) + 1


def _items(record: SubjectRecord | None, found: PartPage) -> tuple[Part, ...]:
    return () if record is None else tuple(getattr(record, found.field))


def _plain_items(record: SubjectRecord, found: PartPage) -> Sequence[JsonValue]:
    value = dumped(record).get(found.field)
    return value if isinstance(value, list) else ()


def _item(
    record: SubjectRecord | None, found: PartPage, place: str, *, gone: bool = False
) -> tuple[Part | None, str]:
    """Return an item and its version.

    :param gone: it may have been there when the writer began.
    """
    items = _items(record, found)
    is_number = place.isascii() and place.isdigit() and len(place) < 5
    if place == "new" or (gone and is_number and int(place) > len(items)):
        return None, ""
    if record is None or not is_number or not 0 < int(place) <= len(items):
        abort(404)
    index = int(place) - 1
    return items[index], version_of(_plain_items(record, found)[index])
