"""A copy of what is kept of a pupil, for somebody who is entitled: asked for, decided, made."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from exchange.domain.clocks import london_day, rule
from exchange.errors import ExchangeError, NotFound
from exchange.services.calendars import calendar_of
from exchange.services.links.members import members
from exchange.services.protect import protection_of
from exchange.services.subject_access.complaints import complaints
from exchange.services.subject_access.contents import Holding, holding_of
from exchange.services.subject_access.giving import Decision, Means, decide_and_make, new_passphrase
from exchange.services.subject_access.model import (
    PUPIL,
    Authority,
    get_request,
    record_request,
    requests_about,
)
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.lives.complaints import drawn as drawn_complaint
from exchange.web.pupils.child import label_of, page
from exchange.web.pupils.described import YES_NO
from exchange.web.pupils.inputs import Spec, answers, drawn, form_of, refuse_at

_AUTHORITY = (
    (Authority.RESPONSIBILITY.value, "They have parental responsibility"),
    (Authority.OWN.value, "It is their own: the pupil asks"),
    (Authority.AUTHORISED.value, "Somebody who is entitled said so in writing"),
)
_ADDRESS = Spec(
    "address",
    "May they have the home address and the pupil's own numbers?",
    "radio",
    "Say no where somebody lives apart, or where you do not know.",
    choices=YES_NO,
    needed=True,
)


def _specs(pupil_id: str) -> tuple[Spec, ...]:
    with inside().store.reading(org_id()) as unit:
        family = [(one.member_id, one.name) for one in members(unit, pupil_id) if one.active]
    return (
        Spec(
            "who",
            "Who asks?",
            "radio",
            "Anybody else is first added to the family, with what the school must know of them.",
            choices=lambda: [(PUPIL, "The pupil"), *family],
            needed=True,
        ),
        Spec(
            "authority",
            "On what authority?",
            "radio",
            choices=lambda: _AUTHORITY,
            needed=True,
        ),
        Spec(
            "note",
            "How do you know that it is this person, and that they may?",
            "prose",
            "Which paper you saw, or who knows them. For a written authority: whose, of what day.",
            needed=True,
        ),
        Spec(
            "asked_on",
            "Day on which they asked",
            "day",
            "The month and the 15 school days are counted from it.",
            needed=True,
        ),
    )


def copies(pupil: str) -> Any:
    """List who asked for a copy, and record somebody who asks now."""
    shared = page(pupil)
    specs = _specs(pupil)
    form = form_of(specs)
    if form.validate_on_submit():
        made = _record(pupil, form, answers(form, specs))
        if made is not None:
            return made
    with inside().store.reading(org_id()) as unit:
        calendar = calendar_of(inside(), unit)
        found = [(one, _dates(one, calendar)) for one in requests_about(unit, pupil)]
        complained = [drawn_complaint(one) for one in complaints(unit, pupil)]
    html = render_template(
        "lives/copies.html",
        **shared,
        found=found,
        complained=complained,
        authority=dict(_AUTHORITY),
        form=form,
        fields=[(form[one.name], drawn(one)) for one in specs],
    )
    return html, 422 if form.errors else 200


def _record(pupil_id: str, form: PageForm, told: dict[str, Any]) -> Any:
    try:
        made = record_request(
            inside(),
            org_id(),
            pupil_id,
            told["who"] or "",
            Authority(told["authority"] or ""),
            told["note"] or "",
            told["asked_on"],
            actor(),
        )
    except NotFound:
        raise
    except ExchangeError as error:
        refuse_at(form, error.path.strip("/"), error.hint)
        return None
    flash("The request was recorded")
    return redirect(url_for("lives.copy", pupil=pupil_id, copy=made.request_id))


def _dates(one: Any, calendar: Any) -> list[tuple[str, Any, str]]:
    return [(rule(code).label, day, rule(code).regulation) for code, day in one.due(calendar)]


def copy(pupil: str, copy: str) -> Any:
    """Show what may be given; on the decision, hand over the locked file."""
    shared = page(pupil)
    form = form_of((_ADDRESS,), name="CopyForm")
    with inside().store.reading(org_id()) as unit:
        found = get_request(unit, pupil, copy)
        holding = holding_of(inside(), unit, found, address=True)
        dates = _dates(found, calendar_of(inside(), unit))
        secret = protection_of(unit, pupil) is not None
    ticked = frozenset(request.form.getlist("document"))
    passphrase = request.form.get("passphrase") or new_passphrase()
    if form.validate_on_submit():
        given = Decision(ticked, form["address"].data == "yes")
        try:
            return _handed(pupil, copy, given, passphrase)
        except NotFound:
            raise
        except ExchangeError as error:
            refuse_at(form, "", error.hint)
    html = render_template(
        "lives/copy.html",
        **shared,
        found=found,
        holding=holding,
        kinds={
            one.document.document_id: label_of("document-type", one.document.type)
            for one in holding.documents
        },
        left_out=_left_out(holding),
        dates=dates,
        secret=secret,
        ticked=ticked,
        passphrase=passphrase,
        form=form,
        fields=[(form["address"], drawn(_ADDRESS))],
    )
    return html, 422 if form.errors else 200


def _left_out(holding: Holding) -> int:
    return sum(one.left_out for one in holding.sections)


def _handed(pupil_id: str, request_id: str, given: Decision, passphrase: str) -> Response:
    means = Means(parts().more["papers"], parts().more["locker"])
    made = decide_and_make(
        inside(), org_id(), pupil_id, request_id, given, passphrase, means, actor()
    )
    answer = Response(made.content, content_type="application/pdf")
    day = london_day(inside().clock.now()).isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="copy-{day}.pdf"'
    return answer
