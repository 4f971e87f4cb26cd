"""The trust directory as the core sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # what reads documents starts without them
    from keys.directory import Organisation


class Directory(Protocol):
    """Who is who, and by which keys (design: the trust directory).

    No list-all, on purpose: somebody is asked for by number, or by the words of a name.
    """

    @property
    def version(self) -> int:
        """Return the version number of the directory file."""

    @property
    def sha256(self) -> str:
        """Return the SHA-256 (hex) of the directory file's exact bytes."""

    @property
    def pinned(self) -> bool:
        """Return whether the directory's own key was pinned when this node was set up."""

    def get(self, org_id: str, at: datetime) -> Organisation:
        """Return the organisation.

        :raises keys.errors.DirectoryError: ``organisation-unknown``.
        """

    def find(self, identifier: str) -> Organisation:
        """Return the organisation with this URN, DfE number, UKPRN, ODS code, LA code or id.

        :raises keys.errors.DirectoryError: ``organisation-unknown``, ``organisation-ambiguous``.
        """

    def called(self, words: str, at: datetime, most: int) -> Sequence[Organisation]:
        """Return open organisations by name, in whose names each word begins a word.

        :raises keys.errors.DirectoryError: an entry is bad, or the directory has expired.
        """

    def entry_bytes(self, org_id: str) -> bytes:
        """Return the signed entry as published; kept beside each bundle that it judged."""
