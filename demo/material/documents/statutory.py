"""EHC plan, its annual review, and the personal education plan of a looked-after child."""

from __future__ import annotations

from datetime import date

from reportlab.platypus import Flowable, PageBreak

from demo.material.documents.common import (
    CASEWORKER,
    COUNCIL_PAPER,
    HEAD,
    SCHOOL_PAPER,
    draw,
    identity,
    need_labels,
    outcomes,
    provisions,
    some,
    texts,
    weekday_between,
)
from demo.material.people import Pupil
from demo.material.places import COUNCIL, PRIMARY
from demo.material.sheet import (
    Author,
    Paper,
    bullets,
    day,
    facts,
    grid,
    heading,
    numbered,
    quote,
    text,
)
from demo.material.texts import conditions, need_text


def annual_review(pupil: Pupil) -> Paper:
    """The report of the phase-transfer review held in the autumn of Year 6."""
    words = texts(pupil)
    when = weekday_between(pupil, "annual-review", date(2025, 10, 6), date(2025, 11, 20))
    paper = Paper(
        "annual-review",
        "Annual review of the EHC plan: report of the meeting",
        HEAD,
        when,
        SCHOOL_PAPER,
        f"Phase-transfer review, held on {day(when)}.",
    )
    rows = [["Outcome", "Progress", "Decision"]]
    rows += [[goal.target, goal.notes[0], "keep, with a new date"] for goal in outcomes(pupil)]
    paper.blocks = [
        identity(pupil, ("Needs", need_labels(pupil))),
        heading("Who was there"),
        grid(
            [
                ["Name", "Role", "Came"],
                [pupil.contacts[0].name, "Parent or carer", "yes"],
                [pupil.known_as, "Pupil", "for the first half, with the slides"],
                [PRIMARY.head, "Headteacher, chair", "yes"],
                [PRIMARY.senco, "SENCO", "yes"],
                [CASEWORKER.name, "Local authority", "by telephone"],
                [
                    pupil.destination.senco,
                    f"SENCO, {pupil.destination.name}",
                    "invited; report sent",
                ],
            ],
            [3, 4, 3],
        ),
        heading("What is going well"),
        bullets(some(pupil, "review-strengths", words["strengths"], 4)),
        heading("The pupil's views"),
        *[quote(pupil.say(line)) for line in words["pupil"][:3]],
        heading("The family's views"),
        *[quote(pupil.say(line)) for line in words["parent"][:2]],
        heading("Progress towards the outcomes"),
        grid(rows, [5, 4, 2]),
        heading("Provision: is it given as the plan says?"),
        grid(
            [["Provision", "Given", "Remark"]]
            + [
                [item.what, "yes", f"{item.times} times a week, {item.minutes} minutes"]
                for item in provisions(pupil)
            ],
            [5, 1.4, 4],
        ),
        heading("Changes proposed"),
        numbered(
            [
                (
                    f"Section I: name {pupil.destination.name} from September 2026, as "
                    "the family prefers."
                ),
                "Section F: add the visits and the key adult for the first half term.",
                "Section E: new dates, the end of Year 7.",
                "Section B: update with the latest reports.",
            ]
        ),
        heading("Recommendation"),
        text(
            "The plan should be kept and amended. Papers went out fourteen days "
            "before the meeting; this report goes to all who were invited within "
            "fourteen days after it."
        ),
    ]
    return paper


