"""Makes cleaned copies: looks at a document, takes out what acts or tells too much, looks again.

A copy is given out only when the inspector finds nothing more in it: half cleaned is not offered.
What has nothing to take out is given back as it is. Nothing is written to a disk.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from adapters.cleaning import pictures
from adapters.cleaning.refusal import not_cleanable
from exchange.errors import FormatError
from exchange.ports import Cleaned, Inspector

LARGEST = 64 * 1024 * 1024


def _pdf(content: bytes) -> bytes:
    from adapters.cleaning import pdf  # here: it is large, and most processes clean nothing

    return pdf.clean(content)


def _odt(content: bytes) -> bytes:
    from adapters.cleaning import odt

    return odt.clean(content)


def _office(content: bytes) -> bytes:
    from adapters.cleaning import office

    return office.clean(content)


_OOXML = "application/vnd.openxmlformats-officedocument."
DOCUMENTS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "application/pdf": _pdf,
        f"{_OOXML}wordprocessingml.document": _office,
        f"{_OOXML}spreadsheetml.sheet": _office,
        f"{_OOXML}presentationml.presentation": _office,
        "application/vnd.oasis.opendocument.text": _odt,
    }
)
"""Media type -> what cleans it, where an inspector names something."""

_HARMLESS = frozenset({"pdf-damaged", "pdf-encrypted"})
"""What is named, but neither acts nor tells: no reason to touch a document."""

PICTURES: Mapping[str, Callable[[bytes], tuple[bytes, bool]]] = MappingProxyType(
    {"image/jpeg": pictures.clean_jpeg, "image/png": pictures.clean_png}
)
"""Media type -> what takes out all that a camera wrote, named or not."""


class DocumentCleaner:
    """exchange.ports.Cleaner over the kinds of adapters.cleaning."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector

    def clean(self, source: BinaryIO, media_type: str) -> Cleaned:
        """Return a copy in which nothing acts, hides or tells too much.

        :raises FormatError: ``document-not-cleanable``; what the inspector refuses.
        """
        source.seek(0)
        content = source.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise not_cleanable("Save it with smaller pictures, or split it.")
        before = set(self._inspector.inspect(io.BytesIO(content)).warnings)
        copy, removed = self._copy(content, media_type, before)
        if copy == content and before <= _HARMLESS:
            return Cleaned(content, ())
        self._require_clean(copy, media_type)
        return Cleaned(copy, tuple(sorted(before | removed)))

    def _copy(self, content: bytes, media_type: str, named: set[str]) -> tuple[bytes, set[str]]:
        if media_type in PICTURES:
            copy, dropped = PICTURES[media_type](content)
            return copy, {pictures.METADATA} if dropped else set()
        if named <= _HARMLESS:
            return content, set()
        # A repaired document may look other than the broken one did.
        if media_type not in DOCUMENTS or "pdf-damaged" in named:
            raise not_cleanable()
        return DOCUMENTS[media_type](content), set()

    def _require_clean(self, copy: bytes, media_type: str) -> None:
        try:
            seen = self._inspector.inspect(io.BytesIO(copy))
        except FormatError:
            raise not_cleanable() from None
        if seen.warnings or seen.media_type != media_type:
            raise not_cleanable()
