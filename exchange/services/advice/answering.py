"""A body that has joined answers: its report, a corrected one, or that it cannot help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from exchange.bundle.contents import Source
from exchange.domain.clocks import london_day
from exchange.errors import Conflict, Refused, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.advice.carrying import file_name
from exchange.services.advice.tasks import Task, TaskState, changed, get_task
from exchange.services.inside import Inside
from exchange.services.links.agency_about import About, check_about, record_of
from exchange.services.links.pack_view import label_of
from exchange.services.queue_bundle import Order, queue_bundle
from exchange.services.record_source import record_source
from exchange.services.sealed_document import SealedDocument
from exchange.services.tray.upload import Stage, Upload, of_batch
from schemas.advice import AdviceAnswer, AdviceOutcome
from schemas.people import Person
from schemas.statement import BundleKind, FileRole

LONGEST_REASON = 4_000
_KEPT = timedelta(days=30)
"""How long what was sent lies here besides the pack."""


def mark_opened(inside: Inside, org_id: str, task_id: str, actor: Actor) -> Task:
    """Note that somebody read a request; again changes nothing.

    :raises NotFound: ``item-unknown``.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        task = get_task(unit, task_id)
        if task.state is not TaskState.NEW or task.gone:
            return task
        unit.items.update(changed(replace(task, state=TaskState.OPENED), now))
        unit.audit.record(actor, "task.opened", "task", task_id)
        unit.commit()
    return replace(task, state=TaskState.OPENED)


def ready_files(unit: UnitOfWork, task_id: str) -> list[Upload]:
    """Return what was uploaded for a request and not sent yet, by name."""
    return [
        one for one in of_batch(unit, task_id) if one.stage not in (Stage.FILED, Stage.UNPACKED)
    ]


def send_answer(inside: Inside, org_id: str, task_id: str, about: About, actor: Actor) -> Task:
    """Send the report back to who asked; a second one takes the place of the first.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``task-gone``: it was withdrawn; ``task-declined``.
    :raises UsageError: ``file-missing``; as ``agency_about.check_about`` says.
    :raises Refused: ``upload-not-ready``: a file is still being checked, or cannot go.
    :raises DestinationRefused: who asked is closed or has no valid key.
    """
    check_about(about, london_day(inside.clock.now()))
    with inside.store.reading(org_id) as unit:
        task = _answerable(unit, task_id)
        files = ready_files(unit, task_id)
    if not files:
        raise UsageError("file-missing", "/files", "Add the report first.")
    if any(one.stage is not Stage.READY or one.active for one in files):
        hint = "Wait until every file was checked, or take away what could not be taken."
        raise Refused("upload-not-ready", "/files", hint)
    subject = task.asked.subject
    answer = _answer(inside, task, AdviceOutcome.REPORT, actor)
    record = record_of(
        about, subject, label_of(about.type), document=files[0].upload_id, question=None
    )
    sources = [
        record_source(answer, "advice-answer"),
        record_source(record, "specialist-report"),
        *(
            _document(inside, org_id, number, one, about, subject)
            for number, one in enumerate(files, start=1)
        ),
    ]
    return _send(inside, org_id, task, sources, TaskState.ANSWERED, actor, files=files)


def decline_task(inside: Inside, org_id: str, task_id: str, reason: str, actor: Actor) -> Task:
    """Say that nobody here can help, and why.

    :raises UsageError: ``reason-missing``, ``text-too-long``.
    :raises Conflict: ``task-gone``; ``task-answered``.
    """
    told = reason.replace("\r\n", "\n").strip()
    if not told:
        raise UsageError("reason-missing", "/reason", "Say why, in a few words.")
    if len(told) > LONGEST_REASON:
        hint = f"Use at most {LONGEST_REASON:,} characters."
        raise UsageError("text-too-long", "/reason", hint)
    with inside.store.reading(org_id) as unit:
        task = _answerable(unit, task_id)
    if task.state is TaskState.ANSWERED:
        raise Conflict("task-answered", "/task", "A report was sent. Send a corrected one.")
    answer = replace(_answer(inside, task, AdviceOutcome.DECLINED, actor), reason=told)
    sources = [record_source(answer, "advice-answer")]
    return _send(inside, org_id, task, sources, TaskState.DECLINED, actor, reason=told)


def _answerable(unit: UnitOfWork, task_id: str) -> Task:
    task = get_task(unit, task_id)
    if task.gone:
        raise Conflict("task-gone", "/task", "The request was withdrawn. Nothing is awaited.")
    if task.state is TaskState.DECLINED:
        raise Conflict("task-declined", "/task", "Somebody has declined it.")
    return task


def _answer(inside: Inside, task: Task, outcome: AdviceOutcome, actor: Actor) -> AdviceAnswer:
    return AdviceAnswer(
        subject=task.asked.subject,
        reference=task.asked.reference,
        outcome=outcome,
        answered=london_day(inside.clock.now()),
        answered_by=Person(name=actor.name, role=actor.role),
        reason=None if outcome is AdviceOutcome.REPORT else "-",
    )


def _document(
    inside: Inside, org_id: str, number: int, upload: Upload, about: About, subject: str
) -> Source:
    return Source(
        id=upload.upload_id,
        path=f"data/documents/{file_name(number, about.type, upload.media_type)}",
        role=FileRole.DOCUMENT,
        type=about.type,
        media_type=upload.media_type,
        subject=subject,
        size=upload.size,
        sha256=upload.sha256,
        crc32=upload.crc32,
        open=SealedDocument(inside, org_id, upload.blob).open,
        title=label_of(about.type),
        author=about.author,
        authored=about.written,
    )


def _send(
    inside: Inside,
    org_id: str,
    task: Task,
    sources: Sequence[Source],
    state: Literal[TaskState.ANSWERED, TaskState.DECLINED],
    actor: Actor,
    *,
    files: Sequence[Upload] = (),
    reason: str = "",
) -> Task:
    now = inside.clock.now()
    order = Order(
        kind=BundleKind.REPORT,
        purpose="specialist-advice",
        in_reply_to=task.bundle_id,
        supersedes=task.answers[-1] if task.answers else None,
    )
    transfer = queue_bundle(
        inside, org_id, task.sender, "general", task.asked.subject, sources, order
    )
    transfer = replace(transfer, pupil_id=None)  # the child is no pupil of ours
    try:
        with inside.store.unit(org_id) as unit:
            newest = _answerable(unit, task.task_id)
            told = replace(
                newest,
                state=state,
                answers=(*newest.answers, transfer.bundle_id),
                answered_at=now,
                reason=reason,
                by=actor.name,
            )
            unit.items.update(changed(told, now))
            unit.transfers.add(transfer)
            for one in files:
                done = one.at(Stage.FILED, now, now + _KEPT, filed_as=transfer.bundle_id)
                unit.items.update(done.item())
            action = "task.answered" if state is TaskState.ANSWERED else "task.declined"
            unit.audit.record(actor, action, "task", task.task_id)
            unit.commit()
    except BaseException:
        inside.blobs.delete(org_id, transfer.blob)
        raise
    return told
