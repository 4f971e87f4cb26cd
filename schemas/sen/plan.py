"""The SEN support plan: outcomes, provision, strategies, assess-plan-do-review cycles, reviews.

After the SEND Code of Practice 2015, 6.44 to 6.56 and 6.72 to 6.76.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.fields import Choice, Day, Items, Whole
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.people import Person, PersonSchema
from schemas.texts import Line, Prose


class OutcomeStatus(StrEnum):
    """How far an outcome has come."""

    NEW = "new"
    UNDER_WAY = "under-way"
    ACHIEVED = "achieved"
    PARTLY_ACHIEVED = "partly-achieved"
    NOT_ACHIEVED = "not-achieved"
    ENDED = "ended"


class Per(StrEnum):
    """The time in which a provision is given ``times`` times."""

    DAY = "day"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    HALF_TERM = "half-term"
    TERM = "term"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outcome(Part):
    """A SMART outcome: what the pupil will do, how it will be known, by when.

    :ivar number: how provision and reviews refer to it.
    :ivar measure: how it will be known (measurable).
    :ivar baseline: where the pupil starts from, so that it can be seen to be achievable.
    :ivar by: the day by which (time-bound).
    """

    number: int
    outcome: str
    measure: str
    by: date
    area: str | None = None
    baseline: str | None = None
    status: OutcomeStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Provision(Part):
    """One thing that is done: what, by whom, how often, how long, in what group.

    :ivar minutes: length of one session.
    :ivar group_size: pupils in the group; 1 is one to one.
    :ivar weeks: weeks a year; the usual year of an LA's formula has 38.
    :ivar hourly_rate_pence: cost of an hour of the adult; for the costed version only.
    :ivar outcomes: numbers of the outcomes that it serves.
    """

    what: str
    who: str
    times: int
    per: Per
    minutes: int
    group_size: int = 1
    weeks: int | None = None
    hourly_rate_pence: int | None = None
    outcomes: tuple[int, ...] = ()
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Strategy(Part):
    """What helps in class and what to avoid; staff may read it."""

    helps: str
    avoid: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Specialist(Part):
    """Somebody from outside who is or was involved."""

    person: Person
    involvement: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Review(Part):
    """A review of the plan with the family."""

    held: date
    progress: str
    attended: tuple[Person, ...] = ()
    parent_view: str | None = None
    pupil_view: str | None = None
    decisions: str | None = None
    next_review: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Cycle(Part):
    """One round of assess, plan, do, review; ``review`` is missing while it runs."""

    number: int
    starts: date
    assess: str
    plan: str
    do: str
    ends: date | None = None
    review: Review | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SenSupportPlan(SubjectRecord):
    """The school's plan for a pupil on SEN support.

    :ivar author: who keeps it, usually SENCO or class teacher.
    :ivar agreed_with_parents: the day on which it was agreed with them, if it was.
    """

    schema: str = "sen.sen-support-plan/1.0"
    written: date
    author: Person
    outcomes: tuple[Outcome, ...]
    provision: tuple[Provision, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    reviews: tuple[Review, ...] = ()
    specialists: tuple[Specialist, ...] = ()
    agreed_with_parents: date | None = None
    next_review: date | None = None


def _numbers_differ(made: SenSupportPlan) -> Iterator[FieldPath]:
    for name in ("outcomes", "cycles"):
        seen: set[int] = set()
        for index, each in enumerate(getattr(made, name)):
            if each.number in seen:
                yield (name, index, "number")
            seen.add(each.number)


def _outcomes_are_there(made: SenSupportPlan) -> Iterator[FieldPath]:
    numbers = {outcome.number for outcome in made.outcomes}
    for index, provision in enumerate(made.provision):
        for place, number in enumerate(provision.outcomes):
            if number not in numbers:
                yield ("provision", index, "outcomes", place)


def _ends_after_start(made: Provision | Cycle) -> Iterator[FieldPath]:
    if made.starts and made.ends and made.ends < made.starts:
        yield ("ends",)


_ENDS = Rule("ends-early", "ends is not before starts", _ends_after_start)


class OutcomeSchema(PartSchema):
    """Loads :class:`Outcome`."""

    MAKES = Outcome

    number = Whole("How provision refers to it.", least=1, most=100)
    outcome = Prose("What the pupil will do or be able to do.", most=4_000)
    measure = Prose("How it will be known.", most=4_000)
    by = Day("By when.")
    area = Code("area-of-need", "Broad area of need.", required=False)
    baseline = Prose("Where the pupil starts from.", most=4_000, required=False)
    status = Choice(OutcomeStatus, "How far it has come.", required=False)


class ProvisionSchema(PartSchema):
    """Loads :class:`Provision`."""

    MAKES = Provision
    RULES = (_ENDS,)

    what = Prose("What is done.", most=4_000)
    who = Line("Who does it, by role.")
    times = Whole("How many times in that time.", least=1, most=1_000)
    per = Choice(Per, "In what time.")
    minutes = Whole("Minutes of one session.", least=1, most=600)
    group_size = Whole("Pupils in the group.", least=1, most=60, required=False)
    weeks = Whole("Weeks a year.", least=1, most=52, required=False)
    hourly_rate_pence = Whole("Cost of an hour in pence.", most=1_000_000, required=False)
    outcomes = Items(
        Whole(least=1, most=100), "Numbers of outcomes.", most=100, unique=True, required=False
    )
    starts = Day("First day.", required=False)
    ends = Day("Last day.", required=False)


class StrategySchema(PartSchema):
    """Loads :class:`Strategy`."""

    MAKES = Strategy

    helps = Prose("What helps.", most=4_000)
    avoid = Prose("What to avoid.", most=4_000, required=False)
    where = Line("Where it matters.", required=False)


class SpecialistSchema(PartSchema):
    """Loads :class:`Specialist`."""

    MAKES = Specialist

    person = Nested[Person](PersonSchema, "Who.")
    involvement = Prose("What they did or do.", most=4_000, required=False)
    since = Day("Since when.", required=False)
    until = Day("Until when.", required=False)


class ReviewSchema(PartSchema):
    """Loads :class:`Review`."""

    MAKES = Review

    held = Day("The day.")
    progress = Prose("What progress was made.")
    attended = Items(Nested[Person](PersonSchema), "Who was there.", most=50, required=False)
    parent_view = Prose("What the parents say.", required=False)
    pupil_view = Prose("What the pupil says.", required=False)
    decisions = Prose("What was decided.", required=False)
    next_review = Day("When the next one is due.", required=False)


class CycleSchema(PartSchema):
    """Loads :class:`Cycle`."""

    MAKES = Cycle
    RULES = (_ENDS,)

    number = Whole("1 is the first.", least=1, most=100)
    starts = Day("First day.")
    ends = Day("Last day.", required=False)
    assess = Prose("What was found.")
    plan = Prose("What was planned.")
    do = Prose("What was done.")
    review = Nested[Review](ReviewSchema, "How it went.", required=False)


class SenSupportPlanSchema(SubjectSchema):
    """Loads :class:`SenSupportPlan`."""

    SCHEMA_ID = "sen.sen-support-plan/1.0"
    MAKES = SenSupportPlan
    RULES = (
        Rule("number-repeated", "no two outcomes or cycles with one number", _numbers_differ),
        Rule("outcome-unknown", "provision names outcomes of this plan", _outcomes_are_there),
    )

    written = Day("The day of this version.")
    author = Nested[Person](PersonSchema, "Who keeps it.")
    outcomes = Items(Nested[Outcome](OutcomeSchema), "SMART outcomes.", most=100)
    provision = Items(Nested[Provision](ProvisionSchema), "What is done.", most=200, required=False)
    strategies = Items(Nested[Strategy](StrategySchema), "What helps.", most=200, required=False)
    cycles = Items(Nested[Cycle](CycleSchema), "Rounds so far.", most=100, required=False)
    reviews = Items(Nested[Review](ReviewSchema), "Reviews so far.", most=100, required=False)
    specialists = Items(
        Nested[Specialist](SpecialistSchema), "Who is involved.", most=50, required=False
    )
    agreed_with_parents = Day("When it was agreed with them.", required=False)
    next_review = Day("When the next review is due.", required=False)
