"""What is counted: attendance, standard scores, behaviour."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import NormalDist

from demo.material.charts import month_chart, score_chart
from demo.material.documents.common import (
    SCHOOL_PAPER,
    SENCO,
    draw,
    identity,
    languages,
    some,
    texts,
    weekday_between,
)
from demo.material.people import Pupil, YearAttendance
from demo.material.places import PRIMARY
from demo.material.sheet import Author, Paper, bullets, facts, grid, heading, text, together


def by_month(year: YearAttendance) -> list[tuple[str, float]]:
    """Return attendance in per cent for each month with a session."""
    months: dict[tuple[int, int], list[str]] = {}
    day = year.start
    for at in range(0, len(year.marks), 2):
        months.setdefault((day.year, day.month), []).append(year.marks[at : at + 2])
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    found = []
    for (number, month), marks in months.items():
        sessions = "".join(marks).replace("#", "")
        if sessions:
            present = sum(mark in "/\\L" for mark in sessions)
            found.append((date(number, month, 1).strftime("%b"), 100 * present / len(sessions)))
    return found


def attendance_summary(pupil: Pupil) -> Paper:
    """Two years' attendance in figures and by month."""
    paper = Paper(
        "attendance",
        "Attendance summary",
        Author("Mrs Carol Bettany", "Attendance officer", PRIMARY.name),
        date(2026, 7, 3),
        SCHOOL_PAPER,
        "The last two school years, from the register.",
    )
    rows = [
        [
            "School year",
            "Possible sessions",
            "Attended",
            "Authorised absence",
            "Unauthorised absence",
            "Per cent",
        ]
    ]
    rows += [
        [
            f"{y.year}/{(y.year + 1) % 100}",
            str(y.possible),
            str(y.attended),
            str(y.authorised),
            str(y.unauthorised),
            f"{y.percent}",
        ]
        for y in pupil.attendance
    ]
    paper.blocks = [identity(pupil), grid(rows, [2, 2, 2, 2, 2, 1.4])]
    for year in pupil.attendance:
        paper.blocks.append(
            together(
                heading(f"By month, {year.year}/{(year.year + 1) % 100}"),
                month_chart(by_month(year)),
            )
        )
    present = pupil.attendance[-1].percent
    remark = (
        "Attendance is not a concern. Absence was illness and appointments."
        if present >= 94
        else (
            "Absence follows the pupil's health and appointments; letters about "
            "attendance are sent only after a call. No legal action was ever considered."
        )
    )
    paper.blocks += [
        heading("What lies behind the figures"),
        text(pupil.say("{name} is on time on nearly every day. ") + remark),
        heading("What has helped"),
        bullets(
            [
                "A call home before ten o'clock on the first day.",
                "Work sent home only when asked for.",
                "A friendly word, and no questions, on the day of return.",
            ]
        ),
        heading("Codes"),
        text(
            "/ and \\ present in the morning and the afternoon; I ill; M medical "
            "appointment; O without leave."
        ),
    ]
    return paper


def standardised_scores(pupil: Pupil) -> Paper:
    """The standard scores that the school holds, with what they mean."""
    paper = Paper(
        "standardised-scores",
        "Standardised scores",
        Author("Mrs Hilary Stott", "Assessor, qualification held", PRIMARY.name),
        weekday_between(pupil, "scores", date(2026, 1, 12), date(2026, 5, 22)),
        SCHOOL_PAPER,
        "Standard scores have a mean of 100; two pupils in three score between 85 and 115.",
    )
    scores = sorted(pupil.scores.items())
    rows = [["Measure", "Score", "Percentile", "Range (95%)", "Described as"]]
    rows += [
        [name, str(s), str(percentile(s)), f"{s - 7} to {s + 7}", described(s)]
        for name, s in scores
    ]
    paper.blocks = [
        identity(pupil),
        together(heading("Scores"), score_chart(scores)),
        grid(rows, [4, 1.2, 1.6, 2, 2.6]),
        heading("How to read them"),
        text(
            pupil.say(
                "One score is one morning. These were taken over three sessions with "
                "breaks, {name} was well and wanted to do {his} best. Look at the "
                "pattern rather than at any single number."
            )
        ),
        heading("What follows for teaching"),
        bullets(some(pupil, "score-strategies", texts(pupil)["strategies"], 5)),
        heading("Conditions of testing"),
        facts(
            [
                ("Room", "quiet, familiar"),
                ("Breaks", "after each twenty minutes"),
                ("Language", languages(pupil)),
                ("Glasses, hearing aids", "worn where prescribed"),
            ]
        ),
        heading("Access arrangements"),
        text(
            "The way of working is recorded here as history. Arrangements for public "
            "examinations are assessed no earlier than Year 9."
        ),
    ]
    return paper


def percentile(score: int) -> int:
    """Return the percentile of a standard score (mean 100, sd 15), 1 to 99."""
    return min(max(round(100 * NormalDist(100, 15).cdf(score)), 1), 99)


def described(score: int) -> str:
    """Return the usual words for a standard score."""
    steps = ((70, "very low"), (85, "below average"), (116, "average"), (131, "above average"))
    return next((word for limit, word in steps if score < limit), "very high")


def behaviour_summary(pupil: Pupil) -> Paper:
    """Incidents and, more useful, what went before and what helped."""
    rng = draw(pupil, "behaviour")
    paper = Paper(
        "behaviour",
        "Behaviour summary 2025/26",
        SENCO,
        weekday_between(pupil, "behaviour-date", date(2026, 6, 15), date(2026, 7, 2)),
        SCHOOL_PAPER,
        "What we saw, what went before it, what helped. No suspensions.",
    )
    first = rng.randint(9, 14)
    terms = [first, max(first - rng.randint(3, 5), 3), rng.randint(1, 3)]
    rows = [["Term", "Left the room", "Refused", "Unkind words", "Put right the same day"]]
    for name, count in zip(("Autumn", "Spring", "Summer"), terms, strict=True):
        rows.append(
            [
                name,
                str(count),
                str(count // 2),
                str(count // 3),
                f"{min(60 + (14 - count) * 3, 100)}%",
            ]
        )
    paper.blocks = [
        identity(pupil),
        grid(rows, [2, 2, 2, 2, 3]),
        heading("What usually goes before"),
        bullets(
            [
                "a change of adult that was not announced",
                "a sense of unfairness",
                "Monday mornings",
                "wet playtimes",
            ]
        ),
        heading("What helps"),
        bullets(some(pupil, "behaviour-helps", texts(pupil)["strategies"], 5)),
        heading("Early signs, and what to do"),
        grid(
            [
                ["We see", "We do", "We do not"],
                [
                    "hood up, head down",
                    "side by side, a job to do",
                    "ask 'what's wrong?' across the room",
                ],
                [
                    "joking louder and louder",
                    "catch the eye, agreed signal",
                    "join in or tell off in public",
                ],
                ["at the door", "walk along, say nothing for a minute", "block the way"],
            ],
            [3, 4, 4],
        ),
        heading("A good week, in the words of the key adult"),
        text(
            pupil.say(
                (
                    "On Thursday {name} saw a younger child crying by the bins, sat down "
                    "next to {them} and stayed until the bell. Nobody had asked {him}."
                ).replace("{them}", "that child")
            )
        ),
        text(f"{pupil.key_adult}, key adult"),
    ]
    return paper
