"""The rule of versions, both ways, and errors without values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from schemas.base import (
    Record,
    RecordRefused,
    RecordSchema,
    Registry,
    dump,
    dump_bytes,
    load,
    load_bytes,
    parse_schema_id,
)
from schemas.coded import Code
from schemas.errors import RecordError, SchemaError, SchemaTooNew, StrictJsonError
from schemas.fields import Items, Whole
from schemas.parts import Nested, Part, PartSchema
from schemas.texts import Line

MARKER = "Zqx7Marker"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OldLeg(Part):
    to: str


class OldLegSchema(PartSchema):
    MAKES = OldLeg
    to = Line()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OldTrip(Record):
    schema: str = "sen.trip/1.0"
    name: str
    legs: tuple[OldLeg, ...] = ()
    sex: str | None = None


class OldTripSchema(RecordSchema):
    SCHEMA_ID = "sen.trip/1.0"
    MAKES = OldTrip
    name = Line()
    legs = Items(Nested[OldLeg](OldLegSchema), required=False)
    sex = Code("sex", required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewTrip(OldTrip):
    schema: str = "sen.trip/1.1"
    miles: int | None = None


class NewTripSchema(OldTripSchema):
    SCHEMA_ID = "sen.trip/1.1"
    MAKES = NewTrip
    miles = Whole(required=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NextTrip(Record):
    schema: str = "sen.trip/2.0"
    title: str


class NextTripSchema(RecordSchema):
    SCHEMA_ID = "sen.trip/2.0"
    MAKES = NextTrip
    title = Line()


def trip(**changes: Any) -> dict[str, Any]:
    return {"schema": "sen.trip/1.0", "name": "To school", **changes}


def refused(kind: Any, value: Any) -> RecordRefused:
    with pytest.raises(RecordRefused) as caught:
        load(kind, value)
    return caught.value


def test_old_reader_keeps_the_new_field_and_gives_it_back() -> None:
    written = dump_bytes(NewTrip(name="To school", miles=4))
    read = load_bytes(OldTrip, written)
    assert read.unknown == {"miles": 4}
    assert read.schema == "sen.trip/1.1"
    assert dump_bytes(replace(read, name="To school")) == written


def test_new_reader_reads_the_old_record_and_leaves_its_version_alone() -> None:
    written = dump_bytes(OldTrip(name="To school"))
    read = load_bytes(NewTrip, written)
    assert read.miles is None
    assert read.schema == "sen.trip/1.0"
    assert dump_bytes(read) == written


def test_unknown_fields_survive_inside_parts() -> None:
    value = trip(legs=[{"to": "A", "by": {"bus": [4, None]}}, {"to": "B"}], later=[1])
    read = load(OldTrip, value)
    assert read.legs[0].unknown == {"by": {"bus": [4, None]}}
    assert dump(read) == value


def test_a_field_named_unknown_is_an_unknown_field() -> None:
    value = trip(unknown={"a": 1}, legs=[{"to": "A", "unknown": 2}])
    assert dump(load(OldTrip, value)) == value


def test_unknown_fields_never_stand_in_for_known_ones() -> None:
    read = replace(load(OldTrip, trip()), unknown={"sex": "nonsense"})
    assert dump(read) == trip()


@pytest.mark.parametrize("names", [["name"], ["name", "legs", "schema", "critical"], []])
def test_critical_names_that_are_known_are_understood(names: list[str]) -> None:
    assert load(OldTrip, trip(critical=names)).critical == tuple(names)


def test_a_critical_name_that_only_the_new_reader_knows() -> None:
    value = trip(schema="sen.trip/1.1", miles=4, critical=["miles"])
    assert load(NewTrip, value).miles == 4
    error = refused(OldTrip, value)
    assert (error.code, error.path) == ("critical-unknown", "/critical")
    assert "Update" in error.hint


def test_critical_is_told_first_whatever_else_is_wrong() -> None:
    error = refused(OldTrip, {"schema": "sen.trip/1.9", "critical": ["hats"]})
    assert error.code == "critical-unknown"
    assert ("missing", "/name") in error.problems


def test_critical_counts_inside_parts() -> None:
    error = refused(OldTrip, trip(legs=[{"to": "A"}, {"to": "B", "critical": ["by"], "by": 1}]))
    assert error.problems == (("critical-unknown", "/legs/1/critical"),)


@pytest.mark.parametrize(
    ("critical", "code"),
    [
        ("name", "wrong-type"),
        ([1], "wrong-type"),
        (["name"] * 2, "repeated"),
        (["x y"], "wrong-form"),
    ],
)
def test_critical_itself_has_a_form(critical: Any, code: str) -> None:
    assert refused(OldTrip, trip(critical=critical)).code == code


def test_higher_major_versions_are_refused() -> None:
    with pytest.raises(SchemaTooNew) as caught:
        load(OldTrip, {"schema": "sen.trip/2.0", "title": "To school"})
    assert (caught.value.code, caught.value.path) == ("schema-too-new", "/schema")


def test_lower_major_versions_need_their_own_reader() -> None:
    assert refused(NextTrip, trip()).code == "schema-unknown"
    both = Registry(NewTripSchema, NextTripSchema)
    assert isinstance(load(both, trip()), NewTrip)
    assert isinstance(load(both, {"schema": "sen.trip/2.3", "title": "x"}), NextTrip)
    with pytest.raises(SchemaTooNew):
        load(both, {"schema": "sen.trip/3.0"})


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ("sen.other/1.0", "schema-mismatch"),
        ("sen.trip/1", "schema-unknown"),
        ("sen.trip/01.0", "schema-unknown"),
        ("sen.trip/1.0\n", "schema-unknown"),
        ("Sen.Trip/1.0", "schema-unknown"),
        ("sen.trip/99999.0", "schema-unknown"),
        (None, "wrong-type"),
        (1.0, "wrong-type"),
    ],
)
def test_schema_ids_that_are_none_of_ours(schema: Any, code: str) -> None:
    error = refused(OldTrip, trip(schema=schema))
    assert (error.code, error.path) == (code, "/schema")


def test_a_registry_refuses_names_it_does_not_know() -> None:
    assert refused(Registry(OldTripSchema), trip(schema="sen.other/1.0")).code == "schema-unknown"


def test_a_newer_minor_version_may_use_newer_codes_of_the_same_form() -> None:
    assert refused(OldTrip, trip(sex="Q7")).code == "not-in-set"
    read = load(OldTrip, trip(schema="sen.trip/1.4", sex="Q7"))
    assert read.sex == "Q7"
    assert dump(read)["sex"] == "Q7"
    assert refused(OldTrip, trip(schema="sen.trip/1.4", sex="Q 7")).code == "not-in-set"
    assert refused(OldTrip, trip(sex="Q7")).code == "not-in-set"  # and it is forgotten again


@pytest.mark.parametrize("value", [None, 1, "x", [], [trip()], True])
def test_a_record_is_an_object(value: Any) -> None:
    error = refused(OldTrip, value)
    assert (error.code, error.path) == ("wrong-type", "")


def test_a_record_without_schema_says_so() -> None:
    assert refused(OldTrip, {"name": "x"}).problems == (("missing", "/schema"),)


def test_every_problem_is_told_and_the_first_gives_code_and_path() -> None:
    error = refused(OldTrip, trip(name=7, legs=[{"to": ""}, {}, {"to": None}, 4], sex="?"))
    assert (error.code, error.path) == error.problems[0]
    assert set(error.problems) == {
        ("wrong-type", "/name"),
        ("too-short", "/legs/0/to"),
        ("missing", "/legs/1/to"),
        ("wrong-type", "/legs/2/to"),
        ("wrong-type", "/legs/3"),
        ("not-in-set", "/sex"),
    }
    assert isinstance(error, RecordError)


def test_text_that_is_no_strict_json_is_refused_before_anything_else() -> None:
    with pytest.raises(StrictJsonError):
        load_bytes(OldTrip, b'{"schema":"sen.trip/1.0","name":"a","name":"b"}')


@pytest.mark.parametrize(
    "value",
    [
        trip(name=[MARKER]),
        trip(name=MARKER + "\u0000"),
        trip(name=MARKER * 60),
        trip(sex=MARKER),
        trip(critical=[MARKER]),
        trip(schema=MARKER),
        trip(schema="sen.trip/2.0", note=MARKER),
        trip(legs=[{MARKER: MARKER}]),
        trip(legs={MARKER: MARKER}),
        trip(legs=[MARKER]),
    ],
)
def test_no_error_tells_a_value(value: Any) -> None:
    with pytest.raises(SchemaError) as caught:
        load(OldTrip, value)
    error: BaseException | None = caught.value
    assert error is not None
    told = [str(error), repr(error), repr(vars(error)), repr(error.args)]
    while (error := error.__context__) is not None:
        told.append(repr(error))
    assert MARKER not in "".join(told)


def test_no_repr_tells_a_value() -> None:
    read = load(OldTrip, trip(name=MARKER, legs=[{"to": MARKER}], more=MARKER))
    assert MARKER not in repr(read) + str(read) + repr(read.legs)


def test_writing_refuses_what_reading_would_refuse() -> None:
    with pytest.raises(RecordRefused) as caught:
        dump_bytes(OldTrip(name=""))
    assert caught.value.problems == (("too-short", "/name"),)
    with pytest.raises(SchemaTooNew):
        dump(OldTrip(schema="sen.trip/2.0", name="x"))


def test_absent_and_empty_optional_fields_are_left_out() -> None:
    assert dump(OldTrip(name="x", sex=None, legs=())) == trip(name="x")


def test_records_are_frozen_and_compare_by_content() -> None:
    one, two = load(OldTrip, trip(more={"a": []})), load(OldTrip, trip(more={"a": []}))
    assert one == two
    assert hash(one) == hash(two)
    assert not hasattr(one, "__dict__")
    with pytest.raises(AttributeError):
        one.name = "other"  # type: ignore[misc]


def test_schema_ids_come_apart() -> None:
    assert parse_schema_id("sen.ehc-plan/12.30") == ("sen.ehc-plan", 12, 30)
