"""What a summary of a pack says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from exchange.domain.readiness import Deadline
from schemas.safeguarding import DslContact

Source = Literal["profile", "plan", "register"]


@dataclass(frozen=True, slots=True)
class Line:
    """Something that a record says, and which one."""

    text: str
    source: Source
    where: str = ""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What staff noticed and nobody has assessed: no diagnosis."""

    area: str
    noticed: str
    tried: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The EHC plan of which the pack tells.

    :param sections: names of the sections that the pack holds.
    """

    status: str
    authority: str
    issued: date | None
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """A date that matters.

    :param code: what it is: ``plan-review``, ``ehc-review``, ``visit``, ``first-day``, ``outcome``.
    :param state: ``past``: it was due and nothing here says that it was done.
    """

    day: date
    code: str
    text: str
    state: Literal["past", "soon", "coming"]


@dataclass(frozen=True, slots=True)
class Report:
    """A specialist's report: what it found, in short."""

    title: str
    by: str
    written: date
    summary: str
    recommendations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """Who the child is.

    :param name: as the child is called; ``legal_name`` where that differs, else empty.
    :param medical: what must be known at once; ``medical_flag``: there is something to know.
    """

    name: str
    legal_name: str
    born: date
    year: str
    school: str
    medical: str
    medical_flag: bool
    languages: tuple[str, ...]
    in_care: bool
    home_authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The child's own words, from the one-page profile."""

    strengths: tuple[str, ...] = ()
    important: tuple[str, ...] = ()
    communication: str = ""
    hopes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A pack in short. Empty fields mean that no record said anything.

    :param provision: of today, and what is told to begin after it.
    :param absent: names of the records that a summary wants and the pack has not.
    :param clocks: what the law asks of the council by when, as far as the day is known.
    :param safeguarding: whom the DSL must ask, where the flag is up; None: no flag, or it is down.
    """

    child: Child
    words: Words
    provision: str
    needs: tuple[Line, ...]
    noticed: tuple[Noticed, ...]
    attendance: str
    plan: Plan | None
    helps: tuple[Line, ...]
    avoid: tuple[Line, ...]
    in_place: tuple[str, ...]
    people: tuple[str, ...]
    reports: tuple[Report, ...]
    first_day: str
    worries: str
    arrangements: tuple[str, ...]
    coming: tuple[Coming, ...]
    clocks: tuple[Deadline, ...]
    safeguarding: DslContact | None
    absent: tuple[str, ...]
