"""What the primary school writes: profile, plans, provision map, strategies."""

from __future__ import annotations

from datetime import date

from reportlab.platypus import Flowable, PageBreak

from demo.material.charts import STEPS, steps_chart
from demo.material.documents.common import (
    FIRST_DAY,
    SCHOOL_PAPER,
    SENCO,
    cycle_dates,
    cycles,
    done,
    identity,
    need_labels,
    outcomes,
    planned,
    provisions,
    some,
    teacher,
    texts,
    visits,
    weekday_between,
)
from demo.material.drawings import child_drawing
from demo.material.people import Pupil
from demo.material.sheet import (
    Paper,
    bullets,
    day,
    facts,
    gap,
    grid,
    heading,
    numbered,
    picture,
    text,
    together,
)


def profile(pupil: Pupil) -> Paper:
    """One page in the pupil's own voice, with a drawing."""
    words = texts(pupil)
    paper = Paper(
        "profile",
        f"{pupil.known_as}'s one-page profile",
        SENCO,
        weekday_between(pupil, "profile", date(2026, 5, 11), date(2026, 6, 26)),
        SCHOOL_PAPER,
        pupil.say(
            "Written by {name} with {key}, checked at home.".replace("{key}", pupil.key_adult)
        ),
    )
    paper.blocks = [
        picture(child_drawing(f"{pupil.seed}:{pupil.number}"), width=250),
        gap(4),
        heading("What people like about me"),
        bullets(some(pupil, "strengths", words["strengths"], 3)),
        heading("What matters to me"),
        text(
            pupil.say(
                f"I love {pupil.interest}, my family and my friends. "
                f"{some(pupil, 'matter', words['pupil'], 1)[0]}"
            )
        ),
        heading("What helps me"),
        bullets(some(pupil, "helps", words["helps"], 4)),
        heading("What does not help"),
        bullets(some(pupil, "hinders", words["hinders"], 3)),
        heading("My grown-up in school"),
        text(f"{pupil.key_adult}. If I am worried, find a quiet place and ask me what would help."),
    ]
    return paper


def support_plan(pupil: Pupil) -> Paper:
    """The assess-plan-do-review record of the year with SMART outcomes."""
    words, goals, reviews = texts(pupil), outcomes(pupil), cycle_dates(pupil)
    paper = Paper(
        "sen-support-plan",
        "SEN support plan",
        SENCO,
        reviews[-1],
        SCHOOL_PAPER,
        "Assess, plan, do, review: three cycles, agreed with the family and the pupil.",
    )
    blocks: list[Flowable] = [
        identity(
            pupil,
            ("Needs", need_labels(pupil)),
            ("Area of need", words["area"]),
            ("Key adult", pupil.key_adult),
        ),
        heading("What we know"),
        *[text(pupil.say(part)) for part in words["summary"]],
        heading("Strengths and interests"),
        bullets(
            [*some(pupil, "plan-strengths", words["strengths"], 4), f"Enjoys {pupil.interest}."]
        ),
        heading("Outcomes"),
        grid(
            [["", "Outcome", "Where it began", "How we measure it"]]
            + [
                [str(at), goal.target, goal.baseline, goal.measure]
                for at, goal in enumerate(goals, 1)
            ],
            [0.6, 5, 3.4, 3],
        ),
    ]
    for at, (start, review) in enumerate(cycles(pupil)):
        blocks += _cycle(pupil, at, start, review)
    blocks += [
        together(
            heading("Steps towards the outcomes"),
            steps_chart([day(when) for when in reviews], [goal.steps for goal in goals]),
        ),
        heading("Strategies for every lesson"),
        numbered(some(pupil, "plan-strategies", words["strategies"], 6)),
        heading("Agreed"),
        grid(
            [
                ["Who", "Name", "Date", "Agreed"],
                ["Parent or carer", pupil.contacts[0].name, day(reviews[-1]), "yes"],
                [
                    "Pupil",
                    pupil.known_as,
                    day(reviews[-1]),
                    "yes, and chose the order of the targets",
                ],
                ["SENCO", SENCO.name, day(reviews[-1]), "yes"],
            ],
            [2, 3, 2, 3],
        ),
        text(
            "Next review: by the receiving school in the autumn term of Year 7, with "
            f"{pupil.known_as}."
        ),
    ]
    paper.blocks = blocks
    return paper


def _cycle(pupil: Pupil, at: int, start: date, review: date) -> list[Flowable]:
    words, goals = texts(pupil), outcomes(pupil)
    rows = [["No.", "What we saw", "Step", "Next"]]
    for number, goal in enumerate(goals, 1):
        step = goal.steps[at]
        following = (
            "keep and generalise" if step == 4 else ("continue" if step > 1 else "smaller steps")
        )
        rows.append([str(number), goal.note(at), STEPS[step], following])
    return [
        heading(f"Cycle {at + 1}: {day(start)} to {day(review)}"),
        facts(
            [
                ("Assess", pupil.say(words["summary"][at % len(words["summary"])])),
                ("Plan", planned(pupil, at)),
                ("Do", done(pupil)),
                (
                    "Review",
                    (
                        f"Met on {day(review)}: {pupil.contacts[0].name}, "
                        f"{pupil.known_as}, {pupil.teacher}, {SENCO.name}."
                    ),
                ),
            ]
        ),
        grid(rows, [0.8, 6, 1.8, 2.2]),
    ]


