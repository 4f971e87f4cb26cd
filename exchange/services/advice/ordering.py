"""What a person wants to ask: whether it is whole, and whether the body is who they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from exchange.domain.folding import words_of_name
from exchange.errors import UsageError, Wrapped
from exchange.services.advice.model import AdviceOrder, Body
from exchange.services.inside import Inside
from exchange.services.trust import organisation
from schemas.advice import ConsentHow
from schemas.codes import code_set
from schemas.errors import CodeSetError

LONGEST_QUESTION = 10_000
_LONGEST_LINE = 200
MOST_DUE = timedelta(days=731)
"""How far on the last day for an answer may lie: further is a year mistyped."""


def named_body(inside: Inside, body: Body) -> Body:
    """Return a body as the directory has it, if it is the one that was named.

    A number alone says too little: one digit astray, and a request goes to somebody else.
    """
    if body.org_id is None:
        return body
    found = organisation(inside.directory(), body.org_id, inside.clock.now())
    if body.name and words_of_name(body.name) != words_of_name(found.name):
        hint = f"The number is that of {found.name}. Write this name, or take another number."
        raise UsageError("name-unclear", "/name", hint)
    return replace(body, name=found.name, kind=found.kind)


def check_order(order: AdviceOrder, today: date) -> None:
    """Refuse an order that is not whole.

    :raises UsageError: ``question-missing``, ``text-too-long``, ``day-unclear``,
        ``date-unlikely``, ``consent-missing``.
    :raises Wrapped: the type of report is none.
    """
    if not order.question.strip():
        raise UsageError("question-missing", "/question", "Write what you want to know.")
    if len(order.question) > LONGEST_QUESTION:
        hint = f"Use at most {LONGEST_QUESTION:,} characters."
        raise UsageError("text-too-long", "/question", hint)
    try:
        code_set("document-type").lookup(order.wanted_type, on=today, path="/wanted_type")
    except CodeSetError as error:
        raise Wrapped.of(error) from None
    consent = order.consent
    said = " ".join(consent.given_by.split())
    if not said or len(said) > _LONGEST_LINE:
        raise UsageError("consent-missing", "/given_by", "Say who agreed that you ask.")
    if consent.given > today:
        raise UsageError("day-unclear", "/given", "Give the day on which they agreed.")
    if consent.how is ConsentHow.NOT_NEEDED and not consent.note.strip():
        raise UsageError("consent-missing", "/note", "Say why no consent is needed.")
    if order.due_on is not None:
        _check_due(order.due_on, today)


def _check_due(due_on: date, today: date) -> None:
    if due_on < today:
        raise UsageError("day-unclear", "/due_on", "Give a day from today on.")
    if due_on - today > MOST_DUE:
        raise UsageError("date-unlikely", "/due_on", "Check the year.")
