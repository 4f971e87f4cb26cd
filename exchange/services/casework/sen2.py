"""A case as rows of the SEN2 person-level return, so that nothing is typed again.

Tables and columns are those of the return as public readers of it name them; no specification of
the Department was at hand, so that each is to be checked before a return is made from it. A value
that is not known is left empty; nothing is guessed. Keys are made here: ``persontableid`` joins
the rows of one child.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.services.cases import Case, CaseState, Event, Source
from exchange.services.casework.active_plan import active_plan
from exchange.services.casework.sen2_columns import TABLES, Row
from exchange.services.reviews.received import Received
from schemas.ehc import EhcPlan, EhcSectionName, EhcStatus
from schemas.ehc_request import EhcRequest
from schemas.pupil import Pupil
from schemas.sen import SenRegister

_SOURCE = {
    Source.PARENT: "1",
    Source.YOUNG_PERSON: "1",
    Source.SCHOOL: "2",
    Source.HEALTH: "3",
    Source.SOCIAL_CARE: "4",
    Source.OTHER: "5",
}
_NOT_IN_SEN2 = frozenset({"NSA"})
"""Need types of the school census alone."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What rows are made from.

    :param pupil: None while nobody has said whose case it is.
    :param asked: the request as the school wrote it; None: there is none in the child's record.
    :param reviews: the reports of reviews that came, the newest meeting first.
    """

    held: Case
    pupil: Pupil | None = None
    register: SenRegister | None = None
    plan: EhcPlan | None = None
    asked: EhcRequest | None = None
    reviews: Sequence[Received] = ()


def rows_of(facts: CaseFacts) -> Mapping[str, Sequence[Row]]:
    """Return the rows of one case, by table; a table without a row is left out.

    What turned out to be no request of this authority has none: not its child, no request at all,
    joined to another case. Nor has what could not be read and waits for a person.
    """
    held = facts.held
    unread = held.state is CaseState.HELD and held.who is None
    if held.state is CaseState.NOT_OURS or held.is_none or unread:
        return {}
    made: dict[str, list[Row]] = {"person": [_person(facts)], "requests": [_request(facts)]}
    assess = held.decided("assess")
    if assess is not None and assess.yes:
        made["assessment"] = [_assessment(held)]
        if held.events.get(Event.FINAL_ISSUED.value):
            made["namedplan"] = [_named_plan(facts)]
            made["plandetail"] = list(_plan_detail(facts))
            made["activeplans"] = [active_plan(held.case_id, facts.plan, facts.reviews)]
            made["senneed"] = list(_needs(facts))
    return {name: rows for name, rows in made.items() if rows}


def tables_of(all_facts: Iterable[CaseFacts]) -> Mapping[str, Sequence[Row]]:
    """Return the rows of many cases, by table; every table is there.

    The rows of a child with two cases name the child once.
    """
    made: dict[str, list[Row]] = {name: [] for name in TABLES}
    seen: set[str] = set()
    for facts in all_facts:
        for name, rows in rows_of(facts).items():
            if name == "person":
                rows = [one for one in rows if one["persontableid"] not in seen]
                seen.update(one["persontableid"] for one in rows)
            made[name].extend(rows)
    return made


def _person_key(held: Case) -> str:
    return held.pupil_id or held.case_id


def _person(facts: CaseFacts) -> Row:
    pupil, who = facts.pupil, facts.held.who
    told = {"persontableid": _person_key(facts.held)}
    if pupil is None:
        if who is None:
            return told
        born = who.date_of_birth.isoformat()
        names = {"surname": who.surname, "forename": who.forename}
        return told | names | {"personbirthdate": born, "upn": who.upn}
    return told | {
        "surname": pupil.names.surname,
        "forename": pupil.names.forename,
        "personbirthdate": pupil.date_of_birth.isoformat(),
        "sex": pupil.sex,
        "ethnicity": pupil.ethnicity or "",
        "postcode": pupil.address.post_code or "" if pupil.address else "",
        "upn": str(pupil.upn) if pupil.upn else "",
        "uniquelearnernumber": str(pupil.uln) if pupil.uln else "",
        "upnunknown": pupil.upn_unknown or "",
    }


def _request(facts: CaseFacts) -> Row:
    held = facts.held
    return {
        "requeststableid": held.case_id,
        "persontableid": _person_key(held),
        "receiveddate": held.reached.isoformat(),
        "requestsource": _SOURCE[held.source],
        "rya": _flag(facts.asked.youth_accommodation if facts.asked else None),
        "requestoutcomedate": _day(_decided_on(held, "assess")),
        "requestoutcome": _outcome(held, "assess"),
        "requestmediation": "",
        "requesttribunal": _tribunal(held, "assess"),
    }


def _flag(said: bool | None) -> str:
    """Return 1 or 0, or nothing where nobody said."""
    return "" if said is None else str(int(said))


def _outcome(held: Case, what: str) -> str:
    """Return Y, N, A (not decided yet) or W (withdrawn)."""
    decided = held.decided(what)
    if decided is not None:
        return "Y" if decided.yes else "N"
    return "W" if held.withdrawn or held.state is CaseState.CLOSED else "A"


def _decided_on(held: Case, what: str) -> date | None:
    """Return the day on which the family was told, or, before that, on which it was decided."""
    found = held.decided(what)
    return None if found is None else found.told or found.decided


def _tribunal(held: Case, what: str) -> str:
    """An appeal is about the last decision that was a no."""
    if Event.APPEALED.value not in held.events:
        return ""
    last = next((one for one in reversed(held.decisions) if not one.yes), None)
    return "1" if last is not None and last.what == what else ""


def _assessment(held: Case) -> Row:
    excepted = any(one.clock in ("no-plan", "final-plan") for one in held.exceptions)
    return {
        "assessmenttableid": f"{held.case_id}-assessment",
        "requeststableid": held.case_id,
        "assessmentoutcome": _outcome(held, "plan"),
        "assessmentoutcomedate": _day(_decided_on(held, "plan")),
        "assessmenttribunal": _tribunal(held, "plan"),
        "week20": "1" if excepted else "0",
    }


def _named_plan(facts: CaseFacts) -> Row:
    held, plan = facts.held, facts.plan
    ceased = plan is not None and plan.status is EhcStatus.CEASED
    budget = plan is not None and any(
        one.section is EhcSectionName.PERSONAL_BUDGET and one.text for one in plan.sections
    )
    return {
        "namedplantableid": f"{held.case_id}-plan",
        "assessmenttableid": f"{held.case_id}-assessment",
        "startdate": _day(held.events.get(Event.FINAL_ISSUED.value)),
        "pb": "" if plan is None else "1" if budget else "0",
        "ceasedate": _day(plan.issued) if ceased and plan is not None else "",
    }


def _plan_detail(facts: CaseFacts) -> Iterator[Row]:
    school = facts.plan.names_school if facts.plan else None
    if school is None:
        return
    yield {
        "plandetailtableid": f"{facts.held.case_id}-school",
        "namedplantableid": f"{facts.held.case_id}-plan",
        "urn": str(school.urn) if school.urn else "",
        "ukprn": str(school.ukprn) if school.ukprn else "",
        "placementrank": "1",
    }


def _needs(facts: CaseFacts) -> Iterator[Row]:
    """Yield one or two ranked needs; the return knows no more."""
    needs = facts.register.needs if facts.register else ()
    now = [one for one in needs if one.ends is None and one.type not in _NOT_IN_SEN2]
    for rank, need in enumerate(sorted(now, key=lambda one: one.rank)[:2], start=1):
        yield {
            "senneedtableid": f"{facts.held.case_id}-need-{rank}",
            "activeplanstableid": f"{facts.held.case_id}-active",
            "sentype": need.type,
            "sentyperank": str(rank),
        }


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
