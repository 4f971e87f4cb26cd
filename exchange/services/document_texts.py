"""What documents say, kept sealed beside them, so that they can be searched before sending."""

from __future__ import annotations

import base64
import threading
import zlib
from collections import OrderedDict
from typing import Any, Literal

from exchange.errors import ExchangeError, NotFound
from exchange.ports import Item, StoredDocument, UnitOfWork
from exchange.ports.texts import UNREAD, ReadText
from exchange.services.inside import Inside
from exchange.services.sealed_document import SealedDocument
from keys.errors import KeysError

KIND = "document-text"
_MOST_REMEMBERED = 32


def keep_text(
    inside: Inside,
    unit: UnitOfWork,
    document_id: str,
    read: ReadText,
    compartment: Literal["general", "cp"] = "general",
) -> None:
    """Keep what a document says within a unit of work, in place of what it said before."""
    now = inside.clock.now()
    packed = base64.b64encode(zlib.compress(read.text.encode("utf-8"), 6)).decode("ascii")
    unit.items.remove(KIND, document_id)
    unit.items.add(
        Item(
            KIND,
            document_id,
            "kept",
            {"text": packed, "whole": read.whole},
            created_at=now,
            updated_at=now,
            compartment=compartment,
        )
    )


def kept_text(unit: UnitOfWork, document_id: str) -> ReadText | None:
    """Return what was kept, or None."""
    try:
        content: Any = unit.items.get(KIND, document_id).content
    except NotFound:
        return None
    try:
        text = zlib.decompress(base64.b64decode(content["text"])).decode("utf-8")
    except (KeyError, TypeError, ValueError, zlib.error):
        return UNREAD
    return ReadText(text, content["whole"] is True)


def drop_text(unit: UnitOfWork, document_id: str) -> None:
    """Forget what a document said."""
    unit.items.remove(KIND, document_id)


def text_of(inside: Inside, unit: UnitOfWork, document: StoredDocument) -> ReadText:
    """Return what a document says: as it was kept, or read now where it came before there was this.

    What cannot be opened or read is not whole.
    """
    kept = kept_text(unit, document.document_id)
    if kept is not None:
        return kept
    key = (unit.org_id, document.document_id, document.sha256)
    known = _remembered.get(key)
    if known is None:
        known = _read(inside, unit.org_id, document)
        _remembered.put(key, known)
    return known


def _read(inside: Inside, org_id: str, document: StoredDocument) -> ReadText:
    if inside.texts is None:
        return UNREAD
    sealed = SealedDocument(inside, org_id, document.blob, document.file_name, document.compartment)
    try:
        with sealed.open() as source:
            return inside.texts.read(source, document.media_type)
    except (ExchangeError, KeysError):
        return UNREAD


class _Remembered:
    """The last few texts that were read, in memory."""

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[str, str, str], ReadText] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> ReadText | None:
        with self._lock:
            return self._texts.get(key)

    def put(self, key: tuple[str, str, str], read: ReadText) -> None:
        with self._lock:
            self._texts[key] = read
            while len(self._texts) > _MOST_REMEMBERED:
                self._texts.popitem(last=False)


_remembered = _Remembered()