def ehc_plan(pupil: Pupil) -> Paper:
    """The final amended plan, sections A to K, each separately identified."""
    words, goals = texts(pupil), outcomes(pupil)
    when = weekday_between(pupil, "ehc-plan", date(2026, 1, 26), date(2026, 2, 13))
    paper = Paper(
        "ehc-plan",
        "Education, health and care plan: final amended plan",
        CASEWORKER,
        when,
        COUNCIL_PAPER,
        (
            f"Issued on {day(when)} by {COUNCIL.name}. Each section stands by itself and "
            "may be shared by itself."
        ),
    )
    health = (
        conditions()[pupil.condition]["about"]
        if pupil.condition
        else (
            "There are no health needs that relate to the special educational needs "
            "beyond those described in Section B."
        )
    )
    care = (
        (
            "{name} is looked after by the local authority; the care plan is kept apart "
            "and is not repeated here."
        )
        if pupil.looked_after
        else (
            "None identified. The family knows of the short-breaks offer and has decided "
            "not to use it at present."
        )
    )
    blocks: list[Flowable] = [
        identity(
            pupil,
            ("Address", pupil.address.line),
            ("Parents or carers", "; ".join(c.name for c in pupil.contacts[:2])),
            ("Plan first made", day(pupil.provision[-1][0])),
        ),
        heading("Section A: views, interests and aspirations"),
        *[quote(pupil.say(line)) for line in words["pupil"]],
        *[quote(pupil.say(line)) for line in words["parent"][:2]],
        text(
            pupil.say(
                "{name} enjoys "
                + pupil.interest
                + " and would like to go on with it at secondary school."
            )
        ),
        PageBreak(),
        heading("Section B: special educational needs"),
        text(need_labels(pupil)),
    ]
    for need in pupil.needs:
        blocks += [text(pupil.say(part)) for part in need_text(need.code)["summary"]]
    blocks += [
        bullets(some(pupil, "b-strengths", words["strengths"], 5)),
        heading("Section C: health needs"),
        text(pupil.say(health)),
        heading("Section D: social care needs"),
        text(pupil.say(care)),
        PageBreak(),
        heading("Section E: outcomes"),
        numbered([goal.target.replace("July 2026", "the end of Year 7") for goal in goals]),
        heading("Section F: special educational provision"),
        grid(
            [["What", "Who", "How often", "Group", "Weeks a year"]]
            + [
                [
                    i.what,
                    i.who,
                    f"{i.times} x {i.minutes} minutes a week",
                    str(i.group),
                    str(i.weeks),
                ]
                for i in provisions(pupil)
            ],
            [4, 3, 2.4, 1.3, 1.4],
        ),
        numbered([pupil.say(item) for item in words["strategies"]]),
        heading("Section G: health provision"),
        text("As set out in the individual healthcare plan." if pupil.condition else "None."),
        heading("Section H1 and H2: social care provision"),
        text(
            "None under section 2 of the Chronically Sick and Disabled Persons Act "
            "1970; none other."
        ),
        PageBreak(),
        heading("Section I: placement"),
        facts(
            [
                ("Until August 2026", f"{PRIMARY.name}, mainstream school"),
                ("From September 2026", f"{pupil.destination.name}, mainstream school"),
            ]
        ),
        heading("Section J: personal budget"),
        text("None has been asked for."),
        heading("Section K: advice and information"),
        grid(
            [["From", "Role", "Held by"]]
            + [[pupil.contacts[0].name, "Parent or carer", "LA"], [PRIMARY.senco, "SENCO", "LA"]]
            + [
                [part["service"], part["role"], "LA"]
                for need in pupil.needs
                for part in need_text(need.code)["specialists"]
            ],
            [4, 4, 1],
        ),
        text(f"Signed for the local authority: {COUNCIL.senco}, Head of SEND"),
    ]
    paper.blocks = blocks
    return paper


def education_plan(pupil: Pupil) -> Paper:
    """The personal education plan (PEP) of a looked-after child, summer term."""
    rng = draw(pupil, "pep")
    paper = Paper(
        "pep",
        "Personal education plan (PEP), summer term 2026",
        Author("Mrs Nasreen Halliwell", "Designated teacher", PRIMARY.name),
        weekday_between(pupil, "pep-date", date(2026, 6, 1), date(2026, 6, 19)),
        SCHOOL_PAPER,
        "For the designated teacher, the virtual school and the SENCO.",
    )
    worker = pupil.contacts[-1]
    paper.blocks = [
        identity(
            pupil,
            ("Responsible authority", COUNCIL.name),
            ("Social worker", f"{worker.name}, {worker.phone}"),
            ("Virtual school", "Mr Leonard Baines, virtual school head"),
        ),
        heading("My views"),
        *[quote(pupil.say(line)) for line in texts(pupil)["pupil"]],
        heading("Attainment"),
        grid(
            [["Subject", "Autumn", "Spring", "Summer", "Next step"]]
            + [
                [
                    subject,
                    "below",
                    rng.choice(("below", "nearly")),
                    rng.choice(("nearly", "expected")),
                    step,
                ]
                for subject, step in (
                    ("Reading", "choose and finish two books"),
                    ("Writing", "paragraphs from a plan"),
                    ("Mathematics", "fractions with equipment"),
                )
            ],
            [2, 1.5, 1.5, 1.5, 4],
        ),
        heading("Targets until October"),
        numbered(
            [goal.target.replace("July 2026", "October half term") for goal in outcomes(pupil)]
        ),
        heading("Pupil premium plus"),
        grid(
            [
                ["Use", "Cost", "Difference it made"],
                ["Emotional literacy sessions", "£640", "calmer returns to class"],
                ["Football club, kit and travel", "£210", "plays every Saturday"],
                ["Summer reading tutor", "£450", "planned"],
            ],
            [4, 1.4, 4],
        ),
        heading("Stability and transition"),
        bullets(
            [
                pupil.say("{name} stays with the same carers through the move."),
                f"The designated teacher of {pupil.destination.name} met {pupil.known_as} in May.",
                "Virtual school funds a mentor for the first term.",
                "Contact arrangements are not recorded here.",
            ]
        ),
        heading("Agreed"),
        grid(
            [
                ["Name", "Role"],
                [pupil.contacts[0].name, "Foster carer"],
                [worker.name, "Social worker"],
                ["Mrs Nasreen Halliwell", "Designated teacher"],
            ],
            [4, 4],
        ),
    ]
    return paper
