"""Names that become part of rows and paths."""

from __future__ import annotations

import uuid

from exchange.errors import UsageError


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
