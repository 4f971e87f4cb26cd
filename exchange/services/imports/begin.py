"""Files come in, sealed as they are read; and go, when the import is over or given up."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import BinaryIO

from exchange.bundle.at_rest import seal_stream
from exchange.errors import ExchangeError, NotFound, UsageError
from exchange.ports import Actor
from exchange.ports.imports import Given, ListReader, Plan
from exchange.services.imports.mapping import remembered
from exchange.services.imports.model import (
    CHOOSING,
    COLUMNS,
    KEEPING,
    KIND,
    File,
    Import,
    imports_of,
)
from exchange.services.inside import Inside
from exchange.services.sealed_document import SealedDocument
from keys.errors import KeysError

log = logging.getLogger("senx.imports")

MOST_FILES = 10
MOST_OPEN = 10
MOST_BYTES = 64 * 1024 * 1024
"""Of one file."""
_AT_ONCE = 200
_AT_IT = timedelta(hours=1)
"""How long an import that is being kept may go without a word of it."""


def begin_import(
    inside: Inside,
    org_id: str,
    account_id: str,
    files: Sequence[tuple[str, BinaryIO]],
    reader: ListReader,
    actor: Actor,
) -> Import:
    """Take files in and look at them; one that is no list leaves nothing behind.

    :param files: names and plain bytes.
    :raises UsageError: ``no-file``, ``too-many-files``, ``too-many-imports``.
    :raises FormatError: as the reader says.
    :raises Refused: ``document-too-large``.
    """
    if not files:
        raise UsageError("no-file", "/file", "Choose a file, or paste a list.")
    if len(files) > MOST_FILES:
        raise UsageError("too-many-files", "/file", f"Choose {MOST_FILES} files at most.")
    with inside.store.reading(org_id) as unit:
        open_ = imports_of(unit, account_id)
        known = remembered(unit)
    if len(open_) >= MOST_OPEN:
        raise UsageError("too-many-imports", "/file", "Finish an earlier one first, or remove it.")
    sealed: list[File] = []
    kept = False
    try:
        for name, content in files:
            sealed.append(_sealed(inside, org_id, name, content))
        form = reader.look(given(inside, org_id, sealed), Plan(), known).kind
        made = _made(inside, org_id, account_id, sealed, form, actor)
        kept = True
    finally:
        if not kept:
            _drop(inside, org_id, sealed)
    return made


def _made(
    inside: Inside, org_id: str, account_id: str, sealed: Sequence[File], form: str, actor: Actor
) -> Import:
    now = inside.clock.now()
    state = CHOOSING if form == "ctf" else COLUMNS
    made = Import(str(uuid.uuid4()), state, account_id, tuple(sealed), form, now, now)
    with inside.store.unit(org_id) as unit:
        unit.items.add(made.item())
        detail = {"files": str(len(sealed)), "form": form}
        unit.audit.record(actor, "import.begun", "import", made.import_id, detail=detail)
        unit.commit()
    return made


def _sealed(inside: Inside, org_id: str, name: str, content: BinaryIO) -> File:
    compartment = inside.vault.compartment(org_id, "general")
    blob = compartment.tag("blob", uuid.uuid4().bytes)
    with inside.blobs.create(org_id, blob) as writer:
        digests = seal_stream(content, writer.file, compartment.recipient, MOST_BYTES)
        writer.commit()
    return File(name[:200], blob, digests.size)


def given(inside: Inside, org_id: str, files: Sequence[File]) -> list[Given]:
    """Return the files, to be opened in memory."""
    return [
        Given(one.name, SealedDocument(inside, org_id, one.blob, one.name).open) for one in files
    ]


def give_up(inside: Inside, org_id: str, found: Import, actor: Actor) -> None:
    """Throw an import away, with its files."""
    with inside.store.unit(org_id) as unit:
        unit.items.remove(KIND, found.import_id)
        unit.audit.record(actor, "import.given-up", "import", found.import_id)
        unit.commit()
    _drop(inside, org_id, found.files)


def drop_files(inside: Inside, org_id: str, files: Sequence[File]) -> None:
    """Remove the files of an import whose row names them no more."""
    _drop(inside, org_id, files)


def _drop(inside: Inside, org_id: str, files: Sequence[File]) -> None:
    _delete(inside, org_id, [one.blob for one in files])


def _delete(inside: Inside, org_id: str, blobs: Sequence[str]) -> None:
    for name in blobs:
        with suppress(NotFound):
            inside.blobs.delete(org_id, name)


def remove_over(inside: Inside) -> int:
    """Remove the imports whose time is over, of every organisation; return how many.

    One whose pupils are being kept just now has its files until that is done. One organisation's
    trouble keeps no other's files here.
    """
    removed = 0
    for org_id in inside.store.organisations():
        try:
            removed += _remove_over(inside, org_id)
        except (ExchangeError, KeysError) as error:
            log.warning("imports over org=%s outcome=%s", org_id, error.code)
    return removed


def _remove_over(inside: Inside, org_id: str) -> int:
    now, gone, blobs = inside.clock.now(), 0, list[str]()
    with inside.store.unit(org_id) as unit:
        for import_id in unit.items.due(KIND, now, _AT_ONCE):
            item = unit.items.get(KIND, import_id)
            if item.state == KEEPING and now - item.updated_at < _AT_IT:
                continue
            # Its files stand in the clear part: what cannot be opened any more goes as well.
            named = item.clear.get("blobs")
            blobs += [str(one) for one in named] if isinstance(named, list) else []
            unit.items.remove(KIND, import_id, quiet=True)
            gone += 1
        unit.commit()
    _delete(inside, org_id, blobs)
    return gone
