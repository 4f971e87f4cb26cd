"""Fill a primary school with invented leavers, so that its pages have something to show.

Everything goes through the services, in this process, beside the node that runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.material import PupilMaterial, make
from demo.material.places import QUILLBRIDGE
from demo.material.records import records_for
from exchange.domain.family import Relationship, Responsibility
from exchange.ports import Actor
from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import import_pupils, keep_record
from exchange.services.links.family import invite_member
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import Channel, Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from schemas.base import dump_bytes
from tests.browser.kit import LiveNode, Street
from tests.journeys.machine import wait_for

SENCO = Actor("Bridget Norcott", "senco")


@dataclass(frozen=True)
class Child:
    """One invented leaver as the primary's node knows them."""

    pupil_id: str
    material: PupilMaterial

    @property
    def surname(self) -> str:
        return self.material.pupil.surname


@dataclass(frozen=True)
class Furnished:
    """What was put into the primary school.

    :param sent: packs that went to the secondary; ``link``: of a parent of the last child.
    :param paper: a document of the third child, who is not sent.
    """

    children: tuple[Child, ...]
    sent: tuple[str, ...]
    link: str
    paper: str

    @property
    def names(self) -> tuple[str, ...]:
        """What no title and no address may say."""
        return tuple(one.surname for one in self.children)


def furnish(live: Street, folder: Path, count: int = 8, sent: int = 2) -> Furnished:
    """Take leavers in with records, documents and destinations; send the first of them."""
    primary = live["primary"]
    material = make(folder / "material", seed=3, count=count)
    with material.ctf.open("rb") as source:
        node = primary.node
        kept = list(
            import_pupils(node.inside, node.ctf(None), primary.org_id, source, "ctf", SENCO)
        )
    children = []
    for row, each in zip(kept, material.pupils, strict=True):
        assert row.pupil_id is not None, row
        children.append(Child(row.pupil_id, each))
        _fill(primary, row.pupil_id, each)
    gone = [_sent(primary, child.pupil_id) for child in children[:sent]]
    arrived(live, gone)
    link = _family(primary, children[-1])
    return Furnished(tuple(children), tuple(gone), link, _a_paper(primary, children[2]))


def _a_paper(primary: LiveNode, child: Child) -> str:
    with primary.node.inside.store.reading(primary.org_id) as unit:
        return unit.documents.of_pupil(child.pupil_id)[0].document_id


def _family(primary: LiveNode, child: Child) -> str:
    """Note a parent of a child and send her a link; return the link's id."""
    inside, org_id = primary.node.inside, primary.org_id
    known = Member("", child.pupil_id, "Ada Parent", Relationship.PARENT, Responsibility.YES)
    member = add_member(inside, org_id, known, SENCO)
    person = Person(
        "Ada Parent",
        "parent",
        "parent@home.example",
        "01632 960124",
        Channel.READ_OUT,
        confirmed="Known to the office since reception",
    )
    means = Means(primary.share_url, primary.node.renderer)
    inviter = Inviter(SENCO.name, SENCO.role, "senco@larkfield.example")
    made = invite_member(inside, org_id, member.member_id, person, inviter, means, SENCO)
    return made.link.link_id


def _fill(primary: LiveNode, pupil_id: str, each: PupilMaterial) -> None:
    node, org_id = primary.node, primary.org_id
    for record in records_for(each.pupil, subject=pupil_id).values():
        keep_record(node.inside, org_id, pupil_id, dump_bytes(record), SENCO)
    for paper in each.documents:
        new = NewDocument(paper.path, paper.type, paper.author, paper.authored, paper.title)
        attach(node.inside, node.inspector, org_id, pupil_id, new, SENCO)
    there = QUILLBRIDGE
    choose_destination(node.inside, org_id, pupil_id, there.urn or "", there.name, SENCO)


def _sent(primary: LiveNode, pupil_id: str) -> str:
    done = send(primary.node.inside, primary.org_id, pupil_id, Order(), SENCO, leave_undecided=True)
    return done.transfer.bundle_id


def arrived(live: Street, packs: Sequence[str]) -> None:
    """Wait until the secondary's worker has opened and checked these packs."""
    secondary = live["secondary"]

    def there() -> bool:
        with secondary.node.inside.store.reading(secondary.org_id) as unit:
            states = {one.bundle_id: one.state.value for one in unit.arrivals.all()}
        return all(states.get(one) == "verified" for one in packs)

    wait_for(f"{len(packs)} packs to arrive; log: {secondary.tail()}", there)
