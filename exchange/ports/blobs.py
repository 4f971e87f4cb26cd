"""Sealed bytes by name."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class BlobWriter(Protocol):
    """A blob being written; nothing of it is visible until it is committed."""

    @property
    def file(self) -> BinaryIO:
        """Return the seekable binary file to write to."""

    def commit(self) -> None:
        """Make it durable (write, fsync, rename, fsync of the folder) and visible.

        :raises exchange.errors.StorageFull: no room; nothing is left behind.
        """


class BlobStore(Protocol):
    """Sealed bytes by name. It never sees plaintext; names say nothing about contents."""

    def create(self, org_id: str, name: str) -> AbstractContextManager[BlobWriter]:
        """Return a writer; leaving the context without ``commit`` leaves nothing behind.

        An existing blob of that name is replaced only at commit.

        :raises exchange.errors.StorageFull: no room.
        """

    def open(self, org_id: str, name: str) -> BinaryIO:
        """Return the blob, readable and seekable.

        :raises exchange.errors.NotFound: ``blob-unknown``.
        """

    def delete(self, org_id: str, name: str) -> None:
        """Remove the blob, durably; removing what is not there is no error."""

    def exists(self, org_id: str, name: str) -> bool:
        """Return whether the blob is there."""
