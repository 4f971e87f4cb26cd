"""One document of a pack, opened in memory alone while it is read; only if it was checked."""

from __future__ import annotations

import io
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, cast

from exchange.bundle.opening import CheckedDocument
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import is_cp
from exchange.errors import BagError, NotFound
from exchange.ports import Arrival
from exchange.services.inside import Inside
from exchange.services.open_pack import open_pack

_BUFFER = 256 * 1024


@dataclass(frozen=True, slots=True)
class PackDocument:
    """A document of a pack that arrived.

    :param name: the file name under which it may be kept.
    """

    inside: Inside
    org_id: str
    arrival: Arrival
    document_id: str
    name: str = ""

    def open(self) -> BinaryIO:
        """Return its plain bytes, after all of them were found to be as signed.

        :raises NotFound: ``document-unknown``, ``contents-gone``.
        :raises BundleError: altered.
        """
        today = london_day(self.inside.clock.now())
        with ExitStack() as stack:
            opened = stack.enter_context(open_pack(self.inside, self.org_id, self.arrival))
            file = opened.documents.get(self.document_id)
            if file is None or is_cp(file.type, today):
                raise NotFound("document-unknown")
            try:
                plain = opened.open_document(self.document_id)
            except BagError:
                raise NotFound("document-unknown") from None
            return cast(BinaryIO, io.BufferedReader(_Held(plain, stack.pop_all()), _BUFFER))


class _Held(io.RawIOBase):
    """A document's bytes; closing it closes the pack."""

    def __init__(self, plain: CheckedDocument, stack: ExitStack) -> None:
        super().__init__()
        self._plain, self._stack = plain, stack

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer``; return how many bytes."""
        return self._plain.readinto(buffer)

    def close(self) -> None:
        """Let go of the pack."""
        if not self.closed:
            self._stack.close()
        super().close()
