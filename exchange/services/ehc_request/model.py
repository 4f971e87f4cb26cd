"""A request as a school keeps it: what is written so far, what was sent, what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from exchange.ports import Item
from schemas.base import dump, load
from schemas.ehc_request import Declaration, EhcRequest
from schemas.people import Person
from schemas.strict_json import JsonValue

KIND = "ehc-request"

NOBODY_YET = Declaration(by=Person(name="-", role="-"), on=date(2000, 1, 1), words="-")
"""What stands in a draft where the declaration will be: nobody has made it."""


class FileState(StrEnum):
    """Where a request stands, as the school keeps it."""

    PREPARING = "preparing"
    SENT = "sent"
    """With an authority that has joined."""
    HANDED_IN = "handed-in"
    """With an authority that has not: somebody entered the day."""
    CLOSED = "closed"
    """The authority said no, or finished, or it is not its child."""
    WITHDRAWN = "withdrawn"


LIVE = frozenset({FileState.PREPARING, FileState.SENT, FileState.HANDED_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The head teacher's word, where the school wants it.

    :param state: ``waiting``, ``approved`` or ``declined``.
    :param mark: tells whether what would go is still what the head said yes to.
    """

    state: Literal["waiting", "approved", "declined"]
    asked_by: str
    asked_at: datetime
    words: str = ""
    by: str = ""
    role: str = ""
    at: datetime | None = None
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One time that it went.

    :param bundle_id: none where it was handed in.
    :param documents: ids of those that were in it.
    :param mark: tells whether it says the same as what would go now.
    """

    number: int
    status: str
    at: datetime
    by: str
    role: str
    bundle_id: str = ""
    documents: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """How it reached an authority that has not joined.

    :param on: the day on which it was submitted; clocks run from it.
    """

    on: date
    how: str
    reference: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """Why it was taken back, by whom and when."""

    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """One request of a school.

    :param record: as it stands; its declaration is :data:`NOBODY_YET` until it goes.
    :param council: organisation of the directory; empty: the authority has not joined.
    :param documents: ids chosen to go; ``records``: slots of the pupil's records likewise.
    :param retold: slots of the records from which it was filled in.
    :param done: sections that a person has finished.
    """

    request_id: str
    pupil_id: str
    state: FileState
    record: EhcRequest
    council: str = ""
    documents: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    retold: tuple[str, ...] = ()
    done: frozenset[str] = frozenset()
    approval: Approval | None = None
    editions: tuple[Edition, ...] = ()
    handed_in: HandedIn | None = None
    taken_back: TakenBack | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def last(self) -> Edition | None:
        """Return the newest edition that went, or None."""
        return self.editions[-1] if self.editions else None

    @property
    def bundles(self) -> tuple[str, ...]:
        """Return ids of the packs that went."""
        return tuple(one.bundle_id for one in self.editions if one.bundle_id)


def item_of(file: RequestFile) -> Item:
    """Return what is stored of a request."""
    return Item(
        kind=KIND,
        item_id=file.request_id,
        state=file.state.value,
        content=_content(file),
        created_at=file.created_at,
        updated_at=file.updated_at,
        about=file.pupil_id,
        version=file.version,
    )


def _content(file: RequestFile) -> dict[str, JsonValue]:
    record = dump(replace(file.record, declared=NOBODY_YET))
    return {
        "record": record,
        "council": file.council,
        "documents": [*file.documents],
        "records": [*file.records],
        "retold": [*file.retold],
        "done": [*sorted(file.done)],
        "approval": _approval_json(file.approval),
        "editions": [_edition_json(one) for one in file.editions],
        "handed_in": None if file.handed_in is None else _handed_json(file.handed_in),
        "taken_back": None if file.taken_back is None else _back_json(file.taken_back),
    }


def _approval_json(one: Approval | None) -> JsonValue:
    if one is None:
        return None
    return {
        "state": one.state,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat(),
        "words": one.words,
        "by": one.by,
        "role": one.role,
        "at": one.at.isoformat() if one.at else None,
        "note": one.note,
        "mark": one.mark,
    }


def _edition_json(one: Edition) -> dict[str, JsonValue]:
    return {
        "number": one.number,
        "status": one.status,
        "at": one.at.isoformat(),
        "by": one.by,
        "role": one.role,
        "bundle": one.bundle_id,
        "documents": [*one.documents],
        "mark": one.mark,
    }


def _handed_json(one: HandedIn) -> dict[str, JsonValue]:
    return {"on": one.on.isoformat(), "how": one.how, "reference": one.reference, "by": one.by}


def _back_json(one: TakenBack) -> dict[str, JsonValue]:
    return {"why": one.why, "by": one.by, "at": one.at.isoformat()}


def read(item: Item) -> RequestFile:
    """Return the request that an item holds."""
    told: Mapping[str, Any] = item.content or {}
    record = load(EhcRequest, told["record"])
    return RequestFile(
        request_id=item.item_id,
        pupil_id=record.subject,
        state=FileState(item.state),
        record=record,
        council=str(told["council"]),
        documents=_strings(told["documents"]),
        records=_strings(told["records"]),
        retold=_strings(told["retold"]),
        done=frozenset(_strings(told["done"])),
        approval=_read_approval(told["approval"]),
        editions=tuple(_read_edition(one) for one in told["editions"]),
        handed_in=_read_handed(told["handed_in"]),
        taken_back=_read_back(told.get("taken_back")),
        created_at=item.created_at,
        updated_at=item.updated_at,
        version=item.version,
    )


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value)


def _read_approval(told: Any) -> Approval | None:
    if told is None:
        return None
    at = told["at"]
    return Approval(
        state=told["state"],
        asked_by=told["asked_by"],
        asked_at=datetime.fromisoformat(told["asked_at"]),
        words=told["words"],
        by=told["by"],
        role=told["role"],
        at=datetime.fromisoformat(at) if at else None,
        note=told["note"],
        mark=str(told.get("mark", "")),
    )


def _read_edition(told: Any) -> Edition:
    return Edition(
        number=told["number"],
        status=told["status"],
        at=datetime.fromisoformat(told["at"]),
        by=told["by"],
        role=told["role"],
        bundle_id=told["bundle"],
        documents=_strings(told["documents"]),
        mark=told["mark"],
    )


def _read_handed(told: Any) -> HandedIn | None:
    if told is None:
        return None
    return HandedIn(
        on=date.fromisoformat(told["on"]),
        how=told["how"],
        reference=told["reference"],
        by=told["by"],
    )


def _read_back(told: Any) -> TakenBack | None:
    if told is None:
        return None
    return TakenBack(why=told["why"], by=told["by"], at=datetime.fromisoformat(told["at"]))
