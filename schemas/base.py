"""What every record shares: frozen dataclasses, marshmallow schemas, and the rule of versions.

A record names its schema, ``sen.<name>/<major>.<minor>``. A reader that knows the major version
keeps the fields it does not know (in ``unknown``, at every depth) and gives them back when it
writes; names that the writer lists in ``critical`` must be understood. A higher major version is
refused (bundle-format.md, versions).

Reading and writing hold to the same rules: :func:`dump_bytes` refuses what :func:`load_bytes`
would refuse. Errors carry codes and field paths, never a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, TypeVar, cast, overload

from marshmallow import ValidationError

from schemas import strict_json
from schemas.errors import RecordError, SchemaTooNew
from schemas.fields import Definitions, RecordField, reading
from schemas.parts import Part, PartSchema, instance
from schemas.strict_json import JsonValue
from schemas.texts import SCHEMA_FORM, Uuid

Problem: TypeAlias = tuple[str, str]
"""A code and the JSON Pointer of the field it speaks of."""

_CODE = re.compile("[a-z]+(-[a-z]+)*")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Record(Part):
    """A whole record or signed document.

    :ivar schema: the schema id it was written to; a newer minor version stays as it was read.
    """

    schema: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SubjectRecord(Record):
    """A record about one pupil.

    :ivar subject: the pupil's id in the bundle, so that a record of another pupil is noticed.
    """

    subject: str


R = TypeVar("R", bound=Record)


class RecordRefused(RecordError):
    """The record breaks its schema; ``code`` and ``path`` tell the first problem.

    :ivar problems: every problem found, as pairs of code and field path.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        urgent = [each for each in self.problems if each[0] == "critical-unknown"]
        code, path = (urgent or self.problems)[0]
        super().__init__(code, path, _HINTS.get(code))


_HINTS = {
    "critical-unknown": "Update this software: the sender says that a field which it does not "
    "know must be understood.",
    "missing": "Fill in the field that is named and try again.",
    "schema-unknown": "Check that this is a record of SEN Exchange.",
}


class _SchemaName(RecordField[str]):
    """The schema id of a record: this name and major version, any minor one."""

    def _form(self) -> re.Pattern[str]:
        identity = cast(type[RecordSchema], type(self.parent)).SCHEMA_ID
        return re.compile("^" + re.escape(identity.rpartition(".")[0]) + r"\.(0|[1-9][0-9]{0,3})$")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if type(value) is not str:
            raise self.wrong("wrong-type")
        if self._form().fullmatch(value) is None:
            raise self.wrong("schema-mismatch")
        return value

    def shape(self, defs: Definitions) -> dict[str, JsonValue]:
        """Return the form of the id."""
        return {"type": "string", "pattern": self._form().pattern}


class RecordSchema(PartSchema):
    """The schema of a whole record, known by ``SCHEMA_ID``."""

    SCHEMA_ID: ClassVar[str]
    MAKES: ClassVar[type[Part]] = Record

    schema = _SchemaName("Name and version of the schema that it was written to.")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "SCHEMA_ID" in cls.__dict__:
            _SCHEMA_OF[cls.MAKES] = cls


_SCHEMA_OF: dict[type[Part], type[RecordSchema]] = {}


class SubjectSchema(RecordSchema):
    """The schema of a record about one pupil."""

    subject = Uuid("The pupil's id, the same in the statement and in every record of a bundle.")


class Registry:
    """The record types that a reader knows, by name and major version."""

    def __init__(self, *schemas: type[RecordSchema]) -> None:
        self._schemas: dict[str, dict[int, type[RecordSchema]]] = {}
        for schema in schemas:
            name, major, _ = parse_schema_id(schema.SCHEMA_ID)
            self._schemas.setdefault(name, {})[major] = schema

    def __iter__(self) -> Iterator[type[RecordSchema]]:
        for majors in self._schemas.values():
            yield from majors.values()

    def find(self, schema_id: str) -> type[RecordSchema]:
        """Return the schema that reads ``schema_id``, whatever its minor version.

        :raises SchemaTooNew: this reader knows only lower major versions of that name.
        :raises RecordError: ``schema-unknown``, no such name or no such major version.
        """
        name, major, _ = parse_schema_id(schema_id)
        majors = self._schemas.get(name, {})
        if major in majors:
            return majors[major]
        if majors and major > max(majors):
            raise SchemaTooNew(path="/schema")
        raise RecordRefused([("schema-unknown", "/schema")])


