"""Lives that do not fit the form: taught at home and asked for, a copy for who is entitled."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.domain.destinations import Kind
from exchange.services.approve import approvals, decide
from exchange.services.ask import ask_for_records, requests_to_us
from exchange.services.by_hand import copies_by_hand
from exchange.services.edit_record import current_pupil
from exchange.services.guest_copy import Guest, make_guest_copy
from exchange.services.people.account import Account
from exchange.services.settle_destination import Wanted, settle
from exchange.services.subject_access.complaints import record_complaint
from exchange.services.subject_access.model import PUPIL, Authority, record_request
from schemas.message import AskedChild
from tests.browser.furnish import SENCO
from tests.browser.stories.stage import Stage, Story, actor
from tests.journeys.machine import wait_for


def _copy(stage: Stage, _: Account) -> str:
    """A pupil who is old enough asks for what is kept of them."""
    primary, pupil = stage.live["primary"], stage.child("Wilfred")
    inside, today = primary.node.inside, primary.node.inside.clock.now().date()
    told = "Known to the office."
    made = record_request(inside, primary.org_id, pupil, PUPIL, Authority.OWN, told, today, SENCO)
    return f"/pupils/{pupil}/copies/{made.request_id}"


def _complaint(stage: Stage, _: Account) -> str:
    """A parent complained to the school about what was sent of a pupil."""
    return _complained(stage, "primary", stage.child("Wilfred"))


def _complaint_of_nobody(stage: Stage, _: Account) -> str:
    """Somebody complained to the council, about no pupil of whom it has a record."""
    return _complained(stage, "council", None)


def _complained(stage: Stage, where: str, pupil: str | None) -> str:
    here = stage.live[where]
    inside, said = here.node.inside, "A letter went to an old address."
    came = london_day(inside.clock.now())
    made = record_complaint(inside, here.org_id, "Pat Oak", said, came, SENCO, pupil)
    return f"/complaints/{made.complaint_id}"


def _hand(stage: Stage, _: Account) -> str:
    """A child is taught at home; a school asks for the pack that is held."""
    primary, secondary = stage.live["primary"], stage.live["secondary"]
    inside, org_id = primary.node.inside, primary.org_id
    pupil = stage.child("Xavier", going=False)
    who = stage.someone("primary", Role.SENCO).account_id
    settle(inside, org_id, pupil, Wanted(kind=Kind.HOME_EDUCATED), who, SENCO)
    with inside.store.reading(org_id) as unit:
        known = current_pupil(unit, pupil)
    child = AskedChild(
        surname=known.names.surname,
        forename=known.names.forename,
        date_of_birth=known.date_of_birth,
    )
    senco = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    ask_for_records(secondary.node.inside, secondary.org_id, org_id, child, None, "", senco)
    found: list[str] = []

    def came() -> bool:
        with inside.store.reading(org_id) as unit:
            asked = requests_to_us(unit)
        found[:] = [one.request_id for one in asked if one.child.surname == child.surname]
        return bool(found)

    wait_for("a request to come", came)
    return f"/requests/{found[0]}/pupils/{pupil}"


def _elsewhere(stage: Stage) -> str:
    """A child goes to an alternative provider, and a second person has confirmed it."""
    primary, pupil = stage.live["primary"], stage.child("Yorick", going=False)
    inside, org_id = primary.node.inside, primary.org_id
    who = stage.someone("primary", Role.SENCO).account_id
    barn = Wanted(kind=Kind.PROVIDER, name="The Barn")
    settle(inside, org_id, pupil, barn, who, SENCO)
    head = stage.someone("primary", Role.HEAD)
    with inside.store.reading(org_id) as unit:
        asked = [one for one in approvals(unit, "waiting") if one.place_name == "The Barn"]
    for one in asked:
        by = actor(head, Role.HEAD)
        decide(inside, org_id, one.approval_id, head.account_id, by, yes=True)
    return pupil


def _by_hand(stage: Stage, _: Account) -> str:
    return f"/pupils/{_elsewhere(stage)}/by-hand"


def _given(stage: Stage, _: Account) -> str:
    """A copy for the provider was made, and nobody has said yet that it was given."""
    primary, pupil = stage.live["primary"], _elsewhere(stage)
    inside, guest = primary.node.inside, Guest("Mr Hay", "Head of centre", "The Barn")
    make_guest_copy(inside, primary.org_id, pupil, guest, SENCO)
    with inside.store.reading(primary.org_id) as unit:
        (made, *_) = copies_by_hand(unit, pupil)
    return f"/pupils/{pupil}/by-hand/{made.copy_id}"


STORIES = (
    Story("lives.by_hand", "primary", _by_hand),
    Story("lives.given", "primary", _given),
    Story("lives.copy", "primary", _copy),
    Story("lives.complaint", "primary", _complaint),
    Story("lives.complaint", "council", _complaint_of_nobody),
    Story("lives.hand", "primary", _hand),
)
