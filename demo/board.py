"""What the pages have to show after the story: leavers at every stage, a pick-up, a family.

Six more leavers come in. One goes to a school that has nothing of this: its SENCO gets a link. One
family is asked to look at what is to be sent. One pack lies at a secondary school, for its SENCO to
accept. The others wait, each for something else.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.material import Material, PupilMaterial, make
from demo.material.places import LA_CODE, PRIMARY, QUILLBRIDGE, SECONDARIES
from demo.material.records import records_for
from demo.signing_in import account_of
from demo.town import Town, senx
from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.ports import Actor
from exchange.services.approve import approvals, decide
from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import import_pupils, keep_record
from exchange.services.links.family import invite_member
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import Channel, Inviter, Person
from exchange.services.links.pick_up import Means, send_by_link
from exchange.services.places import choose_outside_school
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from exchange.wiring import Node, open_node
from schemas.base import dump_bytes

ASHDYKE_URN, ASHDYKE = "999011", "Ashdyke Community College"
ASHDYKE_SENCO = Person(
    "Mr Colin Farrow",
    "SENCO",
    "c.farrow@ashdyke.example",
    "01632 960901",
    Channel.MAIL,
    "office@ashdyke.example",
    "The office was called on the number in the register of schools",
)
_SENCO = Actor(PRIMARY.senco, Role.SENCO.value)
_HEAD = Actor(PRIMARY.head, Role.HEAD.value)
_REGISTER_HEAD = (
    *("URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName"),
    *("EstablishmentStatus (code)", "EstablishmentStatus (name)", "PhaseOfEducation (code)"),
    *("TypeOfEstablishment (code)", "Town", "Postcode", "TelephoneNum"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, to be told.

    :ivar pick_up: address of the pick-up page; ``family`` of the family's.
    """

    leavers: int
    pick_up: str
    family: str


def print_more(folder: Path) -> Material:
    """Print the documents of six more leavers."""
    return make(folder, count=6, skip=30)


def furnish(town: Town, material: Material) -> Made:
    """Take in the leavers, leave each at another stage, and invite two people by link."""
    citizen = town.of(PRIMARY)
    _import_register(town)
    node = open_node(citizen.home)
    (org_id,) = node.inside.store.organisations()
    with material.ctf.open("rb") as source:
        kept = list(import_pupils(node.inside, node.ctf(None), org_id, source, "ctf", _SENCO))
    pupils = [one.pupil_id for one in kept if one.pupil_id and one.outcome == "added"]
    for number, (pupil_id, each) in enumerate(zip(pupils, material.pupils, strict=True)):
        _fill(node, org_id, pupil_id, each, number)
    means = Means(citizen.share_url, node.renderer)
    inviter = Inviter(PRIMARY.senco, Role.SENCO.value, PRIMARY.email(Role.SENCO.value))
    pick_up = _to_ashdyke(node, citizen.home, org_id, pupils[0], means, inviter)
    send(node.inside, org_id, pupils[4], Order(), _SENCO, leave_undecided=True)
    family = _family(node, org_id, pupils[1], material.pupils[1], means, inviter)
    node.engine.dispose()
    return Made(len(pupils), pick_up, family)


def _fill(node: Node, org_id: str, pupil_id: str, each: PupilMaterial, number: int) -> None:
    """Give a leaver what they have; the third has no papers, the fourth no destination."""
    bare, undecided = number == 2, number == 3
    if not bare:
        for record in records_for(each.pupil, subject=pupil_id).values():
            keep_record(node.inside, org_id, pupil_id, dump_bytes(record), _SENCO)
        for paper in each.documents:
            new = NewDocument(paper.path, paper.type, paper.author, paper.authored, paper.title)
            attach(node.inside, node.inspector, org_id, pupil_id, new, _SENCO)
    if not undecided and number != 0:
        there = SECONDARIES[number % 2] if number != 1 else QUILLBRIDGE
        choose_destination(node.inside, org_id, pupil_id, there.urn or "", there.name, _SENCO)


def _to_ashdyke(
    node: Node, home: Path, org_id: str, pupil_id: str, means: Means, inviter: Inviter
) -> str:
    """Send to the school that has nothing; the head confirms it as the second person."""
    senco = account_of(node, PRIMARY, Role.SENCO).account_id
    head = account_of(node, PRIMARY, Role.HEAD).account_id
    choose_outside_school(node.inside, org_id, pupil_id, ASHDYKE_URN, ASHDYKE, _SENCO, senco)
    with node.inside.store.reading(org_id) as unit:
        waiting = approvals(unit, "waiting")
    for one in waiting:
        decide(node.inside, org_id, one.approval_id, head, _HEAD, yes=True)
    senx("wish", pupil_id, "--home", home, "--family", "agrees", "--pupil", "agrees")
    made = send_by_link(
        node.inside, org_id, pupil_id, ASHDYKE_SENCO, inviter, means, _SENCO, leave_undecided=True
    )
    return made.address or ""


def _family(
    node: Node, org_id: str, pupil_id: str, each: PupilMaterial, means: Means, inviter: Inviter
) -> str:
    contact = each.pupil.contacts[0]
    member = add_member(
        node.inside,
        org_id,
        Member("", pupil_id, contact.name, Relationship.PARENT, Responsibility.YES),
        _SENCO,
    )
    person = Person(
        contact.name,
        "parent",
        "parent@home.example",
        contact.phone,
        Channel.MAIL,
        "parent-second@home.example",
        "Known to the office since reception",
    )
    made = invite_member(node.inside, org_id, member.member_id, person, inviter, means, _SENCO)
    return made.address


def _import_register(town: Town) -> None:
    """Give the primary an open register of schools, with one school that has not joined."""
    file = town.folder / "register-of-schools.csv"
    rows = [
        (
            *(one.urn or "", LA_CODE, "Marlshire", one.estab or "", one.name),
            *("1", "Open", "4" if one in SECONDARIES else "2", "2"),
            *(one.address[1], one.address[-1], one.phone),
        )
        for one in (PRIMARY, *SECONDARIES)
    ]
    ashdyke = (
        *(ASHDYKE_URN, LA_CODE, "Marlshire", "9411", ASHDYKE),
        *("1", "Open", "4", "2", "Ashdyke", "ZZ3 2AD", "01632 960901"),
    )
    _write(file, [_REGISTER_HEAD, *rows, ashdyke])
    home = town.of(PRIMARY).home
    senx("schools", "import", file, "--home", home)


def _write(file: Path, rows: Sequence[Sequence[str]]) -> None:
    with file.open("w", encoding="cp1252", newline="") as out:
        csv.writer(out).writerows(rows)
