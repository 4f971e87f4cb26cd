"""The trust directory as the core sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from keys.directory import Organisation


class Directory(Protocol):
    """Who is who, and by which keys (design: the trust directory). No list-all, on purpose."""

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

    def entry_bytes(self, org_id: str) -> bytes:
        """Return the signed entry as published; kept beside each bundle that it judged."""
