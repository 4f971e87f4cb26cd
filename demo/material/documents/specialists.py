"""What specialists write: one layout, with the findings and scores of the need's own text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from demo.material.charts import score_chart
from demo.material.documents.common import (
    draw,
    identity,
    languages,
    need_labels,
    outcomes,
    some,
    texts,
    weekday_between,
)
from demo.material.documents.measures import described, percentile
from demo.material.people import Pupil
from demo.material.places import PRIMARY
from demo.material.sheet import (
    Author,
    Letterhead,
    Paper,
    bullets,
    facts,
    grid,
    heading,
    numbered,
    text,
    together,
)
from demo.material.texts import need_text

NAMES = (
    "Dr Amelia Forsyth", "Mr Tobias Grieve", "Ms Sunita Kaur-Bains", "Mrs Eleanor Whitcombe",
    "Dr Marcus Ogilvie", "Ms Catrin Bevan", "Mr Yusuf Demir", "Mrs Philippa Langdale",
)  # fmt: skip
SOURCES = [
    "the SEN support plan and last year's reviews",
    "books and two pieces of unaided writing",
    "a conversation with the class teacher and the SENCO",
    "a telephone call with the family",
    "observation in class and at break",
    "time with {name} alone",
]


def kinds(pupil: Pupil) -> list[str]:
    """The types of specialist report that the pupil's needs call for."""
    found: list[str] = []
    for code in [need.code for need in pupil.needs] or ["NONE"]:
        found += [part["type"] for part in need_text(code)["specialists"]]
    return list(dict.fromkeys(found))


def writer(kind: str) -> Callable[[Pupil], Paper]:
    """Return the function that writes one kind of report."""

    def write(pupil: Pupil) -> Paper:
        return _report(pupil, _part(pupil, kind))

    return write


def _part(pupil: Pupil, kind: str) -> dict[str, Any]:
    for code in [need.code for need in pupil.needs] or ["NONE"]:
        for part in need_text(code)["specialists"]:
            if part["type"] == kind:
                return dict(part)
    raise LookupError(f"no text for a {kind} with these needs")


def psychologist(pupil: Pupil) -> Paper:
    """The EP's report: that of the need's text, or one built from the plan for an EHC plan."""
    if "ep-report" in kinds(pupil):
        return _report(pupil, _part(pupil, "ep-report"))
    words = texts(pupil)
    return _report(
        pupil,
        {
            "type": "ep-report",
            "title": "Educational psychologist's report",
            "role": "Educational Psychologist",
            "service": "Marlshire Educational Psychology Service",
            "reason": "Advice for the review of the EHC plan before transfer to secondary school.",
            "findings": [
                words["summary"][0],
                (
                    "{name} helped to set the agenda and asked what would happen to my "
                    "notes; we agreed what should be in them."
                ),
                words["summary"][1],
                (
                    "What makes the difference is not more effort from {name} but adults "
                    "who prepare: every example of success in the last year has the same "
                    "few strategies behind it."
                ),
            ],
            "recommendations": words["strategies"][:6],
            "tests": [test for part in words["specialists"] for test in part.get("tests", [])][:6],
        },
    )


def _report(pupil: Pupil, part: dict[str, Any]) -> Paper:
    rng = draw(pupil, part["type"])
    in_school = part["service"] == PRIMARY.name
    name = PRIMARY.senco if in_school else rng.choice(NAMES)
    paper = Paper(
        part["type"],
        part["title"],
        Author(name, part["role"], part["service"]),
        weekday_between(pupil, part["type"], date(2025, 1, 13), date(2026, 5, 22)),
        Letterhead(
            part["service"],
            "Marlborne Health and Learning Centre, Wold Road, Marlborne, ZZ1 1HL",
            rng.choice(("#1d4e89", "#5b2a5e", "#14555a")),
        ),
        pupil.say(part["reason"]),
    )
    scores = [(test[0], pupil.scores[test[0]]) for test in part["tests"]]
    rows = [["Measure", "Standard score", "Percentile", "Described as"]]
    rows += [[label, str(s), str(percentile(s)), described(s)] for label, s in scores]
    low = min(scores, key=lambda item: item[1])
    high = max(scores, key=lambda item: item[1])
    contrast = (
        f"The relative strength is {high[0].lower()} ({high[1]}); the lowest score is "
        f"{low[0].lower()} ({low[1]})."
    )
    paper.blocks = [
        identity(
            pupil,
            ("Needs on the register", need_labels(pupil)),
            (
                "Seen",
                rng.choice(
                    ("at school, two visits", "at school and at home", "at school, one morning")
                ),
            ),
            ("Language", languages(pupil)),
        ),
        heading("What this report is based on"),
        bullets([pupil.say(item) for item in SOURCES]),
        heading("Summary"),
        text(pupil.say(part["findings"][0])),
        text(contrast),
        heading("Strengths"),
        bullets(some(pupil, part["type"] + "strengths", texts(pupil)["strengths"], 4)),
        heading("Findings"),
        *[text(pupil.say(item)) for item in part["findings"][1:]],
        together(heading("Scores"), score_chart(scores)),
        grid(rows, [4, 2, 2, 3]),
        text(
            "Scores are one source among several. They describe a few mornings and "
            "do not limit what a child can learn."
        ),
        heading("What the pupil said"),
        *[text(f"“{pupil.say(line)}”") for line in texts(pupil)["pupil"][:2]],
        heading("Recommendations"),
        numbered([pupil.say(item) for item in part["recommendations"]]),
        heading("Outcomes that this advice supports"),
        bullets([goal.target for goal in outcomes(pupil)]),
        heading("Sharing"),
        facts(
            [
                (
                    "Copies to",
                    "the family; the school; with the family's agreement the receiving school",
                ),
                ("Questions", f"{name}, {part['service']}, 01632 960050"),
                ("Kept until", "in line with the service's retention schedule"),
            ]
        ),
    ]
    return paper
