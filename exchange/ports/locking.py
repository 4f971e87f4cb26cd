"""A PDF that opens with a passphrase only."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class Locker(Protocol):
    """Locks PDFs, in memory alone."""

    def lock(self, source: BinaryIO, passphrase: str) -> bytes:
        """Return the PDF, encrypted with AES-256 under the passphrase; nothing of it is in clear.

        :raises exchange.errors.FormatError: ``document-not-locked``: it is no PDF that we can read.
        """