def provision_map(pupil: Pupil) -> Paper:
    """What is given, by whom, how often; not costed, as the costed version is for the LA."""
    paper = Paper(
        "provision-map",
        "Individual provision map 2025/26",
        SENCO,
        weekday_between(pupil, "provision-map", date(2026, 6, 1), date(2026, 6, 26)),
        SCHOOL_PAPER,
        pupil.say(
            "What {name} receives that is additional to or different from what all pupils have."
        ),
    )
    items = provisions(pupil)
    rows = [["Provision", "Who", "A week", "Minutes", "Group", "Weeks", "Adult hours a week"]]
    rows += [
        [i.what, i.who, str(i.times), str(i.minutes), str(i.group), str(i.weeks), f"{i.hours:.1f}"]
        for i in items
    ]
    rows.append(["Total", "", "", "", "", "", f"{sum(i.hours for i in items):.1f}"])
    waves: list[Flowable] = []
    for item in items:
        waves += [
            heading(item.what),
            facts(
                [
                    (
                        "Aim",
                        (
                            "To work towards the outcomes of the support plan and to be "
                            "used in class the same week."
                        ),
                    ),
                    (
                        "Entry and exit",
                        (
                            "Reviewed every six weeks; ends or changes when the adult "
                            f"({item.who.lower()}) and the SENCO see two reviews at the "
                            "same step."
                        ),
                    ),
                    ("What worked", some(pupil, item.what, texts(pupil)["strategies"], 1)[0]),
                    (
                        "For Year 7",
                        "Continue for the first half term, then review with the family.",
                    ),
                ]
            ),
        ]
    paper.blocks = [identity(pupil), grid(rows, [3.6, 2.8, 1.2, 1.7, 1.3, 1.4, 1.7]), *waves]
    paper.blocks += [
        heading("In every lesson (quality first teaching)"),
        bullets(some(pupil, "map-strategies", texts(pupil)["strategies"], 6)),
    ]
    return paper


def strategies(pupil: Pupil) -> Paper:
    """A sheet for the staff of the receiving school, and one for cover teachers."""
    words = texts(pupil)
    paper = Paper(
        "strategies",
        pupil.say("Strategies that work for {name}"),
        teacher(pupil),
        weekday_between(pupil, "strategies", date(2026, 6, 8), date(2026, 7, 1)),
        SCHOOL_PAPER,
        "For every member of staff who teaches this pupil.",
    )
    paper.blocks = [
        identity(pupil),
        heading("Start here"),
        text(pupil.say(words["summary"][0])),
        heading("Do"),
        numbered([pupil.say(item) for item in words["strategies"]]),
        heading("Avoid"),
        bullets([pupil.say(item) for item in words["hinders"]]),
        PageBreak(),
        heading("Cover teacher's card"),
        text(pupil.say("Two minutes to read; it will save you an hour.")),
        bullets(some(pupil, "cover", words["helps"], 5)),
        heading("What good looks like"),
        text(
            pupil.say(
                "{name} is settled, has begun within a few minutes and can tell you "
                "the next step. If not: go back to the first point of this sheet, "
                "quietly."
            )
        ),
    ]
    return paper


def transition_plan(pupil: Pupil) -> Paper:
    """Visits, key adult and first day, agreed by both SENCOs."""
    there = pupil.destination
    paper = Paper(
        "transition-plan",
        f"Transition plan: {there.name}",
        SENCO,
        weekday_between(pupil, "transition", date(2026, 6, 22), date(2026, 7, 3)),
        SCHOOL_PAPER,
        f"Agreed by {SENCO.name} and {there.senco} (SENCO, {there.name}).",
    )
    paper.blocks = [
        identity(pupil, ("Moves to", there.name), ("Starts", "3 September 2026")),
        heading("Visits"),
        grid(
            [["When", "What", "Who comes along", "How it went"]]
            + [
                [day(when), what, who, went or "planned"] for when, what, who, went in visits(pupil)
            ],
            [1.6, 3.4, 2, 4],
        ),
        heading("People"),
        facts(
            [
                (
                    "Key adult there",
                    f"{there.senco}, and a named teaching assistant from the first day",
                ),
                (
                    "Friends in the form",
                    "Two, chosen with the family; named on the form list and not here",
                ),
                (
                    "Questions still open",
                    pupil.say(some(pupil, "open", texts(pupil)["pupil"], 1)[0]),
                ),
            ]
        ),
        heading("The first day"),
        numbered(FIRST_DAY),
        heading("The first half term"),
        bullets(some(pupil, "first-half-term", texts(pupil)["strategies"], 5)),
        heading("What goes with this plan"),
        text(
            "The papers in this pack: the one-page profile first; then the support "
            "plan and the reports. Nothing else was sent by email or by post."
        ),
        heading("What we would do again"),
        bullets(some(pupil, "again", texts(pupil)["helps"], 3)),
        heading("Meeting in October"),
        text(
            pupil.say(
                "Family, {name}, form tutor and SENCO look at what was sent, what "
                "was used and what was missing, and tell the primary school."
            )
        ),
    ]
    return paper
