"""What the writers share: who signs, whose paper it is, dates, outcomes and their steps."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from demo.material.people import Pupil
from demo.material.places import COUNCIL, PRIMARY
from demo.material.sheet import Author, Letterhead, day, facts
from demo.material.texts import need_text
from schemas.codes import code_set

SCHOOL_PAPER = Letterhead(
    PRIMARY.name, ", ".join(PRIMARY.address) + "  ·  " + PRIMARY.phone, "#2f5d50"
)
COUNCIL_PAPER = Letterhead(
    COUNCIL.name, "SEND Casework Team, " + ", ".join(COUNCIL.address), "#3b3561"
)
SENCO = Author(PRIMARY.senco, "SENCO", PRIMARY.name)
HEAD = Author(PRIMARY.head, "Headteacher", PRIMARY.name)
CASEWORKER = Author("Ms Olive Renshaw", "SEND Caseworker", COUNCIL.name)
LABELS = {
    "N": "No special educational provision",
    "K": "SEN support (K)",
    "E": "EHC plan (E)",
}


def draw(pupil: Pupil, what: str) -> random.Random:
    """Return the source of chance for one document of one pupil."""
    return random.Random(f"{pupil.seed}:{pupil.number}:{what}")  # noqa: S311 - invented data


def some(pupil: Pupil, what: str, items: list[str], count: int) -> list[str]:
    """Choose ``count`` templates, in their order, and fill them in."""
    picked = draw(pupil, what).sample(range(len(items)), min(count, len(items)))
    return [pupil.say(items[at]) for at in sorted(picked)]


def texts(pupil: Pupil) -> dict[str, Any]:
    """Return the texts of the pupil's first need."""
    return need_text(pupil.need)


def weekday_between(pupil: Pupil, what: str, first: date, last: date) -> date:
    """Draw a weekday, never before the pupil joined the school by less than ten days."""
    first = max(first, pupil.joined + timedelta(days=10))
    when = first + timedelta(days=draw(pupil, what).randrange(max((last - first).days, 1)))
    return when - timedelta(days=max(when.weekday() - 4, 0))


def teacher(pupil: Pupil) -> Author:
    """The class teacher as an author."""
    return Author(pupil.teacher, "Class teacher, Year 6", PRIMARY.name)


def identity(pupil: Pupil, *more: tuple[str, str]) -> Any:
    """Return the table with which every document about a pupil begins."""
    name = f"{pupil.known_as} {pupil.surname}"
    if pupil.preferred_surname != pupil.surname:
        name += f" ({pupil.preferred_surname})"
    if pupil.known_as != pupil.forename:
        name += f"; in full {pupil.full_name}"
    rows = [
        ("Name", name),
        ("Date of birth", day(pupil.birth)),
        ("UPN", pupil.upn or "not yet given"),
        ("School and class", f"{PRIMARY.name}, Year 6 ({pupil.teacher})"),
        (
            "Provision",
            LABELS[pupil.status]
            + (f" since {day(pupil.provision[-1][0])}" if pupil.status != "N" else ""),
        ),
    ]
    return facts([*rows, *more])


def need_labels(pupil: Pupil) -> str:
    """Name the ranked needs in words."""
    if not pupil.needs:
        return "None identified"
    return "; ".join(f"{need.rank}. {need_text(need.code)['label']}" for need in pupil.needs)


