"""The lists of a request: cycles, costs, views, agreement, professionals, advice; item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from flask import abort, flash, redirect, render_template, request, url_for

from exchange.domain.provision_cost import Line, Standing, from_record, standing
from exchange.errors import Conflict
from exchange.services.ehc_request.renewing import RENEWED
from exchange.services.ehc_request.told import on, pounds
from exchange.services.ehc_request.writing import profile_of, set_costs, write
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.described import PartPage
from exchange.web.pupils.desk import Wrong, begin, boxes_of, checked, status_of
from exchange.web.pupils.filling import filled, made, show_problems
from exchange.web.pupils.inputs import answers, form_of, refuse_at
from exchange.web.pupils.telling import told_values
from exchange.web.requests.costs import RATE, costed, rate_of, require_bounds
from exchange.web.requests.head import Desk, desk_of
from exchange.web.requests.versions import item_versions
from schemas.ehc_request import AdviceThere, CycleSummary, EhcRequest, ProvisionLine
from schemas.parts import Part

_LONGEST = 90


def items_of(record: EhcRequest, field: str) -> tuple[Part, ...]:
    """Return the items of a list."""
    if field == "costs":
        return record.costs.lines if record.costs is not None else ()
    return tuple(getattr(record, field))


def list_page(desk: Desk, listed: PartPage) -> Any:
    """Show a list with its items; of costs, take one cost of an hour for all lines without."""
    record = desk.file.record
    rows = []
    for place, item in enumerate(items_of(record, listed.field), start=1):
        fixed = isinstance(item, AdviceThere) and item.document is not None
        name, told = _told(listed, item)
        rows.append({"place": place, "name": name, "rows": told, "fixed": fixed})
    lines = record.costs.lines if record.costs is not None else ()
    form = None
    if listed.field == "costs" and any(not one.hourly_rate_pence for one in lines):
        form = form_of((RATE,), {}, "RateForm")
        if form.validate_on_submit() and _rate_is_money(form, listed):
            _save_rate(desk, rate_of(form["rate"].data) or Decimal(0))
            flash("Saved")
            return redirect(url_for("requests.section", ehc=record.request, section="costs"))
    html = render_template(
        "requests/list.html",
        **desk.shared(
            listed=listed,
            items=rows,
            costs=_standing(record) if listed.field == "costs" else None,
            weeks=profile_of(record).weeks,
            finished=listed.field in desk.file.done,
            renewed=listed.field in RENEWED,
            form=form,
            fields=boxes_of(form, (RATE,)) if form else (),
        ),
    )
    return html, 422 if form is not None and form.errors else 200


def _standing(record: EhcRequest) -> Standing:
    lines = record.costs.lines if record.costs is not None else ()
    return standing([from_record(one) for one in lines], profile_of(record).threshold)


def _save_rate(desk: Desk, rate: Decimal) -> None:
    """Give the lines without a cost of an hour this one."""

    def change(now: EhcRequest) -> EhcRequest:
        lines = [from_record(one) for one in (now.costs.lines if now.costs else ())]
        return set_costs(now, [one if one.rate else replace(one, rate=rate) for one in lines])

    write(inside(), org_id(), desk.file.request_id, "costs", change, actor(), finished=False)


def _told(listed: PartPage, item: Part) -> tuple[str, list[tuple[str, str]]]:
    """Return a short name of an item, and what else it says."""
    if isinstance(item, ProvisionLine):
        line = from_record(item)
        told = [
            ("Who", item.who),
            ("How often", f"{item.times} a {item.per.value}, {item.minutes} minutes"),
            ("Group and adults", f"{item.group_size} in the group, {item.staff} at once"),
            ("Weeks a year", str(item.weeks)),
            ("An hour", pounds(item.hourly_rate_pence)),
            ("Hours a year for this child", f"{line.hours}"),
            ("A year", pounds(item.yearly_pence)),
        ]
        return _short(item.what), told
    naming = next(one for one in listed.specs if one.name == listed.tells)
    others = [one for one in listed.specs if one is not naming]
    value = filled(item, listed.specs)[listed.tells]
    name = _short(str(value or listed.one.capitalize()))
    if isinstance(item, CycleSummary):
        name = f"Cycle {item.number}, from {on(item.starts)}"
        others = list(listed.specs)
    return name, list(told_values(item, others))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "\u2026"


def item_page(desk: Desk, listed: PartPage, place: str) -> Any:
    """Show, save and remove one item."""
    record = desk.file.record
    items = items_of(record, listed.field)
    index = _index(items, place)
    before = items[index] if index is not None else None
    if isinstance(before, AdviceThere) and before.document is not None:
        abort(404)
    form = form_of(listed.specs, _values(desk, listed, before), f"{listed.kind.__name__}Form")
    if request.method == "GET":
        begin(form, item_versions(record, listed.field)[index] if index is not None else "")
    elif "remove" in request.form or (form.validate() and _rate_is_money(form, listed)):
        try:
            _save(desk, listed, form, remove="remove" in request.form)
        except Conflict as error:
            return _page(desk_of(record.request), listed, place, form, error), 409
        except Wrong as wrong:
            show_problems(form, wrong.problems, listed.specs, wrong.at)
        else:
            flash("Removed" if "remove" in request.form else "Saved")
            return redirect(url_for("requests.section", ehc=record.request, section=listed.field))
    return _page(desk, listed, place, form), status_of(form)


def _index(items: Sequence[Part], place: str) -> int | None:
    if place == "new":
        return None
    is_number = place.isascii() and place.isdigit() and len(place) < 4
    if not is_number or int(place) < 1:
        abort(404)
    if int(place) > len(items):
        if request.method == "POST":
            return None  # it may have been there when the writer began
        abort(404)
    return int(place) - 1


def _values(desk: Desk, listed: PartPage, before: Part | None) -> dict[str, Any]:
    if listed.field != "costs":
        return filled(before, listed.specs)
    if not isinstance(before, ProvisionLine):
        return {"weeks": profile_of(desk.file.record).weeks, "group_size": 1, "staff": 1}
    names = ("what", "who", "times", "per", "minutes", "group_size", "staff", "weeks")
    values: dict[str, Any] = {name: getattr(before, name) for name in names}
    rate = before.hourly_rate_pence
    return values | {
        "per": before.per.value,
        "rate": f"{Decimal(rate) / 100:.2f}" if rate else None,
    }


def _rate_is_money(form: PageForm, listed: PartPage) -> bool:
    if listed.field != "costs" or rate_of(form["rate"].data) is not None:
        return True
    refuse_at(form, "rate", "Enter pounds and pence, such as 16.50")
    return False


def _save(desk: Desk, listed: PartPage, form: PageForm, *, remove: bool) -> None:
    told, based_on = answers(form, listed.specs), form["version"].data or ""

    def change(now: EhcRequest) -> EhcRequest:
        items = list(items_of(now, listed.field))
        index = _place_of(now, listed.field, based_on)
        if remove:
            if index is not None:
                del items[index]
        else:
            before = items[index] if index is not None else None
            item = _made(listed, before, told, items)
            if index is None:
                items.append(item)
                index = len(items) - 1
            else:
                items[index] = item
        inner = "costs/lines" if listed.field == "costs" else listed.field
        at = "" if remove else f"/{inner}/{index}"
        return _with_items(now, listed.field, items, at)

    request_id = desk.file.request_id
    write(inside(), org_id(), request_id, listed.field, change, actor(), finished=False)


def _place_of(now: EhcRequest, field: str, based_on: str) -> int | None:
    """Return where the item stands now that the writer began from; None for a new one.

    :raises Conflict: ``record-changed``.
    """
    if not based_on:
        return None
    versions = item_versions(now, field)
    if based_on not in versions:
        hint = "Somebody else changed this while you were writing. Your words are below."
        raise Conflict("record-changed", f"/{field}", hint)
    return versions.index(based_on)


def _made(
    listed: PartPage, before: Part | None, told: Mapping[str, Any], items: Sequence[Part]
) -> Part:
    if listed.field == "costs":
        return costed(told)
    numbered: dict[str, Any] = {}
    if listed.numbered and before is None:
        numbered["number"] = max((getattr(one, "number", 0) for one in items), default=0) + 1
    return made(listed.kind, before, listed.specs, told, **numbered)


def _with_items(now: EhcRequest, field: str, items: list[Part], at: str) -> EhcRequest:
    if field != "costs":
        lists: dict[str, Any] = {field: tuple(items)}
        changed = checked(replace(now, **lists), at)
    else:
        rows = cast(list[ProvisionLine], items)
        require_bounds(rows)
        lines: list[Line] = [from_record(one) for one in rows]
        changed = checked(set_costs(now, lines), at)
    return cast(EhcRequest, changed)


def _page(
    desk: Desk, listed: PartPage, place: str, form: PageForm, conflict: Conflict | None = None
) -> str:
    theirs = None
    if conflict is not None:
        items = items_of(desk.file.record, listed.field)
        still = place.isdigit() and 0 < int(place) <= len(items)
        theirs = _told(listed, items[int(place) - 1])[1] if still else []
        versions = item_versions(desk.file.record, listed.field)
        form["version"].data = versions[int(place) - 1] if still else ""
    return render_template(
        "requests/item.html",
        **desk.shared(
            listed=listed,
            is_new=place == "new",
            form=form,
            fields=boxes_of(form, listed.specs),
            conflict=conflict,
            theirs=theirs,
        ),
    )
