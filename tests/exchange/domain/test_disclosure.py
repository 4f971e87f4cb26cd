"""The rule that is never bent: child protection to the DSL alone, and nothing else with it."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.disclosure import check_channel, is_cp
from schemas.codes import code_set
from schemas.errors import CodeSetError

DAY = date(2026, 7, 1)
TYPES = [one.code for one in code_set("document-type").current(DAY)]
CP = ["cp-file"]


def test_the_types_of_today_are_all_tried_below() -> None:
    assert len(TYPES) > 30
    assert [one for one in TYPES if is_cp(one, DAY)] == CP


@pytest.mark.parametrize("document_type", TYPES)
def test_where_each_type_may_go(document_type: str) -> None:
    general = check_channel(document_type, "transfer", "general", DAY)
    to_dsl = check_channel(document_type, "cp-file", "dsl", DAY)
    astray = check_channel(document_type, "cp-file", "general", DAY)
    confidential = document_type in CP
    assert general.allowed is not confidential
    assert to_dsl.allowed is confidential
    assert not astray.allowed
    assert general.code == ("cp-apart" if confidential else "general-pack")
    assert to_dsl.code == ("cp-file" if confidential else "not-a-cp-document")
    assert astray.code == "cp-to-dsl-only"


def test_child_protection_never_travels_in_a_general_bundle_even_to_the_dsl() -> None:
    assert not check_channel("cp-file", "transfer", "dsl", DAY).allowed


def test_a_type_that_nobody_knows_is_refused_without_being_named() -> None:
    with pytest.raises(CodeSetError) as refused:
        check_channel("MARKERTYPE77", "transfer", "general", DAY)
    assert "MARKERTYPE77" not in str(refused.value) + refused.value.hint


def test_a_type_of_the_future_is_not_one_of_today() -> None:
    with pytest.raises(CodeSetError):
        is_cp("isp", DAY)
    assert not is_cp("isp", date(2029, 9, 1))