def languages(pupil: Pupil) -> str:
    """Name the pupil's languages in words, the first one first."""
    return ", ".join(code_set("language").lookup(code).label for code in pupil.languages)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome with its notes and steps (0 not yet ... 4 met) at each review."""

    target: str
    baseline: str
    measure: str
    notes: tuple[str, ...]
    steps: tuple[int, ...]

    def note(self, review: int) -> str:
        """Return what was seen at a review, counted from 0."""
        return self.notes[min(review, len(self.notes) - 1)]


def outcomes(pupil: Pupil) -> list[Outcome]:
    """The pupil's outcomes: those of the first need, and the first one of the second."""
    templates = list(texts(pupil)["outcomes"])
    if len(pupil.needs) > 1:
        templates = [*templates[:2], need_text(pupil.needs[1].code)["outcomes"][0]]
    found = []
    for at, item in enumerate(templates):
        rng = draw(pupil, f"steps:{at}")
        steps = (1, rng.randint(2, 3), 4 if len(item["notes"]) > 2 else rng.randint(3, 4))
        found.append(
            Outcome(
                target=pupil.say(item["target"]),
                baseline=pupil.say(item["baseline"]),
                measure=pupil.say(item["measure"]),
                notes=tuple(pupil.say(note) for note in item["notes"]),
                steps=steps,
            )
        )
    return found


def cycle_dates(pupil: Pupil) -> tuple[date, date, date]:
    """The three reviews of the year, or of the weeks since a pupil joined late."""
    if pupil.joined > date(2025, 12, 31):
        return (date(2026, 5, 6), date(2026, 6, 3), date(2026, 7, 1))
    return (date(2025, 12, 3), date(2026, 3, 25), date(2026, 6, 24))


@dataclass(frozen=True, slots=True)
class Provision:
    """What is given: who, how often a week, minutes, group size, weeks a year."""

    what: str
    who: str
    times: int
    minutes: int
    group: int
    weeks: int

    @property
    def hours(self) -> float:
        """Hours of an adult's time a week that one pupil's share takes."""
        return self.times * self.minutes / 60 / self.group


def provisions(pupil: Pupil) -> list[Provision]:
    """The pupil's provision: that of the first need, and one item of the second."""
    items = list(texts(pupil)["provision"])
    if len(pupil.needs) > 1:
        items.append(need_text(pupil.needs[1].code)["provision"][0])
    return [Provision(**item) for item in items]


def cycles(pupil: Pupil) -> list[tuple[date, date]]:
    """First day and review day of the three cycles."""
    reviews = cycle_dates(pupil)
    first = max(pupil.joined, date(2025, 9, 15))
    starts = (first, *(when + timedelta(days=7) for when in reviews[:2]))
    return list(zip(starts, reviews, strict=True))


def planned(pupil: Pupil, cycle: int) -> str:
    """What was planned in a cycle, as one sentence."""
    chosen = some(pupil, f"plan{cycle}", texts(pupil)["strategies"], 3)
    return "; ".join(item.rstrip(".") for item in chosen) + "."


def done(pupil: Pupil) -> str:
    """What was done, item by item."""
    often = {1: "once a week", 2: "twice a week", 5: "every day", 10: "twice a day"}
    lines = []
    for item in provisions(pupil):
        group = "one to one" if item.group == 1 else f"group of {item.group}"
        times = often.get(item.times, f"{item.times} times a week")
        lines.append(f"{item.what}: {item.who.lower()}, {times}, {item.minutes} minutes, {group}.")
    return " ".join(lines)


FIRST_DAY = (
    "8.35: side gate, the key adult waits there.",
    "Form time: timetable and map, marked together.",
    "Break: the quiet room is open; a friend may come.",
    "3.10: five minutes with the key adult; a call home by four o'clock.",
)


def visits(pupil: Pupil) -> list[tuple[date, str, str, str | None]]:
    """Visits: the day, what, who comes along, and how it went where it has been."""
    seen = [
        (
            date(2026, 5, 12),
            "The secondary SENCO visits the primary school",
            pupil.key_adult,
            "{name} showed the classroom and {his} book of what helps.",
        ),
        (
            date(2026, 6, 9),
            "First visit, after school, building empty",
            "family",
            "Walked the route from the gate to the form room twice.",
        ),
        (
            date(2026, 6, 18),
            "Second visit: break and one lesson",
            pupil.key_adult,
            "{name} bought lunch and found the quiet room.",
        ),
    ]
    made = [(day_, what, who, pupil.say(went)) for day_, what, who, went in seen]
    return [*made, (date(2026, 7, 8), "Induction day with everyone", "friends", None)]
