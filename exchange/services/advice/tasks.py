"""What a body that has joined was asked: its own inbox of requests, each with what was shared."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from exchange.bundle.opening import OpenedBundle
from exchange.domain.clocks import due, london_day
from exchange.domain.transfer import EMPTIED_HERE
from exchange.errors import NotFound, StoreError
from exchange.ports import Arrival, Item, UnitOfWork
from schemas.advice import AdviceAsked, AdvicePurpose
from schemas.base import dump, load
from schemas.errors import SchemaError
from schemas.records import RECORDS
from schemas.statement import BundleKind
from schemas.strict_json import JsonValue

KIND = "advice-task"


class TaskState(StrEnum):
    """Where a request that came stands here."""

    NEW = "new"
    OPENED = "opened"
    ANSWERED = "answered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A document that was shared: its id in the pack, and what it is."""

    document_id: str
    type: str
    title: str
    author: str
    authored: date | None
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Task:
    """A request that came, whole.

    :param answers: ids of the packs that answered it, the newest last.
    :param gone: it was withdrawn: its contents are destroyed here, or are to be.
    """

    task_id: str
    state: TaskState
    sender: str
    bundle_id: str
    asked: AdviceAsked
    files: tuple[TaskFile, ...]
    came_at: datetime
    updated_at: datetime
    answers: tuple[str, ...] = ()
    answered_at: datetime | None = None
    reason: str = ""
    by: str = ""
    gone: bool = False
    item: Item | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Return the child's name, as the child is called."""
        child = self.asked.child
        return f"{child.known_as or child.forename} {child.surname}"

    @property
    def wanted_by(self) -> date | None:
        """Return the last day for an answer: as they said, else the six weeks of the law."""
        if self.asked.due is not None or self.asked.purpose is not AdvicePurpose.EHC_ASSESSMENT:
            return self.asked.due
        return due("advice-back", london_day(self.came_at))


def task_came(unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle) -> None:
    """Keep a request that came, in the caller's unit of work; again changes nothing."""
    if opened.statement.kind is not BundleKind.ADVICE:
        return
    asked = next((one for _, one in opened.records(RECORDS) if isinstance(one, AdviceAsked)), None)
    lookup = f"advice:{arrival.sender}:{arrival.bundle_id}"
    if asked is None or unit.items.find(KIND, lookup) is not None:
        return
    files = tuple(
        TaskFile(
            one.id,
            one.type,
            one.title or "",
            one.author or "",
            one.authored,
            one.media_type,
            one.size,
        )
        for one in opened.documents.values()
    )
    task = Task(
        task_id=str(uuid.uuid4()),
        state=TaskState.NEW,
        sender=arrival.sender,
        bundle_id=arrival.bundle_id,
        asked=asked,
        files=files,
        came_at=arrival.arrived_at,
        updated_at=arrival.updated_at,
    )
    unit.items.add(
        Item(
            KIND,
            task.task_id,
            task.state.value,
            _content(task),
            created_at=task.came_at,
            updated_at=task.updated_at,
            lookup=lookup,
        )
    )


def get_task(unit: UnitOfWork, task_id: str) -> Task:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return _with_pack(unit, task_from(unit.items.get(KIND, task_id)))


def all_tasks(unit: UnitOfWork) -> Sequence[Task]:
    """Return all requests that came, what waits first, then the newest."""
    found = [_with_pack(unit, task_from(one)) for one in unit.items.all(KIND)]
    waits = (TaskState.NEW, TaskState.OPENED)
    return sorted(
        found, key=lambda one: (one.state not in waits or one.gone, -one.came_at.timestamp())
    )


def _with_pack(unit: UnitOfWork, task: Task) -> Task:
    """Return a task with whether its pack is still here: a request may be withdrawn."""
    arrival = unit.arrivals.find(task.sender, task.bundle_id)
    gone = arrival is None or arrival.state in EMPTIED_HERE or arrival.attention == "recall-asked"
    return replace(task, gone=gone)


def changed(task: Task, now: datetime) -> Item:
    """Return a task that was read, as it is to be stored anew.

    :raises StoreError: ``value-damaged``: it was not read from the store.
    """
    if task.item is None:
        raise StoreError("value-damaged", "/task")
    return replace(task.item, state=task.state.value, content=_content(task), updated_at=now)


def task_from(item: Item) -> Task:
    """Return a task as it was stored.

    :raises StoreError: ``value-damaged``; this process has no keys.
    """
    told: Any = item.content
    try:
        return Task(
            task_id=item.item_id,
            state=TaskState(item.state),
            sender=told["sender"],
            bundle_id=told["bundle"],
            asked=load(AdviceAsked, told["asked"]),
            files=tuple(_file(one) for one in told["files"]),
            came_at=item.created_at,
            updated_at=item.updated_at,
            answers=tuple(told["answers"]),
            answered_at=_instant(told["answered_at"]),
            reason=told["reason"],
            by=told["by"],
            item=item,
        )
    except (KeyError, TypeError, ValueError, SchemaError):
        raise StoreError("value-damaged", "/task") from None


def _content(task: Task) -> dict[str, JsonValue]:
    return {
        "sender": task.sender,
        "bundle": task.bundle_id,
        "asked": dump(task.asked),
        "files": [
            {
                "document_id": one.document_id,
                "type": one.type,
                "title": one.title,
                "author": one.author,
                "authored": one.authored.isoformat() if one.authored else None,
                "media_type": one.media_type,
                "size": one.size,
            }
            for one in task.files
        ],
        "answers": list(task.answers),
        "answered_at": task.answered_at.isoformat() if task.answered_at else None,
        "reason": task.reason,
        "by": task.by,
    }


def _file(told: Any) -> TaskFile:
    day = told["authored"]
    return TaskFile(**{**told, "authored": date.fromisoformat(day) if day else None})


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def file_of(task: Task, document_id: str) -> TaskFile:
    """Return a document that was shared.

    :raises NotFound: ``document-unknown``.
    """
    found = next((one for one in task.files if one.document_id == document_id), None)
    if found is None:
        raise NotFound("document-unknown", "/document")
    return found
