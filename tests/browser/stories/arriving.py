"""The receiving school: an admissions list, a child who may be another, tutor groups, requests."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.services.accept import accept
from exchange.services.ask import ask_for_records, requests_to_us
from exchange.services.class_sheet import class_pupils, put_group
from exchange.services.expect import draft_list, take_list
from exchange.services.expected import expected_children
from exchange.services.let_go import ASKED
from exchange.services.load_pack import load_pack
from exchange.services.people.account import Account
from exchange.services.queue_bundle import Order
from exchange.services.recall import recall
from exchange.services.send import send
from schemas.message import AskedChild
from tests.browser.furnish import SENCO, arrived
from tests.browser.stories.stage import BORN, SURNAME, Stage, Story, actor
from tests.journeys.machine import wait_for

_HEAD = "Surname,Forename,Date of birth,Primary school\n"


def _check(stage: Stage, _: Account) -> str:
    """A list was pasted; a row of it is wrong."""
    secondary = stage.live["secondary"]
    senco = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    rows = f"{_HEAD}Quarles,Wilf,3/4/2015,999001\nQuarles,Xanthe,never,999001\n"
    return f"/admissions/{draft_list(secondary.node.inside, secondary.org_id, rows, senco)}"


def _match(stage: Stage, _: Account) -> str:
    """A child of the list is nearly the child of a pack: somebody has to say."""
    secondary = stage.live["secondary"]
    inside, org_id = secondary.node.inside, secondary.org_id
    senco = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    pupil = stage.made.children[0].material.pupil
    row = f"{pupil.surname},{pupil.forename}e,{pupil.birth:%d/%m/%Y},999001\n"
    take_list(inside, org_id, draft_list(inside, org_id, _HEAD + row, senco), senco)
    with inside.store.reading(org_id) as unit:
        found = [one for one in expected_children(unit) if one.who.surname == pupil.surname]
    return f"/admissions/children/{found[0].expected_id}"


def _group(stage: Stage, _: Account) -> str:
    """A tutor group was made."""
    secondary = stage.live["secondary"]
    senco = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    teacher = stage.someone("secondary", Role.TEACHER)
    with secondary.node.inside.store.reading(secondary.org_id) as unit:
        pupils = [one for one, _ in class_pupils(unit)]
    made = put_group(
        secondary.node.inside,
        secondary.org_id,
        None,
        "7 Story",
        [teacher.account_id],
        pupils,
        senco,
    )
    return f"/class-sheet/groups/{made.group_id}"


def _request(stage: Stage, _: Account) -> str:
    """The other school asks for a child's records."""
    primary, secondary = stage.live["primary"], stage.live["secondary"]
    stage.child("Rowena")
    senco = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    child = AskedChild(surname=SURNAME, forename="Rowena", date_of_birth=BORN)
    ask_for_records(secondary.node.inside, secondary.org_id, primary.org_id, child, None, "", senco)
    found: list[str] = []

    def came() -> bool:
        with primary.node.inside.store.reading(primary.org_id) as unit:
            asked = [one for one in requests_to_us(unit) if one.child.surname == SURNAME]
        found[:] = [one.request_id for one in asked]
        return bool(found)

    wait_for("a request to come", came)
    return f"/requests/{found[0]}"


def _undecided(stage: Stage, _: Account) -> str:
    """A pack came, and nobody has answered yet: it can be accepted, or sent back."""
    return f"/arrivals/{_sent(stage, 'Crispin')}"


def _sent(stage: Stage, forename: str) -> str:
    """A child's pack goes to the secondary school and is opened there; return its id."""
    primary = stage.live["primary"]
    pupil = stage.child(forename)
    sent = send(primary.node.inside, primary.org_id, pupil, Order(), SENCO, leave_undecided=True)
    arrived(stage.live, [sent.transfer.bundle_id])
    return sent.transfer.bundle_id


def _accepted(stage: Stage, _: Account, forename: str = "Benedict") -> str:
    """A pack came and was taken in; an exception can still be marked."""
    secondary, bundle = stage.live["secondary"], _sent(stage, forename)
    senco = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    accept(secondary.node.inside, secondary.org_id, bundle, senco)
    load_pack(secondary.node.inside, secondary.org_id, bundle, {}, senco)
    return f"/arrivals/{bundle}/exceptions"


def _called_back(stage: Stage, _: Account) -> str:
    """A pack that was taken in is called back; it can be deleted."""
    primary, secondary = stage.live["primary"], stage.live["secondary"]
    bundle = _accepted(stage, _, "Odette").split("/")[2]
    recall(primary.node.inside, primary.org_id, bundle, SENCO)

    def asked() -> bool:
        with secondary.node.inside.store.reading(secondary.org_id) as unit:
            return unit.arrivals.by_bundle(bundle).attention == ASKED

    wait_for("a pack to be called back", asked)
    return f"/arrivals/{bundle}/delete"


STORIES = (
    Story("arrivals.pack", "secondary", _undecided),
    Story("arrivals.let_go", "secondary", _called_back),
    Story("arrivals.exceptions", "secondary", _accepted),
    Story("arrivals.expected_check", "secondary", _check),
    Story("arrivals.match", "secondary", _match),
    Story("arrivals.group", "secondary", _group),
    Story("arrivals.request", "primary", _request),
)