def parse_schema_id(text: str) -> tuple[str, int, int]:
    """Split ``sen.<name>/<major>.<minor>`` into name, major and minor version.

    :raises RecordError: ``schema-unknown``, it is no schema id.
    """
    if re.fullmatch(SCHEMA_FORM, text) is None:
        raise RecordRefused([("schema-unknown", "/schema")])
    name, _, version = text.partition("/")
    major, _, minor = version.partition(".")
    return name, int(major), int(minor)


@overload
def load(kind: type[R], value: JsonValue) -> R: ...
@overload
def load(kind: Registry, value: JsonValue) -> Record: ...
def load(kind: type[R] | Registry, value: JsonValue) -> Record:
    """Make a record of a JSON value.

    :param kind: the dataclass expected, or a registry to take any record that it knows.
    :raises SchemaTooNew: written to a higher major version.
    :raises RecordRefused: with every problem found, as codes and field paths.
    """
    if not isinstance(value, dict):
        raise RecordRefused([("wrong-type", "")])
    written = value.get("schema")
    if not isinstance(written, str):
        raise RecordRefused([("wrong-type" if "schema" in value else "missing", "/schema")])
    return _checked(_schema_for(kind, written), value)


@overload
def load_bytes(kind: type[R], data: bytes) -> R: ...
@overload
def load_bytes(kind: Registry, data: bytes) -> Record: ...
def load_bytes(kind: type[R] | Registry, data: bytes) -> Record:
    """Make a record of JSON text; as :func:`load`, and text that is no strict JSON is refused.

    :raises StrictJsonError: see :mod:`schemas.strict_json`.
    """
    return load(kind, strict_json.loads(data))


def dump(record: Record) -> dict[str, JsonValue]:
    """Return the JSON value of a record, held to the rules that a reader will apply.

    :raises RecordRefused: what a reader would refuse.
    """
    schema = _schema_for(type(record), record.schema)
    value = cast(dict[str, JsonValue], instance(schema).dump(record))
    _checked(schema, value)
    return value


def dump_bytes(record: Record) -> bytes:
    """Return a record as strict JSON in UTF-8, names sorted; as :func:`dump`."""
    return strict_json.dumps(dump(record))


def schema_of(kind: type[Record]) -> type[RecordSchema]:
    """Return the schema that loads ``kind``."""
    return _SCHEMA_OF[kind]


def _schema_for(kind: type[Record] | Registry, written: str) -> type[RecordSchema]:
    if isinstance(kind, Registry):
        return kind.find(written)
    schema = schema_of(kind)
    if parse_schema_id(written)[0] != parse_schema_id(schema.SCHEMA_ID)[0]:
        raise RecordRefused([("schema-mismatch", "/schema")])
    return Registry(schema).find(written)


def _checked(schema: type[RecordSchema], value: dict[str, JsonValue]) -> Record:
    written = parse_schema_id(cast(str, value["schema"]))
    try:
        with reading(newer_minor=written > parse_schema_id(schema.SCHEMA_ID)):
            return cast(Record, instance(schema).load(value))
    except ValidationError as error:
        problems = tuple(_flatten(error.messages, ""))
    raise RecordRefused(problems)


def _flatten(messages: object, path: str) -> Iterator[Problem]:
    """Walk marshmallow's messages; only codes and names of our own fields come out."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flatten(inner, path if name == "_schema" else f"{path}/{name}")
    else:
        for code in messages if isinstance(messages, list) else [messages]:
            known = isinstance(code, str) and _CODE.fullmatch(code)
            yield (cast(str, code) if known else "wrong-form", path)
