"""What people decide about one document, record or section, or part of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Disclosed, Reason, reason, reasons
from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.ports import Actor
from exchange.services.elsewhere import going_to
from exchange.services.places import place
from exchange.services.preview import preview
from exchange.services.protect import hidden
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import (
    ANSWERS,
    Ruling,
    Thing,
    find_thing,
    judge,
)
from exchange.services.second_registration import PURPOSE as SECOND
from exchange.services.second_registration import second_of
from exchange.services.weigh import HOME
from exchange.web.here import actor, inside, knows_of, may, org_id, visitor
from exchange.web.pupils.child import label_of, page
from exchange.web.pupils.editors import PAGES
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.said import whose
from exchange.web.reach import TABLE
from schemas.codes import code_set

WHOLE = "pack"
"""What a path calls the whole pack."""
_TO_SECOND = Order(purpose=SECOND, second=True)
_PARTS = {
    "parent-views": "what the family said in reviews",
    "pupil-views": "what the pupil said in reviews",
    "provision-map-costed": "costs of the provision",
}


def reference(pupil_id: str, ref: str) -> str:
    """Return how the services name what a path names: a document's id, or a record of the pupil."""
    if ref == WHOLE:
        return pupil_id
    return ref if len(ref) == 36 else f"{pupil_id}/{ref}"


def _thing(pupil_id: str, ref: str) -> Thing:
    """Return what a decision is about.

    :raises NotFound: nothing of this pupil, a child-protection document, or something that the
        person may not know of.
    """
    with inside().store.reading(org_id()) as unit:
        unit.pupils.get(pupil_id)
        found = find_thing(unit, reference(pupil_id, ref))
    if found.of.pupil_id != pupil_id or getattr(found.of, "compartment", "general") == "cp":
        raise NotFound("item-unknown")
    type_ = getattr(found.of, "type", "") or found.key.partition("/")[0]
    # A safeguarding lead decides about papers of every type, seen or not.
    if not may(Role.DSL) and not knows_of(type_):
        raise NotFound("item-unknown")
    return found


def title_of(found: Thing) -> str:
    """Return what a person calls it."""
    if found.is_whole_pack:
        return "The whole pack"
    title = getattr(found.of, "title", "")
    if title:
        return str(title)
    if found.key == HOME:
        return "Home address and contact details"
    slot, _, letter = found.key.partition("/")
    if slot in PAGES and not letter:
        return PAGES[slot].title
    name = label_of("document-type", slot) if slot in code_set("document-type") else slot
    name = name.replace("-", " ").capitalize() if name == slot else name
    if letter in _PARTS:
        return f"{PAGES[slot].title if slot in PAGES else name}: {_PARTS[letter]}"
    return f"{name}, section {letter}" if letter else name


def _open_to(found: Thing, questions: Collection[str]) -> list[Reason]:
    """Return the reasons that this person may record, in any of their roles, and that would do.

    A release that answers no question of the rules and ends no reason to withhold does nothing.

    :param questions: codes of what would become of it now; none: nobody can say yet.
    """
    today = london_day(inside().clock.now())
    held = {role.value for role in visitor().roles}
    said = {one.reason for one in found.said.judgements}
    if found.is_whole_pack:
        one = reason(ANSWERS, today)
        return [] if one.recorded_by.isdisjoint(held) else [one]
    return [
        one
        for one in map(reason, reasons(today))
        if not one.recorded_by.isdisjoint(held)
        and (
            one.direction == "withhold"
            or not questions
            or not one.settles.isdisjoint(questions)
            or not one.lifts.isdisjoint(said)
        )
    ]


def _actor_for(code: str) -> Actor:
    """Return the person in the role in which this reason is recorded."""
    for role in Role:
        if role in visitor().roles and role.value in reason(code).recorded_by:
            return Actor(visitor().name, role.value)
    return actor()


