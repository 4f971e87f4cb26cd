"""Walks an XML element along a table of nodes into JSON objects, remembering where from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, TypeAlias

from lxml import etree

from adapters.formats.ctf.nodes import (
    DfeNumber,
    Group,
    Kept,
    Kind,
    Leaf,
    Many,
    Node,
    tags_of,
    to_value,
)
from adapters.xml import Element
from schemas.strict_json import JsonValue

Scope: TypeAlias = dict[str, Any]
Pointer: TypeAlias = tuple[str | int, ...]
"""Where a value stands in the JSON objects: names and list positions."""

EXTRAS = "ctf_extras"
"""The field in which an object of a list keeps the elements that the table does not name."""

_LAST = 10_000
_LINE_ENDS = "\t\r\n"


@dataclass
class Reading:
    """What became of one element.

    :ivar values: the JSON objects, by the first step of each node's path.
    :ivar origins: the XML paths, below the element, that each pointer was read from.
    :ivar extras: elements that were kept, as ``{"within": ..., "xml": ...}``.
    :ivar repeated: XML paths of elements that may come once and came again.
    """

    values: Scope = field(default_factory=dict)
    origins: dict[Pointer, tuple[str, ...]] = field(default_factory=dict)
    extras: list[JsonValue] = field(default_factory=list)
    repeated: list[tuple[str, Leaf]] = field(default_factory=list)

    @cached_property
    def inside(self) -> dict[Pointer, list[str]]:
        """The XML paths of all that was read into each object or list."""
        found: dict[Pointer, list[str]] = {}
        for pointer, paths in self.origins.items():
            for end in range(2, len(pointer)):
                found.setdefault(pointer[:end], []).extend(paths)
        return found


def read(element: Element, nodes: Sequence[Node], rejected: Collection[str] = ()) -> Reading:
    """Walk an element.

    :param rejected: XML paths of elements to keep as XML, though the table names them.
    """
    reading = Reading()
    walk = _Walk(reading, rejected)
    kept = walk.children(element, nodes, _Place(reading.values))
    reading.extras = [extra for _, extra in sorted(kept, key=lambda each: each[0])]
    return reading


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: the scope it fills, and the way there in JSON and in XML."""

    scope: Scope
    pointer: Pointer = ()
    path: str = ""
    within: tuple[str, ...] = ()
    order: tuple[int, ...] = ()

    def below(self, tag: str, occurrence: int, *, many: bool = False) -> str:
        number = f"[{occurrence}]" if many or occurrence > 1 else ""
        return f"{self.path}/{tag}{number}"


_Kept: TypeAlias = list[tuple[tuple[int, ...], JsonValue]]


@dataclass(frozen=True, slots=True)
class _Half:
    """One of the two elements of a DfE number."""

    element: Element
    path: str
    index: int
    node: DfeNumber

    @property
    def text(self) -> str:
        return (self.element.text or "").strip()


_Row: TypeAlias = tuple[int, Node, bool]
"""A node's place, the node, and whether its elements are always counted."""
_Table: TypeAlias = tuple[Sequence[Node], dict[str, _Row], dict[str, int]]
"""Nodes, what each tag is, and the number of each tag whose name is numbered."""
_TABLES: dict[int, _Table] = {}
"""By identity: layouts are few and live as long as the process, and to hash one costs more."""


def _table(nodes: Sequence[Node]) -> tuple[dict[str, _Row], dict[str, int]]:
    """Return what each tag is, and its place; and the numbers of numbered ones."""
    known = _TABLES.get(id(nodes))
    if known is None or known[0] is not nodes:
        made: dict[str, _Row] = {}
        numbers: dict[str, int] = {}
        for i, node in enumerate(nodes):
            numbered = isinstance(node, Many) and bool(node.numbered)
            for number, tag in enumerate(tags_of(node), 1):
                made[tag] = (i, node, isinstance(node, Many) and not numbered)
                numbers |= {tag: number} if numbered else {}
        known = _TABLES[id(nodes)] = (nodes, made, numbers)
    return known[1], known[2]


