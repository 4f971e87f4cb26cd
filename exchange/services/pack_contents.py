"""What goes into a pupil's pack: records and documents, each decided, each with its digests."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from exchange.bundle.contents import Readable, Source
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import (
    Disclosed,
    Outcome,
    Purpose,
    Recipient,
    is_cp,
    unfit,
)
from exchange.ports import StoredDocument, StoredPupil, StoredRecord
from exchange.services.inside import Inside
from exchange.services.weigh import Weighed, recipient_for, weigh
from keys.directory import Organisation
from keys.interfaces import SeekableSource
from schemas.statement import FileRole

PUPIL_SCHEMA = "sen.pupil/1.0"

SUFFIX = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/plain": "txt",
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """A document, record or section that does not go, and the code that says why."""

    document_id: str
    type: str
    code: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What was decided for one pack.

    :param disclosed: each document, record and section with its decision.
    """

    sources: tuple[Source, ...]
    disclosed: tuple[Disclosed, ...]

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """Return what does not go by anybody's decision or rule."""
        return self._of(Outcome.WITHHELD)

    @property
    def waiting(self) -> tuple[Withheld, ...]:
        """Return what does not go because nobody has decided yet."""
        return self._of(Outcome.NEEDS_DECISION)

    @property
    def going(self) -> frozenset[str]:
        """Return the references of what goes."""
        return frozenset(one.ref for one in self.disclosed if one.decision.allowed)

    def _of(self, outcome: Outcome) -> tuple[Withheld, ...]:
        return tuple(
            Withheld(one.ref, one.type, one.decision.code)
            for one in self.disclosed
            if one.decision.outcome is outcome
        )

    @property
    def fingerprint(self) -> frozenset[tuple[str, str]]:
        """Return type and digest of each file: equal for packs that say the same."""
        return frozenset((one.type, one.sha256) for one in self.sources)


def gather(
    inside: Inside,
    org_id: str,
    pupil: StoredPupil,
    records: Sequence[StoredRecord],
    documents: Sequence[StoredDocument],
    organisation: Organisation,
    purpose: Purpose,
    *,
    beside: Sequence[StoredDocument] = (),
) -> Contents:
    """Decide about each record and document of a pupil, and make sources of what goes.

    A CP pack carries the pupil's record, so that the DSL knows of whom it speaks, and CP
    documents; nothing else. Nothing is read or sealed yet.

    :param beside: further documents of the pupil, which are not in question (``weigh``).
    :raises schemas.errors.SchemaError: a type, code or record is none any more.
    """
    today = london_day(inside.clock.now())
    recipient = recipient_for(organisation, purpose, records, today)
    weighed = weigh(pupil, records, documents, recipient, purpose, today, beside=beside)
    return Contents(_sources(inside, org_id, pupil, weighed, today), weighed.disclosed)


def why_unfit(organisation: Organisation, purpose: Purpose, on: date) -> str | None:
    """Return why nothing may go to this organisation for this purpose and basis, or None.

    :raises schemas.errors.CodeSetError: no such purpose or basis on that day.
    """
    return unfit(purpose, Recipient(org_id=organisation.org_id, kind=organisation.kind), on)


def _sources(
    inside: Inside, org_id: str, pupil: StoredPupil, weighed: Weighed, today: date
) -> tuple[Source, ...]:
    about = pupil.pupil_id
    records = [
        _record(one.record.record_id, one.record.slot, one.record.schema_id, one.content, about)
        for one in weighed.records
    ]
    # Numbered among those that go: a gap would tell the reader that something was withheld.
    documents = [
        _document(inside, org_id, number, one, today)
        for number, one in enumerate(weighed.documents, start=1)
    ]
    return (
        _record(about, "pupil", PUPIL_SCHEMA, weighed.pupil, about),
        *records,
        *documents,
    )


def _record(record_id: str, slot: str, schema_id: str, content: bytes, subject: str) -> Source:
    return Source(
        id=record_id,
        path=f"data/records/{slot}.json",
        role=FileRole.RECORD,
        type=schema_id,
        media_type="application/json",
        subject=subject,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        open=lambda: io.BytesIO(content),
    )


def _document(
    inside: Inside, org_id: str, number: int, document: StoredDocument, today: date
) -> Source:
    suffix = SUFFIX.get(document.media_type, "bin")
    return Source(
        id=document.document_id,
        path=f"data/documents/{number:03d}-{document.type}.{suffix}",
        role=FileRole.DOCUMENT,
        type=document.type,
        media_type=document.media_type,
        subject=document.pupil_id,
        size=document.size,
        sha256=document.sha256,
        crc32=document.crc32,
        open=_opener(inside, org_id, document, today),
        title=document.title,
        author=document.author or None,
        authored=document.authored,
    )


def _opener(
    inside: Inside, org_id: str, document: StoredDocument, today: date
) -> Callable[[], Readable]:
    def open_blob() -> Readable:
        name = "cp" if is_cp(document.type, today) else "general"
        compartment = inside.vault.compartment(org_id, name)
        sealed = inside.blobs.open(org_id, document.blob)
        try:
            return _Opened(sealed, compartment.opener.open(sealed))
        except BaseException:
            sealed.close()
            raise

    return open_blob


class _Opened:
    """A blob's plaintext; closing it closes the sealed file below."""

    def __init__(self, sealed: BinaryIO, plain: SeekableSource) -> None:
        self._sealed = sealed
        self._plain = plain

    def read(self, size: int, /) -> bytes:
        return self._plain.read(size)

    def close(self) -> None:
        self._sealed.close()
