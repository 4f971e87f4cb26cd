"""What people said of documents, and what was decided, as it stands in sealed values."""

from __future__ import annotations

from typing import Any

from exchange.domain.disclosure import Disclosed, Said, disclosed_from_json, said_from_json
from exchange.errors import StoreError

_WRONG = (KeyError, TypeError, ValueError, AttributeError)


def said_in(value: Any) -> Said:
    """Return what was said.

    :raises StoreError: ``value-damaged``.
    """
    try:
        return said_from_json(value)
    except _WRONG:
        raise StoreError("value-damaged") from None


def said_by_key_in(value: Any) -> dict[str, Said]:
    """Return what was said of a pupil's pack and records.

    :raises StoreError: ``value-damaged``.
    """
    try:
        return {key: said_from_json(each) for key, each in value.items()}
    except _WRONG:
        raise StoreError("value-damaged") from None


def disclosed_in(value: Any) -> tuple[Disclosed, ...]:
    """Return what was decided for a transfer.

    :raises StoreError: ``value-damaged``.
    """
    try:
        return tuple(disclosed_from_json(each) for each in value)
    except _WRONG:
        raise StoreError("value-damaged") from None
