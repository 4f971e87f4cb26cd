"""What the columns of a list are, in which order its days are written, what its words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import redirect, render_template, request, url_for

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError
from exchange.ports.imports import Column, Look, Plan, Sheet, Word
from exchange.services.imports.begin import given
from exchange.services.imports.mapping import remembered, settle
from exchange.services.imports.model import Import
from exchange.web.here import inside, org_id
from exchange.web.imports.shared import BareForm, found, reader
from schemas.codes import code_set

_HOW = {
    "layout": "Known layout",
    "remembered": "As last time",
    "name": "By its heading",
    "similar": "Guess: please check",
    "content": "Guess from what is in it: please check",
    "person": "As you said",
}
_MISSING = {
    "name": "No column gives the names. Choose which ones do.",
    "date_of_birth": "No column gives the date of birth. Choose which one does.",
    "sex": "No column gives the sex. Choose which one does, or add it to the list.",
}
_ORDERS = (("dmy", "Day first"), ("mdy", "Month first"))
_SETS = {
    "sex": "Sex",
    "nc-year": "Year group",
    "sen-provision": "SEN provision",
    "sen-type": "Type of need",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One column on the page; ``name`` is that of its field."""

    column: Column
    name: str
    how: str
    items: list[dict[str, Any]]
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table on the page."""

    sheet: Sheet
    columns: tuple[Shown, ...]


def columns(batch: str) -> Any:
    """Show the columns; keep what is said of them."""
    one = found(batch)
    if one.form != "table" or not one.files:
        return redirect(url_for("imports.page", batch=batch))
    form = BareForm()
    said = _said(one) if request.method == "POST" else one.plan
    try:
        with inside().store.reading(org_id()) as unit:
            known = remembered(unit)
        look = reader().look(given(inside(), org_id(), one.files), said, known)
    except ExchangeError as error:
        return render_template("imports/broken.html", found=one, problem=error), 422
    if form.validate_on_submit():
        problems = _problems(look)
        if not problems:
            settle(inside(), org_id(), one, look, said, reader())
            return redirect(url_for("imports.choose", batch=batch))
        form.form_errors.extend(problems)
    html = render_template(
        "imports/columns.html",
        found=one,
        form=form,
        look=look,
        tables=_tables(look),
        orders=_asked(look, one.plan if request.method == "GET" else said),
        words=[_word(word) for word in look.words],
        more=_more(said, look),
    )
    return html, 422 if form.form_errors else 200


def _said(one: Import) -> Plan:
    """Return what the form says; what it does not mention stays to be found."""
    told = request.form
    fields = {k.removeprefix("field-"): v for k, v in told.items() if k.startswith("field-")}
    codes = {choice.code for choice in reader().choices}
    orders = {k.removeprefix("order-"): v for k, v in told.items() if k.startswith("order-")}
    words = {
        told[f"name-{k.removeprefix('word-')}"]: ("" if v == "-" else v)
        for k, v in told.items()
        if k.startswith("word-") and v and f"name-{k.removeprefix('word-')}" in told
    }
    return Plan(
        {k: v for k, v in fields.items() if v in codes or v == ""},
        {k: v for k, v in orders.items() if v in ("dmy", "mdy")},
        {k: v for k, v in words.items() if v == "" or _is_code(k, v)},
        _one_of("no_upn", "upn-unknown-reason"),
        _one_of("no_provision", "sen-provision"),
    )


def _is_code(name: str, value: str) -> bool:
    codes = name.partition("/")[0]
    return codes in _SETS and value in code_set(codes)


def _one_of(name: str, codes: str) -> str:
    value = request.form.get(name, "")
    return value if value in code_set(codes) else ""


def _problems(look: Look) -> list[str]:
    told = [_MISSING[one] for one in look.missing]
    for number, sheet in enumerate(look.sheets):
        named = [one.field for one in sheet.columns if one.field]
        for field in sorted({one for one in named if named.count(one) > 1}):
            label = next(c.label for c in reader().choices if c.code == field)
            told.append(f"Two columns of table {number + 1} are both “{label}”. Choose one.")
    if look.asks:
        told.append("Say for each column of dates whether the day or the month comes first.")
    return told


def _tables(look: Look) -> list[Table]:
    return [
        Table(sheet, tuple(_shown(number, one) for one in sheet.columns))
        for number, sheet in enumerate(look.sheets)
    ]


def _shown(number: int, one: Column) -> Shown:
    items: list[dict[str, Any]] = [{"value": "", "text": "Leave it out", "selected": not one.field}]
    for group, choices in groupby(reader().choices, key=lambda choice: choice.group):
        prefix = "" if group == "Who" else f"{group}: "
        items += [
            {"value": c.code, "text": f"{prefix}{c.label}", "selected": c.code == one.field}
            for c in choices
        ]
    return Shown(one, f"field-{number}/{one.at}", _HOW.get(one.how, ""), items)


def _asked(look: Look, plan: Plan) -> list[dict[str, Any]]:
    """Return the columns of days whose order only a person knows."""
    told = []
    for number, sheet in enumerate(look.sheets):
        for one in sheet.columns:
            place = f"{number}/{one.at}"
            if one.order == "ask" or place in plan.orders:
                chosen = plan.orders.get(place, "")
                items = [{"value": v, "text": t, "checked": v == chosen} for v, t in _ORDERS]
                told.append({"name": f"order-{place}", "column": one, "items": items})
    return told


def _word(one: Word) -> dict[str, Any]:
    items: list[dict[str, Any]] = [
        {"value": "", "text": "Choose", "selected": one.guess is None},
        {"value": "-", "text": "Leave it out", "selected": one.guess == ""},
    ]
    items += _codes(one.field, one.guess or "")
    return {"word": one, "about": _SETS[one.field], "items": items}


def _codes(name: str, chosen: str) -> list[dict[str, Any]]:
    today = london_day(inside().clock.now())
    return [
        {"value": e.code, "text": f"{e.label} ({e.code})", "selected": e.code == chosen}
        for e in code_set(name).current(today)
    ]


def _more(plan: Plan, look: Look) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the questions about what the list does not say."""
    reasons = [{"value": "", "text": "Do not take such pupils", "selected": not plan.no_upn}]
    reasons += _codes("upn-unknown-reason", plan.no_upn)
    provision = [
        {"value": "", "text": "It is not known", "selected": not plan.no_provision},
        *_codes("sen-provision", plan.no_provision),
    ]
    return {"no_upn": reasons, "no_provision": provision}
