"""Who may record what, what must be said with it, and what the book holds of it."""

from __future__ import annotations

import pytest

from exchange.errors import (
    ExchangeError,
    Refused,
    UsageError,
)
from exchange.ports import Actor
from exchange.services.record_disclosure import Ruling, judge
from tests.exchange.services.desk import Desk
from tests.exchange.services.town import (
    HEAD,
    PRIMARY,
    SENCO,
    Town,
)


@pytest.fixture
def desk(town: Town) -> Desk:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    return Desk(town, pupil_id)


# Who may record what


@pytest.mark.parametrize(
    ("why", "actor", "code"),
    [
        ("safeguarding", SENCO, "role-cannot-decide"),
        ("statutory-duty", SENCO, "role-cannot-decide"),
        ("needed-for-provision", HEAD, "role-cannot-decide"),
        ("section-needed", SENCO, "role-cannot-decide"),
    ],
)
def test_a_decision_is_recorded_in_the_role_that_takes_it(
    desk: Desk, why: str, actor: Actor, code: str
) -> None:
    ref = desk.attach("ep-report", "MARKER")
    before = desk.town.primary.snapshot()
    with pytest.raises(Refused) as error:
        desk.judge(ref, why, actor)
    assert error.value.code == code
    assert desk.town.primary.snapshot() == before


@pytest.mark.parametrize(
    ("why", "told", "code"),
    [
        ("serious-harm", {"registration": " "}, "registration-missing"),
        ("named-recipient", {"person": ""}, "person-missing"),
        ("serious-harm", {"by": " "}, "name-unclear"),
        ("serious-harm", {"by": "Dr\x1b[31m"}, "name-unclear"),
        ("serious-harm", {"withhold": False}, "reason-direction"),
        ("because", {}, "code-unknown"),
    ],
)
def test_a_decision_says_what_its_reason_asks_for(
    desk: Desk, why: str, told: dict[str, object], code: str
) -> None:
    ref = desk.attach("ep-report", "MARKER")
    full: dict[str, object] = {
        "reason": why,
        "by": "Dr A",
        "withhold": why != "named-recipient",
        "registration": "PYL1",
        "person": "Mx R",
    }
    ruling = Ruling(**(full | told))  # type: ignore[arg-type]
    with pytest.raises(ExchangeError) as error:
        judge(desk.town.primary.inside, PRIMARY, ref, ruling, SENCO)
    assert error.value.code == code


def test_a_release_wants_to_know_for_whom(town: Town) -> None:
    pupil_id = town.leaver()
    desk = Desk(town, pupil_id)
    ref = desk.attach("camhs-report", "MARKER")
    with pytest.raises(UsageError, match="audience-missing"):
        desk.judge(ref, "named-recipient")
    desk.judge(ref, "named-recipient", audience="999002")
    town.choose(pupil_id)
    assert desk.preview()[ref][0] == "allowed"


def test_a_whole_pack_has_wishes_and_no_decisions(desk: Desk) -> None:
    with pytest.raises(UsageError, match="whole-pack"):
        desk.mark(desk.pupil_id, "la")
    with pytest.raises(UsageError, match="whole-pack"):
        desk.judge(desk.pupil_id, "not-needed")


def test_the_book_holds_codes_and_no_names(desk: Desk) -> None:
    ref = desk.attach("diagnosis-letter", "MARKER")
    desk.judge(ref, "serious-harm", by="Dr Odusanya", registration="PYL40404")
    desk.wish(ref, "refuses")
    desk.mark(ref, "la")
    told = " ".join(
        f"{one.action} {one.object_id} {one.detail}" for one in desk.town.primary.book()
    )
    assert "Odusanya" not in told
    assert "40404" not in told
    (entry,) = desk.town.primary.said("document.decided-to-withhold")
    assert dict(entry.detail) == {"reason": "serious-harm", "for": "everybody"}
    (entry,) = desk.town.primary.said("document.wish")
    assert dict(entry.detail) == {"family": "refuses", "for": "everybody"}
