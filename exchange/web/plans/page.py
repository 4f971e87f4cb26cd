"""The plan of a case: its sections, whom it was sent to, and what consulted schools answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, render_template, request

from exchange.domain.clocks import london_day
from exchange.errors import NotFound
from exchange.ports import Transfer, UnitOfWork
from exchange.services.cases import case
from exchange.services.people.names import organisation_name
from exchange.services.plans.editions import EditionKind, edition_on_paper
from exchange.services.plans.model import Consultation, consultations_of
from exchange.services.plans.readable import plan_data
from exchange.services.plans.sending import editions_sent
from exchange.services.plans.writing import LETTERS, plan_of, require_pupil, texts_of
from exchange.services.readable import Sheet
from exchange.web.headers import as_document
from exchange.web.here import inside, org_id, parts
from exchange.web.pupils.child import child_of, label_of
from schemas.codes import code_set
from schemas.ehc import EhcPlan

_BEGINNING = 120
"""Characters of a section that the list of sections shows."""


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in the list."""

    letter: str
    label: str
    beginning: str
    documents: int
    consulted: bool

    @property
    def is_written(self) -> bool:
        """Return whether anything stands in it."""
        return bool(self.beginning) or self.documents > 0


@dataclass(frozen=True, slots=True)
class SentLine:
    """One pack of the plan that a school has, or that is on its way."""

    transfer: Transfer
    kind: EditionKind
    name: str


def shared(unit: UnitOfWork, case_id: str) -> Mapping[str, Any]:
    """Return what every page of a plan is given: the case, the child, the plan as it stands.

    :raises NotFound: ``case-unknown``.
    :raises Refused: ``case-without-pupil``.
    """
    held = case(unit, case_id)
    return {
        "held": held,
        "child": child_of(unit, require_pupil(held)),
        "plan": plan_of(unit, held),
    }


def plan_page(case: str) -> Any:
    """Show the plan."""
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
        asked = consultations_of(unit, case)
        sent = [
            SentLine(transfer, kind, name_of(transfer.recipient))
            for transfer, kind in editions_sent(unit, told["child"].pupil_id)
        ]
    return render_template(
        "plans/page.html",
        **told,
        lines=lines_of(told["plan"]),
        consultations=[(one, state_of(one)) for one in asked],
        sent=sent,
        today=today(),
    )


def state_of(one: Consultation) -> str:
    """Return the tag of a consultation."""
    if one.state == "sent" and one.due_on < today():
        return "late"
    return {"sent": "waiting", "answered": "answered", "withdrawn": "ended"}[one.state]


def lines_of(plan: EhcPlan | None) -> list[SectionLine]:
    """Return a line for each section of the regulation, written or not."""
    texts = texts_of(plan)
    papers = {one.section.value: len(one.documents) for one in plan.sections} if plan else {}
    rows = {one.code: one for one in code_set("ehc-section")}
    return [
        SectionLine(
            letter=letter,
            label=rows[letter].label,
            beginning=_beginning(texts.get(letter, "")),
            documents=papers.get(letter, 0),
            consulted=bool(rows[letter].attributes["consultation"]),
        )
        for letter in LETTERS
    ]


def _beginning(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _BEGINNING else f"{flat[:_BEGINNING].rsplit(' ', 1)[0]} …"


def name_of(recipient: str) -> str:
    """Return the name of an organisation of the directory."""
    return organisation_name(inside(), recipient)


def today() -> date:
    """Return today's date in London."""
    return london_day(inside().clock.now())


def section_label(letter: str) -> str:
    """Return what a section is called.

    :raises NotFound: ``section-unknown``.
    """
    if letter not in LETTERS:
        raise NotFound("section-unknown")
    return label_of("ehc-section", letter)


def plan_pdf(case: str) -> Response:
    """Hand the plan over as a PDF, made in memory: whole, or the consultation edition.

    :raises NotFound: ``plan-missing``; ``plan-stays``: no school may get any of it.
    """
    consulted = request.args.get("for") == EditionKind.CONSULTATION.value
    with inside().store.reading(org_id()) as unit:
        told = shared(unit, case)
        plan = edition_on_paper(inside(), unit, told["held"]) if consulted else told["plan"]
    if plan is None:
        raise NotFound("plan-missing")
    child, held = told["child"], told["held"]
    sheet = Sheet(organisation_name(inside(), org_id()), today(), child.year)
    data = plan_data(plan, child.full_name, child.born, held.reference, sheet)
    content = parts().renderer.render("ehc-plan", data | {"consultation": consulted})
    answer = Response(content, content_type="application/pdf")
    name = "consultation-edition" if consulted else "ehc-plan"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return as_document(answer)
