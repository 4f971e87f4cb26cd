"""What a council does with a request: its case, its clocks, advice, and one pack for a panel.

What a person would do on a page is done here by the same services; what a machine does is done by
the nodes that run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from demo.mails import Mails
from demo.material import PupilMaterial
from demo.material.documents import WRITERS
from demo.material.places import COUNCIL, THERAPIES
from demo.material.sheet import Paper, day, print_pdf
from demo.processes import Processes
from demo.signing_in import account_of, named
from demo.tables import size, table
from demo.town import Citizen
from demo.visitor import NothingCame, Visitor
from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.ports import Actor
from exchange.services.advice.asking import Asked, Means, asked_by_link
from exchange.services.advice.filing import Confirmed, file_report
from exchange.services.advice.model import AdviceOrder, Body, ConsentGiven
from exchange.services.advice.reports import Report, Step, reports_of
from exchange.services.advice.standing import advice_about
from exchange.services.advice.tasks import all_tasks
from exchange.services.cases import Case, Decision, assign, case, cases, record_decision
from exchange.services.cases.placing import place
from exchange.services.cases.timing import clocks_of
from exchange.services.links.model import Channel, Inviter
from exchange.services.panel.choosing import papers_of
from exchange.services.panel.meetings import circulate, plan_meeting, put_on_agenda
from exchange.services.panel.model import PanelPack
from exchange.services.panel.ordering import get_pack, order_pack
from exchange.wiring import Node, open_node
from schemas.advice import AdvicePurpose, ConsentHow

T = TypeVar("T")
_SECONDS = 90.0
_CASEWORKER = Actor(named(COUNCIL, Role.LA_CASEWORKER), Role.LA_CASEWORKER.value)


@dataclass(frozen=True, slots=True)
class Seat:
    """A node that is opened here, next to its processes that run."""

    citizen: Citizen
    node: Node
    org_id: str


@contextmanager
def seat(of: Citizen) -> Iterator[Seat]:
    """Open a node for a while."""
    node = open_node(of.home)
    (org_id,) = node.inside.store.organisations()
    try:
        yield Seat(of, node, org_id)
    finally:
        node.engine.dispose()


class Casework:
    """What the council does, step by step; each step prints what came of it."""

    def __init__(
        self, nodes: Processes, council: Seat, service: Seat, child: PupilMaterial
    ) -> None:
        self._nodes = nodes
        self._council = council
        self._service = service
        self._child = child
        self._inside = council.node.inside
        self._org = council.org_id
        self._today = london_day(datetime.now(UTC))
        self._case = ""
        self._pupil = ""

    def take(self, bundle_id: str) -> None:
        """Wait for the case that the worker makes, say whose it is, decide to assess."""
        began = time.monotonic()
        made = self._until("the council's case", lambda: self._of_pack(bundle_id))
        print(f"A case since {day(made.reached)}: made by the worker in {_since(began)}")
        self._case = made.case_id
        inspector = self._council.node.inspector
        placed = place(self._inside, None, inspector, self._org, self._case, None, _CASEWORKER)
        self._pupil = str(placed.pupil_id)
        mine = account_of(self._council.node, COUNCIL, Role.LA_CASEWORKER)
        assign(self._inside, self._org, self._case, mine.account_id, mine.name, _CASEWORKER)
        why = "Needs that go on after much help; provision through a plan may be necessary."
        yes = Decision("assess", True, self._today, why, self._today)
        record_decision(self._inside, self._org, self._case, yes, _CASEWORKER)
        print("Decided to assess; the school was told by a signed pack")

    def ask_for_advice(self, mails: Mails) -> str:
        """Ask a service that has joined and one that has not, which answers; return its link."""
        paper = replace(WRITERS["ep-report"](self._child.pupil), written=self._today)
        who = Body(
            kind="agency",
            name=paper.author.organisation,
            person=paper.author.name,
            role=paper.author.role,
            mail="a.psychologist@psychology.example",
            phone="01632 960811",
            channel=Channel.MAIL,
            code_mail="duty-desk@psychology.example",
            confirmed="The service was called on the number in its contract",
        )
        joined = Body("agency", THERAPIES.name, org_id=self._service.org_id)
        self._asked(joined, "slt-report", "What helps with listening and with being understood?")
        asked = self._asked(who, "ep-report", "What does this child need, and what helps?")
        self._until("the request at the service", self._arrived)
        print(f"Advice asked of {THERAPIES.name}, which has joined: it waits for its specialist")
        self._answered(asked, who, paper, mails)
        return asked.address

    def show_clocks(self) -> None:
        """Print by when the law wants what."""
        with self._inside.store.reading(self._org) as unit:
            held = case(unit, self._case)
            asked = advice_about(unit, self._pupil, self._case)
        rows = [
            (
                one.label,
                day(one.clock.starts),
                day(one.clock.due),
                f"done on {day(one.clock.met)}" if one.clock.met else one.days_left(self._today),
            )
            for one in clocks_of(held, asked)
        ]
        print("\nIts clocks (they run from the day on which the request reached the council):")
        print(table(("Clock", "Runs from", "Due", "Days left"), rows, most=64), flush=True)

    def hold_a_panel(self) -> None:
        """Have the pack made of every paper that needs no second thought, and circulate it."""
        member = account_of(self._council.node, COUNCIL, Role.PANEL_MEMBER)
        on = self._today + timedelta(days=16 - self._today.weekday())  # a Wednesday
        planned = plan_meeting(self._inside, self._org, on, [member.account_id], _CASEWORKER)
        put_on_agenda(self._inside, self._org, planned.meeting_id, self._case, _CASEWORKER)
        with self._inside.store.reading(self._org) as unit:
            may = papers_of(self._inside, unit, case(unit, self._case)).papers
        papers = [one.document_id for one in may if not one.asks]
        note = "The psychologist's advice is the newest paper."
        ordered = order_pack(
            self._inside, self._org, self._case, papers, _CASEWORKER, question="plan", note=note
        )
        made = self._until("the panel pack", lambda: self._ready(ordered.pack_id))
        pages = self._council.citizen.pages_url
        circulate(self._inside, self._org, planned.meeting_id, pages, _CASEWORKER)
        print(
            f"\nPanel pack: one PDF of {made.pages} pages, {len(made.lines)} papers, "
            f"{size(made.size)}; {member.name} may read it for the meeting of {day(on)}"
        )

    def _asked(self, body: Body, wanted: str, question: str) -> Asked:
        given = self._child.pupil.contacts[0].name
        with self._inside.store.reading(self._org) as unit:
            documents = unit.documents.of_pupil(self._pupil)
        plans = [one.document_id for one in documents if one.type == "sen-support-plan"]
        order = AdviceOrder(
            pupil_id=self._pupil,
            body=body,
            question=question,
            wanted_type=wanted,
            consent=ConsentGiven(given, self._today, ConsentHow.FORM),
            purpose=AdvicePurpose.EHC_ASSESSMENT,
            shared=tuple(plans),
            case_id=self._case,
        )
        mine = Inviter(_CASEWORKER.name, _CASEWORKER.role, COUNCIL.email(Role.LA_CASEWORKER.value))
        means = Means(self._council.citizen.share_url, self._council.node.renderer)
        return asked_by_link(self._inside, self._org, order, _CASEWORKER, means=means, inviter=mine)

    def _answered(self, asked: Asked, who: Body, paper: Paper, mails: Mails) -> None:
        """Let the specialist behind the link send the report, and a caseworker file it."""
        visitor = Visitor(asked.address)
        visitor.come_in(mails, who.code_mail)
        visitor.add("report.pdf", print_pdf(paper))
        visitor.send(_told(who, paper))
        came = self._until("the report", lambda: self._waits(asked.request.request_id))
        words = visitor.words()
        confirmed = Confirmed(self._pupil, looked=True, compared=("name", "born"))
        file_report(self._inside, self._org, came.report_id, confirmed, _CASEWORKER)
        print(f"Advice of {who.name}, which has nothing of this, came by link and was filed;")
        print(f"its signed receipt is compared by telephone: {words}", flush=True)

    def _until(self, what: str, found: Callable[[], T | None]) -> T:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            self._nodes.check()
            answer = found()
            if answer is not None:
                return answer
            time.sleep(0.1)
        raise NothingCame(what)

    def _of_pack(self, bundle_id: str) -> Case | None:
        with self._inside.store.reading(self._org) as unit:
            return next((one for one in cases(unit) if _has(one, bundle_id)), None)

    def _arrived(self) -> Sequence[object] | None:
        with self._service.node.inside.store.reading(self._service.org_id) as unit:
            return all_tasks(unit) or None

    def _waits(self, request_id: str) -> Report | None:
        with self._inside.store.reading(self._org) as unit:
            found = reports_of(unit, request_id)
        return next((one for one in found if one.step is Step.WAITING), None)

    def _ready(self, pack_id: str) -> PanelPack | None:
        with self._inside.store.reading(self._org) as unit:
            made = get_pack(unit, pack_id)
        if made.state == "failed":
            raise NothingCame(f"the panel pack ({made.code})")
        return made if made.is_ready else None


def _has(one: Case, bundle_id: str) -> bool:
    return any(each.bundle_id == bundle_id for each in one.packs)


def _told(who: Body, paper: Paper) -> dict[str, str]:
    """Return what a specialist says of the report in the few fields."""
    return {
        "type": paper.type,
        "author": who.person,
        "role": who.role,
        "organisation": who.name,
        "written_day": str(paper.written.day),
        "written_month": str(paper.written.month),
        "written_year": str(paper.written.year),
        "readers": "usual",
    }


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"
