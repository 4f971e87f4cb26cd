"""Term dates and closures, pasted as text."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextArea
from wtforms.fields import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.domain.clocks.pasted import Pasted, read_terms, written
from exchange.errors import ExchangeError
from exchange.services.calendars import (
    SchoolCalendar,
    frozen,
    keep_calendar,
    kept_calendar,
    missing_year,
    years_of,
)
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.fields import today

_MOST = 20_000


class CalendarForm(PageForm):
    """The days of a school."""

    terms = TextAreaField(
        "Terms",
        description="One line for each stretch in which the school meets, half terms left out. "
        "For example: Autumn 1: 2 September 2026 to 23 October 2026",
        widget=GovTextArea(),
        validators=[InputRequired("Enter at least one term."), Length(max=_MOST)],
    )
    closed = TextAreaField(
        "Days within a term on which the school does not meet (optional)",
        description="INSET days, and half terms that you did not leave out above. One line for "
        "each. For example: INSET: 2 November 2026",
        widget=GovTextArea(),
        validators=[Length(max=_MOST)],
    )
    version = HiddenField()


def page() -> Any:
    """Show the calendar, and change it."""
    with inside().store.reading(org_id()) as unit:
        kept = kept_calendar(unit)
    form = CalendarForm(
        data={
            "terms": written(kept.terms),
            "closed": written(kept.closed),
            "version": str(kept.version),
        }
    )
    if form.validate_on_submit():
        terms = read_terms(str(form.terms.data or ""))
        closed = read_terms(str(form.closed.data or ""), single_days=True)
        _say_wrong(form.terms, terms)
        _say_wrong(form.closed, closed)
        if not terms.wrong and not closed.wrong and _kept(form, terms, closed):
            return redirect(url_for("reviews.calendar"), 303)
    calendar = frozen(inside(), kept)
    return render_template(
        "reviews/calendar.html",
        form=form,
        kept=kept,
        years=years_of(calendar, today()),
        missing=missing_year(calendar, today()),
        until=calendar.bank_holidays_until,
        saved=request.method == "GET",
    )


def _say_wrong(field: Any, read: Pasted) -> None:
    if read.wrong:
        lines = ", ".join(str(one) for one in read.wrong[:10])
        where = "Line" if len(read.wrong) == 1 else "Lines"
        field.errors = [
            *field.errors,
            f"{where} {lines} cannot be read. Write both days with their year.",
        ]


def _kept(form: CalendarForm, terms: Pasted, closed: Pasted) -> bool:
    typed = str(form.version.data or "0")
    try:
        made = keep_calendar(
            inside(),
            org_id(),
            terms.terms,
            closed.terms,
            actor(),
            based_on=int(typed) if typed.isdigit() and len(typed) < 9 else 0,
        )
    except ExchangeError as error:
        form.refuse(error, error.path.strip("/"))
        return False
    flash(_said(made))
    return True


def _said(made: SchoolCalendar) -> str:
    odd = [one for one in years_of(frozen(inside(), made), today()) if one.odd]
    if odd:
        return "The term dates were saved. Look at the number of school days below."
    return "The term dates were saved."
