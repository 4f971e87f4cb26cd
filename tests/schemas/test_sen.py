"""Register, plan, profile and transition plan."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import dump, load
from schemas.sen import (
    OnePageProfile,
    OutcomeStatus,
    SenRegister,
    SenSupportPlan,
    TransitionPlan,
)
from tests.schemas.record_examples import plan, profile, register, transition
from tests.schemas.verdicts import only


def test_the_register_loads_and_comes_back() -> None:
    made = load(SenRegister, register())
    assert made.provision == "K"
    assert [(need.rank, need.type) for need in made.needs if need.ends is None] == [
        (1, "SLCN"),
        (2, "SPLD"),
    ]
    assert dump(made) == register()


def test_a_suspected_need_has_no_type_and_is_no_diagnosis() -> None:
    made = load(SenRegister, register())
    assert not hasattr(made.suspected_needs[0], "type")
    suspected = [{"area": "communication-interaction"}]
    assert only(register(suspected_needs=suspected)) == ("missing", "/suspected_needs/0/noticed")
    suspected = [{"area": "ASD", "noticed": "x"}]
    assert only(register(suspected_needs=suspected)) == ("not-in-set", "/suspected_needs/0/area")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"provision": "A"}, "not-in-set", "/provision"),  # history only
        ({"provision": "k"}, "not-in-set", "/provision"),
        ({"needs": [{"rank": 0, "type": "SLCN"}]}, "out-of-range", "/needs/0/rank"),
        (
            {"needs": [{"rank": 1, "type": "SLCN"}, {"rank": 1, "type": "SPLD"}]},
            "rank-repeated",
            "/needs/1/rank",
        ),
        ({"needs": [{"rank": 1, "type": "dyslexia"}]}, "not-in-set", "/needs/0/type"),
        (
            {"needs": [{"rank": 1, "type": "HI", "starts": "2026-01-02", "ends": "2026-01-01"}]},
            "ends-early",
            "/needs/0/ends",
        ),
        (
            {
                "provision_history": [
                    {"provision": "K", "starts": "2026-01-02", "ends": "2025-01-01"}
                ]
            },
            "ends-early",
            "/provision_history/0/ends",
        ),
        ({"provision_history": [{}]}, "missing", "/provision_history/0/provision"),
    ],
)
def test_a_bad_register(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(register(**changes)) == (code, path)


def test_the_plan_loads_and_comes_back() -> None:
    made = load(SenSupportPlan, plan())
    assert made.outcomes[0].status is OutcomeStatus.UNDER_WAY
    assert made.cycles[0].review is not None
    assert made.provision[0].outcomes == (1,)
    assert dump(made) == plan()


def test_a_provision_without_cost_is_one_to_one_unless_said() -> None:
    provision = {
        "what": "Precision teaching",
        "who": "Teaching assistant",
        "times": 4,
        "per": "week",
        "minutes": 15,
    }
    made = load(SenSupportPlan, plan(provision=[provision]))
    assert (made.provision[0].group_size, made.provision[0].hourly_rate_pence) == (1, None)


def change(part: str, **changes: Any) -> dict[str, Any]:
    value = plan()
    value[part][0].update(changes)
    return value


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (change("provision", group_size=0), "out-of-range", "/provision/0/group_size"),
        (change("provision", minutes="15"), "wrong-type", "/provision/0/minutes"),
        (change("provision", per="weekly"), "not-in-set", "/provision/0/per"),
        (change("provision", outcomes=[1, 2]), "outcome-unknown", "/provision/0/outcomes/1"),
        (
            change("provision", hourly_rate_pence=16.5),
            "wrong-type",
            "/provision/0/hourly_rate_pence",
        ),
        (change("provision", ends="2025-01-01"), "ends-early", "/provision/0/ends"),
        (change("outcomes", by="summer"), "wrong-form", "/outcomes/0/by"),
        (change("outcomes", measure="  "), "blank", "/outcomes/0/measure"),
        (change("cycles", ends="2025-01-01"), "ends-early", "/cycles/0/ends"),
        (change("cycles", assess="x" * 20_001), "too-long", "/cycles/0/assess"),
        (change("cycles", review={"held": "2026-03-26"}), "missing", "/cycles/0/review/progress"),
        (plan(cycles=plan()["cycles"] * 2), "number-repeated", "/cycles/1/number"),
        (plan(outcomes=plan()["outcomes"] * 2), "number-repeated", "/outcomes/1/number"),
        (plan(author={"name": "Ms Byrne"}), "missing", "/author/role"),
    ],
)
def test_a_bad_plan(value: dict[str, Any], code: str, path: str) -> None:
    assert only(value) == (code, path)


def test_a_smart_outcome_is_measured_and_timed() -> None:
    for name in ("outcome", "measure", "by"):
        value = plan()
        del value["outcomes"][0][name]
        assert only(value) == ("missing", f"/outcomes/0/{name}")


def test_the_profile_loads_and_comes_back() -> None:
    assert dump(load(OnePageProfile, profile())) == profile()
    assert only(profile(medical_alert="Pen\nin the office")) == ("wrong-form", "/medical_alert")
    assert only(profile(strengths="kind")) == ("wrong-type", "/strengths")


def test_the_transition_plan_loads_and_comes_back() -> None:
    assert dump(load(TransitionPlan, transition())) == transition()
    visit = {"day": "2026-06-24", "purpose": "Canteen", "how_it_went": "Well"}
    assert only(transition(visits=[visit])) == ("visit-not-made", "/visits/0/made")
    assert only(transition(moves_to={"urn": "137421"})) == ("missing", "/moves_to/name")


def test_a_protected_destination_can_be_left_out() -> None:
    value = transition()
    del value["moves_to"]
    assert load(TransitionPlan, value).moves_to is None
