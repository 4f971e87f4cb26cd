"""A case with papers at a council, and its panel."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pypdfium2

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Mark
from exchange.ports import Actor, StoredDocument
from exchange.services.attach import NewDocument, attach
from exchange.services.cases import Case, case
from exchange.services.cases.placing import place
from exchange.services.panel.meetings import circulate, plan_meeting, put_on_agenda
from exchange.services.panel.model import Meeting, PanelPack
from exchange.services.panel.ordering import current_pack, order_pack, packs_of
from exchange.services.people.account import Account
from tests.adapters.papers.kit import tagged, untagged
from tests.exchange.web.cases.council import Council
from tests.exchange.web.site import BASE, Client, Place, Site

CASEWORKER = Actor("Kay Seworker", "la-caseworker")
SECRET = "Nobody of the panel may read this sentence"


@dataclass(frozen=True)
class Held:
    """Plain bytes as a person hands them in."""

    content: bytes
    name: str = "paper.pdf"

    def open(self) -> BytesIO:
        return BytesIO(self.content)


@dataclass
class Sitting:
    """The council, its case, its papers by their titles, and its people."""

    council: Council
    case_id: str
    papers: dict[str, StoredDocument] = field(default_factory=dict)

    @classmethod
    def made(cls, site: Site, **request: Any) -> Sitting:
        """Ask the council, say whose case it is, and add papers to it.

        :param request: what the request says.
        """
        council = Council(site)
        reasons = {
            "needs_reason": "Reading is at the level of a six-year-old.",
            "plan_reason": "What the school can give has not been enough.",
        }
        council.asked(**(reasons | request))
        here = council.here
        node, case_id = here.node, council.only.case_id
        place(node.inside, None, node.inspector, here.org_id, case_id, None, CASEWORKER)
        made = cls(council, case_id)
        made.add("slt-report", "Speech report", tagged(["Speech"]), date(2023, 5, 4))
        made.add(
            "sen-support-plan", "Support plan", untagged(["Plan"]), london_day(datetime.now(UTC))
        )
        made.add("ot-report", "Kept back", untagged([SECRET]), None, not_for="panel")
        return made

    @property
    def here(self) -> Place:
        return self.council.here

    @property
    def held(self) -> Case:
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            return case(unit, self.case_id)

    def add(
        self, type_: str, title: str, content: bytes, written: date | None, not_for: str = ""
    ) -> None:
        """Give the case a paper, marked where it is not for somebody."""
        node, org_id = self.here.node, self.here.org_id
        new = NewDocument(Held(content), type_, "Dr Rowe", written, title)
        found = attach(
            node.inside, node.inspector, org_id, str(self.held.pupil_id), new, CASEWORKER
        ).document
        self.papers[title] = found
        if not_for:
            self.mark(title, not_for)

    def mark(self, title: str, not_for: str) -> None:
        """Mark a paper as not for somebody."""
        now = datetime.now(UTC)
        with self.here.node.inside.store.unit(self.here.org_id) as unit:
            found = unit.documents.get(self.papers[title].document_id)
            marks = (*found.said.marks, Mark(not_for, "Dr Rowe", "author", now))
            unit.documents.update(replace(found, said=replace(found.said, marks=marks)))
            unit.audit.record(CASEWORKER, "document.marked", "document", found.document_id)
            unit.commit()

    def order(self, *titles: str) -> PanelPack:
        """Order a pack of papers and let the worker make it; return the latest."""
        inside, org_id = self.here.node.inside, self.here.org_id
        wanted = [self.papers[one].document_id for one in titles or ("Speech report",)]
        order_pack(inside, org_id, self.case_id, wanted, CASEWORKER, note="Read paper 1 first.")
        self.here.settle()
        return self.latest

    @property
    def latest(self) -> PanelPack:
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            return packs_of(unit, self.case_id)[-1]

    @property
    def current(self) -> PanelPack | None:
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            return current_pack(unit, self.case_id)

    def member(self) -> Account:
        return self.here.person(Role.PANEL_MEMBER)

    def meeting(self, *members: Account, in_days: int = 3, listed: bool = True) -> Meeting:
        """Plan a meeting, and put the case on its list."""
        inside, org_id = self.here.node.inside, self.here.org_id
        on = london_day(datetime.now(UTC)) + timedelta(days=in_days)
        ids = [one.account_id for one in members]
        made = plan_meeting(inside, org_id, on, ids, CASEWORKER)
        if listed:
            made = put_on_agenda(inside, org_id, made.meeting_id, self.case_id, CASEWORKER)
        return made

    def circulate(self, meeting: Meeting) -> Meeting:
        inside = self.here.node.inside
        return circulate(inside, self.here.org_id, meeting.meeting_id, BASE, CASEWORKER)

    def browser(self, who: Account | None = None) -> Client:
        """Return a browser of a person; of a caseworker where nobody is named."""
        if who is None:
            return self.here.client(Role.LA_CASEWORKER)
        return self.here.client(account=who)

    def letters(self) -> list[dict[str, object]]:
        """Return what the letters that wait would tell."""
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            found = list(unit.items.all("letter"))
        return [{**dict(one.clear), **dict(one.content or {})} for one in found]

    def book(self, action: str) -> int:
        """Return how often something stands in the book."""
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            return sum(one.action == action for one in unit.audit.entries())


def words_in(pack: bytes) -> str:
    """Return the text of a PDF."""
    with pypdfium2.PdfDocument(pack) as pdf:
        text = " ".join(one.get_textpage().get_text_range() for one in pdf)
    return re.sub(r"\s+", " ", text)
