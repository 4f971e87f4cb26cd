"""A place to which nothing can be sent: a copy for one person there, and that it was given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from exchange.domain.clocks import london_day
from exchange.errors import DecisionNeeded, DestinationRefused, ExchangeError, NotFound
from exchange.services.by_hand import copies_by_hand, copy_by_hand, record_given
from exchange.services.guest_copy import Guest
from exchange.services.outlook import outlook
from exchange.services.printed_copy import print_copy
from exchange.services.queue_bundle import Order
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.outsiders.asking import refuse
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.sending import order_of

_PRINT = (
    Spec("name", "Who is it for?", "line", "One person there, by name.", needed=True),
    Spec("role", "Their role", "line", needed=True),
)
_GIVEN = (Spec("day", "Day on which it was given", "day", "Handed over, or posted.", needed=True),)


def by_hand(pupil: str) -> Any:
    """Show the ways to give what may go; print the summary of it.

    :raises DestinationRefused: ``destination-missing``; a pack or a link can be sent there.
    """
    shared, order = page(pupil), replace(order_of(), second=False)
    seen = outlook(inside(), org_id(), pupil, order)
    if not seen.by_hand:
        hint = "A pack or a link can be sent to this school. Look at the preview."
        raise DestinationRefused("destination-joined", "/to", hint)
    form = form_of(_PRINT, {"role": "SENCO"})
    waiting = False
    if form.validate_on_submit():
        try:
            return _printed(pupil, form, seen.name, order)
        except DecisionNeeded:
            waiting = True
        except ExchangeError as error:
            refuse(form, error)
    with inside().store.reading(org_id()) as unit:
        made = copies_by_hand(unit, pupil)
    html = render_template(
        "lives/by_hand.html",
        **shared,
        seen=seen,
        order=order,
        made=made,
        waiting=waiting,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in _PRINT],
        looked_at=request.form.get("seen") or seen.mark,
    )
    return html, 422 if form.errors or waiting else 200


def _printed(pupil_id: str, form: PageForm, place: str, order: Order) -> Response:
    told = answers(form, _PRINT)
    content = print_copy(
        inside(),
        org_id(),
        pupil_id,
        Guest(told["name"] or "", told["role"] or "", place),
        actor(),
        replace(order, seen=request.form.get("seen", "")),
        parts().renderer,
        leave_undecided=request.form.get("leave") == "yes",
    )
    answer = Response(content, content_type="application/pdf")
    day = london_day(inside().clock.now()).isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="summary-{day}.pdf"'
    return answer


def given(pupil: str, copy: str) -> Any:
    """Write down the day on which a copy was given."""
    shared = page(pupil)
    with inside().store.reading(org_id()) as unit:
        found = copy_by_hand(unit, pupil, copy)
    today = london_day(inside().clock.now())
    form = form_of(_GIVEN, {"day": found.given.day if found.given else today}, "GivenForm")
    if form.validate_on_submit():
        try:
            record_given(inside(), org_id(), pupil, copy, answers(form, _GIVEN)["day"], actor())
        except NotFound:
            raise
        except ExchangeError as error:
            refuse_at(form, error.path.strip("/"), error.hint)
        else:
            flash("It was written down that the copy was given")
            return redirect(url_for("pupils.page", pupil=pupil))
    html = render_template(
        "lives/given.html",
        **shared,
        found=found,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in _GIVEN],
    )
    return html, 422 if form.errors else 200
