"""Send a pack to a school that has not joined: by a link to its SENCO."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import (
    DecisionNeeded,
    DestinationRefused,
    ExchangeError,
    NotFound,
)
from exchange.services.links.model import Person
from exchange.services.links.pick_up import PickedUp, send_by_link, send_new_link
from exchange.services.places import is_outside, place, telephone_of
from exchange.services.protect import require_ordinary
from exchange.services.queue_bundle import Order
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import (
    contact_specs,
    fields_of,
    inviter,
    means,
    person_of,
    refuse,
    told,
)
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, form_of
from exchange.web.pupils.sending import mark_now, order_of

SPECS = (
    Spec("name", "Name of the SENCO there", "line", needed=True),
    Spec("role", "Their role", "line", needed=True),
    *contact_specs(
        "For example: rang the number on Get Information about Schools, spoke to the office."
    ),
)

_MARK = re.compile(r"[0-9a-f]{64}")


def pick_up(pupil: str) -> Any:
    """Ask who is to read the pack there, then send it by link."""
    shared, order = page(pupil), order_of()
    school, phone = _school(pupil)
    form = form_of(SPECS, {"role": "SENCO", "phone": phone, "channel": "read-out"}, "PickUpForm")
    waiting = False
    if form.validate_on_submit():
        answers = told(form, SPECS)
        person = person_of(answers, answers["name"] or "", answers["role"] or "")
        try:
            return _send(pupil, person, order)
        except DecisionNeeded:
            waiting = True
        except ExchangeError as error:
            refuse(form, error)
    return render_template(
        "outsiders/pick_up.html",
        **shared,
        form=form,
        fields=fields_of(form, SPECS),
        school=school,
        phone=phone,
        waiting=waiting,
        order=order,
        looked_at=_looked_at(pupil, order),
    )


def _looked_at(pupil: str, order: Order) -> str:
    """Return the mark of what its sender saw in the preview; of now where they come without one.

    Asking for the form once more is not looking at the pack: the mark stays.
    """
    brought = request.values.get("seen", "")
    return brought if _MARK.fullmatch(brought) else mark_now(pupil, order)


def _school(pupil: str) -> tuple[str, str]:
    """Return name and telephone number of the school.

    :raises Refused: ``protected-move``.
    :raises DestinationRefused: ``destination-missing``, ``destination-joined``.
    """
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
        going = unit.pupils.get(pupil).destination
        if going is None:
            raise DestinationRefused("destination-missing", "/to", "Choose the next school first.")
        if not is_outside(unit, going.org_id):
            hint = "This school has joined. Send the pack to it in the ordinary way."
            raise DestinationRefused("destination-joined", "/to", hint)
        name = place(inside(), unit, going.org_id, inside().clock.now()).name
        return name, telephone_of(unit, going.org_id)


def _send(pupil: str, person: Person, order: Order) -> Any:
    made = send_by_link(
        inside(),
        org_id(),
        pupil,
        person,
        inviter(),
        means(),
        actor(),
        replace(order, seen=request.form.get("seen", "")),
        update=True,
        leave_undecided=request.form.get("leave") == "yes",
    )
    if made.address is None:
        made = _again(made, person)
    if made.address is None:
        flash("This pack is there already, behind this link.")
    else:
        flash("The pack is ready, and the link is on its way.")
    if made.link is None:
        raise NotFound("link-unknown")
    return redirect(url_for("outsiders.link", link=made.link.link_id), 303)


def _again(made: PickedUp, person: Person) -> PickedUp:
    """Send a new link where the pack is unchanged, but its link opens nothing any more."""
    if made.link is None or made.link.is_open(inside().clock.now()):
        return made
    return send_new_link(
        inside(),
        org_id(),
        made.link.link_id,
        person,
        inviter(),
        means(),
        actor(),
        seen=request.form.get("seen", ""),
    )
