"""A request for advice as it is kept: whom it asks what, what they may see, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from exchange.domain.clocks import due
from exchange.domain.disclosure import Disclosed, disclosed_from_json
from exchange.errors import StoreError
from exchange.ports import Item
from exchange.services.links.model import Channel
from schemas.advice import AdvicePurpose, ConsentHow
from schemas.strict_json import JsonValue

KIND = "advice-request"

CORRECTIONS = timedelta(days=14)
"""How long a link stays open for a corrected version, from the first sending."""

MOST_LINKS = 12
"""Of one request: its own and those of colleagues, who may name colleagues of theirs."""


class State(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SENT = "sent"
    OPENED = "opened"
    """The body has it: somebody came in by the link, or its node opened the pack."""
    ANSWERED = "answered"
    """A report came and waits for a person."""
    FILED = "filed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


WAITS = frozenset({State.SENT, State.OPENED})
"""Somebody out there has not answered yet."""
OVER = frozenset({State.FILED, State.DECLINED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Body:
    """Who is asked.

    :param kind: ``health``, ``agency``, ``la``, ``school``: what it is, as the directory says it
        of those that joined.
    :param name: of the service; ``person`` in it who is asked, ``role`` what they are.
    :param mail: where a link goes; ``phone`` where its code is read out, or ``code_mail`` where
        the code goes by mail; ``confirmed`` how the contact was confirmed, in the asker's words.
    :param org_id: in the directory, where it has joined: it is asked by a sealed pack.
    """

    kind: str
    name: str
    person: str = ""
    role: str = ""
    mail: str = ""
    phone: str = ""
    channel: Channel = Channel.READ_OUT
    code_mail: str = ""
    confirmed: str = ""
    org_id: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """Who agreed that the body is asked, when and how; who wrote it down is the book's."""

    given_by: str
    given: date
    how: ConsentHow
    note: str = ""


