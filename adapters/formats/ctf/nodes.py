"""The words in which the layout of a CTF is written: which element holds which field.

One table serves reading and writing. A *scope* is a JSON object; ``at`` is a field's path in the
scope around it, with dots. ``Many`` opens a scope of its own for each element. What a table does
not name is kept as XML and handed back where it stood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from schemas.identifiers.base import compact
from schemas.strict_json import JsonValue


class Kind(Enum):
    """How the text of an element becomes a value; what does not fit stays text, to be refused."""

    TEXT = auto()
    MARKS = auto()
    CODE = auto()
    DATE = auto()
    FLAG = auto()
    WHOLE = auto()
    YEAR_GROUP = auto()
    UPN = auto()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element with text, one field.

    :ivar also: other names that are read, not written.
    :ivar read_only: not written.
    :ivar vital: without it, or with a wrong value, the pupil is not taken.
    """

    tag: str
    at: str
    kind: Kind = Kind.TEXT
    also: tuple[str, ...] = ()
    read_only: bool = False
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An element that groups others; its fields belong to the scope around it."""

    tag: str
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """An element that may come again: a list of objects, or of values where ``kind`` is given.

    :ivar numbered: the elements are ``tag`` with 1, 2, 3 ... behind it, up to this number.
    :ivar read_only: not written.
    """

    tag: str
    at: str
    children: tuple[Node, ...] = ()
    kind: Kind | None = None
    numbered: int = 0
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class DfeNumber:
    """The two elements ``LEA`` and ``Estab``, one field of seven digits."""

    at: str
    tag: str = "LEA"
    second: str = "Estab"


@dataclass(frozen=True, slots=True)
class Kept:
    """An element whose place is known and whose content is kept as it is."""

    tag: str


Node: TypeAlias = Leaf | Group | Many | DfeNumber | Kept


def tags_of(node: Node) -> tuple[str, ...]:
    """Return every element name that a node reads."""
    if isinstance(node, Leaf):
        return (node.tag, *node.also)
    if isinstance(node, DfeNumber):
        return (node.tag, node.second)
    if isinstance(node, Many) and node.numbered:
        return tuple(f"{node.tag}{number}" for number in range(1, node.numbered + 1))
    return (node.tag,)


# xs:date may carry a zone, and some products write midnight behind it.
_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_WHOLE = re.compile("[0-9]{1,9}")
_BREAKS = re.compile(r"[\t\r\n]+")
_FLAGS = {"true": True, "1": True, "y": True, "false": False, "0": False, "n": False}


def to_value(kind: Kind, text: str) -> JsonValue:
    """Return the value that an element's text stands for."""
    if kind is Kind.MARKS:  # a space is a mark as well
        return text.strip("\t\r\n")
    text = _BREAKS.sub(" ", text).strip(" ")
    if kind is Kind.TEXT:
        return text
    if kind is Kind.DATE:
        date = _DATE.fullmatch(text)
        return date[1] if date else text
    if kind is Kind.FLAG:
        return _FLAGS.get(text.lower(), text)
    if kind is Kind.WHOLE:
        return int(text) if _WHOLE.fullmatch(text) else text
    code = compact(text)
    return code.lstrip("0") if kind is Kind.YEAR_GROUP and len(code) > 1 else code


def to_text(value: object) -> str:
    """Return the text of an element for a value of a record."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
