"""Who lives and works in the town, and what they do often."""

from __future__ import annotations

import uuid

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.domain.transfer import State
from exchange.ports import Actor, StoredDocument
from exchange.services.links.family import Invited, invite_member
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.services.open_pack import open_pack
from exchange.services.people.account import Post, add_account, new_account
from tests.exchange.services.town import PRIMARY, SENCO, House, Town

DEE = Actor("Dee", "dsl")
ADA = Actor("Ada", "head")
MEANS = Means("https://share.example")


def staff(town: Town, name: str, *roles: Role) -> str:
    """Add a person to the primary school; return the account."""
    inside = town.primary.inside
    posts = tuple(Post(PRIMARY, one) for one in roles)
    account = new_account(name, f"{uuid.uuid4().hex[:8]}@example.org", posts, "active")
    with inside.store.unit(NODE) as unit:
        add_account(inside, unit, account)
        unit.audit.record(SENCO, "account.made", "account", account.account_id)
        unit.commit()
    return account.account_id


def parent(town: Town, pupil_id: str, name: str, **changes: object) -> str:
    """Add a member of a family; return the id."""
    told: dict[str, object] = {
        "member_id": str(uuid.uuid4()),
        "pupil_id": pupil_id,
        "name": name,
        "relationship": Relationship.PARENT,
        "responsibility": Responsibility.YES,
    }
    one = Member(**(told | changes))  # type: ignore[arg-type]
    return add_member(town.primary.inside, PRIMARY, one, SENCO).member_id


def invited(town: Town, member_id: str) -> Invited:
    """Send a member of a family their link."""
    person = Person("as kept", "parent", phone="01632 960001", confirmed="They stood at the gate.")
    return invite_member(
        town.primary.inside, PRIMARY, member_id, person, Inviter("Jo", "senco"), MEANS, SENCO
    )


def papers(town: Town, pupil_id: str) -> list[StoredDocument]:
    """Return a pupil's documents at the primary school."""
    with town.primary.store.reading(PRIMARY) as unit:
        return list(unit.documents.of_pupil(pupil_id))


def content_of(house: House, bundle_id: str) -> list[bytes]:
    """Return every document of a pack that a house holds."""
    arrival = house.arrival(bundle_id)
    assert arrival.state in (State.VERIFIED, State.ACCEPTED, State.IMPORTED)
    with open_pack(house.inside, house.org_id, arrival) as opened:
        return [opened.open_document(one).read() for one in opened.documents]
