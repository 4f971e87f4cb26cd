"""The pupils of a list: what could be read of each, and a tick for whoever has SEN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from exchange.domain.clocks import london_day
from exchange.errors import UsageError
from exchange.services.imports.keep import choose as note_chosen
from exchange.services.imports.mapping import say_no_upn
from exchange.services.imports.shelf import Line, Problem
from exchange.web.forms import PageForm
from exchange.web.here import inside, org_id
from exchange.web.imports.shared import BareForm, broken, found, lines_of, place_of, waiting
from exchange.web.pupils.child import label_of
from exchange.web.words import day
from schemas.codes import code_set

_SHOWN_PROBLEMS = 200


def _reasons() -> list[SelectChoice]:
    today = london_day(inside().clock.now())
    listed = code_set("upn-unknown-reason").current(today)
    none = SelectChoice(value="", label="Do not take such pupils")
    return [none, *(SelectChoice(value=one.code, label=one.label) for one in listed)]


class ReasonForm(PageForm):
    """What is said of pupils of a transfer file who have no UPN."""

    no_upn = SelectField(
        "If a pupil of the file has no UPN",
        choices=_reasons,
        validate_choice=False,
        widget=GovSelect(),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One pupil on the page."""

    line: Line
    born: str
    year: str
    provision: str
    here: str
    ticked: bool
    remarks: tuple[str, ...]


def choose(batch: str) -> Any:
    """Show the pupils; note who is ticked."""
    one = found(batch)
    if not one.files:
        return redirect(url_for("imports.page", batch=batch))
    if request.method == "POST" and "no_upn" in request.form:
        reason = request.form["no_upn"]
        reason = reason if reason in code_set("upn-unknown-reason") else ""
        say_no_upn(inside(), org_id(), one, reason)
        return redirect(url_for("imports.choose", batch=batch))
    reading = lines_of(one)
    if not reading.ended:
        return waiting(one, reading, url_for("imports.choose", batch=batch))
    if reading.failed:
        return broken(one, reading.failed)
    form = BareForm()
    takable = {line.position for line in reading.lines if line.may_be_taken}
    posted = {int(at) for at in request.form.getlist("pupil") if at.isdecimal()}
    if form.validate_on_submit():
        try:
            note_chosen(inside(), org_id(), one, posted & takable)
        except UsageError as error:
            form.form_errors.append(error.hint)
        else:
            return redirect(url_for("imports.check", batch=batch))
    chosen = posted if request.method == "POST" else set(one.chosen)
    rows = [
        _row(line, chosen if chosen or request.method == "POST" else None)
        for line in reading.lines
        if line.may_be_taken
    ]
    wrong = [line for line in reading.lines if not line.may_be_taken]
    html = render_template(
        "imports/choose.html",
        found=one,
        form=form,
        rows=rows,
        notes=_of_file(reading.lines),
        wrong=wrong[:_SHOWN_PROBLEMS],
        more_wrong=max(0, len(wrong) - _SHOWN_PROBLEMS),
        places=place_of,
        reasons=ReasonForm(no_upn=one.plan.no_upn) if _wants_reason(wrong, one.form) else None,
    )
    return html, 422 if form.form_errors else 200


def _wants_reason(wrong: list[Line], form: str) -> bool:
    codes = {problem.code for line in wrong for problem in line.problems}
    return form == "ctf" and "upn-missing" in codes


def _row(line: Line, chosen: set[int] | None) -> Row:
    remarks = tuple(
        f"{_said(one)}{f' ({place})' if (place := place_of(one.path)) else ''}"
        for one in line.problems
        if one.code not in _OF_FILE
    )
    return Row(
        line=line,
        born=day(date.fromisoformat(line.born)),
        year=label_of("nc-year", line.nc_year) if line.nc_year else "Not told",
        provision=line.provision.words(_provision) if line.provision else "Not told",
        here=_here(line),
        ticked=line.has_sen if chosen is None else line.position in chosen,
        remarks=remarks,
    )


def _provision(code: str) -> str:
    return label_of("sen-provision", code)


def _here(line: Line) -> str:
    if not line.known:
        return "New"
    contested = len(line.contested)
    if contested:
        return f"Here; {contested} differ" + ("s" if contested == 1 else "")
    return "Here; the list adds to it" if line.differences else "Here; nothing new"


_REMARKS = {
    "date-invalid": "A date cannot be read and is left out",
    "word-unknown": "A word cannot be understood and is left out",
    "field-invalid": "A cell cannot be read and is left out",
    "cell-formula": "A cell holds a formula and is left out",
    "upn-form": "A former UPN cannot be read and is left out",
    "provision-unknown": "The needs are left out: no SEN provision is told",
    "provision-ended": "The SEN provision has ended: taken as no SEN since then",
    "needs-too-many": "There are more needs than an entry holds",
}
_KEPT = {
    "need-unknown": "The type of a need is not known; the need is kept as it was in the file",
}
_OF_FILE = {
    "destination-no-school": "The file is meant for a council and names no school.",
}
"""What one of the pupils brings and is said of the whole file."""


def _said(one: Problem) -> str:
    """Return a remark in words: a cell of a table is left out, an element of a CTF is kept."""
    told = _REMARKS if place_of(one.path) else _KEPT
    return told.get(one.code, "Something could not be read; it is kept as it was")


def _of_file(lines: Sequence[Line]) -> list[str]:
    codes = (problem.code for line in lines for problem in line.problems)
    return [_OF_FILE[code] for code in dict.fromkeys(codes) if code in _OF_FILE]
