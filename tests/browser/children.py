"""A child of the primary school who moves on, made as each journey wants one."""

from __future__ import annotations

import uuid
from datetime import date

from demo.material.places import QUILLBRIDGE
from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil
from schemas.pupil import Names
from tests.browser.furnish import SENCO
from tests.browser.kit import Street
from tests.browser.stories.stage import Paper
from tests.exchange.services.town import pupil_record
from tests.exchange.services.tray.papers import pdf_saying

SURNAME = "Thackray"
BORN = date(2015, 9, 4)
PAPER = "What we see in class"


def child(town: Street, forename: str) -> str:
    """Add a child with one paper that may be shared; return the pupil's id."""
    primary = town["primary"]
    node, org_id = primary.node, primary.org_id
    record = pupil_record(
        0,
        subject=str(uuid.uuid4()),
        names=Names(surname=SURNAME, forename=forename),
        date_of_birth=BORN,
        upn=None,
        upn_unknown="UN1",
    )
    pupil_id = add_pupil(node.inside, org_id, record, SENCO)
    choose_destination(
        node.inside, org_id, pupil_id, QUILLBRIDGE.urn or "", QUILLBRIDGE.name, SENCO
    )
    paper = Paper("ep.pdf", pdf_saying(f"What we see of {forename} in class"))
    new = NewDocument(paper, "ep-report", "Dr Rowe", date(2026, 2, 3), PAPER)
    attach(node.inside, node.inspector, org_id, pupil_id, new, SENCO)
    return pupil_id
