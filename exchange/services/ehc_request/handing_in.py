"""For an authority that has not joined: an index and numbered files, and the day it went.

The files are made in memory from what the preview shows, one after the other, under the size
that the authority's profile names. Nothing of it is kept: it can be made again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

from exchange.domain.clocks import london_day, require_likely
from exchange.errors import Conflict, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.ports.papers import PackMaker, Part
from exchange.ports.render import Renderer
from exchange.services.ehc_request.councils import council_of
from exchange.services.ehc_request.following import follow
from exchange.services.ehc_request.gone import can_be_handed_in
from exchange.services.ehc_request.keeping import put, request_file
from exchange.services.ehc_request.model import (
    KIND,
    Edition,
    FileState,
    HandedIn,
    RequestFile,
)
from exchange.services.ehc_request.outlook import outlook, require_clear
from exchange.services.ehc_request.papers import form_of, form_paper, front_of, papers_of
from exchange.services.ehc_request.sending import declared, words_next
from exchange.services.inside import Inside
from exchange.services.trust import organisation
from schemas.base import load_bytes
from schemas.ehc_request import EhcRequest, RequestStatus
from schemas.pupil import Pupil

CAP = 50_000_000
"""Bytes of one file where the profile names none."""
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tools:
    """What makes the files: ``papers`` the index and the parts, ``renderer`` the form itself."""

    papers: PackMaker
    renderer: Renderer


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be handed in.

    :param parts: index and files, made one by one as they are asked for.
    """

    parts: Iterator[Part]
    record: EhcRequest
    papers: int


def make_papers(
    inside: Inside,
    org_id: str,
    request_id: str,
    tools: Tools,
    post: str,
    seen: str,
    actor: Actor,
) -> Made:
    """Make index and files of a request; that somebody took them is an entry in the book.

    :param post: as what the person makes the request, in words.
    :param seen: the mark of what they looked at.
    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``preview-changed``; ``request-over``.
    :raises Refused: as :func:`exchange.services.ehc_request.outlook.require_clear`.
    :raises FormatError: ``part-too-large``, ``pack-not-made``.
    """
    with inside.store.reading(org_id) as unit:
        file = request_file(unit, request_id)
        now = outlook(inside, unit, org_id, file)
        words = words_next(unit, file, now.council, london_day(inside.clock.now()))
        pupil = load_bytes(Pupil, unit.pupils.get(file.pupil_id).record)
    if file.state in (FileState.CLOSED, FileState.WITHDRAWN):
        raise Conflict("request-over", "/request", "This request is over.")
    if seen != now.mark:
        hint = "Something was changed since you looked. Look again, then download."
        raise Conflict("preview-changed", "/seen", hint)
    require_clear(now)
    status = RequestStatus.UPDATED if file.editions else RequestStatus.MADE
    record = declared(inside, org_id, now, status, post, actor, words)
    at = inside.clock.now()
    us = organisation(inside.directory(), org_id, at).name
    front = front_of(us, now, record, pupil, london_day(at))
    form = form_of(us, now, record, pupil, tools.renderer)
    papers = [form_paper(form, record), *papers_of(now, london_day(at))]
    made = tools.papers.parts(front, papers, now.profile.file_cap or CAP)
    first = next(made)  # what cannot be made is refused before anything is handed out
    with inside.store.unit(org_id) as unit:
        detail = {"files": str(len(papers)), "for": now.council.code}
        unit.audit.record(actor, "ehc-request.downloaded", KIND, request_id, detail=detail)
        unit.commit()
    return Made(_with(first, made), record, len(papers))


def _with(first: Part, rest: Iterator[Part]) -> Iterator[Part]:
    yield first
    yield from rest


