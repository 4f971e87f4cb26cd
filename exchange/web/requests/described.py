"""The sections of a guided request: which there are, and what each asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.services.edit_record import current_pupil
from exchange.services.ehc_request.told import CONSENTS, VOICES
from exchange.services.ehc_request.writing import profile_of
from exchange.web.here import inside, org_id
from exchange.web.pupils.described import PartPage, codes, fixed
from exchange.web.pupils.inputs import Spec
from exchange.web.requests.head import Desk, today
from schemas.codes import code_set
from schemas.ehc_request import (
    AdviceThere,
    Consent,
    CycleSummary,
    Professional,
    ProvisionLine,
    Requester,
    View,
)
from schemas.sen.plan import Per

POINT = "point-"
_YES_NO = fixed(("yes", "Yes"), ("no", "No"))
_PER = fixed(
    (Per.DAY.value, "a day"),
    (Per.WEEK.value, "a week"),
    (Per.FORTNIGHT.value, "a fortnight"),
    (Per.HALF_TERM.value, "a half-term"),
    (Per.TERM.value, "a term"),
    (Per.YEAR.value, "a year"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the task list."""

    slug: str
    title: str
    hint: str = ""
    group: str = ""


def sections_of(desk: Desk) -> Sequence[Section]:
    """Return the sections of a request, in order."""
    adult = _is_adult(desk)
    points = [
        Section(f"{POINT}{one.code}", one.label, group="evidence")
        for one in code_set("evidence-point").current(today())
        if adult or "from_age" not in one.attributes
    ]
    questions = profile_of(desk.file.record).questions
    return [
        Section("council", "Whose request, and to which council", group="begin"),
        Section("reasons", "Why an assessment, and why a plan may be necessary", group="begin"),
        Section("papers", "Documents and records that go", group="evidence"),
        *points,
        Section("advice", "Advice that exists", group="evidence"),
        Section("cycles", "Assess, plan, do, review", group="done"),
        Section("costs", "What the provision costs", group="done"),
        Section("views", "Views of family and pupil", group="people"),
        Section("consents", "Agreement", group="people"),
        Section("professionals", "Professionals who know the child", group="people"),
        *(
            [Section("questions", "The council's own questions", group="people")]
            if questions
            else []
        ),
    ]


GROUPS = (
    ("begin", "The request"),
    ("evidence", "Evidence"),
    ("done", "What the school has done"),
    ("people", "People"),
)


def _is_adult(desk: Desk) -> bool:
    with inside().store.reading(org_id()) as unit:
        born = current_pupil(unit, desk.file.pupil_id).date_of_birth
    now = today()
    return (now.year - born.year) - ((now.month, now.day) < (born.month, born.day)) >= 18


REQUESTER = Spec(
    "requested_by",
    "Whose request is it?",
    "radio",
    "A parent, or a young person over compulsory school age, may ask themselves. You prepare it "
    "with them and send it for them, once their own word is recorded.",
    choices=fixed(
        (Requester.SCHOOL.value, "The school's"),
        (Requester.PARENT.value, "A parent's or carer's own"),
        (Requester.YOUNG_PERSON.value, "The young person's own"),
    ),
    needed=True,
)

REASONS = (
    Spec(
        "needs_reason",
        "Why does the child have, or may have, special educational needs?",
        "prose",
        "The first half of the legal test. A sentence or two is enough.",
        rows=5,
    ),
    Spec(
        "plan_reason",
        "Why may provision through an EHC plan be necessary?",
        "prose",
        "The second half of the test: what the school cannot do from what it has.",
        rows=5,
    ),
    Spec(
        "youth_accommodation",
        "Is the young person in youth accommodation?",
        "radio",
        "The council counts this in its yearly return.",
        choices=_YES_NO,
    ),
)

ADVICE = PartPage(
    "advice",
    "piece of advice",
    "Advice that exists",
    AdviceThere,
    (
        Spec("title", "What is it?", "line", "Such as: report of the eye clinic.", needed=True),
        Spec("kind", "Whose advice is it?", "select", choices=codes("ehc-advice"), needed=True),
        Spec("author", "Who wrote it?", "line"),
        Spec("authored", "When was it written?", "day"),
    ),
    "title",
    "What stands in documents that go is listed by itself. Add what you know of and do not have.",
)

CYCLES = PartPage(
    "cycles",
    "cycle",
    "Assess, plan, do, review",
    CycleSummary,
    (
        Spec("did", "What was planned and done?", "prose", needed=True, rows=6),
        Spec("starts", "When did it begin?", "day", needed=True),
        Spec("ends", "When did it end?", "day"),
        Spec("reviewed", "When was it reviewed with the family?", "day"),
        Spec("result", "What came of it?", "prose", rows=5),
    ),
    "did",
    "Taken from the support plan. Change the words here if the council needs others.",
    numbered=True,
)

