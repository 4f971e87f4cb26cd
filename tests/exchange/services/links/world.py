"""A school that has not joined, a family, and the door through which they come: all real services.

The door has the outward half of the store, without keys; the inner half has them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from adapters.readable import TypstRenderer
from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.domain.schools import School, SchoolStatus
from exchange.ports import Actor
from exchange.ports.items import Item
from exchange.ports.schools import SchoolQuery
from exchange.services.approve import approvals, decide
from exchange.services.inside import Inside
from exchange.services.letters import KIND as LETTER
from exchange.services.links.answers import take
from exchange.services.links.codes import codes_to_read
from exchange.services.links.door import Door, Visit
from exchange.services.links.family import Invited, invite_member
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import KIND, Channel, Inviter, Link, Person, link_of
from exchange.services.links.pick_up import Means, PickedUp, send_by_link
from exchange.services.people.account import Post, add_account, new_account
from exchange.services.places import choose_outside_school
from exchange.services.trust import organisation, recipient_keys
from keys.age import parse_recipient
from keys.interfaces import Recipient
from tests.exchange.services.town import PRIMARY, SENCO, Town

SHARE_URL = "https://share.example"
HILL = School(
    urn="999777",
    name="Hill Special School",
    status=SchoolStatus.OPEN,
    laestab="8207777",
    telephone="01632 960777",
)
READER = Person(
    "Ravi Hill", "SENCO", "ravi@hill.example", "01632 960777", confirmed="Rang the number on GIAS"
)
BY_MAIL = replace(READER, channel=Channel.MAIL, code_mail="office@hill.example")
INVITER = Inviter("Jo Brown", "senco", "jo@elm.example")
PARENT = Person(
    "Ana Oak", "parent", "ana@home.example", "01632 960111", confirmed="Known since 2019"
)


class Register:
    """The open register with one invented school (exchange.ports.schools.SchoolRegister)."""

    def get(self, urn: str) -> School | None:
        return HILL if urn == HILL.urn else None

    def search(self, query: SchoolQuery, limit: int) -> list[School]:
        return [HILL] if ("urn", HILL.urn) in query.numbers else []

    def stamp(self) -> None:
        """There is one."""


@dataclass
class Waiting:
    """A pack that waits behind its link."""

    address: str
    link: Link
    bundle_id: str

    @property
    def token(self) -> str:
        return token_of(self.address)


def waiting(made: PickedUp) -> Waiting:
    assert made.address is not None
    assert made.link is not None
    return Waiting(made.address, made.link, made.sent.transfer.bundle_id)


@dataclass
class World:
    """The primary school with outsiders."""

    town: Town
    renderer: TypstRenderer | None = None
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        house = self.town.primary
        house.inside = replace(house.inside, register=Register())  # type: ignore[arg-type]
        self.door = Door(house.store.outward(), house.blobs, self.town.clock, self.keys)

    @property
    def inside(self) -> Inside:
        return self.town.primary.inside

    @property
    def means(self) -> Means:
        return Means(SHARE_URL, self.renderer)

    def keys(self, org_id: str) -> Sequence[Recipient]:
        now = self.town.clock.now()
        found = recipient_keys(organisation(self.town.directory(), org_id, now), "general", now)
        return [parse_recipient(one.recipient) for one in found]

    # The school that has not joined.

    def leaver(self, number: int = 0, **changes: object) -> str:
        """Return a pupil who goes to the school that has not joined; a second person agreed."""
        pupil_id = self.town.leaver(number, **changes)
        choose_outside_school(self.inside, PRIMARY, pupil_id, HILL.urn, HILL.name, SENCO)
        self.agree()
        return pupil_id

    def agree(self) -> None:
        """Let the head agree, as the second person, to every place that waits for one."""
        with self.inside.store.reading(PRIMARY) as unit:
            asked = approvals(unit, "waiting")
        if not asked:
            return
        account = new_account("Head", "head@elm.example", (Post(PRIMARY, Role.HEAD),), "active")
        with self.inside.store.unit(NODE) as unit:
            add_account(self.inside, unit, account)
            unit.audit.record(SENCO, "account.made", "account", account.account_id)
            unit.commit()
        head = Actor("Ada Head", "head")
        for one in asked:
            decide(self.inside, PRIMARY, one.approval_id, account.account_id, head, yes=True)

    def send(self, pupil_id: str, person: Person = READER, **more: object) -> PickedUp:
        made = send_by_link(
            self.inside,
            PRIMARY,
            pupil_id,
            person,
            INVITER,
            self.means,
            SENCO,
            **more,  # type: ignore[arg-type]
        )
        if made.address:
            self.addresses.append(made.address)
        return made

    def sent(self, number: int = 0, person: Person = READER) -> Waiting:
        """Return a pack with one document that waits behind its link."""
        pupil_id = self.leaver(number)
        self.town.attach(pupil_id)
        return waiting(self.send(pupil_id, person))

    # A family.

    def member(self, pupil_id: str, name: str = "Ana Oak", **changes: object) -> Member:
        told: dict[str, object] = {
            "member_id": "",
            "pupil_id": pupil_id,
            "name": name,
            "relationship": Relationship.PARENT,
            "responsibility": Responsibility.YES,
        }
        return add_member(self.inside, PRIMARY, Member(**(told | changes)), SENCO)  # type: ignore[arg-type]

    def invite(self, member: Member, person: Person = PARENT) -> Invited:
        made = invite_member(
            self.inside, PRIMARY, member.member_id, person, INVITER, self.means, SENCO
        )
        self.addresses.append(made.address)
        return made

    # The door.

    def code(self, link_id: str) -> str:
        """Return the code that the sending SENCO reads out."""
        return codes_to_read(self.inside, PRIMARY, link_id)[-1].code

    def come_in(self, address: str, link: Link) -> Visit:
        """Follow a link as a person does: ask, hear the code, type it."""
        token = token_of(address)
        self.town.clock.pass_(seconds=31)
        self.door.ask(token)
        return self.door.enter(token, self.code(link.link_id))

    def link(self, link_id: str) -> Link:
        with self.inside.store.reading(PRIMARY) as unit:
            return link_of(unit.items.get(KIND, link_id))

    def items(self, kind: str) -> list[Item]:
        with self.inside.store.reading(PRIMARY) as unit:
            return list(unit.items.all(kind))

    def letters(self) -> list[tuple[str, str, dict[str, str]]]:
        """Return template, address and facts of the letters that wait."""
        return [
            (str(one.clear["template"]), str(one.content["to"]), dict(one.content["facts"]))  # type: ignore[index, arg-type]
            for one in self.items(LETTER)
        ]

    def take(self) -> int:
        """Let the inner worker take in what waits."""
        return take(self.inside)

    def view(self, visit: Visit) -> dict[str, object]:
        with self.door.share(visit) as share:
            return dict(share.view)

    def plain_of(self, visit: Visit) -> bytes:
        """Return every byte that the share's holder can open."""
        with self.inside.blobs.open(PRIMARY, visit.marks.blob) as source:
            return visit.secret.open(io.BytesIO(source.read())).read()

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Demand that nothing at all changes meanwhile."""
        before = self.town.primary.snapshot(), self.items(KIND)
        yield
        assert (self.town.primary.snapshot(), self.items(KIND)) == before


def token_of(address: str) -> str:
    found = re.fullmatch(rf"{SHARE_URL}/l/([A-Za-z0-9_-]{{43}})", address)
    assert found is not None
    return found[1]
