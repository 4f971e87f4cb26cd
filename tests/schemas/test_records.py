"""All records together: the table, the subject, the flag that says nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from schemas.base import RecordSchema, SubjectRecord, dump, dump_bytes, load, load_bytes, schema_of
from schemas.codes import code_set_names
from schemas.ehc import EhcPlan, EhcSectionName
from schemas.export import every_schema, json_schema
from schemas.parts import PartSchema, instance
from schemas.records import RECORDS
from schemas.safeguarding import SafeguardingFlag
from tests.schemas import examples, record_examples
from tests.schemas.verdicts import nodes, only, problems

MAKERS: dict[str, Callable[..., dict[str, Any]]] = {
    maker()["schema"]: maker
    for maker in (
        record_examples.pupil,
        record_examples.register,
        record_examples.plan,
        record_examples.profile,
        record_examples.transition,
        record_examples.report,
        record_examples.attendance,
        record_examples.attainment,
        record_examples.safeguarding,
        record_examples.ehc_plan,
        record_examples.annual_review,
        record_examples.ehc_request,
        record_examples.ehc_decision,
        record_examples.advice_request,
        record_examples.advice_answer,
        record_examples.consultation_answer,
        record_examples.review_decision,
        record_examples.message,
    )
}
PARTS = [each for each in PartSchema.__subclasses__() if each is not RecordSchema]


@pytest.mark.parametrize("schema_id", MAKERS)
def test_the_full_example_has_every_field_and_comes_back(schema_id: str) -> None:
    value = MAKERS[schema_id]()
    made = load(RECORDS, value)
    assert dump(made) == value
    assert load_bytes(type(made), dump_bytes(made)) == made
    optional = {"critical", "upn_unknown"}
    assert set(instance(schema_of(type(made))).fields) - set(value) <= optional


def test_every_record_of_the_table_has_an_example() -> None:
    assert {schema.SCHEMA_ID for schema in RECORDS} == set(MAKERS)


@pytest.mark.parametrize("schema_id", MAKERS)
def test_every_record_says_whose_it_is(schema_id: str) -> None:
    made = load(RECORDS, MAKERS[schema_id]())
    assert isinstance(made, SubjectRecord)
    assert made.subject == examples.PUPIL
    value = MAKERS[schema_id]()
    del value["subject"]
    assert problems(value) == (("missing", "/subject"),)


@pytest.mark.parametrize("schema_id", sorted(set(MAKERS) - {"sen.safeguarding-flag/1.0"}))
def test_unknown_fields_come_back(schema_id: str) -> None:
    value = MAKERS[schema_id](schema=schema_id[:-1] + "9", later={"a": [1, None]})
    assert dump(load(RECORDS, value)) == value


@pytest.mark.parametrize("schema", [*PARTS, *every_schema()], ids=lambda each: each.__name__)
def test_schema_and_dataclass_have_the_same_fields(schema: type[PartSchema]) -> None:
    made = {each.name: each for each in dataclasses.fields(schema.MAKES)}
    described = instance(schema).fields
    assert set(made) - {"unknown"} == set(described)
    for name, each in described.items():
        has_default = made[name].default is not dataclasses.MISSING
        assert has_default is not each.required or name == "schema", name


def test_the_flag_says_nothing_else() -> None:
    value = record_examples.safeguarding()
    assert load(SafeguardingFlag, value).flag is True
    assert only(record_examples.safeguarding(reason="x"))[0] == "unknown-field"
    value["dsl"]["note"] = "x"
    assert only(value) == ("unknown-field", "/dsl")
    newer = record_examples.safeguarding(schema="sen.safeguarding-flag/1.4", reason="x")
    assert only(newer)[0] == "unknown-field"


def test_the_dsl_can_be_reached() -> None:
    value = record_examples.safeguarding(dsl={"name": "Mr Tom Hale"})
    assert only(value) == ("no-way-to-reach", "/dsl/phone")
    assert only(record_examples.safeguarding(flag=1)) == ("wrong-type", "/flag")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"possible": 319}, "sessions-exceed"),
        ({"attended": -1}, "out-of-range"),
        ({"laestab": "801/2000"}, "wrong-form"),
        ({"marks": [{"starts": "2025-09-01", "marks": "é"}]}, "wrong-form"),
    ],
)
def test_bad_attendance(changes: dict[str, Any], code: str) -> None:
    value = record_examples.attendance()
    value["years"][0].update(changes)
    assert only(value)[0] == code


def test_bad_attainment() -> None:
    value = record_examples.attainment()
    value["results"][0]["result"] = "<b>"
    assert only(value) == ("wrong-form", "/results/0/result")


def test_ehc_sections_are_separately_identified_and_their_text_optional() -> None:
    assert [*EhcSectionName] == ["A", "B", "C", "D", "E", "F", "G", "H1", "H2", "I", "J", "K"]
    made = load(EhcPlan, record_examples.ehc_plan())
    assert [each.text is None for each in made.sections] == [False, True, True]
    every = [{"section": str(name)} for name in EhcSectionName]
    assert not problems(record_examples.ehc_plan(sections=every))
    twice = record_examples.ehc_plan(sections=[{"section": "H1"}, {"section": "H1"}])
    assert only(twice) == ("section-repeated", "/sections/1/section")
    assert only(record_examples.ehc_plan(sections=[{"section": "H"}]))[0] == "not-in-set"
    assert only(record_examples.ehc_plan(authority="999")) == ("not-in-set", "/authority")


def test_every_code_set_that_a_schema_names_is_there() -> None:
    named = {
        str(node["x-code-set"])
        for schema in every_schema()
        for node in nodes(json_schema(schema))
        if "x-code-set" in node
    }
    assert {"sen-type", "leaving-reason", "disability"} < named <= set(code_set_names())
