"""The report goes: to the authority as a pack or by hand, and to everybody who was invited."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from exchange.domain.disclosure import Outcome
from exchange.errors import ExchangeError
from exchange.services.reviews.model import Review
from exchange.services.reviews.noting import note_handed_over, note_invitees
from exchange.services.reviews.sending import Going, going, send_anew, send_report, titles
from exchange.web.here import actor, inside, org_id
from exchange.web.reviews.fields import SeenForm, day_field, day_in, held, today


class SendForm(SeenForm):
    """Nothing but the token."""


class HandedForm(SeenForm):
    """When it was handed over."""

    handed = day_field("When was the report handed over?", "Enter the day.")


class ToldForm(SeenForm):
    """When they had it."""

    day = day_field("When did everybody who was invited get the report?", "Enter the day.")


def send(review: str) -> Any:
    """Show what goes to the authority, and send it; or note that it was handed over."""
    found, child = held(review)
    if found.finished is None or found.sent is not None:
        abort(404)
    problem = None
    with inside().store.reading(org_id()) as unit:
        try:
            seen = going(inside(), unit, found)
        except ExchangeError as error:
            seen, problem = None, error
    joined = seen is not None and seen.authority is not None
    form: Any = SendForm() if joined else HandedForm(data={"handed": today()})
    if problem is not None and request.method == "GET":
        form.refuse(problem)
    if form.overtaken({}, _going(found, seen)):
        form.form_errors = ["Somebody changed it meanwhile. Look at what goes, then send it."]
    elif form.validate_on_submit():
        try:
            if joined:
                leave = request.form.get("leave") == "yes"
                send_report(
                    inside(),
                    org_id(),
                    review,
                    actor(),
                    based_on=found.version,
                    leave_undecided=leave,
                )
            else:
                chosen = day_in(form.handed) or today()
                note_handed_over(
                    inside(), org_id(), review, chosen, actor(), based_on=found.version
                )
        except ExchangeError as error:
            form.refuse(error, "handed")
        else:
            flash("The report is on its way." if joined else "The day was noted.")
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template(
        "reviews/send.html",
        form=form,
        review=found,
        child=child,
        joined=joined,
        blocked=problem is not None,
        name=seen.name if seen else "",
        goes=titles(seen.of(Outcome.ALLOWED)) if seen else [],
        stays=titles(seen.of(Outcome.WITHHELD)) if seen else [],
        waits=titles(seen.waiting) if seen else [],
        doubts=bool(seen and seen.doubts),
    )


def _going(review: Review, seen: Going | None) -> list[str]:
    """Return what the sender relies on: which report goes, what goes beside it, and to whom."""
    beside = [f"{one.ref} {one.decision.outcome}" for one in seen.disclosed] if seen else []
    return [review.report_document, str(review.finished), seen.name if seen else "", *beside]


def told(review: str) -> Any:
    """Note when everybody who was invited got the report."""
    found, child = held(review)
    form = ToldForm(data={"day": found.invitees_sent or today()})
    if not form.overtaken({"day": found.invitees_sent}) and form.validate_on_submit():
        chosen = day_in(form.day) or today()
        try:
            note_invitees(inside(), org_id(), review, chosen, actor(), based_on=found.version)
        except ExchangeError as error:
            form.refuse(error, "day")
        else:
            return redirect(url_for("reviews.page", review=review), 303)
    return render_template("reviews/told.html", form=form, review=found, child=child)


def anew(review: str) -> Any:
    """Let a report be changed and sent anew, whose pack the authority does not have."""
    found, _ = held(review)
    try:
        send_anew(inside(), org_id(), review, actor(), based_on=found.version)
    except ExchangeError as error:
        flash(error.hint or "Look at the review again.")
    else:
        flash("Look at the report once more, then send it again.")
    return redirect(url_for("reviews.page", review=review), 303)
