"""What a pick-up page shows of a pack: readable in two minutes, made from just what goes.

The same sections make the page and the PDF that is downloaded. Nothing here asks the store: a
withheld record or document was never handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from exchange.bundle.contents import Source
from exchange.domain.clocks import london_day
from exchange.domain.summary import summarise
from exchange.services.pack_sections import alert_of, day_words, in_full, sections_of
from exchange.services.record_view import name_of, told
from schemas.base import Record, load_bytes
from schemas.codes import code_set
from schemas.errors import CodeSetError
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.statement import FileRole
from schemas.strict_json import JsonValue

__all__ = ["Files", "day_words", "instant_words", "label_of", "pack_view", "size_words"]

_MEGA = 1_000_000

Files = frozenset[tuple[str, str]]
"""Type and digest of each file of a pack."""


def instant_words(at: datetime) -> str:
    """Return the day of an instant in London."""
    return day_words(london_day(at))


def size_words(size: int) -> str:
    """Return a size as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < _MEGA else f"{size / _MEGA:.1f} MB"


def label_of(document_type: str, ref: str = "") -> str:
    """Return what a type of document is called; a record that has a name of its own, by that.

    :param ref: of a record: ``PUPIL/SLOT``.
    """
    if ref.endswith("/sen-register"):
        return "SEN register entry"
    try:
        return code_set("document-type").lookup(document_type, importing=True).label
    except CodeSetError:
        return "Document"


def pack_view(
    sources: Sequence[Source], today: date, before: Files | None = None
) -> dict[str, JsonValue]:
    """Return name, facts, sections, documents and the records in full of what goes.

    Who reads it has nothing else to read the records with: they are told whole, beside the summary.

    :param sources: of the pack, as they are sealed.
    :param before: of the pack that this one updates, where its reader has seen that.
    :raises schemas.errors.SchemaError: a record is none any more.
    """
    held = [(one, _record(one)) for one in sources if one.role is FileRole.RECORD]
    records = [one for _, one in held]
    pupil = next(one for one in records if isinstance(one, Pupil))
    made = summarise(pupil, (one for one in records if not isinstance(one, Pupil)), today)
    papers = [one for one in sources if one.role is FileRole.DOCUMENT]
    view: dict[str, JsonValue] = {
        "name": made.child.name,
        "born": day_words(made.child.born),
        "year_group": made.child.year,
        "upn": str(pupil.upn) if pupil.upn else "",
        "provision": made.provision,
        "alert": alert_of(made.child),
        "sections": [*sections_of(made)],
        "records": [in_full(name_of(type(one).__name__), told(one)) for one in records],
        "documents": [_document(number, one) for number, one in enumerate(papers, start=1)],
    }
    if before is not None:
        fresh = [name_of(type(one).__name__) for source, one in held if _is_new(source, before)]
        fresh += [_title(one) for one in papers if _is_new(one, before)]
        view["new"] = [*dict.fromkeys(fresh)]
    return view


def _is_new(source: Source, before: Files) -> bool:
    return (source.type, source.sha256) not in before


def _record(source: Source) -> Record:
    stream = source.open()
    try:
        return load_bytes(RECORDS, stream.read(source.size))
    finally:
        stream.close()


def _document(number: int, source: Source) -> dict[str, JsonValue]:
    return {
        "number": str(number),
        "title": _title(source),
        "kind": label_of(source.type),
        "author": source.author or "",
        "date": day_words(source.authored) if source.authored else "",
        "size": size_words(source.size),
        "media_type": source.media_type,
        "path": source.path,
        # Its own name might tell of somebody; this one says what it is and no more.
        "file_name": source.path.rpartition("/")[2],
    }


def _title(source: Source) -> str:
    return source.title or label_of(source.type)
