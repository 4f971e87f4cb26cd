"""Two organisations of one node, of which the first has one of everything that paths name."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from exchange.domain.access import Role
from exchange.domain.destinations import Kind
from exchange.domain.family import Relationship, Responsibility
from exchange.ports import Actor, Item
from exchange.ports.items import QUIET_KINDS
from exchange.services.choose_destination import choose_destination
from exchange.services.ehc_request.preparing import start_request
from exchange.services.emergency import open_access
from exchange.services.keep_pupil import add_pupil
from exchange.services.links.family import invite_member
from exchange.services.links.members import Member, add_member
from exchange.services.links.model import Inviter, Person
from exchange.services.links.pick_up import Means
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from exchange.services.settle_destination import Wanted, settle
from exchange.services.subject_access.complaints import record_complaint
from exchange.services.subject_access.model import Authority, record_request
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import PDF, UPNS
from tests.exchange.web.site import Place

JUNK = "0f0e0d0c-0b0a-4908-8706-0504030201ff"
HOLLOW = {
    "advice": ("advice-request",),
    "ask": ("message",),
    "batch": ("sending", "upload-folder", "import", "admissions-list"),
    "case": ("case",),
    "child": ("expected",),
    "consultation": ("consultation",),
    "correction": ("link-answer",),
    "file": ("agency-upload",),
    "group": ("tutor-group",),
    "meeting": ("panel-meeting",),
    "move": ("plan-move",),
    "pack": ("panel-pack",),
    "report": ("agency-report", "review-report"),
    "review": ("review",),
    "school": ("consultation-asked",),
    "task": ("advice-task",),
}
"""What paths name by a parameter, and the kinds of items it may be."""
SENCO = Actor("Jo", "senco")


@dataclass
class Two:
    """Two organisations of one node; all rows are the first one's."""

    first: Place
    second: Place
    ids: dict[str, str]


def filled(place: Place) -> dict[str, str]:
    """Fill an organisation; return the ids of what is there, by the name that paths use."""
    inside = place.node.inside
    record = Pupil(
        subject=str(uuid.uuid4()),
        names=Names(surname="Quillfeather", forename="Zenobia"),
        date_of_birth=date(2015, 3, 9),
        sex="F",
        upn=Upn.parse(UPNS[0]),
    )
    pupil = add_pupil(inside, place.org_id, record, SENCO)
    head = place.person(Role.HEAD)
    abroad = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="marker-title-4471", country="Wales")
    settle(inside, place.org_id, pupil, abroad, head.account_id, SENCO)
    why = "The ambulance crew asks for it."
    found = open_access(inside, place.org_id, pupil, why, head.account_id, Actor(head.name, "head"))
    with inside.store.reading(place.org_id) as unit:
        approval = next(unit.items.all("approval")).item_id
    papers = _papers(place, pupil)
    asked = start_request(inside, place.org_id, pupil, SENCO, "330")
    return {
        **papers,
        "ehc": asked.request_id,
        "pupil": pupil,
        "approval": approval,
        "emergency": found.emergency_id,
        "account": head.account_id,
        "org": place.org_id,
    }


def _papers(place: Place, pupil: str) -> dict[str, str]:
    """Give the pupil a document, an upload, a pack that was sent, and a parent with a link."""
    inside, here = place.node.inside, place.org_id
    taken = receive(inside, here, io.BytesIO(PDF), NewUpload("a.pdf", pupil_id=pupil), SENCO)
    checker = TrayChecker(inside, place.node.inspector, None, place.node.cleaner)
    checker.advance(here, taken.upload.upload_id)
    filing = Filing(pupil, "ep-report", title="marker-title-4471")
    document = file_upload(inside, here, taken.upload.upload_id, filing, SENCO).document
    more = io.BytesIO(PDF + b"%more")
    waiting = receive(inside, here, more, NewUpload("marker-title-4471.pdf"), SENCO)
    choose_destination(inside, here, pupil, "999002", "Riverside Academy", SENCO)
    bundle = send(inside, here, pupil, Order(), SENCO).transfer.bundle_id
    one = Member(
        str(uuid.uuid4()), pupil, "Pat Quillfeather", Relationship.PARENT, Responsibility.YES
    )
    member = add_member(inside, here, one, SENCO)
    person = Person("as kept", "parent", phone="01632 960001", confirmed="At the gate.")
    means = Means("https://share.example")
    made = invite_member(
        inside, here, member.member_id, person, Inviter("Jo", "senco"), means, SENCO
    )
    why, asked = "Known at the gate.", date(2026, 6, 15)
    responsible = Authority.RESPONSIBILITY
    said = "A letter went astray."
    complaint = record_complaint(
        inside, place.org_id, "marker-name-4471", said, date(2026, 6, 1), SENCO, pupil
    )
    copy = record_request(inside, here, pupil, member.member_id, responsible, why, asked, SENCO)
    return {
        "document": document.document_id,
        "upload": waiting.upload.upload_id,
        "bundle": bundle,
        "link": made.link.link_id,
        "member": member.member_id,
        "copy": copy.request_id,
        "complaint": complaint.complaint_id,
    }


@contextmanager
def hollow(place: Place) -> Iterator[dict[str, str]]:
    """Add one item of each further kind that paths name, with nothing in it; yield its id by name.

    Pages that list such items cannot be shown meanwhile.
    """
    inside, kinds = place.node.inside, {kind for kinds in HOLLOW.values() for kind in kinds}
    now = inside.clock.now()
    with inside.store.unit(place.org_id) as unit:
        for kind in kinds:
            unit.items.add(Item(kind, JUNK, "open", {}, now, now), quiet=kind in QUIET_KINDS)
        unit.audit.record(SENCO, "test.added", "item", JUNK)
        unit.commit()
    yield dict.fromkeys(HOLLOW, JUNK)
    with inside.store.unit(place.org_id) as unit:
        for kind in kinds:
            unit.items.remove(kind, JUNK, quiet=kind in QUIET_KINDS)
        unit.audit.record(SENCO, "test.removed", "item", JUNK)
        unit.commit()
