"""Locks a PDF with a passphrase: AES-256 (ISO 32000-2, revision 6)."""

from __future__ import annotations

import io
from typing import BinaryIO

from exchange.errors import FormatError


class PdfLocker:
    """exchange.ports.locking.Locker, by qpdf."""

    def lock(self, source: BinaryIO, passphrase: str) -> bytes:
        """Return the locked PDF (exchange.ports.locking.Locker.lock)."""
        import pikepdf  # here: it is large, and most processes lock nothing

        made = io.BytesIO()
        try:
            with pikepdf.open(source) as pdf:
                # Whoever has the passphrase may print, copy and have it read out: it is their own.
                pdf.save(
                    made,
                    encryption=pikepdf.Encryption(
                        user=passphrase, owner=passphrase, R=6, aes=True, metadata=True
                    ),
                )
        except pikepdf.PdfError:
            raise FormatError("document-not-locked", "/document") from None
        return made.getvalue()
