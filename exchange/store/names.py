"""Names that become part of rows and paths."""

from __future__ import annotations

import re
import uuid

from exchange.errors import NotFound, UsageError

_BLOB = re.compile(
    r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64})(?:\.(?:age|zip|json|bin))?"
)


def check_org_id(org_id: str) -> None:
    """Refuse what is no organisation's id: a lower-case UUID.

    :raises UsageError: ``org-id-invalid``.
    """
    try:
        valid = str(uuid.UUID(org_id)) == org_id
    except ValueError:
        valid = False
    if not valid:
        raise UsageError("org-id-invalid", hint="An organisation's id is a lower-case UUID.")


def check_blob_name(name: str) -> None:
    """Refuse what is no blob's name: a UUID or 16 to 64 hex digits, perhaps with a known suffix.

    :raises UsageError: ``blob-name-invalid``.
    """
    if not is_blob_name(name):
        raise UsageError("blob-name-invalid", hint="Blobs are named by id or keyed hash.")


def is_blob_name(name: str) -> bool:
    """Return whether a blob may have this name."""
    return _BLOB.fullmatch(name) is not None


def not_hosted() -> NotFound:
    """Return the error for an organisation that is not here."""
    return NotFound("organisation-not-hosted", hint="This node keeps nothing for it.")
