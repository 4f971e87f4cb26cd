"""Two live schools: a primary that sends, a secondary that receives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil, keep_record
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from schemas.base import dump_bytes, load
from schemas.records import RECORDS
from tests.exchange.services.town import PDF, SENCO, pupil_record
from tests.exchange.web.site import Place, Site, made_site
from tests.schemas import record_examples as examples

LEGO = {"what": "Lego group", "who": "a TA", "times": 2, "per": "week", "minutes": 30}


class School:
    """What tests do at the two schools besides looking at pages."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.primary: Place = site["primary"]
        self.secondary: Place = site["secondary"]

    def pupil(self, number: int = 0, *records: dict[str, object], **changes: object) -> str:
        """Add a pupil at the primary, with a document, records and the secondary to go to."""
        inside, org_id = self.primary.node.inside, self.primary.org_id
        pupil_id = add_pupil(inside, org_id, pupil_record(number, **changes), SENCO)
        for record in records:
            made = load(RECORDS, {**record, "subject": pupil_id})
            keep_record(inside, org_id, pupil_id, dump_bytes(made), SENCO)
        self.attach(pupil_id)
        place = self.secondary
        choose_destination(inside, org_id, pupil_id, place.org_id, place.name, SENCO)
        return pupil_id

    def attach(self, pupil_id: str, content: bytes = PDF, type_: str = "ep-report") -> str:
        """Attach a document at the primary."""
        path = self.folder / f"paper-{len(list(self.folder.iterdir()))}.pdf"
        path.write_bytes(content)
        new = NewDocument(path, type_, "Dr A. Invented", date(2026, 5, 1))
        node = self.primary.node
        try:
            got = attach(node.inside, node.inspector, self.primary.org_id, pupil_id, new, SENCO)
        finally:
            path.unlink()
        return got.document.document_id

    def send(self, pupil_id: str, *, update: bool = False) -> str:
        """Send a pack, and let it arrive."""
        inside = self.primary.node.inside
        sent = send(inside, self.primary.org_id, pupil_id, Order(), SENCO, update=update)
        self.site.settle()
        return sent.transfer.bundle_id

    def hear(self, bundle_id: str) -> None:
        """Let the primary ask for receipts now, however long it would have rested."""
        inside = self.primary.node.inside
        with inside.store.unit(self.primary.org_id) as unit:
            unit.transfers.schedule(bundle_id, inside.clock.now(), 0)
            unit.commit()
        self.site.settle()

    def arrived(self, number: int = 0, *records: dict[str, object], **changes: object) -> str:
        """Return the id of a pack that has arrived."""
        return self.send(self.pupil(number, *records, **changes))


def full() -> tuple[dict[str, object], ...]:
    """Return one record of each kind that a summary is made of."""
    return (
        examples.register(),
        examples.plan(provision=[{**LEGO, "starts": "2026-01-05"}]),
        examples.profile(known_as="Annie"),
        examples.transition(),
    )


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("schools")
    papers = folder / "papers"
    papers.mkdir()
    with made_site(folder) as site:
        yield School(site, papers)
