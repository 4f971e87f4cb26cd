"""A question about a pack, and its answer: both schools read and write the same exchange.

The receiving school asks about a pack that it got; the sending school answers. Each keeps its own
sealed copy; whatever is asked is about one child, and stays with that child's pack.
"""

from __future__ import annotations

from collections.abc import Sequence

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Arrival, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.messages import (
    ANSWERED,
    OPEN,
    Told,
    send_message,
    settle,
    thread_of,
    told_of,
    waiting,
)
from schemas.base import load_bytes
from schemas.message import Message, MessageKind
from schemas.people import Person
from schemas.statement import Statement

LONGEST = 10_000
"""Characters of one question or answer."""


def ask_question(
    inside: Inside,
    org_id: str,
    arrival: Arrival,
    text: str,
    documents: Sequence[str],
    actor: Actor,
) -> Told:
    """Ask the sender of a pack about it.

    :param documents: ids, in the pack, of the documents that the question is about.
    :raises UsageError: ``text-missing``, ``text-too-long``, ``document-unknown``.
    :raises DestinationRefused: the sender has closed or has no valid key.
    """
    statement = _statement(inside, org_id, arrival)
    if not set(documents) <= {one.id for one in statement.files}:
        raise UsageError("document-unknown", "/documents", "Choose documents of this pack.")
    message = Message(
        subject=statement.subject,
        kind=MessageKind.QUESTION,
        written=london_day(inside.clock.now()),
        written_by=_person(actor),
        text=_text(text),
        documents=tuple(documents),
    )
    return send_message(
        inside, org_id, arrival.sender, message, arrival.bundle_id, arrival.bundle_id, actor
    )


def answer_question(inside: Inside, org_id: str, message_id: str, text: str, actor: Actor) -> Told:
    """Answer a question that came about a pack of ours.

    :raises NotFound: ``message-unknown``.
    :raises Conflict: ``answered-already``.
    :raises UsageError: ``text-missing``, ``text-too-long``.
    """
    with inside.store.reading(org_id) as unit:
        asked = told_of(unit, message_id)
    if asked is None or asked.direction != "received":
        raise NotFound("message-unknown")
    if asked.message.kind is not MessageKind.QUESTION or asked.state not in (OPEN, ANSWERED):
        raise NotFound("message-unknown")
    if asked.state == ANSWERED:
        raise Conflict("answered-already", "/message", "Somebody has answered it. Read it again.")
    message = Message(
        subject=asked.message.subject,
        kind=MessageKind.ANSWER,
        written=london_day(inside.clock.now()),
        written_by=_person(actor),
        text=_text(text),
    )
    told = send_message(inside, org_id, asked.other, message, asked.thread, message_id, actor)
    with inside.store.unit(org_id) as unit:
        settle(unit, message_id)
        unit.audit.record(actor, "message.answered", "transfer", message_id)
        unit.commit()
    return told


def exchange_about(unit: UnitOfWork, bundle_id: str) -> Sequence[Told]:
    """Return what was asked and answered about a pack, sent or received, oldest first."""
    return thread_of(unit, bundle_id)


def open_questions(unit: UnitOfWork) -> Sequence[Told]:
    """Return the questions that wait for our answer, oldest first; ``thread`` is the pack."""
    return waiting(unit, MessageKind.QUESTION)


def _statement(inside: Inside, org_id: str, arrival: Arrival) -> Statement:
    if not arrival.statement:
        raise Conflict("not-opened", "/arrival", "The pack has not been opened yet.")
    return load_bytes(Statement, as_signed(inside, org_id, arrival.statement))


def _text(text: str) -> str:
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        raise UsageError("text-missing", "/text", "Write what you want to say.")
    if len(plain) > LONGEST:
        raise UsageError("text-too-long", "/text", f"Use {LONGEST:,} characters at most.")
    return plain


def _person(actor: Actor) -> Person:
    return Person(name=actor.name, role=actor.role)
