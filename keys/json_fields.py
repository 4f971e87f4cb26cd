"""Reads the fields of a JSON object strictly; errors name the field, never its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from keys.errors import KeysError
from schemas.strict_json import JsonValue

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MAX_TEXT = 4096


def instant_text(instant: datetime) -> str:
    """Return the instant in RFC 3339, UTC, whole seconds.

    :raises ValueError: a naive datetime.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Fields:
    """A cursor over one JSON object.

    :param value: what was read; must be an object.
    :param path: where it stands in the document.
    :param error: makes the error of the document at a path.
    """

    def __init__(self, value: JsonValue, path: str, error: Callable[[str], KeysError]) -> None:
        if not isinstance(value, dict):
            raise error(path)
        self._object = value
        self._error = error
        self.path = path

    @property
    def value(self) -> JsonValue:
        """Return the whole object."""
        return self._object

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}/{name}"

    def _get(self, name: str) -> JsonValue:
        if name not in self._object:
            raise self._error(self.at(name))
        return self._object[name]

    def has(self, name: str) -> bool:
        """Return whether the field is there and not null."""
        return self._object.get(name) is not None

    def text(self, name: str, pattern: str = r"(?s:.+)") -> str:
        """Return a text that matches ``pattern`` wholly, of at most 4,096 characters."""
        value = self._get(name)
        if not isinstance(value, str) or len(value) > _MAX_TEXT:
            raise self._error(self.at(name))
        if not re.fullmatch(pattern, value, re.ASCII):
            raise self._error(self.at(name))
        return value

    def long_text(self, name: str) -> str:
        """Return a text of any length."""
        value = self._get(name)
        if not isinstance(value, str):
            raise self._error(self.at(name))
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """Return an integer within bounds, both included."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._error(self.at(name))
        return value

    def instant(self, name: str) -> datetime:
        """Return an RFC 3339 instant in UTC with whole seconds."""
        value = self._get(name)
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            except ValueError:
                pass
        raise self._error(self.at(name))

    def instant_or_none(self, name: str) -> datetime | None:
        """Return an instant, or None where the field is null or absent."""
        return self.instant(name) if self.has(name) else None

    def day_or_none(self, name: str) -> date | None:
        """Return a calendar date, or None where the field is null or absent."""
        if not self.has(name):
            return None
        value = self._get(name)
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise self._error(self.at(name))

    def child(self, name: str) -> Fields:
        """Return a cursor over an object."""
        return Fields(self._get(name), self.at(name), self._error)

    def children(self, name: str, most: int = 1000) -> list[Fields]:
        """Return cursors over a list of objects."""
        value = self._get(name)
        if not isinstance(value, list) or len(value) > most:
            raise self._error(self.at(name))
        return [Fields(v, f"{self.at(name)}/{i}", self._error) for i, v in enumerate(value)]

    def names(self) -> list[str]:
        """Return the names of the object's fields."""
        return list(self._object)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; an absent or null field is an empty one."""
        value = self._object.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._error(self.at(name))
        items = [item for item in value if isinstance(item, str)]
        if len(items) != len(value):
            raise self._error(self.at(name))
        return items
