"""The marshmallow fields that every record is made of: exact types, and codes for messages.

Two things set them apart from marshmallow's own. They convert nothing silently (``1`` is no
text, ``"1"`` no number, ``null`` is not absence), and what they say of a refused value is a
code of this table, never the value or a sentence that quotes it.

=================  =========================================================================
``missing``        a required field is not there
``wrong-type``     another JSON type than the one asked for (``null`` included)
``wrong-form``     the text does not match the pattern
``blank``          a text without one visible character
``too-long``       more characters or items than allowed
``too-short``      fewer characters or items than needed
``out-of-range``   a number outside its bounds
``not-in-set``     not one of the listed codes
``not-a-day``      a date that no calendar has (30 February)
``repeated``       an item that is there already
=================  =========================================================================

Each field also tells its JSON Schema (:meth:`RecordField.shape`), so that both stay in one
place. Patterns keep to what ECMA-262, RE2 and Python read alike: no look-around, no ``\\d``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

from marshmallow import Schema, ValidationError, fields

from schemas.strict_json import MAX_SAFE_INTEGER, JsonValue

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_MONTH_DAY = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
DAY = f"^(19|20|21)[0-9]{{2}}-{_MONTH_DAY}$"
INSTANT = f"^(19|20|21)[0-9]{{2}}-{_MONTH_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"


@dataclass(frozen=True, slots=True)
class Also:
    """A rule that JSON Schema cannot say; exported as a note under ``x-also``."""

    code: str
    rule: str

    def as_json(self) -> dict[str, JsonValue]:
        """Return the note as it stands in the exported schema."""
        return {"code": self.code, "rule": self.rule}


Definitions = dict[str, JsonValue]
"""The ``$defs`` of the schema being exported, filled while its fields are walked."""


_NEWER_MINOR: ContextVar[bool] = ContextVar("_NEWER_MINOR", default=False)


@contextmanager
def reading(*, newer_minor: bool) -> Iterator[None]:
    """Say, while a record is read, whether it was written to a newer minor version."""
    token = _NEWER_MINOR.set(newer_minor)
    try:
        yield
    finally:
        _NEWER_MINOR.reset(token)


def reads_newer_minor() -> bool:
    """Tell whether the record being read was written to a newer minor version than ours."""
    return _NEWER_MINOR.get()


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of this module once."""
    return re.compile(pattern)


class RecordField(fields.Field[T], Generic[T]):
    """A field that loads exactly one JSON type and explains itself as JSON Schema."""

    default_error_messages = {  # noqa: RUF012 (marshmallow reads it so)
        "required": "missing",
        "null": "wrong-type",
        "validator_failed": "wrong-form",
    }
    also: tuple[Also, ...] = ()

    def __init__(self, about: str = "", *, required: bool = True, nullable: bool = False) -> None:
        """Describe one field.

        :param about: what it means, for a person; becomes the exported description.
        :param required: whether it must be there.
        :param nullable: whether ``null`` is a value of its own; absence is never ``null``.
        """
        super().__init__(required=required, allow_none=nullable)
        self.about = about

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the JSON Schema of the value, definitions of nested parts going to ``defs``."""
        raise NotImplementedError

    def described(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the shape with its description, its notes and, where it may be so, ``null``."""
        shape = self.shape(defs)
        if self.allow_none:
            shape = {"anyOf": [shape, {"type": "null"}]}
        if self.about:
            shape["description"] = self.about
        if self.also:
            shape["x-also"] = [note.as_json() for note in self.also]
        return shape

    def wrong(self, code: str) -> ValidationError:
        """Return the error for this field; the code is all it says."""
        return ValidationError(code)


class Whole(RecordField[int]):
    """A whole number; ``1.0`` and ``true`` are none."""

    also = (Also("wrong-type", "written without fraction or exponent"),)

    def __init__(
        self,
        about: str = "",
        *,
        least: int = 0,
        most: int = MAX_SAFE_INTEGER,
        required: bool = True,
        nullable: bool = False,
    ) -> None:
        """Describe a number between ``least`` and ``most``, both included."""
        super().__init__(about, required=required, nullable=nullable)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.wrong("wrong-type")
        if not self.least <= value <= self.most:
            raise self.wrong("out-of-range")
        return value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Flag(RecordField[bool]):
    """Yes or no."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.wrong("wrong-type")
        return value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the type."""
        return {"type": "boolean"}


