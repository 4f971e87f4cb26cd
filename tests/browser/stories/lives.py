"""Lives that do not fit the form: taught at home and asked for, a copy for who is entitled."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.domain.destinations import Kind
from exchange.services.ask import ask_for_records, requests_to_us
from exchange.services.edit_record import current_pupil
from exchange.services.people.account import Account
from exchange.services.settle_destination import Wanted, settle
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


STORIES = (
    Story("lives.copy", "primary", _copy),
    Story("lives.hand", "primary", _hand),
)
