"""JSON Schema and marshmallow give the same verdict, save for the rules marked ``x-also``.

The rules that marshmallow alone can hold, and nothing else, are listed in ``ONLY_OURS``.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from schemas.base import RecordRefused, RecordSchema, load
from schemas.errors import SchemaTooNew
from schemas.export import every_schema, export, file_name, json_schema
from schemas.texts import VISIBLE
from tests.schemas import examples
from tests.schemas.generated import of_part
from tests.schemas.test_records import MAKERS
from tests.schemas.verdicts import nodes

ONLY_OURS = {
    # one field: check characters, calendar days, how a number is written
    "identifier-invalid",
    "not-a-day",
    "wrong-type",
    # a rule over several fields, or over several items of a list
    "address-empty",
    "address-twice",
    "answer-kind",
    "approved-half",
    "before-meeting",
    "body-unnamed",
    "child-missing",
    "code-kind",
    "consent-unexplained",
    "decided-early",
    "document-repeated",
    "due-early",
    "edition-status",
    "ends-early",
    "exceptions-kind",
    "expires-early",
    "final-early",
    "guest-cp",
    "guest-protection",
    "id-repeated",
    "inbox-mixed",
    "issued-early",
    "key-repeated",
    "leaves-early",
    "nhs-number-reason",
    "no-way-to-reach",
    "notice-needed",
    "number-repeated",
    "order-repeated",
    "other-subject",
    "outcome-unknown",
    "path-device",
    "path-repeated",
    "path-role",
    "point-repeated",
    "previous-seq",
    "rank-repeated",
    "readers-disagree",
    "readers-unnamed",
    "reason-missing",
    "reasons-missing",
    "recipient-repeated",
    "refers-to-itself",
    "schema-unlisted",
    "school-unnamed",
    "section-repeated",
    "sessions-exceed",
    "source-kind",
    "stanza-repeated",
    "subject-role",
    "text-missing",
    "total-differs",
    "type-role",
    "upn-or-reason",
    "used-kind",
    "visit-not-made",
    "withdrawn-why",
    "written-early",
}
SCHEMAS = {schema.SCHEMA_ID: schema for schema in every_schema()}
EXAMPLES = {
    **MAKERS,
    "sen.statement/1.0": examples.statement,
    "sen.envelope/1.0": examples.envelope,
    "sen.receipt/1.0": examples.receipt,
}
QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _ecma_pattern(
    validator: Any, pattern: str, value: Any, schema: Any
) -> Iterator[ValidationError]:
    """Match as ECMA-262 does: ``$`` is the end alone, not also the place before a line feed."""
    anchored = pattern.startswith("^")
    if isinstance(value, str):
        found = re.fullmatch(pattern, value) if anchored else re.search(pattern, value)
        if found is None:
            yield ValidationError("pattern")


Ecma = extend(Draft202012Validator, {"pattern": _ecma_pattern})
VALIDATORS = {name: Ecma(json_schema(schema)) for name, schema in SCHEMAS.items()}


def ours(schema: type[RecordSchema], value: Any) -> tuple[tuple[str, str], ...]:
    """Return marshmallow's problems."""
    try:
        load(schema.MAKES, value)  # type: ignore[type-var]
    except RecordRefused as error:
        return error.problems
    except SchemaTooNew as error:
        return ((error.code, error.path),)
    return ()


def notes_on_the_way(root: dict[str, Any], path: str) -> set[str]:
    """Return the codes of ``x-also`` at the field of ``path`` and at every object around it."""
    node, codes = root, set()
    for step in ["", *path.split("/")[1:]]:
        if step.isdigit():
            node = node["items"]
        elif step:
            node = node["properties"][step]
        here = [node, *node.get("anyOf", ())]
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
            here.append(node)
        codes |= {note["code"] for each in here for note in each.get("x-also", ())}
    return codes


IDENTIFIER_CODES = re.compile("(upn|uln|nhs-number)-[a-z-]+")


def agree(schema: type[RecordSchema], value: Any) -> None:
    """Fail unless both give one verdict, or ours is stricter by rules marked at that place."""
    validator = VALIDATORS[schema.SCHEMA_ID]
    theirs = validator.is_valid(value)
    found = ours(schema, value)
    if not found:
        assert theirs, [error.json_path for error in validator.iter_errors(value)]
        return
    marked = []
    for code, path in found:
        notes = notes_on_the_way(validator.schema, path)
        identifier = IDENTIFIER_CODES.fullmatch(code) and "identifier-invalid" in notes
        marked.append(code in notes or bool(identifier))
    if theirs:
        assert all(marked), [each for each, good in zip(found, marked, strict=True) if not good]


@pytest.mark.parametrize("schema_id", SCHEMAS)
def test_it_is_a_valid_json_schema_of_2020_12(schema_id: str) -> None:
    made = json_schema(SCHEMAS[schema_id])
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    name, version = schema_id.split("/")
    assert made["$id"] == f"urn:sen-exchange:schema:{name}:{version}"
    assert made["title"]
    assert made["description"]


@pytest.mark.parametrize("schema_id", SCHEMAS)
def test_the_example_is_valid_to_both(schema_id: str) -> None:
    value = EXAMPLES[schema_id]()
    assert ours(SCHEMAS[schema_id], value) == ()
    assert Draft202012Validator(json_schema(SCHEMAS[schema_id])).is_valid(value)


