"""Parts of records: a frozen dataclass, the marshmallow schema that loads it, rules over fields.

At every depth, fields that this version does not know are kept and given back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, cast

from marshmallow import INCLUDE, Schema, ValidationError, post_dump, post_load

from schemas.fields import Also, Definitions, Items, RecordField
from schemas.strict_json import JsonValue
from schemas.texts import Text

FieldPath: TypeAlias = tuple[str | int, ...]


_FIELD_NAME = "^[a-z][a-z0-9_]*$"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Part:
    """A part of a record.

    :ivar critical: names of fields of this part that a reader must understand.
    :ivar unknown: fields that this version does not know, as they were read.
    """

    critical: tuple[str, ...] = ()
    unknown: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)

    def __repr__(self) -> str:
        """Tell the type alone: what a record holds belongs in no log."""
        return f"<{type(self).__name__}>"


P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """A rule over several fields; ``check`` yields the path of each field that breaks it."""

    code: str
    text: str
    check: Callable[[P], Iterable[FieldPath]]

    @property
    def note(self) -> Also:
        """Return the rule as a note for the exported schema."""
        return Also(self.code, self.text)


class _Critical(Items[str]):
    """The names that must be understood: each has to be a field of the part it stands in."""

    def __init__(self) -> None:
        name = Text(pattern=_FIELD_NAME, most=64)
        super().__init__(
            name, "Fields that a reader must understand.", most=100, unique=True, required=False
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, ...]:
        names = super()._deserialize(value, attr, data, **kwargs)
        if not set(names) <= _fields_of(self.parent).keys():
            raise self.wrong("critical-unknown")
        return names

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the list of names that this version knows."""
        known: list[JsonValue] = [*sorted(_fields_of(self.parent))]
        return super().shape(defs) | {"items": {"type": "string", "enum": known}}


def _fields_of(schema: object) -> dict[str, RecordField[Any]]:
    return cast(dict[str, RecordField[Any]], cast(Schema, schema).fields)


class PartSchema(Schema):
    """Loads a mapping into the dataclass ``MAKES`` and holds it to ``RULES``.

    ``CLOSED`` refuses fields that this version does not know (code ``unknown-field``).
    """

    MAKES: ClassVar[type[Part]]
    RULES: ClassVar[tuple[Rule[Any], ...]] = ()
    CLOSED: ClassVar[bool] = False

    class Meta:
        """Unknown fields are kept; marshmallow's global registry of names stays empty."""

        unknown = INCLUDE
        register = False

    error_messages = {"type": "wrong-type"}  # noqa: RUF012 (marshmallow reads it so)

    critical = _Critical()

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Part:
        """Make the dataclass, unknown fields apart, and apply the rules over several fields."""
        known = {name: value for name, value in data.items() if name in self.fields}
        unknown = {name: value for name, value in data.items() if name not in self.fields}
        if unknown and self.CLOSED:
            raise ValidationError("unknown-field")
        made = self.MAKES(**known, unknown=unknown)
        broken: dict[str | int, Any] = {}
        for rule in self.RULES:
            for path in rule.check(made):
                _put(broken, path, rule.code)
        if broken:
            raise ValidationError(cast(dict[str, Any], broken))
        return made

    @post_dump(pass_original=True)
    def finish(self, data: dict[str, Any], original: Part, **kwargs: Any) -> dict[str, Any]:
        """Leave out what is absent and give back what was not understood."""
        known = _fields_of(self)
        kept = {
            name: value
            for name, value in data.items()
            if known[name].required or (value is not None and value != [])
        }
        return {k: v for k, v in original.unknown.items() if k not in known} | kept

    def definition(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return this part's JSON Schema, its fields and rules described."""
        known = _fields_of(self)
        shape: dict[str, JsonValue] = {
            "title": self.MAKES.__name__,
            "description": summary(self.MAKES),
            "type": "object",
            "properties": {name: each.described(defs) for name, each in known.items()},
            "required": [name for name, each in known.items() if each.required],
            "additionalProperties": not self.CLOSED,
        }
        if self.RULES:
            shape["x-also"] = [rule.note.as_json() for rule in self.RULES]
        return shape


class Nested(RecordField[P], Generic[P]):
    """A part inside a record."""

    def __init__(
        self,
        schema: type[PartSchema],
        about: str = "",
        *,
        required: bool = True,
        nullable: bool = False,
    ) -> None:
        """Describe a part that ``schema`` loads."""
        super().__init__(about, required=required, nullable=nullable)
        self.part = schema

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> P:
        try:
            return cast(P, instance(self.part).load(value))
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return instance(self.part).dump(value) if isinstance(value, Part) else value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return a reference; the definition is written once."""
        name = self.part.MAKES.__name__
        if name not in defs:
            defs[name] = {}
            defs[name] = instance(self.part).definition(defs)
        return {"$ref": f"#/$defs/{name}"}


def summary(kind: type[Part]) -> str:
    """Return the first paragraph of a dataclass's docstring, on one line."""
    return " ".join((kind.__doc__ or "").partition("\n\n")[0].split())


@cache
def instance(schema: type[PartSchema]) -> PartSchema:
    """Return the one instance of a schema; it keeps no state between loads."""
    return schema()


def _put(messages: dict[str | int, Any], path: FieldPath, code: str) -> None:
    """Add a code at a path to messages of marshmallow's shape."""
    for step in path[:-1]:
        inner = messages.setdefault(step, {})
        messages = inner if isinstance(inner, dict) else messages
    at = messages.setdefault(path[-1], [])
    if isinstance(at, list):
        at.append(code)
