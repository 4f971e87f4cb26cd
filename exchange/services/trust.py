"""Organisations from the trust directory, with its errors wrapped once into this house's tree."""

from __future__ import annotations

from datetime import datetime

from exchange.errors import DestinationRefused, TrustError
from exchange.ports import Directory
from keys.directory import Organisation
from keys.errors import KeysError


def organisation(directory: Directory, org_id: str, at: datetime) -> Organisation:
    """Return an organisation.

    :raises TrustError: ``organisation-unknown`` and the directory's other codes.
    """
    try:
        return directory.get(org_id, at)
    except KeysError as error:
        raise TrustError(error.code, "/organisation", error.hint) from None


def find_organisation(directory: Directory, identifier: str) -> Organisation:
    """Return the organisation with this identifier.

    :raises DestinationRefused: ``destination-unknown``, ``destination-ambiguous``.
    """
    try:
        return directory.find(identifier)
    except KeysError as error:
        code = "destination-ambiguous" if "ambiguous" in error.code else "destination-unknown"
        raise DestinationRefused(
            code,
            "/to",
            "Check the URN or DfE number; ask the school whether it has joined.",
        ) from None