def zipped(parts: Iterator[Part]) -> Iterator[bytes]:
    """Yield a ZIP of the parts as it grows; one part at a time is in memory."""
    out = _Growing()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            with archive.open(zipfile.ZipInfo(part.name), "w") as into:
                for start in range(0, len(part.data), _BLOCK):
                    into.write(part.data[start : start + _BLOCK])
                    yield out.taken()
            yield out.taken()
    yield out.taken()


class _Growing(io.RawIOBase):
    """Takes what a ZIP writes and gives it on; it cannot be sought."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """Return that it takes bytes."""
        return True

    def write(self, data: object, /) -> int:
        """Take bytes."""
        view = bytes(memoryview(data))  # type: ignore[arg-type]
        self._held += view
        return len(view)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        found, self._held = bytes(self._held), bytearray()
        return found


def enter_handed_in(
    inside: Inside, org_id: str, request_id: str, handed: HandedIn, actor: Actor
) -> RequestFile:
    """Enter the day on which a request was submitted, and how; its clocks run from that day.

    Of evidence that was added later the day of the first stays, as does that of a pack's receipt
    where the authority has left since.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``request-over``; ``sent-already``: it went as a pack to an authority that
        is still there.
    :raises UsageError: ``date-in-future``, ``date-unlikely``; ``text-missing``: nobody said how.
    """
    said = _as_entered(inside, handed, actor)
    with inside.store.unit(org_id) as unit:
        file = _handed_file(inside, unit, request_id)
        arrived = follow(unit, file, london_day(inside.clock.now())).reached
        counts = arrived is None or said.on < arrived
        seen = outlook(inside, unit, org_id, file)
        edition = Edition(
            number=len(file.editions) + 1,
            status=(RequestStatus.UPDATED if file.editions else RequestStatus.MADE).value,
            at=inside.clock.now(),
            by=actor.name,
            role=actor.role,
            documents=tuple(one.document_id for one in seen.papers),
            mark=seen.mark,
        )
        changed = replace(
            file,
            state=FileState.HANDED_IN,
            handed_in=file.handed_in or (said if counts else None),
            editions=(*file.editions, edition),
        )
        kept = put(inside, unit, changed)
        unit.audit.record(actor, "ehc-request.handed-in", KIND, request_id)
        unit.commit()
    return kept


def correct_handed_in(
    inside: Inside, org_id: str, request_id: str, handed: HandedIn, actor: Actor
) -> RequestFile:
    """Put a day right that was entered wrongly; both days are in the book, and no edition is added.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``request-over``; ``sent-already``; ``handed-in-missing``: none was entered.
    :raises UsageError: as :func:`enter_handed_in`.
    """
    said = _as_entered(inside, handed, actor)
    with inside.store.unit(org_id) as unit:
        file = _handed_file(inside, unit, request_id)
        if file.handed_in is None:
            raise Conflict("handed-in-missing", "/on", "No day was entered yet.")
        kept = put(inside, unit, replace(file, handed_in=said))
        days = {"from": file.handed_in.on.isoformat(), "to": said.on.isoformat()}
        unit.audit.record(actor, "ehc-request.day-corrected", KIND, request_id, detail=days)
        unit.commit()
    return kept


def _as_entered(inside: Inside, handed: HandedIn, actor: Actor) -> HandedIn:
    if handed.on > london_day(inside.clock.now()):
        raise UsageError("date-in-future", "/on", "Give a day that has come.")
    require_likely("decide-assess", handed.on, "/on")
    if not handed.how.strip():
        raise UsageError("text-missing", "/how", "Say how it was handed in.")
    return replace(handed, by=actor.name, how=handed.how.strip())


def _handed_file(inside: Inside, unit: UnitOfWork, request_id: str) -> RequestFile:
    file = request_file(unit, request_id)
    if file.state in (FileState.CLOSED, FileState.WITHDRAWN):
        raise Conflict("request-over", "/request", "This request is over.")
    if not can_be_handed_in(file, council_of(inside, file.record.authority)):
        raise Conflict("sent-already", "/request", "It went to the council as a pack.")
    return file
