"""Screen a document before it is kept: what it is, whether it is infected, and, on wish, cleaned.

What is kept must be the very bytes that were looked at: their digest comes along.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from exchange.errors import FormatError, Refused, ScannerUnavailable
from exchange.ports import (
    UNSCANNED,
    Cleaner,
    Inspection,
    Inspector,
    Openable,
    Scan,
    Scanner,
    Verdict,
    WhyUnscanned,
)

_HELD = {
    WhyUnscanned.UNAVAILABLE: "Nothing was stored. Try again later, or tell your administrator.",
    WhyUnscanned.SILENT_LIMITS: (
        "Nothing was stored. Your administrator must set AlertExceedsMax in the scanner."
    ),
}
_REFUSED = {
    WhyUnscanned.TOO_LARGE: "The virus scanner takes no file as large as this. Split it.",
    WhyUnscanned.INCOMPLETE: "It carries too many files, or broken ones. Print it to a new PDF.",
}


@dataclass(frozen=True, slots=True)
class Screened:
    """A document that may be kept.

    :param warnings: codes; ``unscanned`` among them where no scanner looked at all of it.
    :param removed: codes of what its cleaned copy has no more.
    :param content: the cleaned copy, or None: the file itself is to be kept.
    :param sha256: of what a scanner looked at, in hex; empty: none did.
    """

    source: Path | Openable
    media_type: str
    warnings: tuple[str, ...]
    removed: tuple[str, ...] = ()
    content: bytes | None = None
    sha256: str = ""

    def open(self) -> BinaryIO:
        """Return what is to be kept, to be read once.

        :raises FormatError: ``document-unreadable``.
        """
        return _opened(self.source) if self.content is None else io.BytesIO(self.content)

    def require_same(self, sha256: str) -> None:
        """Refuse what became another file since it was looked at.

        :raises FormatError: ``document-changed``.
        """
        if self.sha256 and self.sha256 != sha256:
            hint = "Close it in other programs, then attach it again."
            raise FormatError("document-changed", "/document", hint)


def screen(
    source: Path | Openable,
    inspector: Inspector,
    scanner: Scanner | None,
    cleaner: Cleaner | None,
) -> Screened:
    """Look at a document, and at its cleaned copy if a cleaner is given.

    :param source: a file, or what is opened in memory because it lies here sealed.
    :param scanner: None where the node has none: then all is marked ``unscanned``.
    :raises FormatError: what the inspector refuses; ``document-not-cleanable``.
    :raises Refused: ``document-infected``, ``scan-too-large``, ``scan-incomplete``.
    :raises ScannerUnavailable: nobody can say now; nothing is decided.
    """
    seen = inspector.inspect(source) if isinstance(source, Path) else None
    with _opened(source) as plain:
        seen = seen or inspector.inspect(plain)
        # The original first: what is infected is not made good by taking a part out of it.
        scan = _scanned(scanner, plain)
        if cleaner is None:
            return Screened(source, seen.media_type, _warnings(seen, scan), sha256=scan.sha256)
        cleaned = cleaner.clean(plain, seen.media_type)
    copy = io.BytesIO(cleaned.content)
    seen, scan = inspector.inspect(copy), _scanned(scanner, copy)
    return Screened(
        source,
        seen.media_type,
        _warnings(seen, scan),
        cleaned.removed,
        cleaned.content,
        scan.sha256,
    )


def _scanned(scanner: Scanner | None, source: BinaryIO) -> Scan:
    if scanner is None:
        return Scan(Verdict.UNSCANNED)
    found = scanner.scan(source)
    if found.verdict is Verdict.INFECTED:
        hint = "The virus scanner found something in it. Tell your administrator; do not open it."
        raise Refused("document-infected", "/document", hint)
    if found.reason in _HELD:
        raise ScannerUnavailable(found.reason.value, "/document", _HELD[found.reason])
    if found.reason in _REFUSED:
        raise Refused(found.reason.value, "/document", _REFUSED[found.reason])
    return found


def _warnings(seen: Inspection, scan: Scan) -> tuple[str, ...]:
    more = () if scan.verdict is Verdict.CLEAN else (UNSCANNED,)
    return tuple(sorted({*seen.warnings, *more}))


def _opened(source: Path | Openable) -> BinaryIO:
    if not isinstance(source, Path):
        return source.open()
    try:
        return source.open("rb")
    except OSError:
        raise FormatError(
            "document-unreadable", "/document", "Check that the file is there and can be read."
        ) from None