COSTS = PartPage(
    "costs",
    "line",
    "What the provision costs",
    ProvisionLine,
    (
        Spec("what", "What is done?", "prose", needed=True, rows=2),
        Spec("who", "Who does it?", "line", "By role: teaching assistant.", needed=True),
        Spec("times", "How many sessions?", "number", needed=True),
        Spec("per", "In what time?", "select", choices=_PER, needed=True),
        Spec("minutes", "Minutes of one session", "number", needed=True),
        Spec("group_size", "Pupils in the group", "number", "1 is one to one.", needed=True),
        Spec("staff", "Adults at once", "number", needed=True),
        Spec("weeks", "Weeks a year", "number", needed=True),
        Spec(
            "rate",
            "Cost of an adult's hour, in pounds",
            "line",
            "With what the employer pays on top. Such as 16.50.",
            needed=True,
            width="govuk-input--width-5",
        ),
    ),
    "what",
)

VIEWS = PartPage(
    "views",
    "view",
    "Views of family and pupil",
    View,
    (
        Spec(
            "voice",
            "Whose view is it?",
            "radio",
            choices=lambda: [(one.value, label) for one, label in VOICES.items()],
            needed=True,
        ),
        Spec("text", "What do they say?", "prose", "Their own words.", needed=True, rows=8),
        Spec("name", "Their name", "line"),
        Spec("told", "When did they say it?", "day"),
        Spec("how", "How?", "line", "Such as: in a conversation at school."),
    ),
    "text",
    "Taken from the last review where it has them. A document with views counts too.",
)

PROFESSIONALS = PartPage(
    "professionals",
    "person",
    "Professionals who know the child",
    Professional,
    (
        Spec("person-name", "Name", "line", needed=True),
        Spec("person-role", "Profession", "line", needed=True),
        Spec("person-organisation", "Where do they work?", "line"),
        Spec("person-phone", "Telephone", "line"),
        Spec("person-email", "Mail", "line"),
        Spec("kind", "Whose advice could they give?", "select", choices=codes("ehc-advice")),
        Spec("involvement", "What do or did they do?", "prose", rows=3),
        Spec("last_seen", "When did they last see the child?", "day"),
        Spec("may_contact", "May the council ask them?", "radio", choices=_YES_NO),
    ),
    "person-name",
    "Taken from the support plan. Ask the family before you say that the council may ask somebody.",
)


def consents_of(desk: Desk) -> PartPage:
    """Return the page of agreement; a signed form is one of the documents that go."""
    chosen = [(one, desk.titles[one]) for one in desk.file.documents if one in desk.titles]
    return PartPage(
        "consents",
        "answer",
        "Agreement",
        Consent,
        (
            Spec(
                "to",
                "To what?",
                "radio",
                choices=lambda: [(one.value, label) for one, label in CONSENTS.items()],
                needed=True,
            ),
            Spec("given", "What did they say?", "radio", choices=_YES_NO, needed=True),
            Spec(
                "voice",
                "Who said so?",
                "radio",
                choices=lambda: [(one.value, label) for one, label in VOICES.items()],
                needed=True,
            ),
            Spec("name", "Their name", "line", _contacts(desk), needed=True),
            Spec("on", "When?", "day", needed=True),
            Spec("how", "How is it recorded?", "line", "Such as: signed form; by telephone."),
            Spec("document", "The signed form", "select", choices=lambda: chosen),
        ),
        "name",
        "What family and pupil agree to. It is not the lawful basis of the request: the law lets "
        "the school ask.",
    )


def _contacts(desk: Desk) -> str:
    """Return whom the child's record names, so that a name is written as it is there."""
    with inside().store.reading(org_id()) as unit:
        pupil = current_pupil(unit, desk.file.pupil_id)
    named = [
        f"{' '.join(part for part in (one.forename, one.surname) if part)}"
        f"{' (parental responsibility)' if one.responsibility else ''}"
        for one in sorted(pupil.contacts, key=lambda each: each.order)
    ]
    return f"On the child's record: {', '.join(named)}." if named else ""


def part_of(desk: Desk, slug: str) -> PartPage | None:
    """Return the list of a section, or None where it is none."""
    if slug == "consents":
        return consents_of(desk)
    known = {one.field: one for one in (ADVICE, CYCLES, COSTS, VIEWS, PROFESSIONALS)}
    return known.get(slug)


def questions_of(desk: Desk) -> tuple[Spec, ...]:
    """Return the council's own questions."""
    return tuple(
        Spec(one.code, one.text, "prose", one.hint)
        for one in profile_of(desk.file.record).questions
    )
