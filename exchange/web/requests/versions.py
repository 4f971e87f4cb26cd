"""What tells two versions of a part of a request apart, so that nobody writes over another."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.services.edit_record import require_version, version_of
from schemas.base import dump
from schemas.ehc_request import EhcRequest
from schemas.strict_json import JsonValue


def version_in(record: EhcRequest, fields: Sequence[str]) -> str:
    """Return the version of some fields."""
    whole = dump(record)
    return version_of({name: whole.get(name) for name in fields})


def require_same(record: EhcRequest, fields: Sequence[str], based_on: str | None) -> None:
    """Refuse to write over what the writer has not seen.

    :raises Conflict: ``record-changed``.
    """
    require_version(version_in(record, fields), based_on or "", f"/{fields[0]}")


def point_version(record: EhcRequest, code: str) -> str:
    """Return the version of one point of evidence."""
    listed = dump(record).get("evidence")
    rows: Sequence[JsonValue] = listed if isinstance(listed, list) else ()
    found = next((one for one in rows if isinstance(one, dict) and one.get("point") == code), None)
    return version_of(found)


def require_point(record: EhcRequest, code: str, based_on: str | None) -> None:
    """Refuse to write over a point that the writer has not seen.

    :raises Conflict: ``record-changed``.
    """
    require_version(point_version(record, code), based_on or "", f"/evidence/{code}")


def item_versions(record: EhcRequest, field: str) -> list[str]:
    """Return the version of each item of a list."""
    value = dump(record).get(field)
    if field == "costs":
        value = value.get("lines") if isinstance(value, dict) else None
    return [version_of(one) for one in value] if isinstance(value, list) else []
