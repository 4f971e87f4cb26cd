"""Schools that have not joined, and families."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.services.approve import approvals, decide
from exchange.services.links.family_said import Told, take_in
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import Channel, Inviter, Person
from exchange.services.links.pick_up import Means, send_by_link
from exchange.services.people.account import Account
from exchange.services.places import choose_outside_school
from tests.browser.furnish import SENCO
from tests.browser.kit import BRAMBLE, BRAMBLE_URN
from tests.browser.stories.stage import Stage, Story, actor


def _to_bramble(stage: Stage, forename: str) -> str:
    """A child goes to a school that has not joined; a second person said yes to that school."""
    primary = stage.live["primary"]
    inside, org_id = primary.node.inside, primary.org_id
    pupil = stage.child(forename, going=False)
    choose_outside_school(inside, org_id, pupil, BRAMBLE_URN, BRAMBLE, SENCO)
    head = stage.someone("primary", Role.HEAD)
    with inside.store.reading(org_id) as unit:
        waiting = [one for one in approvals(unit, "waiting") if one.place_name == BRAMBLE]
    for one in waiting:
        who = actor(head, Role.HEAD)
        decide(inside, org_id, one.approval_id, head.account_id, who, yes=True)
    return pupil


def _pick_up(stage: Stage, _: Account) -> str:
    return f"/pupils/{_to_bramble(stage, 'Tamsin')}/pick-up"


def _of_pack(stage: Stage, _: Account) -> str:
    """A pack went by link."""
    primary = stage.live["primary"]
    person = Person(
        "Colin Farrow",
        "SENCO",
        "c.farrow@bramble.example",
        "01632 960902",
        Channel.READ_OUT,
        confirmed="Rang the number of the register",
    )
    made = send_by_link(
        primary.node.inside,
        primary.org_id,
        _to_bramble(stage, "Ulric"),
        person,
        Inviter(SENCO.name, SENCO.role, "senco@larkfield.example"),
        Means(primary.share_url, primary.node.renderer),
        SENCO,
        leave_undecided=True,
    )
    return f"/transfers/{made.sent.transfer.bundle_id}/link"


def _correct(stage: Stage, _: Account) -> str:
    """A parent said that something is wrong."""
    primary = stage.live["primary"]
    inside, org_id, pupil = primary.node.inside, primary.org_id, stage.child("Verity")
    known = Member("", pupil, "Hester Parent", Relationship.PARENT, Responsibility.YES)
    member = add_member(inside, org_id, known, SENCO)
    said = Told(correction="The year of the operation is wrong.", how="telephone")
    after = take_in(inside, org_id, member.member_id, said, SENCO)
    (correction,) = after.corrections
    family = f"/pupils/{pupil}/family/{member.member_id}"
    return f"{family}/corrections/{correction.correction_id}"


def _change(stage: Stage, _: Account) -> str:
    """Somebody of a family is noted."""
    primary, pupil = stage.live["primary"], stage.child("Vesper")
    known = Member("", pupil, "Hilary Parent", Relationship.PARENT, Responsibility.YES)
    member = add_member(primary.node.inside, primary.org_id, known, SENCO)
    return f"/pupils/{pupil}/family/{member.member_id}/change"


STORIES = (
    Story("outsiders.pick_up", "primary", _pick_up),
    Story("outsiders.of_pack", "primary", _of_pack),
    Story("outsiders.correct", "primary", _correct),
    Story("outsiders.change", "primary", _change),
)
