"""Ids that a sender gave its documents, made ours: in a record as on the file that it is of.

A report's record follows its file: what is decided of the file holds for what the record says of
it. So both must name the same document once a pack is in our records. No id that a sender picked
is taken over; which of ours stands for which of theirs is kept, so that a later pack of the same
sender finds what an earlier one brought.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar

from exchange.errors import NotFound, Wrapped
from exchange.ports import UnitOfWork
from exchange.services import past_documents
from schemas.base import SubjectRecord
from schemas.statement import FileEntry

NAMES: Final = frozenset({"document", "documents", "replaces", "added"})
"""Fields of records, and of their parts, that name files of the pack."""

T = TypeVar("T")


def own_ids(
    unit: UnitOfWork,
    pupil_id: str,
    before: Mapping[str, str],
    files: Iterable[FileEntry],
    records: Sequence[SubjectRecord],
) -> dict[str, str]:
    """Return our id of each document that a pack holds or its records name, by the sender's.

    A file that the pupil has already keeps its id, whoever brought it.

    :param before: what was returned for earlier packs of this sender and child.
    """
    papers = unit.documents.of_pupil(pupil_id)
    here = {(one.sha256, one.type): one.document_id for one in reversed(papers)}
    ids: dict[str, str] = {}
    for file in files:
        same = (file.sha256, file.type)
        if same not in here:
            here[same] = _unused(unit, before.get(file.id))
        ids[file.id] = here[same]
    ours = {*here.values()}
    for name in (name for one in records for name in named_in(one)):
        if name not in ids:
            known = before.get(name)
            ids[name] = known if known and known in ours else _unused(unit, known)
    return ids


def named_in(part: object) -> Iterator[str]:
    """Yield the ids of documents that a record, or a part of one, names."""
    if isinstance(part, tuple):
        for one in part:
            yield from named_in(one)
    for name, value in _fields(part):
        if name in NAMES:
            yield from (value,) if isinstance(value, str) else value or ()
        else:
            yield from named_in(value)


def with_ids(part: T, ids: Mapping[str, str]) -> T:
    """Return a record, or a part of one, that names our documents instead of the sender's."""
    made: Any = part
    if isinstance(part, tuple):
        made = tuple(with_ids(one, ids) for one in part)
        return part if made == part else made
    changes = {}
    for name, value in _fields(part):
        new = _renamed(value, ids) if name in NAMES else with_ids(value, ids)
        if new != value:
            changes[name] = new
    return replace(made, **changes) if changes else part


def _renamed(value: str | tuple[str, ...] | None, ids: Mapping[str, str]) -> object:
    if isinstance(value, tuple):  # two files of theirs may be one of ours, named once
        return tuple(dict.fromkeys(ids.get(one, one) for one in value))
    return value if value is None else ids.get(value, value)


def _fields(part: object) -> Iterator[tuple[str, Any]]:
    if is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield field.name, getattr(part, field.name)


def _unused(unit: UnitOfWork, known: str | None) -> str:
    """Return an id for a document that is not here: the one it was to have, or a fresh one."""
    if known is None or _is_used(unit, known):
        return str(uuid.uuid4())
    return known


def _is_used(unit: UnitOfWork, document_id: str) -> bool:
    """Return whether another document has the id, or one that was removed or moved had it."""
    for find in (
        lambda: unit.documents.get(document_id),
        lambda: unit.items.get(past_documents.KIND, document_id),
    ):
        try:
            find()
        except NotFound:
            continue
        except Wrapped:  # it is in a compartment that is locked now
            return True
        return True
    return False
