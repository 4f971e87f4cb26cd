"""Whatever records hold goes through a CTF of every version and comes back, or is known not to."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.formats.ctf import CtfPupil, read_ctf
from adapters.formats.ctf.carried import NOT_CARRIED
from adapters.formats.ctf.layout import NEWEST_VERSION, OLDEST_VERSION, PUPIL
from adapters.formats.ctf.nodes import Group, Kept, Leaf, Many, Node
from schemas.attainment import Attainment
from schemas.attendance import Attendance
from schemas.base import RecordRefused, dump, load, schema_of
from schemas.fields import Items
from schemas.parts import Nested, instance
from schemas.pupil import Pupil
from schemas.sen import SenRegister
from tests.adapters.ctf_cases import SUBJECT, header_of, written
from tests.schemas.generated import of_record

KINDS: dict[str, Any] = {
    "pupil": Pupil,
    "sen": SenRegister,
    "attendance": Attendance,
    "attainment": Attainment,
}
_MANNERS = frozenset({"schema", "subject", "critical", "unknown"})
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Records are large, and making a failing one small takes minutes."""
_MARKS = "attendance/years/marks/marks"
_DERIVED = frozenset(
    {"sen/provision", "sen/provision_starts", "pupil/extras", "attainment/results/stage"}
)
"""What has no element of its own, and comes back all the same."""


def carried(value: Any, path: str) -> Any:
    """Return a record's value without what a CTF does not carry."""
    if isinstance(value, dict):
        kept = {
            name: carried(one, f"{path}/{name}")
            for name, one in value.items()
            if name not in ("critical", "unknown", "extras") and f"{path}/{name}" not in NOT_CARRIED
        }
        return {name: one for name, one in kept.items() if one not in (None, [], {})}
    if isinstance(value, list):
        return [carried(one, path) for one in value]
    # A space at an end is no part of a value, but a mark in a register is one.
    return value.strip() if isinstance(value, str) and path != _MARKS else value


def plain(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a generated record in the only form that can be told from a file."""
    told = carried(value, kind) | {"schema": value["schema"], "subject": SUBJECT}
    if kind == "pupil":
        told.setdefault("upn", "L801200015001")
        told["sex"] = "F" if told["sex"] == "U" else told["sex"]
        for contact in told.get("contacts", []):
            if contact.get("sex") == "U":
                del contact["sex"]
    if kind == "sen":
        told["provision_history"] = [{"provision": told["provision"], "starts": "2024-09-01"}]
        told["provision_starts"] = "2024-09-01"
    return told


def records() -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    return st.fixed_dictionaries(
        {"pupil": of_record(Pupil)},
        optional={name: of_record(kind) for name, kind in KINDS.items() if name != "pupil"},
    ).map(_all_plain)


def _all_plain(made: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leave out records without a single year or result: a CTF says nothing of them."""
    told = {name: plain(name, one) for name, one in made.items()}
    return {name: one for name, one in told.items() if len(one) > 2}


def loaded(told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the records; what is none without the spaces at its ends is another example's."""
    try:
        return {name: load(KINDS[name], one) for name, one in told.items()}
    except RecordRefused:
        reject()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(records(), st.integers(OLDEST_VERSION, NEWEST_VERSION))
def test_records_come_back_from_every_version(
    told: dict[str, dict[str, Any]], version: int
) -> None:
    made = loaded(told)
    data = written([CtfPupil(**made)], header_of(version=f"{version}.0"), [])
    (row,) = read_ctf(io.BytesIO(data), subject=lambda: SUBJECT).pupils
    assert isinstance(row, CtfPupil), row
    assert row.remarks == ()
    for name, record in made.items():
        again = getattr(row, name)
        assert again is not None, name
        assert dump(again) == dump(record), name


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(records(), st.randoms(use_true_random=False))
def test_children_in_any_order_say_the_same(told: dict[str, dict[str, Any]], chance: Any) -> None:
    made = loaded(told)
    root = etree.fromstring(written([CtfPupil(**made)], header_of(), []))
    for element in root.find("CTFpupilData").iter():  # type: ignore[union-attr]
        names = [str(child.tag) for child in element]
        if len(set(names)) == len(names):  # the order of those with one name means something
            element[:] = sorted(element, key=lambda _: chance.random())
    (row,) = read_ctf(io.BytesIO(etree.tostring(root)), subject=lambda: SUBJECT).pupils
    assert isinstance(row, CtfPupil)
    for name, record in made.items():
        assert dump(getattr(row, name)) == dump(record), name


def test_lines_of_an_address_come_back_by_their_numbers() -> None:
    address = {"lines": ["Flat 2", "Elm House"], "paon": "1", "street": "Oak Road"}
    names = {"forename": "Ann", "surname": "Oak"}
    born = {"date_of_birth": "2015-08-16", "sex": "F", "upn": "L801200015001"}
    told = {"schema": "sen.pupil/1.0", "subject": SUBJECT, "names": names, "address": address}
    made = loaded({"pupil": told | born})
    root = etree.fromstring(written([CtfPupil(**made)], header_of(), []))
    lines = root.find(".//AddressLines")
    assert lines is not None
    lines[:] = list(reversed(lines))
    (row,) = read_ctf(io.BytesIO(etree.tostring(root)), subject=lambda: SUBJECT).pupils
    assert isinstance(row, CtfPupil)
    assert dump(row.pupil)["address"] == address


def fields_of(
    nodes: tuple[Node, ...], path: str = "", *, written_only: bool = False
) -> Iterator[str]:
    """Yield every field that the layout names."""
    for node in nodes:
        if isinstance(node, Kept):
            continue
        if isinstance(node, Group):
            yield from fields_of(node.children, path, written_only=written_only)
            continue
        if written_only and isinstance(node, Leaf | Many) and node.read_only:
            continue
        here = f"{path}/{node.at.replace('.', '/')}".strip("/").replace("/stages", "")
        yield here
        if isinstance(node, Many):
            yield from fields_of(node.children, here, written_only=written_only)


def fields_in(kind: str, schema: Any, path: str = "") -> Iterator[str]:
    """Yield every field that a record has."""
    for name, field in instance(schema).fields.items():
        here = f"{path or kind}/{name}"
        inner = field.item if isinstance(field, Items) else field
        if name in _MANNERS:
            continue
        if isinstance(inner, Nested) and name != "extras":
            yield from fields_in(kind, inner.part, here)
        else:
            yield here


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_a_record_is_carried_or_named_as_not(kind: str) -> None:
    named = set(fields_of(PUPIL)) | _DERIVED
    not_carried = {one for one in NOT_CARRIED if one.startswith(f"{kind}/")}
    every = set(fields_in(kind, schema_of(KINDS[kind])))
    here = {one for one in every if not any(_below(one, other) for other in not_carried)}
    assert here - named == set()
    goes = set(fields_of(PUPIL, written_only=True))
    assert not_carried & goes == set(), "named as not carried, and carried"


def _below(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/")
