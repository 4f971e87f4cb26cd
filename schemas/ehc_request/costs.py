"""The costed provision map of a request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.fields import Choice, Items, Whole
from schemas.parts import FieldPath, Nested, Part, PartSchema, Rule
from schemas.sen.plan import Per
from schemas.texts import Line, Prose

_MOST = 1_000_000_000
"""Ten million pounds in pence: a bound on an hour's rate and a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProvisionLine(Part):
    """One line of the costed provision map.

    :ivar staff: adults in the group at once.
    :ivar times: sessions in the time ``per``.
    :ivar weeks: weeks a year; the usual year of a formula has 38.
    :ivar yearly_pence: cost in a year, as the school reckoned it.
    """

    what: str
    who: str
    times: int
    per: Per
    minutes: int
    group_size: int = 1
    staff: int = 1
    weeks: int = 38
    hourly_rate_pence: int
    yearly_pence: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Costs(Part):
    """The costed provision map: for the authority alone.

    :ivar total_pence: the sum of the lines.
    :ivar threshold_pence: what the authority expects a school to find itself, where it says so.
    """

    lines: tuple[ProvisionLine, ...]
    total_pence: int
    threshold_pence: int | None = None


def _total_is_the_sum(made: Costs) -> Iterator[FieldPath]:
    if made.total_pence != sum(line.yearly_pence for line in made.lines):
        yield ("total_pence",)


class ProvisionLineSchema(PartSchema):
    """Loads :class:`ProvisionLine`."""

    MAKES = ProvisionLine

    what = Prose("What is done.", most=4_000)
    who = Line("Who does it, by role.")
    times = Whole("Sessions in that time.", least=1, most=1_000)
    per = Choice(Per, "In what time.")
    minutes = Whole("Length of a session.", least=1, most=1_440)
    group_size = Whole("Pupils in the group.", least=1, most=1_000, required=False)
    staff = Whole("Adults in the group at once.", least=1, most=20, required=False)
    weeks = Whole("Weeks a year.", least=1, most=52, required=False)
    hourly_rate_pence = Whole("Cost of an adult's hour.", least=0, most=_MOST)
    yearly_pence = Whole("Cost in a year.", least=0, most=_MOST * 1_000)


class CostsSchema(PartSchema):
    """Loads :class:`Costs`."""

    MAKES = Costs
    RULES = (Rule("total-differs", "the total is the sum of the lines", _total_is_the_sum),)

    lines = Items(Nested[ProvisionLine](ProvisionLineSchema), "The lines.", least=1, most=200)
    total_pence = Whole("Their sum.", least=0)
    threshold_pence = Whole("The authority's threshold.", least=0, most=_MOST, required=False)