class _Calendar(RecordField[T]):
    """A text that names a point in the calendar."""

    also = (Also("not-a-day", "a day that the calendar has"),)
    pattern = ""
    text_format = ""

    def _parts(self, value: Any) -> str:
        if type(value) is not str:
            raise self.wrong("wrong-type")
        if compiled(self.pattern).fullmatch(value) is None:
            raise self.wrong("wrong-form")
        return value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the form; which days exist is beyond a pattern."""
        return {"type": "string", "pattern": self.pattern, "format": self.text_format}


class Day(_Calendar[date]):
    """A legal date, ``yyyy-mm-dd``, as it is in Europe/London."""

    pattern, text_format = DAY, "date"

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        try:
            return date.fromisoformat(self._parts(value))
        except ValueError:
            raise self.wrong("not-a-day") from None

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        return value


class Instant(_Calendar[datetime]):
    """A point in time: RFC 3339 in UTC with ``Z``, whole seconds (bundle-format.md, versions)."""

    pattern, text_format = INSTANT, "date-time"

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        try:
            return datetime.fromisoformat(self._parts(value))
        except ValueError:
            raise self.wrong("not-a-day") from None

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is not None and not value.microsecond:
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return value.isoformat() if isinstance(value, datetime) else value


class Choice(RecordField[E], Generic[E]):
    """One code of a list that this version of the schema closes."""

    def __init__(
        self, codes: type[E], about: str = "", *, required: bool = True, nullable: bool = False
    ) -> None:
        """Describe a choice between the members of ``codes``."""
        super().__init__(about, required=required, nullable=nullable)
        self.codes = codes

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> E:
        if not isinstance(value, str):
            raise self.wrong("wrong-type")
        try:
            return self.codes(value)
        except ValueError:
            raise self.wrong("not-in-set") from None

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return str(value) if isinstance(value, str) else value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the codes."""
        return {"type": "string", "enum": [str(code) for code in self.codes]}


class Items(RecordField[tuple[T, ...]], Generic[T]):
    """A list, kept in its order."""

    def __init__(
        self,
        item: RecordField[T],
        about: str = "",
        *,
        least: int = 0,
        most: int = 1_000,
        unique: bool = False,
        required: bool = True,
    ) -> None:
        """Describe a list of ``least`` to ``most`` items; ``unique`` ones if asked for."""
        super().__init__(about, required=required)
        self.item, self.least, self.most, self.unique = item, least, most, unique

    def _bind_to_schema(self, field_name: str, parent: Schema | fields.Field[Any]) -> None:
        super()._bind_to_schema(field_name, parent)
        self.item._bind_to_schema(field_name, self)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise self.wrong("wrong-type")
        if len(value) > self.most:
            raise self.wrong("too-long")
        if len(value) < self.least:
            raise self.wrong("too-short")
        made: dict[int, T] = {}
        problems: dict[int, Any] = {}
        seen: set[T] = set()
        for index, each in enumerate(value):
            try:
                made[index] = self.item.deserialize(each)
            except ValidationError as error:
                problems[index] = error.messages
                continue
            if self.unique and made[index] in seen:
                problems[index] = ["repeated"]
            elif self.unique:
                seen.add(made[index])
        if problems:
            raise ValidationError(problems)
        return tuple(made.values())

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Sequence) or isinstance(value, str):
            return value
        return [self.item._serialize(each, attr or "", obj) for each in value]

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the item's shape and the number of items."""
        shape: dict[str, JsonValue] = {
            "type": "array",
            "items": self.item.described(defs),
            "minItems": self.least,
            "maxItems": self.most,
        }
        return shape | ({"uniqueItems": True} if self.unique else {})
