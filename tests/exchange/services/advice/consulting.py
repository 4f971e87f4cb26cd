"""A primary school that asks a speech therapist without software: real services on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from adapters.cleaner import DocumentCleaner
from adapters.inspector import ContentInspector
from exchange.ports import Limits, Scanner
from exchange.services.advice.asking import Asked, asked_by_link
from exchange.services.advice.model import KIND as REQUEST
from exchange.services.advice.model import (
    AdviceOrder,
    AdviceRequest,
    Body,
    ConsentGiven,
    request_from,
)
from exchange.services.advice.reports import KIND as REPORT
from exchange.services.advice.reports import Report, report_from
from exchange.services.advice.working import AdviceWorker
from exchange.services.links.agency_about import About
from exchange.services.links.agency_desk import AgencyDesk
from exchange.services.links.door import Visit
from exchange.services.links.model import Inviter, Link
from exchange.services.tray.advance import TrayChecker
from schemas.advice import ConsentHow
from tests.exchange.services.links.world import INVITER, World
from tests.exchange.services.town import COUNCIL, PRIMARY, SENCO
from tests.exchange.services.tray.papers import pdf_saying

INSPECTOR = ContentInspector()
CLEANER = DocumentCleaner(INSPECTOR)
THERAPIST = Body(
    kind="health",
    name="Larkshire Speech Therapy",
    person="Sam Reed",
    role="speech and language therapist",
    mail="sam@therapy.example",
    phone="01632 960555",
    confirmed="Rang the service",
)
COUNCIL_BODY = Body(kind="la", name="Larkshire Council", org_id=COUNCIL)
CONSENT = ConsentGiven("Ana Oak, mother", date(2026, 6, 28), ConsentHow.FORM)
ABOUT = About(
    type="slt-report",
    author="Sam Reed",
    role="speech and language therapist",
    written=date(2026, 6, 30),
    organisation="Larkshire Speech Therapy",
    register="hcpc",
    number="SL012345",
    seen=(date(2026, 6, 26),),
)
REPORT_PDF = pdf_saying("Speech and language report", "Anna Oak", "born 9 March 2015")


@dataclass
class Consulting(World):
    """The school, its worker, and what somebody of an agency does."""

    scanner: Scanner | None = None
    limits: Limits = field(default_factory=lambda: Limits(document_bytes=1024 * 1024))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.desk = AgencyDesk(self.door, self.limits)

    def order(self, pupil_id: str, **changes: object) -> AdviceOrder:
        told: dict[str, object] = {
            "pupil_id": pupil_id,
            "body": THERAPIST,
            "question": "What helps her to follow instructions?",
            "wanted_type": "slt-report",
            "consent": CONSENT,
        }
        return AdviceOrder(**(told | changes))  # type: ignore[arg-type]

    def ask(self, pupil_id: str, inviter: Inviter = INVITER, **changes: object) -> Asked:
        order = self.order(pupil_id, **changes)
        return asked_by_link(self.inside, PRIMARY, order, SENCO, means=self.means, inviter=inviter)

    def asked(self, number: int = 0, **changes: object) -> Asked:
        """Return a request with one shared document."""
        pupil_id = self.town.leaver(number)
        paper = self.town.attach(pupil_id).document.document_id
        return self.ask(pupil_id, **({"shared": (paper,)} | changes))

    def request(self, request_id: str) -> AdviceRequest:
        with self.inside.store.reading(PRIMARY) as unit:
            return request_from(unit.items.get(REQUEST, request_id))

    def link_of(self, asked: Asked, at: int = -1) -> Link:
        return self.link(self.request(asked.request.request_id).links[at])

    def visit(self, asked: Asked) -> Visit:
        return self.come_in(asked.address, self.link_of(asked))

    def add(self, visit: Visit, content: bytes = REPORT_PDF, name: str = "report.pdf") -> None:
        with self.desk.receiving(visit) as receiving:
            for at in range(0, len(content), 500):
                receiving.write(content[at : at + 500])
            receiving.finish(name)

    def sends(self, visit: Visit, content: bytes = REPORT_PDF, about: About = ABOUT) -> Report:
        """Let them upload and send a report, and the worker take it in; return it."""
        self.add(visit, content)
        self.desk.send(visit, about)
        self.work()
        return self.reports()[-1]

    def reports(self) -> list[Report]:
        with self.inside.store.reading(PRIMARY) as unit:
            found = [report_from(one) for one in unit.items.all(REPORT)]
        return sorted(found, key=lambda one: (one.came_at, one.version))

    def work(self) -> None:
        """Let the inner worker do what is due."""
        self.take()
        worker = AdviceWorker(self.inside, self.means)
        for _ in range(3):
            worker.round()
            checker = TrayChecker(self.inside, INSPECTOR, self.scanner, CLEANER, chance=lambda: 0.0)
            for one in checker.due(PRIMARY):
                checker.advance(PRIMARY, one)
