"""Errors of the rooms below, turned once into this room's; codes and hints stay as they were."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from exchange.errors import BagError, BundleError, SealingError, StorageFull, StoreError, TrustError
from keys.errors import KeysError
from schemas.errors import SchemaError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def opening(path: str) -> Iterator[None]:
    """Raise errors of keys as :class:`TrustError`, of schemas as :class:`BagError`.

    :param path: what was being read; goes before the path of the error.
    """
    try:
        yield
    except KeysError as error:
        raise TrustError(error.code, _join(path, error.path), error.hint) from None
    except SchemaError as error:
        raise BagError(error.code, _join(path, error.path), error.hint) from None


@contextmanager
def sealing(path: str) -> Iterator[None]:
    """Raise errors of keys, schemas and this room as :class:`SealingError`."""
    try:
        yield
    except SealingError:
        raise
    except (KeysError, SchemaError, BundleError) as error:
        raise SealingError(error.code, _join(path, error.path), error.hint) from None


@contextmanager
def writing() -> Iterator[None]:
    """Raise failures of the disk as :class:`StorageFull` or :class:`StoreError`."""
    try:
        yield
    except OSError as error:
        raise failure_to_write(error) from None


def failure_to_write(error: OSError) -> StoreError:
    """Return the typed error for a failed write; the name of the file is left out."""
    return StorageFull() if error.errno in _NO_ROOM else StoreError("write-failed")


def _join(path: str, inner: str) -> str:
    if not path or not inner:
        return path or inner
    return f"{path}/{inner.lstrip('/')}"