def _specs(open_: Sequence[Reason]) -> tuple[Spec, ...]:
    listed = sorted(open_, key=lambda one: one.direction == "withhold")
    pairs = [
        (
            one.code,
            f"{'May go' if one.direction == 'release' else 'Stays here'}: {_label(one.code)}",
        )
        for one in listed
    ]
    needs = {name for one in open_ for name in one.needs}
    return (
        Spec("reason", "What was decided, and why?", "radio", choices=lambda: pairs, needed=True),
        Spec(
            "by",
            "Who decided?",
            "line",
            "The name of the person whose decision it is.",
            needed=True,
        ),
        Spec("day", "When was it decided?", "day", "Empty: today."),
        *(
            replace(one, needed=all(one.name in each.needs for each in open_))
            for one in _PARTICULARS
            if one.name in needs
        ),
    )


_PARTICULARS = (
    Spec(
        "registration",
        "Registration",
        "line",
        "Body and number, for a decision of a health, education or social work professional.",
    ),
    Spec("person", "Who may read it there", "line", "Whom the clinician names."),
    Spec(
        "words",
        "The head teacher's reasons",
        "prose",
        "As you give them to the family or the pupil, where an objection is answered.",
    ),
)


def _label(code: str) -> str:
    return code_set("disclosure-reason").lookup(code).label


def decide(pupil: str, ref: str) -> Any:
    """Show what was decided about one thing, and record a decision."""
    found = _thing(pupil, ref)
    asked, places = _now(pupil, found, Order()), _places(pupil)
    also = _now(pupil, found, _TO_SECOND) if places else None
    open_ = _open_to(found, {one.decision.code for one in (asked, also) if one is not None})
    if found.is_whole_pack and not open_:
        abort(404)  # the head alone answers
    specs = _specs(open_) + _which(places)
    form = form_of(specs, {"by": visitor().name})
    if form.validate_on_submit():
        try:
            _record(pupil, ref, answers(form, specs))
        except ExchangeError as error:
            refuse_at(form, error.path.strip("/").replace("date", "day"), error.hint)
        else:
            flash("The decision was recorded")
            reads = visitor().acting_as(TABLE["pupils.preview"].roles) is not None
            if reads:
                return redirect(url_for("pupils.preview", pupil=pupil))
            return redirect(url_for("pupils.decide", pupil=pupil, ref=ref))
    html = render_template(
        "pupils/decide.html",
        **page(pupil),
        may_read=visitor().acting_as(TABLE["pupils.preview"].roles) is not None,
        may_decide=bool(open_),
        thing_title=title_of(found),
        thing=found,
        asked=asked,
        who=whose(asked.decision.by) if asked else "",
        form=form,
        fields=[(form[one.name], drawn(one)) for one in specs],
    )
    return html, 422 if form.errors else 200


def _record(pupil_id: str, ref: str, told: dict[str, Any]) -> None:
    code = told["reason"]
    if code not in reasons(london_day(inside().clock.now())):
        raise UsageError("reason-unknown", "/reason", "Choose one of the list")
    withhold = reason(code).direction == "withhold"
    ruling = Ruling(
        reason=code,
        by=told["by"],
        withhold=withhold,
        audience=None if withhold else told.get("school"),
        day=told["day"],
        registration=told.get("registration") or "",
        person=told.get("person") or "",
        words=told.get("words") or "",
    )
    judge(inside(), org_id(), reference(pupil_id, ref), ruling, _actor_for(code))


def _places(pupil_id: str) -> list[tuple[str, str]]:
    """Return both schools of a pupil who is registered at a second one; else nothing to choose."""
    with inside().store.reading(org_id()) as unit:
        second, going = second_of(unit, pupil_id), going_to(unit, pupil_id)
        if second is None or going is None or hidden(unit, pupil_id, visitor().account_id):
            return []
        now = inside().clock.now()
        return [
            (one.org_id, place(inside(), unit, one.org_id, now).name)
            for one in (going, second.destination)
        ]


def _which(places: list[tuple[str, str]]) -> tuple[Spec, ...]:
    if not places:
        return ()
    hint = "Where something may go, it may go to this school. What stays here stays from both."
    choices = [*places]
    return (
        Spec("school", "For which school?", "radio", hint, choices=lambda: choices, needed=True),
    )


def _now(pupil_id: str, found: Thing, order: Order) -> Disclosed | None:
    """Return what would become of it if the pack went now; None where nobody can say yet."""
    try:
        seen = preview(inside(), org_id(), pupil_id, order)
    except ExchangeError:
        return None
    return next((one for one in seen.disclosed if one.ref == found.ref), None)
