"""Writes a CTF strictly: published names in published order, in constant memory.

Kept elements go back to where they stood, those of unknown names last in their group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, cast

from lxml import etree

from adapters.formats.ctf.layout import (
    DOCUMENT_NAME,
    FIRST_WITH_SEX,
    HEADER,
    HEADER_TAG,
    NEWEST_VERSION,
    OLDEST_VERSION,
    PUPIL,
    PUPIL_TAG,
    PUPILS_TAG,
    ROOT,
)
from adapters.formats.ctf.model import CtfHeader, CtfParty, CtfPupil
from adapters.formats.ctf.nodes import DfeNumber, Group, Kept, Leaf, Many, Node, tags_of, to_text
from adapters.formats.ctf.walk import EXTRAS, Scope
from adapters.xml import Element, parse
from exchange.errors import FormatError, Wrapped, XmlError
from schemas.base import RecordRefused, dump
from schemas.pupil import ExtraElement

_Extras = Sequence[Mapping[str, Any]]
_VITAL = frozenset(
    tag for node in PUPIL if isinstance(node, Leaf) and node.vital for tag in tags_of(node)
)


def write_ctf(
    stream: BinaryIO,
    header: CtfHeader,
    pupils: Iterable[CtfPupil],
    *,
    extras: Sequence[ExtraElement] = (),
) -> None:
    """Write a CTF of the header's version.

    A pupil's reason for having no UPN has no element in a CTF and is not written.

    :param extras: kept elements that stood beside the pupils (:attr:`CtfImport.extras`).
    :raises FormatError: ``ctf-version-unknown`` (not 12 to 25), ``field-missing`` (source,
        destination or time), ``field-invalid`` (a text or kept element that XML cannot hold).
    :raises Wrapped: a record breaks its schema.
    """
    if not OLDEST_VERSION <= header.major_version <= NEWEST_VERSION:
        raise FormatError("ctf-version-unknown", f"/{HEADER_TAG}/CTFversion")
    nodes = _pupil_nodes(header.major_version)
    with etree.xmlfile(stream, encoding="utf-8", close=False) as out:
        out.write_declaration()
        with out.element(ROOT):
            _line(out, _header_element(header))
            with out.element(PUPILS_TAG):
                for position, pupil in enumerate(pupils, start=1):
                    _line(out, _pupil_element(pupil, nodes, position))
                for element in _kept_in(PUPILS_TAG, extras):
                    _line(out, element)
            for element in _kept_in("", extras):
                _line(out, element)


def _line(out: Any, element: Element) -> None:
    out.write("\n")
    out.write(element)


def _kept_in(within: str, extras: Sequence[ExtraElement]) -> Iterator[Element]:
    for extra in extras:
        if extra.within == within:
            yield _parse(extra.xml, f"/{within}")


def _pupil_nodes(major: int) -> tuple[Node, ...]:
    """Return the table with the element's name of that version's sex."""
    if major >= FIRST_WITH_SEX:
        return PUPIL
    return tuple(
        replace(node, tag=node.also[0], also=(node.tag,))
        if isinstance(node, Leaf) and node.tag == "Sex"
        else node
        for node in PUPIL
    )


def _pupil_element(row: CtfPupil, nodes: Sequence[Node], position: int) -> Element:
    path = f"/{PUPILS_TAG}/{PUPIL_TAG}[{position}]"
    records = {
        "pupil": row.pupil,
        "sen": row.sen,
        "attendance": row.attendance,
        "attainment": row.attainment,
    }
    try:
        values: Scope = {name: dump(record) for name, record in records.items() if record}
    except RecordRefused as error:
        raise Wrapped.of(error, path) from None
    if sen := values.get("sen"):
        _provision_in_history(sen)
    if attainment := values.get("attainment"):
        attainment["stages"] = _stages(attainment["results"])
    extras = cast(_Extras, values["pupil"].get("extras", ()))
    return _element(PUPIL_TAG, nodes, values, extras, path)


def _provision_in_history(sen: Scope) -> None:
    """Add today's provision to the history where it is not part of it."""
    history = sen.setdefault("provision_history", [])
    now = {"provision": sen["provision"], "starts": sen.get("provision_starts")}
    if not any(
        p["provision"] == now["provision"] and p.get("starts") == now["starts"] for p in history
    ):
        history.append(now)


def _stages(results: Sequence[Scope]) -> list[Scope]:
    """Group results that follow one another in one key stage."""
    stages: list[Scope] = []
    for result in results:
        if not stages or stages[-1]["stage"] != result["stage"]:
            stages.append({"stage": result["stage"], "results": []})
        stages[-1]["results"].append(result)
    return stages