@pytest.mark.parametrize("schema_id", SCHEMAS)
@QUICK
@given(data=st.data())
def test_generated_records_are_valid_to_both(schema_id: str, data: st.DataObject) -> None:
    value = data.draw(of_part(SCHEMAS[schema_id]))
    assert ours(SCHEMAS[schema_id], value) == ()
    assert VALIDATORS[schema_id].is_valid(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside ``value``."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        yield (*path, step)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, step))


OTHERS = (
    None, True, False, 0, 1, 1.0, -1, 1.5, 2**53, "", " ", "x", "X" * 300, "a b", "\n", "0", "2026",
    "2026-02-30", "2026-05-01", "2026-02-30T00:00:00Z", "B801200005002", "9434765871",
    "SHA256:x", "data/documents/nul", "data/documents/..", "dsl", "\u202e", [], {}, [None], ["x"],
    ["x", "x"], [{}], {"x": 1},
)  # fmt: skip


def of_holder(holder: Any, last: Any, data: st.DataObject) -> None:
    """Change one entry of an object or a list, or put another beside it."""
    ways = ["other", "delete", "extra", "critical"] if isinstance(holder, dict) else ["other"]
    match data.draw(st.sampled_from(ways)):
        case "other":
            holder[last] = copy.deepcopy(data.draw(st.sampled_from(OTHERS)))
        case "delete":
            del holder[last]
        case "extra":
            holder["later"] = [{"a": None}]
        case "critical":
            names = ([last], ["later"], [last] * 2, [], [1])
            holder["critical"] = data.draw(st.sampled_from(names))


def of_value(holder: Any, last: Any, data: st.DataObject) -> None:
    """Change a text or a list a little."""
    old = holder[last]
    if isinstance(old, str):
        holder[last] = data.draw(st.sampled_from([old + "\n", old + "x", old.swapcase()]))
    elif isinstance(old, list):
        holder[last] = data.draw(st.sampled_from([old + copy.deepcopy(old[:1]), []]))


def mutate(value: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """Return a copy of a record with one thing changed."""
    changed = copy.deepcopy(value)
    *way, last = data.draw(st.sampled_from(list(places(changed))))
    holder: Any = changed
    for step in way:
        holder = holder[step]
    change = data.draw(st.sampled_from([of_holder, of_value]))
    change(holder, last, data)
    return changed


@pytest.mark.parametrize("schema_id", SCHEMAS)
@settings(QUICK, max_examples=120)
@given(data=st.data())
def test_mutated_examples_get_one_verdict(schema_id: str, data: st.DataObject) -> None:
    agree(SCHEMAS[schema_id], mutate(EXAMPLES[schema_id](), data))


@pytest.mark.parametrize("schema_id", SCHEMAS)
@QUICK
@given(data=st.data())
def test_mutated_generated_records_get_one_verdict(schema_id: str, data: st.DataObject) -> None:
    agree(SCHEMAS[schema_id], mutate(data.draw(of_part(SCHEMAS[schema_id])), data))


@pytest.mark.parametrize("schema_id", SCHEMAS)
def test_every_field_is_held_by_both(schema_id: str) -> None:
    """Each field of the full example, given each other value: the whole table, no sampling."""
    base = EXAMPLES[schema_id]()
    for *way, last in places(base):
        for other in (*OTHERS, "delete this"):
            value = copy.deepcopy(base)
            holder: Any = value
            for step in way:
                holder = holder[step]
            if other == "delete this":
                del holder[last]
            else:
                holder[last] = copy.deepcopy(other)
            agree(SCHEMAS[schema_id], value)


def test_what_only_marshmallow_can_hold_is_this_list() -> None:
    noted = {
        note["code"]
        for schema in SCHEMAS.values()
        for node in nodes(json_schema(schema))
        for note in node.get("x-also", ())
    }
    assert noted == ONLY_OURS


def test_patterns_are_read_alike_by_every_dialect() -> None:
    for schema in SCHEMAS.values():
        for node in nodes(json_schema(schema)):
            pattern = node.get("pattern")
            if not isinstance(pattern, str) or pattern == VISIBLE:
                continue
            assert pattern.startswith("^"), pattern
            assert pattern.endswith("$"), pattern
            assert not re.search(r"\(\?|\\[dDwWsSbBAZzpP]", pattern), pattern


def test_files_are_written_alike_twice(tmp_path: Path) -> None:
    first = export(tmp_path / "a" / "b")
    second = export(tmp_path / "c")
    assert [path.name for path in first] == [file_name(schema) for schema in every_schema()]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    names = {json.loads(path.read_bytes())["$id"] for path in first}
    assert len(names) == len(SCHEMAS)


def test_the_disagreement_would_be_seen() -> None:
    """The comparison itself is tested: a schema that lost a rule is caught."""
    schema = SCHEMAS["sen.receipt/1.0"]
    loose = copy.deepcopy(json_schema(schema))
    properties: Any = loose["properties"]
    del properties["seq"]["minimum"]
    good = VALIDATORS["sen.receipt/1.0"]
    VALIDATORS["sen.receipt/1.0"] = Ecma(loose)
    try:
        with pytest.raises(AssertionError):
            agree(schema, examples.receipt(seq=0))
    finally:
        VALIDATORS["sen.receipt/1.0"] = good
