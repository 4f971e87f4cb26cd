"""Every field of a record that names a file of a pack is made to name ours."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from exchange.services.own_ids import NAMES, named_in, with_ids
from schemas.base import dump, load
from schemas.fields import Items
from schemas.parts import Nested
from schemas.records import RECORDS
from schemas.texts import Uuid
from tests.schemas import record_examples as examples

NO_FILES = {"subject", "reference", "request"}
"""Fields with an id that is no document's."""


def ids_in(schema: Any, seen: set[Any]) -> set[str]:
    """Return the names of the fields of a schema and its parts that hold ids."""
    if schema in seen:
        return set()
    seen.add(schema)
    found = set()
    for name, field in schema._declared_fields.items():
        inner = field.item if isinstance(field, Items) else field
        if isinstance(inner, Uuid):
            found.add(name)
        if isinstance(inner, Nested):
            found |= ids_in(inner.part, seen)
    return found


def test_each_id_in_a_record_is_a_documents_or_known_to_be_none() -> None:
    seen: set[Any] = set()
    found = set().union(*(ids_in(schema, seen) for schema in RECORDS))
    assert found == NAMES | NO_FILES


@pytest.mark.parametrize("make", [examples.report, examples.ehc_plan, examples.ehc_request])
def test_a_record_names_ours_throughout_and_says_the_same_otherwise(make: Any) -> None:
    record = load(RECORDS, make())
    ids = {one: str(uuid.uuid4()) for one in named_in(record)}
    assert ids
    made = with_ids(record, ids)
    assert set(named_in(made)) == set(ids.values())
    assert with_ids(made, {ours: theirs for theirs, ours in ids.items()}) == record
    assert load(RECORDS, dump(made)) == made


def test_two_files_of_theirs_that_are_one_of_ours_are_named_once() -> None:
    record = load(RECORDS, examples.advice_request())
    theirs = [*dict.fromkeys(named_in(record))]
    made = with_ids(record, dict.fromkeys(theirs, str(uuid.uuid4())))
    assert len([*named_in(made)]) == 1
    assert load(RECORDS, dump(made)) == made
