"""What the inner worker does about advice: bring files into the tray, sign receipts, make links.

A report's files are sealed to us by the face, or lie in a pack. Here each is opened in memory and
sealed again into the tray while it is read; there it is scanned like anything that anybody
uploads. Only when the last was looked at is the receipt signed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO, cast

from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.ports import Actor, UnitOfWork
from exchange.services.advice.coming import pack_file
from exchange.services.advice.hearing import drop_unheard, hear_of_packs
from exchange.services.advice.model import KIND, request_from
from exchange.services.advice.narrowing import LOOKS, narrow
from exchange.services.advice.page import show_news
from exchange.services.advice.passing import make_links
from exchange.services.advice.receipting import with_receipt
from exchange.services.advice.reports import (
    KIND as REPORT,
)
from exchange.services.advice.reports import (
    Report,
    ReportFile,
    Step,
    changed,
    get_report,
)
from exchange.services.advice.said import (
    close_later,
    is_nothing,
    keep,
    tell_asker,
)
from exchange.services.advice.standing import remind_by_machine, unanswered_by
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.links.agency_files import KIND as AGENCY_UPLOAD
from exchange.services.links.agency_files import blobs_of
from exchange.services.links.left_at_door import own_name
from exchange.services.links.model import KIND as LINK
from exchange.services.links.model import link_of
from exchange.services.links.pack_view import instant_words
from exchange.services.links.pick_up import Means
from exchange.services.tray.file_upload import ask_clean, throw_away
from exchange.services.tray.receive import NewUpload, receive
from exchange.services.tray.upload import Stage, Upload, get_upload
from keys.errors import KeysError
from schemas.errors import SchemaError

WORKER = Actor("worker", "machine")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger("senx.advice")


class AdviceWorker:
    """Carries reports and requests of one node forward: an errand of the worker."""

    def __init__(self, inside: Inside, means: Means) -> None:
        self._inside = inside
        self._means = means
        self._narrowed: dict[str, datetime] = {}

    def round(self) -> int:
        """Do all that can be done now; return how much it was."""
        inside = self._inside
        steps: tuple[Callable[[str], int], ...] = (
            partial(self._each, step=Step.TAKING),
            partial(self._each, step=Step.CHECKING),
            partial(show_news, inside),
            partial(make_links, inside, means=self._means),
            partial(hear_of_packs, inside),
            partial(remind_by_machine, inside),
            partial(drop_unheard, inside),
            self._narrow,
        )
        return sum(_tried(one, org_id) for org_id in inside.store.organisations() for one in steps)

    def _narrow(self, org_id: str) -> int:
        """Look now and then whether what was shared may be shared still."""
        now = self._inside.clock.now()
        if now - self._narrowed.get(org_id, _LONG_AGO) < LOOKS:
            return 0
        self._narrowed[org_id] = now
        return narrow(self._inside, org_id)

    def _each(self, org_id: str, step: Step) -> int:
        with self._inside.store.reading(org_id) as unit:
            waiting = [one.item_id for one in unit.items.all(REPORT, step.value)]
        done = 0
        for report_id in waiting:
            try:
                if step is Step.TAKING:
                    bring_in(self._inside, org_id, report_id)
                    done += 1
                else:
                    done += look_at(self._inside, org_id, report_id)
            except Conflict:
                continue  # somebody else was first
            except (ExchangeError, KeysError, SchemaError) as error:
                _log.warning("report item=%s outcome=%s", report_id, error.code)
        return done


def _tried(step: Callable[[str], int], org_id: str) -> int:
    """Do one step of one organisation; what fails there is tried again in the next round.

    It stops no other step, and no other organisation.
    """
    try:
        return step(org_id)
    except (ExchangeError, KeysError, SchemaError) as error:
        _log.warning("advice organisation=%s outcome=%s", org_id, error.code)
        return 0


def bring_in(inside: Inside, org_id: str, report_id: str) -> None:
    """Bring a report's files into the tray; killed in between, again is harmless.

    :raises Refused: ``tray-full``: it waits where it is.
    """
    with inside.store.reading(org_id) as unit:
        report = get_report(unit, report_id)
    files = tuple(_brought(inside, org_id, report, one) for one in report.files)
    gone: list[str] = []
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        newest = get_report(unit, report_id)
        told = replace(newest, step=Step.CHECKING, files=files, updated_at=now)
        unit.items.update(changed(told, now, now))
        for one in report.files if report.link_id else ():
            gone += _forget(unit, one.source)
        unit.audit.record(WORKER, "advice.report-taken", "advice", report.request_id or report_id)
        unit.commit()
    for name in gone:
        inside.blobs.delete(org_id, name)


def _forget(unit: UnitOfWork, source: str) -> list[str]:
    try:
        item = unit.items.get(AGENCY_UPLOAD, source)
    except NotFound:
        return []
    unit.items.remove(AGENCY_UPLOAD, source)
    return blobs_of(item)


def _brought(inside: Inside, org_id: str, report: Report, file: ReportFile) -> ReportFile:
    """Return a file as it lies in the tray, or as refused where it is not what was said."""
    if file.upload or file.outcome == "refused":
        return file
    new = NewUpload(file.name, path=f"{file.source}/{file.name}", batch_id=report.report_id)
    actor = Actor(report.by, "practitioner")
    try:
        with _opened(inside, org_id, report, file) as source:
            received = receive(inside, org_id, source, new, actor)
    except (KeysError, NotFound):
        return replace(file, blob="", outcome="refused", why="document-unreadable")
    except ExchangeError as error:
        if error.code in ("document-too-large", "document-empty", "file-name-invalid"):
            return replace(file, blob="", outcome="refused", why=error.code)
        raise
    made = received.upload
    if made.sha256 != file.sha256:  # not what the link vouched for
        _throw(inside, org_id, made)
        return replace(file, blob="", outcome="refused", why="document-changed")
    return replace(file, blob="", upload=made.upload_id)


def _throw(inside: Inside, org_id: str, upload: Upload) -> None:
    throw_away(inside, org_id, upload.upload_id, WORKER)


@contextmanager
def _opened(inside: Inside, org_id: str, report: Report, file: ReportFile) -> Iterator[BinaryIO]:
    if report.bundle_id:
        with pack_file(inside, org_id, report, file.source) as source:
            yield source
        return
    with inside.blobs.open(org_id, file.blob) as sealed:
        yield cast(BinaryIO, inside.vault.opener(org_id, "general").open(sealed))


def look_at(inside: Inside, org_id: str, report_id: str) -> bool:
    """Sign the receipt of a report whose files were all looked at; return whether they were.

    While the scanner is down they are held, and so is the receipt.
    """
    with inside.store.reading(org_id) as unit:
        report = get_report(unit, report_id)
        uploads = {one.upload: _upload(unit, one.upload) for one in report.files if one.upload}
    for one in uploads.values():
        if one is not None and one.stage is Stage.READY and one.active and not one.removed:
            ask_clean(inside, org_id, one.upload_id, WORKER)
            return False
    if any(one is not None and one.waits for one in uploads.values()):
        return False
    files = tuple(_seen(one, uploads.get(one.upload)) for one in report.files)
    told = replace(report, files=files)
    if report.link_id:
        told = with_receipt(inside, org_id, told)
    _settle(inside, org_id, told)
    return True


def _upload(unit: UnitOfWork, upload_id: str) -> Upload | None:
    try:
        return get_upload(unit, upload_id)
    except NotFound:
        return None


def _seen(file: ReportFile, upload: Upload | None) -> ReportFile:
    if file.outcome == "refused":
        return file
    if upload is None:
        return replace(file, outcome="refused", why="document-unreadable")
    if upload.stage is Stage.REFUSED or upload.active:
        why = upload.code or "document-not-cleanable"
        return replace(file, outcome="refused", why=why)
    scanned = "unscanned" not in upload.warnings
    return replace(file, outcome="clean" if scanned else "unscanned", why="")


def _settle(inside: Inside, org_id: str, report: Report) -> None:
    """Let a person file it; where nothing of it can be taken, its sender is told to try again."""
    now = inside.clock.now()
    refused = [one for one in report.files if one.outcome == "refused"]
    nothing = is_nothing(report)
    step = Step.SET_ASIDE if nothing else Step.WAITING
    with inside.store.unit(org_id) as unit:
        newest = get_report(unit, report.report_id)
        told = replace(
            newest, step=step, files=report.files, why="nothing-taken" if nothing else ""
        )
        told = replace(
            told,
            receipt=report.receipt,
            receipt_signature=report.receipt_signature,
            receipt_words=report.receipt_words,
            receipt_text=report.receipt_text,
        )
        unit.items.update(changed(told, now, now))
        if report.link_id:
            close_later(unit, told, now)
        detail = {"files": str(len(report.files)), "refused": str(len(refused))}
        unit.audit.record(
            WORKER, "advice.report-checked", "advice", report.report_id, detail=detail
        )
        _tell_sender(inside, unit, report, refused=bool(refused))
        if report.request_id:
            request = request_from(unit.items.get(KIND, report.request_id))
            if nothing:
                keep(unit, unanswered_by(unit, request, report.report_id), now)
            else:
                tell_asker(inside, unit, request, "agency-report-came", now)
        unit.commit()


def _tell_sender(inside: Inside, unit: UnitOfWork, report: Report, *, refused: bool) -> None:
    if not report.link_id:
        return
    person = link_of(unit.items.get(LINK, report.link_id)).person
    if person.mail:
        template = "agency-file-refused" if refused else "agency-received"
        day = instant_words(report.came_at)
        facts = {"organisation": own_name(inside, unit.org_id), "day": day}
        queue_letter(unit, Letter(template, person.mail, facts))
