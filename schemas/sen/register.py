"""The SEN register entry: provision now and before, ranked needs, and what is only suspected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schemas.base import SubjectRecord, SubjectSchema
from schemas.coded import Code
from schemas.fields import Day, Items, Whole
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.texts import Line, Prose


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProvisionPeriod(Part):
    """A time on one kind of SEN provision (CTF SENhistory); the codes of the past are good here.

    :ivar starts: first day; some exports of the past do not know it.
    """

    provision: str
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Need(Part):
    """One need (CTF SENneed).

    :ivar rank: 1 is the primary need.
    """

    rank: int
    type: str
    starts: date | None = None
    ends: date | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SuspectedNeed(Part):
    """What staff have noticed and nobody has assessed. It is not a diagnosis and has no SEN type.

    :ivar area: broad area of need (Code of Practice 2015, 6.28).
    :ivar noticed: what was seen, where and how often, in plain words.
    :ivar tried: what was tried and whether it helped.
    """

    area: str
    noticed: str
    noticed_by: str | None = None
    since: date | None = None
    tried: str | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SenRegister(SubjectRecord):
    """The pupil's entry in the SEN register.

    :ivar provision: N, K or E; where nothing holds yet, the one that begins on
        ``provision_starts``.
    """

    schema: str = "sen.sen-register/1.0"
    provision: str
    provision_starts: date | None = None
    provision_history: tuple[ProvisionPeriod, ...] = ()
    needs: tuple[Need, ...] = ()
    suspected_needs: tuple[SuspectedNeed, ...] = ()
    written: date | None = None


def _ends_after_start(made: ProvisionPeriod | Need) -> Iterator[FieldPath]:
    if made.starts and made.ends and made.ends < made.starts:
        yield ("ends",)


def _ranks_differ(made: SenRegister) -> Iterator[FieldPath]:
    seen: set[int] = set()
    for index, need in enumerate(made.needs):
        if need.ends is not None:
            continue
        if need.rank in seen:
            yield ("needs", index, "rank")
        seen.add(need.rank)


class ProvisionPeriodSchema(PartSchema):
    """Loads :class:`ProvisionPeriod`."""

    MAKES = ProvisionPeriod
    RULES = (Rule("ends-early", "ends is not before starts", _ends_after_start),)

    provision = Code("sen-provision", "CTF SENprovision.", history=True)
    starts = Day("First day.", required=False)
    ends = Day("Last day.", required=False)


class NeedSchema(PartSchema):
    """Loads :class:`Need`."""

    MAKES = Need
    RULES = (Rule("ends-early", "ends is not before starts", _ends_after_start),)

    rank = Whole("1 is the primary need.", least=1, most=20)
    type = Code("sen-type", "CTF SENtype.", history=True)
    starts = Day("First day.", required=False)
    ends = Day("Last day; without it the need is current.", required=False)
    notes = Prose("What it means for this pupil.", required=False)


class SuspectedNeedSchema(PartSchema):
    """Loads :class:`SuspectedNeed`."""

    MAKES = SuspectedNeed

    area = Code("area-of-need", "Broad area of need.")
    noticed = Prose("What was seen, where and how often.")
    noticed_by = Line("Who noticed, by role.", required=False)
    since = Day("Since when.", required=False)
    tried = Prose("What was tried, and whether it helped.", required=False)
    next_step = Prose("What should happen next.", required=False)


class SenRegisterSchema(SubjectSchema):
    """Loads :class:`SenRegister`."""

    SCHEMA_ID = "sen.sen-register/1.0"
    MAKES = SenRegister
    RULES = (Rule("rank-repeated", "no two current needs with one rank", _ranks_differ),)

    provision = Code("sen-provision", "SEN provision now; of a later first day, the one to come.")
    provision_starts = Day("First day of that provision; it may be to come.", required=False)
    provision_history = Items(
        Nested[ProvisionPeriod](ProvisionPeriodSchema),
        "Provision before and now.",
        most=100,
        required=False,
    )
    needs = Items(Nested[Need](NeedSchema), "Needs, now and before.", most=50, required=False)
    suspected_needs = Items(
        Nested[SuspectedNeed](SuspectedNeedSchema),
        "What was noticed and not assessed; no diagnosis.",
        most=20,
        required=False,
    )
    written = Day("The day on which the entry was last changed.", required=False)
