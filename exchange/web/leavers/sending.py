"""Sending many packs: one page before, one while it goes on, and in the end the exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for

from exchange.domain.disclosure import Outcome
from exchange.errors import ExchangeError, NotFound
from exchange.services.edit_record import current_pupil
from exchange.services.outlook import in_the_way, outlook
from exchange.services.queue_bundle import Order
from exchange.services.send_many import (
    DONE,
    Result,
    Round,
    begin_round,
    is_running,
    round_of,
    run_apart,
)
from exchange.web.drafts import typed
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, leavers_board, org_id
from exchange.web.leavers.board import is_ready
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.sending import ORDER, rows_of, still_sends
from exchange.web.words import count_of

_LEAVE = Spec(
    "leave",
    "What needs a decision",
    "radio",
    choices=lambda: (
        ("wait", "Such a pack waits as a whole"),
        ("go", "Send the rest of it now; what needs a decision waits"),
    ),
    needed=True,
)
MOST = 60
"""Packs of one round: each is looked at, and somebody reads the page."""
_LONGEST_NUMBER = 7
_SPECS = (*ORDER, _LEAVE)
_START = {"purpose": "phase-transfer", "basis": "public-task", "leave": "wait"}
_CONFIRMED, _TICKED = "Confirmed", "Ticked"
"""The forms that end here, by the names of their drafts: this page's own, and the board's."""
_UNSEEN = "unseen"
"""The mark of a pack that could not be shown: none has it, so that none goes unseen."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One pupil who was chosen, where the pack goes, and what keeps it from going.

    :param goes: titles of what goes; ``new`` how many of these the school does not have yet.
    :param stays: how many things stay; ``waits`` how many want a decision.
    :param mark: tells, as its turn comes, whether it is still this pack.
    """

    pupil_id: str
    name: str
    why: tuple[tuple[str, str], ...]
    school: str = ""
    goes: tuple[str, ...] = ()
    new: int | None = None
    stays: int = 0
    waits: int = 0
    mark: str = _UNSEEN

    @property
    def state(self) -> str:
        """Return whether it ``goes``, wants a decision (``undecided``), or is ``held``."""
        codes = {code for code, _ in self.why}
        if not codes:
            return "goes"
        return "undecided" if codes == {"decision-needed"} else "held"


def send() -> Any:
    """Show who was chosen and what is in the way; then send."""
    if "again" in request.form:
        return _again(request.form["again"])
    every, skip = _chosen()
    chosen = every[skip : skip + MOST]
    form, order = form_of(_SPECS, _START, _CONFIRMED), _order(_START)
    anew = False
    if request.method == "POST" and "confirmed" in request.form and form.validate():
        told = answers(form, _SPECS)
        order = _order(told)
        anew = order != _order(request.form, "shown-")
        if not anew:
            begun = _begin(chosen, order, form, leave=told["leave"] == "go")
            if begun is not None:
                return begun
    html = render_template(
        "leavers/send.html",
        rows=_rows(chosen, order),
        later=max(len(every) - skip - MOST, 0),
        skip=skip,
        further=skip + MOST if _is_all_ready() else 0,
        anew=anew,
        order=order,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in _SPECS],
    )
    return html, 422 if form.errors else 200


def _order(told: Mapping[str, Any], prefix: str = "") -> Order:
    """Return the order for a purpose and a basis."""
    purpose, basis = told.get(f"{prefix}purpose"), told.get(f"{prefix}basis")
    return Order(purpose=str(purpose or ""), lawful_basis=str(basis or ""))


def _begin(chosen: Sequence[str], order: Order, form: PageForm, *, leave: bool) -> Any:
    """Send what was shown; a pack that is another by now stays. None: it was refused."""
    seen = {one: request.form.get(f"seen-{one}") or _UNSEEN for one in chosen}
    try:
        round_id = begin_round(
            inside(), org_id(), chosen, order, actor(), leave_undecided=leave, seen=seen
        )
    except NotFound:
        raise
    except ExchangeError as error:
        refuse_at(form, "", error.hint)
        return None
    run_apart(inside(), org_id(), round_id, actor(), still_sends())
    return redirect(url_for("leavers.sending", batch=round_id))


def _is_all_ready() -> bool:
    told = typed(_CONFIRMED, _TICKED)
    return told.get("who") == "ready" and "confirmed" not in told


def _chosen() -> tuple[list[str], int]:
    """Return the pupils that were shown, else ticked, else all that are ready where asked for.

    Of the last also how many to pass over: packs that wait for a decision stay ready, and would
    else stand before all others in every round.
    """
    told = typed(_CONFIRMED, _TICKED)
    if not _is_all_ready():
        return list(dict.fromkeys(told.getlist("pupil"))), 0
    ready = [one.pupil_id for one in leavers_board().rows(org_id()) if is_ready(one)]
    asked = told.get("skip", "")
    skip = int(asked) if asked.isdecimal() and len(asked) < _LONGEST_NUMBER else 0
    return ready, skip if skip < len(ready) else 0


def _rows(chosen: Sequence[str], order: Order) -> list[Chosen]:
    return sorted((_row(one, order) for one in chosen), key=lambda one: (not one.why, one.name))


def _row(pupil_id: str, order: Order) -> Chosen:
    with inside().store.reading(org_id()) as unit:
        name = current_pupil(unit, pupil_id).names.display
    try:
        seen = outlook(inside(), org_id(), pupil_id, order)
    except ExchangeError as error:
        return Chosen(pupil_id, name, ((error.code, error.hint),))
    goes = rows_of(pupil_id, seen.of(Outcome.ALLOWED), seen.new)
    return Chosen(
        pupil_id,
        name,
        in_the_way(seen),
        school=seen.name,
        goes=tuple(one.title for one in goes),
        new=sum(one.new for one in goes) if seen.last else None,
        stays=len(seen.of(Outcome.WITHHELD)),
        waits=len(seen.waiting),
        mark=seen.mark,
    )


def _again(round_id: str) -> Any:
    """Take up a round that was broken off."""
    with inside().store.reading(org_id()) as unit:
        found = round_of(unit, round_id)
    if found.state != DONE:
        run_apart(inside(), org_id(), round_id, actor(), still_sends())
    return redirect(url_for("leavers.sending", batch=round_id))


def sending(batch: str) -> Any:
    """Show how far a round is; at its end, what could not go and why."""
    with inside().store.reading(org_id()) as unit:
        found = round_of(unit, batch)
        names = {one: current_pupil(unit, one).names.display for one in found.pupils}
    listed = [(names[one], one, found.results[one]) for one in found.pupils if one in found.results]
    return render_template(
        "leavers/sending.html",
        found=found,
        text=_text(found),
        sent=_of(listed, "queued"),
        unchanged=_of(listed, "unchanged"),
        refused=_of(listed, "refused"),
        stopped=found.state != DONE and not is_running(batch),
    )


def _of(listed: Sequence[tuple[str, str, Result]], outcome: str) -> list[tuple[str, str, Result]]:
    return [one for one in listed if one[2].outcome == outcome]


def _text(found: Round) -> str:
    if len(found.pupils) == 1 and not found.results:
        return "The pack is being made ready"
    return f"{len(found.results)} of {count_of(len(found.pupils), 'pack')} done"


def state(batch: str) -> Response:
    """Say how far a round is, to the script that asks."""
    with inside().store.reading(org_id()) as unit:
        found = round_of(unit, batch)
    return jsonify(
        {
            "done": len(found.results),
            "total": len(found.pupils),
            "text": _text(found),
            "ended": found.state == DONE or not is_running(batch),
            "next": url_for("leavers.sending", batch=batch),
        }
    )
