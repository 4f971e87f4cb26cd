"""A guest copy: the sealed file to take away, and its passphrase, shown once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from flask import Response, render_template, request

from exchange.errors import DecisionNeeded, DestinationRefused, ExchangeError
from exchange.services.elsewhere import going_to
from exchange.services.guest_copy import Guest, make_guest_copy, take_away
from exchange.services.places import is_elsewhere, place
from exchange.services.protect import require_ordinary
from exchange.web.here import actor, inside, org_id
from exchange.web.outsiders.asking import fields_of, means, refuse, told
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, form_of
from exchange.web.pupils.sending import mark_now, order_of

SPECS = (
    Spec("name", "Who is the copy for?", "line", "One person, by name.", needed=True),
    Spec("role", "Their role", "line", needed=True),
    Spec("organisation", "Their school", "line", needed=True),
)
_BLOCK = 256 * 1024


def guest(pupil: str) -> Any:
    """Make a guest copy."""
    shared = page(pupil)
    school, by_hand = _school(pupil)
    form = form_of(SPECS, {"role": "SENCO", "organisation": school}, "GuestForm")
    waiting = False
    if form.validate_on_submit():
        answers = told(form, SPECS)
        for_whom = Guest(
            answers["name"] or "", answers["role"] or "", answers["organisation"] or ""
        )
        try:
            made = make_guest_copy(
                inside(),
                org_id(),
                pupil,
                for_whom,
                actor(),
                replace(order_of(), seen=request.form.get("seen", "")),
                leave_undecided=request.form.get("leave") == "yes",
                renderer=means().renderer,
            )
        except DecisionNeeded:
            waiting = True
        except ExchangeError as error:
            refuse(form, error)
        else:
            return render_template(
                "outsiders/guest_made.html", **shared, made=made, guest=for_whom, by_hand=by_hand
            )
    return render_template(
        "outsiders/guest.html",
        **shared,
        form=form,
        fields=fields_of(form, SPECS),
        waiting=waiting,
        by_hand=by_hand,
        looked_at=mark_now(pupil, order_of()),
    )


def _school(pupil: str) -> tuple[str, bool]:
    """Return the name of the pupil's next school, and whether what goes is given by hand.

    :raises Refused: ``protected-move``. :raises DestinationRefused: ``destination-missing``.
    """
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
        going = going_to(unit, pupil)
        if going is None:
            hint = "Choose and confirm the destination first."
            raise DestinationRefused("destination-missing", "/to", hint)
        name = place(inside(), unit, going.org_id, inside().clock.now()).name
        return name, is_elsewhere(unit, going.org_id)


def guest_file(copy: str) -> Response:
    """Hand the sealed file out."""
    bundle_id, source = take_away(inside(), org_id(), copy, actor())
    answer = Response(_blocks(source), content_type="application/zip")
    answer.call_on_close(source.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="{bundle_id}.zip"'
    return answer


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block
