"""Destinations that do not fit the form. Second persons and calls are tried in
tests/exchange/services/test_settle_destination.py, a child's placement in test_looked_after.py."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.access import Role
from exchange.domain.destinations import Asked, Kind, Standing
from exchange.domain.disclosure import Outcome
from exchange.errors import Refused
from exchange.services.preview import explain, preview
from exchange.services.queue_bundle import Order
from exchange.services.settle_destination import (
    Settled,
    Wanted,
    record_request,
    require_settled,
    settle,
)
from schemas.base import load_bytes
from schemas.errors import SchemaError
from schemas.pupil import LookedAfter, Pupil
from tests.exchange.services.town import COUNCIL, PRIMARY, PROFILES, SENCO, Town
from tests.lives.people import staff


def settled(town: Town, pupil_id: str, wanted: Wanted) -> Settled:
    return settle(
        town.primary.inside, PRIMARY, pupil_id, wanted, staff(town, "Jo", Role.SENCO), SENCO
    )


@pytest.mark.parametrize(
    ("wanted", "standing"),
    [
        (Wanted(kind=Kind.SCHOOL, number="8204002", confirmation="Riverside Academy"), "ready"),
        (Wanted(kind=Kind.SCHOOL, number="999555", name="Hill Special School"), "second"),
        (Wanted(kind=Kind.COLLEGE, number="10012345", name="Larkshire College"), "second"),
        (Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Ysgol y Bryn", country="Wales"), "second"),
        (Wanted(kind=Kind.HOME_EDUCATED), "held"),
        (Wanted(kind=Kind.NOT_DECIDED), "not-decided"),
        (Wanted(kind=Kind.NOTHING_TO_SEND), "nothing"),
    ],
)
def test_every_kind_of_place_can_be_said(town: Town, wanted: Wanted, standing: str) -> None:
    assert standing in settled(town, town.leaver(), wanted).standing.value


def test_a_home_educated_childs_pack_is_held_until_the_council_asks(town: Town) -> None:
    pupil_id = town.leaver()
    town.attach(pupil_id)
    settled(town, pupil_id, Wanted(kind=Kind.HOME_EDUCATED))
    with town.primary.store.reading(PRIMARY) as unit, pytest.raises(Refused, match="held-until"):
        require_settled(unit, pupil_id)
    asked = Asked(by="la", who="Larkshire", day=date(2026, 9, 1), recorded_by="Jo", role="senco")
    done = record_request(town.primary.inside, PRIMARY, pupil_id, asked, SENCO)
    assert done.standing is Standing.READY
    to_council = Wanted(kind=Kind.SCHOOL, number=COUNCIL, confirmation=PROFILES[COUNCIL].name)
    settled(town, pupil_id, to_council)
    assert town.send(pupil_id).transfer.recipient == COUNCIL


def test_a_pupil_without_a_upn_travels_with_the_reason(town: Town) -> None:
    pupil_id = town.leaver(upn=None, upn_unknown="UN3")
    town.choose(pupil_id)
    bundle_id = town.send(pupil_id).transfer.bundle_id
    town.settle()
    assert town.secondary.arrival(bundle_id).state.value == "verified"
    assert load_bytes(Pupil, town.primary.pupil(pupil_id).record).upn_unknown == "UN3"
    with pytest.raises((Refused, SchemaError, Exception), match="upn"):
        town.leaver(1, upn=None)


def test_a_move_during_the_year_has_a_purpose_of_its_own(town: Town) -> None:
    pupil_id = town.ready()
    sent = town.send(pupil_id, purpose="in-year-transfer")
    town.settle()
    assert town.secondary.arrival(sent.transfer.bundle_id).state.value == "verified"
    told = explain(town.primary.inside, PRIMARY, sent.transfer.bundle_id)
    assert (told.purpose, told.lawful_basis) == ("in-year-transfer", "public-task")


def test_of_a_looked_after_child_social_care_advice_stays_by_default(town: Town) -> None:
    pupil_id = town.leaver(looked_after=LookedAfter(in_care=True, care_authority="820"))
    town.choose(pupil_id)
    town.attach(pupil_id, b"Contact arrangements and placement.", "social-care-advice")
    town.attach(pupil_id, b"Targets of the term.", "pep")
    seen = preview(town.primary.inside, PRIMARY, pupil_id, Order())
    outcome = {one.type: one.decision.outcome for one in seen.disclosed}
    assert outcome["social-care-advice"] is not Outcome.ALLOWED
    assert outcome["pep"] is Outcome.ALLOWED


def test_a_dually_registered_pupil_has_a_pack_for_that_purpose(town: Town) -> None:
    pupil_id = town.leaver(enrol_status="M")
    town.choose(pupil_id)
    assert town.send(pupil_id, purpose="dual-registration").outcome == "queued"


def test_the_council_is_no_recipient_of_a_second_registration(town: Town) -> None:
    pupil_id = town.ready(to=COUNCIL)
    with pytest.raises(Refused, match="purpose-unfit"):
        town.send(pupil_id, purpose="dual-registration")


def test_what_was_settled_is_in_the_book_without_where(town: Town) -> None:
    settled(town, town.leaver(), Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Ysgol", country="Wales"))
    told = repr([(one.action, dict(one.detail)) for one in town.primary.book()])
    assert "destination.settled" in told
    assert "Wales" not in told
