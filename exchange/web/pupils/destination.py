"""Where a pupil goes: found in the register, told apart from its lookalikes, confirmed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.destinations import Asked, Kind
from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.services.choose_destination import live_transfers
from exchange.services.find_school import describe_school
from exchange.services.protect import require_ordinary
from exchange.services.settle_destination import (
    Wanted,
    record_request,
    settle,
    settled,
)
from exchange.web.here import actor, inside, org_id, visitor
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at
from exchange.web.pupils.overview import organisation_name
from exchange.web.pupils.overview_going import going_of
from exchange.web.pupils.searching import (
    Answer,
    answer_of,
    school_of_directory,
    search_schools,
)

_OTHER = (
    Spec(
        "kind",
        "What else applies?",
        "radio",
        choices=lambda: (
            (Kind.NOT_DECIDED.value, "Not decided yet"),
            (Kind.HOME_EDUCATED.value, "Educated at home: the pack is held until asked for"),
            (Kind.OUTSIDE_ENGLAND.value, "A school outside England"),
            (Kind.COLLEGE.value, "A college that the search does not find"),
            (Kind.PROVIDER.value, "An alternative provider that the search does not find"),
            (Kind.NOTHING_TO_SEND.value, "There is nothing to send"),
        ),
        needed=True,
    ),
    Spec("name", "Name of the place", "line", "With its town, where others have the same name."),
    Spec("number", "UKPRN of the college", "line", "Eight digits.", width="govuk-input--width-10"),
    Spec("country", "Country", "line", "Where it is outside England."),
)
_FIELDS = {"confirm": "name", "to": "number"}
"""What the rules call a thing -> the field in which it was typed."""
_ASKED = (
    Spec(
        "by",
        "Who lawfully asked for the pack?",
        "radio",
        choices=lambda: (
            ("la", "The local authority"),
            ("school", "A school"),
            ("family", "The family"),
        ),
        needed=True,
    ),
    Spec("who", "Name of the council or school", "line", "For the family: write family."),
    Spec("day", "Day on which they asked", "day", needed=True),
)


def destination(pupil: str) -> Any:
    """Search the register of schools, or say that the pupil goes nowhere of it."""
    form = form_of(_OTHER)
    asked = form_of(_ASKED, name="AskedForm")
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
        now = settled(unit, pupil)
        going = going_of(unit, pupil, organisation_name)
        live = [one for one in live_transfers(unit, pupil) if one.kind == "transfer"]
    done = None
    if request.method == "POST":
        done = _post(pupil, form, asked)
    if done is not None:
        return done
    typed = request.args.get("q", "").strip()
    found, trouble = search_schools(typed)
    html = render_template(
        "pupils/destination.html",
        **page(pupil),
        now=now,
        going=going,
        live=live,
        typed=typed,
        found=found,
        trouble=trouble,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in _OTHER],
        asked=asked,
        asked_fields=[(asked[one.name], drawn(one)) for one in _ASKED],
    )
    return html, 422 if form.errors or asked.errors else 200


def _post(pupil_id: str, form: Any, asked: Any) -> Any:
    try:
        if "asked" in request.form:
            if asked.validate():
                told = answers(asked, _ASKED)
                who = "family" if told["by"] == "family" else told["who"] or ""
                record = Asked(
                    by=told["by"] or "",
                    who=who,
                    day=told["day"],
                    recorded_by=actor().name,
                    role=actor().role,
                )
                record_request(inside(), org_id(), pupil_id, record, actor())
                flash("Who asked was recorded")
                return redirect(url_for("pupils.destination", pupil=pupil_id))
        elif form.validate():
            _settle_other(pupil_id, answers(form, _OTHER))
            flash("Recorded")
            return redirect(url_for("pupils.page", pupil=pupil_id))
    except ExchangeError as error:
        field = error.path.strip("/")
        refuse_at(asked if "asked" in request.form else form, _FIELDS.get(field, field), error.hint)
    return None


def _settle_other(pupil_id: str, told: dict[str, Any]) -> None:
    try:
        kind = Kind(told["kind"] or "")
    except ValueError:
        raise UsageError("kind-unknown", "/kind", "Choose one of the list") from None
    is_place = kind.is_a_place
    wanted = Wanted(
        kind=kind,
        number=(told["number"] or "") if kind is Kind.COLLEGE else "",
        name=(told["name"] or "") if is_place else "",
        country=(told["country"] or "") if kind is Kind.OUTSIDE_ENGLAND else "",
        confirmation=(told["name"] or "") if is_place else "",
    )
    settle(inside(), org_id(), pupil_id, wanted, visitor().account_id, actor())


_CONFIRM = (
    Spec(
        "confirmation",
        "DfE number, URN or whole name",
        "line",
        "Type it from the school's own letter or website, not from this page.",
        needed=True,
    ),
    Spec(
        "role",
        "Who will read the pack there?",
        "radio",
        choices=lambda: (("senco", "The SENCO (special educational needs co-ordinator)"),),
        needed=True,
    ),
)


def destination_confirm(pupil: str) -> Any:
    """Confirm the school that was found, by something that the person knows apart from it."""
    urn = request.values.get("urn", "")
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
    answer = _by_urn(urn)
    form = form_of(_CONFIRM)
    if request.method == "POST" and form.validate():
        wanted = Wanted(kind=Kind.SCHOOL, number=urn, confirmation=form["confirmation"].data or "")
        try:
            done = settle(inside(), org_id(), pupil, wanted, visitor().account_id, actor())
        except ExchangeError as error:
            field = "confirmation" if error.path in ("/confirm", "/confirmation") else ""
            refuse_at(form, field, error.hint)
        else:
            waits = done.standing.value == "needs-second-person"
            flash(
                "The school was chosen. A second person confirms it once"
                if waits
                else "The school was confirmed"
            )
            return redirect(url_for("pupils.page", pupil=pupil))
    html = render_template(
        "pupils/destination_confirm.html",
        **page(pupil),
        answer=answer,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in _CONFIRM],
    )
    return html, 422 if form.errors else 200


def _by_urn(urn: str) -> Answer:
    """Return the school with this URN, of the register or, without one, of the directory.

    :raises NotFound: neither has it.
    """
    register = inside().register
    try:
        school = register.get(urn) if register is not None else None
        if register is not None and school is not None:
            return answer_of(describe_school(register, school))
    except NotFound:
        pass  # no register was read in here
    return school_of_directory(urn)
