"""Ask a body for advice about a pupil: whom, what, with whose consent, and what they may see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, UsageError
from exchange.ports import UnitOfWork
from exchange.services.advice.asking import asked_by_link
from exchange.services.advice.contents import Offered, offered, purpose_of, recipient_of
from exchange.services.advice.model import AdviceOrder, Body, ConsentGiven
from exchange.services.cases import cases_about
from exchange.services.cases.advice import ASKS, CODES, require_may_ask
from exchange.services.links.agency_about import types_on
from exchange.services.links.model import Channel
from exchange.services.protect import require_ordinary
from exchange.services.trust import find_organisation
from exchange.services.twins import DOUBTED
from exchange.web.agencies.whom import KINDS, Joined, find_whom
from exchange.web.here import actor, inside, org_id, role
from exchange.web.outsiders.asking import CHANNELS, fields_of, inviter, means, refuse, told
from exchange.web.pupils.child import page
from exchange.web.pupils.inputs import Spec, form_of
from exchange.web.reviews.inviting import asking_for
from schemas.advice import AdvicePurpose, ConsentHow
from schemas.codes import code_set

PURPOSES = (
    (AdvicePurpose.REFERRAL.value, "A referral, or a question"),
    (AdvicePurpose.EHC_ASSESSMENT.value, "Advice for an EHC needs assessment"),
)
HOW = (
    (ConsentHow.FORM.value, "On a signed form"),
    (ConsentHow.SPOKEN.value, "In a conversation"),
    (ConsentHow.TELEPHONE.value, "By telephone"),
    (ConsentHow.WRITTEN.value, "By mail or letter"),
    (ConsentHow.NOT_NEEDED.value, "None is needed here"),
)
_WHO = ("kind", "name", "number")
_LINK = ("person", "role", "mail", "channel", "phone", "code_mail", "confirmed")
_OF_JOINED = ("person", "role", "mail")
_WHAT = ("purpose", "wanted", "question", "due")
_CONSENT = ("given_by", "how", "given", "note")


def ask(pupil: str) -> Any:
    """Ask a body for advice about a pupil."""
    shared = page(pupil)
    whom = find_whom()
    joined: Joined | None = whom["joined"]
    with inside().store.reading(org_id()) as unit:
        require_ordinary(unit, pupil)
        documents = _offered(unit, pupil, joined)
    specs = _specs_of_joined() if joined else _specs()
    casework = role() is Role.LA_CASEWORKER
    first = AdvicePurpose.EHC_ASSESSMENT if casework else AdvicePurpose.REFERRAL
    filled: dict[str, Any] = {"purpose": first.value, "kind": "health"}
    filled["channel"] = Channel.READ_OUT.value
    beside = asking_for(pupil)  # an invitation to a review of the plan
    doubted = False
    form = form_of(specs, filled | dict(beside.filled if beside else {}), "AdviceForm")
    ticked = set(request.form.getlist("shared"))
    if beside and request.method == "GET":
        ticked |= beside.ticked
    if form.validate_on_submit():
        try:
            made = asked_by_link(
                inside(),
                org_id(),
                _at_case(_order(pupil, told(form, specs), tuple(ticked), joined)),
                actor(),
                means=means(),
                inviter=inviter(),
            )
        except ExchangeError as error:
            doubted = error.code == DOUBTED
            refuse(form, error)
        else:
            flash("The request is on its way.")
            if beside:
                beside.note(made.request)
                return redirect(beside.back, 303)
            return redirect(url_for("agencies.request", advice=made.request.request_id), 303)
    by_name = {field.name: (field, params) for field, params in fields_of(form, specs)}
    html = render_template(
        "agencies/ask.html",
        **shared,
        form=form,
        **whom,
        who=[by_name[one] for one in _WHO if one in by_name],
        link=[by_name[one] for one in (_OF_JOINED if joined else _LINK)],
        what=[by_name[one] for one in _WHAT],
        consent=[by_name[one] for one in _CONSENT],
        documents=[one for one in documents if one.may],
        held=[one for one in documents if not one.may],
        ticked=ticked,
        doubted=doubted,
        seen=beside.seen if beside else "",
    )
    return html, 422 if request.method == "POST" else 200


def _offered(unit: UnitOfWork, pupil: str, joined: Joined | None) -> list[Offered]:
    """Return the pupil's documents as they are offered to whom the form names so far.

    What is chosen is decided anew; of a body that nobody named yet it is a health service.
    """
    kind = joined.kind if joined else request.form.get("kind", "health")
    body = Body(kind=kind, name="", org_id=joined.org_id if joined else None)
    wanted = request.form.get("wanted", "other")
    recipient = recipient_of(inside(), unit, pupil, body, "00000000", wanted)
    return offered(inside(), unit, pupil, recipient, purpose_of(AdvicePurpose.EHC_ASSESSMENT))


def _at_case(order: AdviceOrder) -> AdviceOrder:
    """Return a caseworker's order with its case: advice for an assessment is counted there.

    :raises UsageError: ``advice-sufficient``; ``case-unclear``: two of the child's are assessed.
    """
    if role() is not Role.LA_CASEWORKER or order.purpose is not AdvicePurpose.EHC_ASSESSMENT:
        return order
    with inside().store.reading(org_id()) as unit:
        held = [one for one in cases_about(unit, order.pupil_id) if one.state in ASKS]
        if len(held) > 1:
            raise UsageError("case-unclear", "/purpose", "Ask from the page of the case.")
    for one in held:
        for kind in code_set(CODES):
            types = kind.attributes.get("types")
            if isinstance(types, list) and order.wanted_type in types:
                require_may_ask(one, kind.code)
    return replace(order, case_id=held[0].case_id) if held else order


def _specs() -> tuple[Spec, ...]:
    today = london_day(inside().clock.now())
    types = list(types_on(today).items())
    return (
        Spec("kind", "What is it?", "radio", choices=lambda: KINDS, needed=True),
        Spec("name", "Name of the service", "line", needed=True),
        Spec(
            "number",
            "Its number, if it has joined",
            "line",
            "ODS code, URN or council number. The request then goes to its own pages. Leave it"
            " empty otherwise.",
        ),
        Spec("person", "Who is asked there?", "line", "Their name.", depends=True),
        Spec(
            "role",
            "What they are",
            "line",
            "Such as speech and language therapist.",
            depends=True,
        ),
        Spec(
            "mail",
            "Mail address for the link",
            "line",
            "The link, and reminders, go here.",
            depends=True,
        ),
        Spec(
            "channel",
            "How do they get the code?",
            "radio",
            "The code opens the link. It never goes with the link.",
            choices=lambda: CHANNELS,
            depends=True,
        ),
        Spec(
            "phone",
            "Telephone number",
            "line",
            "Where you ring them to read the code out.",
            depends=True,
        ),
        Spec(
            "code_mail",
            "Mail address for the code",
            "line",
            "Only if the code goes by mail.",
            depends=True,
        ),
        Spec(
            "confirmed",
            "How did you confirm that?",
            "line",
            "Such as: rang the service's published number.",
            depends=True,
        ),
        Spec("purpose", "What is it for?", "radio", choices=lambda: PURPOSES, needed=True),
        Spec(
            "wanted", "Which report do you ask for?", "select", choices=lambda: types, needed=True
        ),
        Spec("question", "What do you want to know?", "prose", needed=True, rows=6),
        Spec(
            "due",
            "By when?",
            "day",
            "If you leave it empty: eight weeks; for an EHC needs assessment, the law's six weeks.",
        ),
        Spec(
            "given_by", "Who agreed that you ask?", "line", "Name, and who they are.", needed=True
        ),
        Spec("how", "How?", "radio", choices=lambda: HOW, needed=True),
        Spec("given", "When?", "day", needed=True),
        Spec("note", "Anything to add", "prose", "If none is needed, say why.", rows=2),
    )


def _specs_of_joined() -> tuple[Spec, ...]:
    """Return what is asked of a service that was chosen from those that have joined."""
    mail = Spec("mail", "Mail address for reminders", "line", "A reminder names nobody.")
    named = [one for one in _specs() if one.name not in (*_WHO, *_LINK)]
    return (
        Spec("person", "Who is asked there?", "line", "Their name."),
        Spec("role", "What they are", "line"),
        mail,
        *named,
    )


def _body(said: dict[str, Any], joined: Joined | None) -> Body:
    """Return who is asked, as it was filled in.

    :raises UsageError: ``destination-unknown``: nobody in the directory has that number.
    """
    asked = {name: said.get(name) or "" for name in (*_WHO, *_LINK)}
    if joined is None and asked["number"].strip():
        try:
            found = find_organisation(inside().directory(), asked["number"].strip())
        except ExchangeError:
            hint = "Nobody with this number has joined. Look for the name, or leave this empty."
            raise UsageError("destination-unknown", "/number", hint) from None
        joined = Joined(found.org_id, asked["name"], found.kind, "")
    mail = asked["channel"] == Channel.MAIL.value
    return Body(
        kind=joined.kind if joined else asked["kind"] or "agency",
        name=joined.name if joined else asked["name"],
        person=asked["person"],
        role=asked["role"],
        mail=asked["mail"],
        phone=asked["phone"],
        channel=Channel.MAIL if mail else Channel.READ_OUT,
        code_mail=asked["code_mail"],
        confirmed=asked["confirmed"],
        org_id=joined.org_id if joined else None,
    )


def _order(
    pupil: str, said: dict[str, Any], shared: tuple[str, ...], joined: Joined | None
) -> AdviceOrder:
    body = _body(said, joined)
    today = london_day(inside().clock.now())
    return AdviceOrder(
        pupil_id=pupil,
        body=body,
        question=said["question"] or "",
        wanted_type=said["wanted"] or "",
        consent=ConsentGiven(
            given_by=said["given_by"] or "",
            given=said["given"] or today,
            how=ConsentHow(said["how"] or ConsentHow.FORM.value),
            note=said["note"] or "",
        ),
        purpose=AdvicePurpose(cast(str, said["purpose"]) or AdvicePurpose.REFERRAL.value),
        shared=shared,
        due_on=said["due"],
    )