def _header_element(header: CtfHeader) -> Element:
    if header.source is None or header.destination is None or header.date_time is None:
        raise FormatError(
            "field-missing", f"/{HEADER_TAG}", "Give the source, the destination and the time."
        )
    values: Scope = {
        "document_name": DOCUMENT_NAME,
        "version": header.version,
        "date_time": header.date_time.isoformat(timespec="seconds"),
        "document_qualifier": header.document_qualifier,
        "data_qualifier": header.data_qualifier,
        "data_descriptor": header.data_descriptor,
        "supplier_id": header.supplier_id,
        "source": _party(header.source),
        "academic_year": header.academic_year,
        "destination": _party(header.destination),
    }
    extras = [
        {"within": extra.within.removeprefix(HEADER_TAG).removeprefix("/"), "xml": extra.xml}
        for extra in header.extras
    ]
    return _element(HEADER_TAG, HEADER, values, extras, f"/{HEADER_TAG}")


def _party(party: CtfParty) -> Scope:
    return {
        "la": party.la,
        "establishment": party.establishment,
        "urn": party.urn,
        "name": party.name,
    }


def _element(
    tag: str, nodes: Sequence[Node], scope: Scope, extras: _Extras, path: str, within: str = ""
) -> Element:
    """Build an element: what the table names in its order, kept elements in theirs."""
    order = {name: index for index, node in enumerate(nodes) for name in tags_of(node)}
    children = [
        (index, each)
        for index, node in enumerate(nodes)
        for each in _node(node, scope, extras, path, within)
    ]
    for extra in extras:
        if extra["within"] == within:
            kept = _parse(extra["xml"], path)
            children.append((order.get(str(kept.tag), len(nodes)), kept))
    element = etree.Element(tag)
    element.extend(child for _, child in sorted(children, key=lambda each: each[0]))
    return element


def _node(node: Node, scope: Scope, extras: _Extras, path: str, within: str) -> Iterator[Element]:
    path = f"{path}/{node.tag}"
    if isinstance(node, Group):
        inner = f"{within}/{node.tag}" if within else node.tag
        element = _element(node.tag, node.children, scope, extras, path, inner)
        if len(element):
            yield element
        return
    if isinstance(node, Kept) or (isinstance(node, Leaf | Many) and node.read_only):
        return
    value = _at(scope, node.at)
    if value is None:
        return
    if isinstance(node, Many):
        yield from _items(node, value, path)
    elif isinstance(node, DfeNumber):
        yield _text(node.tag, value[:3], path)
        yield _text(node.second, value[3:], path)
    else:
        yield _text(node.tag, value, path)


def _items(node: Many, values: Sequence[Any], path: str) -> Iterator[Element]:
    for number, value in enumerate(values, start=1):
        tag = f"{node.tag}{number}" if node.numbered else node.tag
        if node.kind is not None:
            yield _text(tag, value, path)
        else:
            kept = _sound(value.get(EXTRAS))
            yield _element(tag, node.children, value, kept, f"{path}[{number}]")


def _text(tag: str, value: object, path: str) -> Element:
    element = etree.Element(tag)
    try:
        element.text = to_text(value)
    except ValueError:
        raise FormatError("field-invalid", path) from None
    return element


def _sound(extras: object) -> list[Mapping[str, Any]]:
    """Return what is a kept element: the sender of a record writes what it likes in its place."""
    told = extras if isinstance(extras, Sequence) else ()
    return [one for one in told if isinstance(one, Mapping) and _is_sound(one)]


def _is_sound(extra: Mapping[str, Any]) -> bool:
    within, xml = extra.get("within"), extra.get("xml")
    if not isinstance(within, str) or not isinstance(xml, str):
        return False
    try:
        _parse(xml, "")
    except FormatError:
        return False
    return True


def is_element(extra: ExtraElement) -> bool:
    """Return whether a kept element is one that can be handed back.

    None is that calls itself what every pupil has once: two numbers would be two children.
    """
    try:
        tag = str(_parse(extra.xml, "").tag)
    except FormatError:
        return False
    return bool(extra.within) or tag not in _VITAL


def _parse(xml: str, path: str) -> Element:
    try:
        return parse(xml.encode("utf-8"))
    except (XmlError, UnicodeError):
        raise FormatError("field-invalid", path, "A kept element is not XML.") from None


def _at(scope: Scope, at: str) -> Any:
    value: Any = scope
    for step in at.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