class _Walk:
    def __init__(self, reading: Reading, rejected: Collection[str]) -> None:
        self._reading = reading
        self._rejected = rejected

    def children(self, element: Element, nodes: Sequence[Node], place: _Place) -> _Kept:
        """Fill the scope from an element's children; return what was kept, with its order."""
        table, numbers = _table(nodes)
        seen: dict[str, int] = {}
        halves: dict[str, _Half] = {}
        kept: _Kept = []
        # Lines of an address are told apart by name: who writes the second first means it second.
        numbered = sorted(element, key=lambda one: numbers.get(str(one.tag), 0)) if numbers else ()
        for child in numbered or element:
            tag = str(child.tag)
            count = seen[tag] = seen.get(tag, 0) + 1
            index, node, many = table.get(tag) or (_LAST, Kept(tag), False)
            path = place.below(tag, count, many=many)
            if isinstance(node, Kept) or path in self._rejected:
                kept.append(_keep(child, place, index))
            elif isinstance(node, DfeNumber) and tag not in halves:
                halves[tag] = _Half(child, path, index, node)
            elif not self._take(child, node, path, index, place, kept):
                kept.append(_keep(child, place, index))
        if halves:
            kept += self._join(halves, place)
        return kept

    def _take(
        self, child: Element, node: Node, path: str, index: int, place: _Place, kept: _Kept
    ) -> bool:
        """Read one element of the table; tell whether it could be read."""
        if isinstance(node, Leaf):
            return self._leaf(child, node, path, place)
        if isinstance(node, Many):
            self._item(child, node, path, place)
            return True
        if isinstance(node, Group):
            inner = _Place(
                place.scope, place.pointer, path, (*place.within, node.tag), (*place.order, index)
            )
            kept.extend(self.children(child, node.children, inner))
            return True
        return False

    def _leaf(self, child: Element, node: Leaf, path: str, place: _Place) -> bool:
        if len(child):
            return False
        # Of marks a space at an end is one more: without it each stood a session too early.
        text = (child.text or "").strip(_LINE_ENDS if node.kind is Kind.MARKS else None)
        if not text:
            return True
        steps = _steps(node.at)
        if _at(place.scope, steps) is not None:
            self._reading.repeated.append((path, node))
            return False
        self._put(place, steps, to_value(node.kind, text), (path,))
        return True

    def _item(self, child: Element, node: Many, path: str, place: _Place) -> None:
        steps = _steps(node.at)
        value: Any
        if node.kind is not None:
            if not (child.text or "").strip():
                return
            value = to_value(node.kind, child.text or "")
        else:
            value = {}
        items = _at(place.scope, steps)
        if items is None:
            items = []
            _put(place.scope, steps, items)
        pointer = (*place.pointer, *steps, len(items))
        items.append(value)
        self._reading.origins[pointer] = (path,)
        if node.kind is None:
            kept = self.children(child, node.children, _Place(value, pointer, path))
            if kept:
                value[EXTRAS] = [extra for _, extra in sorted(kept, key=lambda each: each[0])]

    def _join(self, halves: dict[str, _Half], place: _Place) -> _Kept:
        """Make one DfE number of ``LEA`` and ``Estab``, or keep what cannot be one."""
        node = next(iter(halves.values())).node
        parts = [halves[tag].text for tag in tags_of(node) if tag in halves]
        number = "".join(parts)
        if not number:
            return []
        if [len(part) for part in parts] == [3, 4] and number.isdecimal() and number.isascii():
            self._put(place, _steps(node.at), number, tuple(h.path for h in halves.values()))
            return []
        return [_keep(half.element, place, half.index) for half in halves.values()]

    def _put(
        self, place: _Place, steps: Sequence[str], value: JsonValue, paths: tuple[str, ...]
    ) -> None:
        _put(place.scope, steps, value)
        self._reading.origins[(*place.pointer, *steps)] = paths


def _keep(child: Element, place: _Place, index: int) -> tuple[tuple[int, ...], JsonValue]:
    xml = etree.tostring(child, encoding="unicode", with_tail=False)
    return (*place.order, index), {"within": "/".join(place.within), "xml": xml}


@cache
def _steps(at: str) -> tuple[str, ...]:
    return tuple(at.split("."))


def _at(scope: Scope, steps: Sequence[str]) -> Any:
    value: Any = scope
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(scope: Scope, steps: Sequence[str], value: Any) -> None:
    for step in steps[:-1]:
        scope = scope.setdefault(step, {})
    scope[steps[-1]] = value