@dataclass(frozen=True, slots=True)
class AdviceOrder:
    """What a person decides about a request.

    :param wanted_type: code of the document types.
    :param shared: ids of the pupil's documents that the body is to see.
    :param due_on: by when; None: eight weeks for a referral, and for an EHC needs assessment the
        case's own clock, which runs from the body's receipt.
    """

    pupil_id: str
    body: Body
    question: str
    wanted_type: str
    consent: ConsentGiven
    purpose: AdvicePurpose = AdvicePurpose.REFERRAL
    shared: tuple[str, ...] = ()
    case_id: str | None = None
    due_on: date | None = None
    lawful_basis: str = "public-task"


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that came back.

    :param report_id: the report that came (services.advice.reports); empty for one that declined.
    :param what: ``report``, ``void`` (a report that is none after all) or ``declined``; ``text``
        the reason that was given.
    """

    what: str
    at: datetime
    by: str = ""
    report_id: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class AdviceRequest:
    """One request. All of it is sealed but id, state, times and what :attr:`clear` gives.

    :param received_on: the day on which the body had it; a six-week clock starts there.
    :param had_on: the same day as a person entered it, who knows of a letter or a call.
    :param bundle_id: of the pack that carried it; ``links`` ids of its links, the newest last.
    :param reminded: days on which a reminder went.
    :param chased: whether reminders still go; False: a person stopped them.
    :param disclosed: why each shared document might go; it was not kept at first.
    """

    request_id: str
    state: State
    pupil_id: str
    body: Body
    purpose: AdvicePurpose
    question: str
    wanted_type: str
    shared: tuple[str, ...]
    consent: ConsentGiven
    asked_on: date
    asked_by: str
    asked_role: str
    asker_mail: str
    created_at: datetime
    updated_at: datetime
    case_id: str | None = None
    received_on: date | None = None
    had_on: date | None = None
    due_on: date | None = None
    answers: tuple[Answer, ...] = ()
    bundle_id: str | None = None
    links: tuple[str, ...] = ()
    reminded: tuple[date, ...] = ()
    chased: bool = True
    why: str = ""
    lawful_basis: str = ""
    disclosed: tuple[Disclosed, ...] = ()
    item: Item | None = field(default=None, compare=False, repr=False)

    @property
    def by_link(self) -> bool:
        """Return whether the body has no node of its own."""
        return self.body.org_id is None

    @property
    def since(self) -> date | None:
        """Return the day on which the body had it: as it shows, or as a person entered it."""
        known = [one for one in (self.received_on, self.had_on) if one is not None]
        return min(known, default=None)

    @property
    def wanted_by(self) -> date | None:
        """Return the last day for an answer: the one that was said, else the six weeks of the law.

        None: it is for an EHC needs assessment, and nobody knows yet that the body has it.
        """
        if self.due_on is not None or self.since is None:
            return self.due_on
        return due("advice-back", self.since)

    def is_overdue(self, today: date) -> bool:
        """Return whether the last day for an answer has gone by without one."""
        until = self.wanted_by
        return self.state in WAITS and until is not None and until < today


def to_item(one: AdviceRequest) -> Item:
    """Return a request as it is stored anew."""
    return Item(
        KIND,
        one.request_id,
        one.state.value,
        _content(one),
        created_at=one.created_at,
        updated_at=one.updated_at,
        clear={"bundle": one.bundle_id or ""},
        lookup=None if one.bundle_id is None else f"advice:{one.bundle_id}",
        about=one.pupil_id,
    )


def changed(one: AdviceRequest, now: datetime) -> Item:
    """Return a request that was read, as it is to be stored anew.

    :raises StoreError: ``value-damaged``: it was not read from the store.
    """
    if one.item is None:
        raise StoreError("value-damaged", "/advice")
    return replace(one.item, state=one.state.value, content=_content(one), updated_at=now)


def request_from(item: Item) -> AdviceRequest:
    """Return a request as it was stored.

    :raises StoreError: ``value-damaged``; this process has no keys.
    """
    told: Any = item.content
    try:
        return AdviceRequest(
            request_id=item.item_id,
            state=State(item.state),
            body=_body(told["body"]),
            purpose=AdvicePurpose(told["purpose"]),
            shared=tuple(told["shared"]),
            consent=_consent(told["consent"]),
            asked_on=date.fromisoformat(told["asked_on"]),
            created_at=item.created_at,
            updated_at=item.updated_at,
            received_on=_day(told["received_on"]),
            had_on=_day(told.get("had_on")),  # was not kept at first
            due_on=_day(told["due_on"]),
            answers=tuple(_answer(one) for one in told["answers"]),
            links=tuple(told["links"]),
            reminded=tuple(date.fromisoformat(one) for one in told["reminded"]),
            lawful_basis=told.get("lawful_basis", ""),
            disclosed=tuple(disclosed_from_json(one) for one in told.get("disclosed", ())),
            item=item,
            **{name: told[name] for name in _PLAIN},
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/advice") from None


_PLAIN = (
    "pupil_id",
    "question",
    "wanted_type",
    "asked_by",
    "asked_role",
    "asker_mail",
    "case_id",
    "bundle_id",
    "chased",
    "why",
)


def _content(one: AdviceRequest) -> dict[str, JsonValue]:
    return {
        **{name: getattr(one, name) for name in _PLAIN},
        "body": _plain(one.body),
        "purpose": one.purpose.value,
        "shared": list(one.shared),
        "consent": _plain(one.consent),
        "asked_on": one.asked_on.isoformat(),
        "received_on": one.received_on and one.received_on.isoformat(),
        "had_on": one.had_on and one.had_on.isoformat(),
        "due_on": one.due_on and one.due_on.isoformat(),
        "answers": [_plain(each) for each in one.answers],
        "links": list(one.links),
        "lawful_basis": one.lawful_basis,
        "disclosed": [each.as_json() for each in one.disclosed],
        "reminded": [day.isoformat() for day in one.reminded],
    }


def _plain(one: Body | ConsentGiven | Answer) -> dict[str, JsonValue]:
    values = {each.name: getattr(one, each.name) for each in fields(one)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _body(told: Mapping[str, Any]) -> Body:
    return Body(**{**told, "channel": Channel(told["channel"])})


def _consent(told: Mapping[str, Any]) -> ConsentGiven:
    values = {"how": ConsentHow(told["how"]), "given": date.fromisoformat(told["given"])}
    return ConsentGiven(**{**told, **values})


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(**{**told, "at": datetime.fromisoformat(told["at"])})


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
