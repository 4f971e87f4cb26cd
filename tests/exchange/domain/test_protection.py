"""Protected moves: two people, two ways, and no role that opens one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exchange.domain.protection import (
    Protection,
    SafeDestination,
    Way,
    Why,
    protection_from_json,
    require_setter,
    two_people,
    way_for,
)
from exchange.errors import Refused, UsageError

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
TO = SafeDestination(
    org_id="00000002-0000-4000-8000-000000000002",
    name="Riverside Academy",
    way=Way.DSL_TO_DSL,
    confirmed_by="dee",
    confirmed_with="urn",
    confirmed_at=NOW,
)
MOVE = Protection(
    pupil_id="p", why=Why.WITNESS, known_to=("dee", "ada"), set_by="dee", role="dsl", at=NOW
)


@pytest.mark.parametrize("destination", [None, TO, replace(TO, way=Way.THROUGH_LA)])
def test_it_reads_what_it_wrote(destination: SafeDestination | None) -> None:
    made = replace(MOVE, destination=destination)
    assert protection_from_json(made.as_json()) == made


def test_two_named_people_know_and_nobody_by_role() -> None:
    assert [MOVE.is_known_to(one) for one in ("dee", "ada", "jo", "dsl", "head", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("pair", [("a", "a"), ("a", " a "), ("", "a"), ("a", "  ")])
def test_two_people_are_two(pair: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="two-people-needed"):
        two_people(*pair)


@pytest.mark.parametrize("role", ["senco", "sen-administrator", "teacher", "node-administrator"])
def test_nobody_else_protects(role: str) -> None:
    with pytest.raises(Refused, match="not-for-this-role"):
        require_setter(role)


def test_it_goes_from_lead_to_lead_or_through_the_council() -> None:
    assert (way_for("school"), way_for("college"), way_for("la")) == (
        Way.DSL_TO_DSL,
        Way.DSL_TO_DSL,
        Way.THROUGH_LA,
    )
    assert TO.inbox == "dsl"
    assert replace(TO, way=Way.THROUGH_LA).inbox == "general"


@pytest.mark.parametrize("kind", ["health", "agency", "family"])
def test_no_other_kind_of_organisation_is_a_way(kind: str) -> None:
    with pytest.raises(Refused, match="protected-way"):
        way_for(kind)
