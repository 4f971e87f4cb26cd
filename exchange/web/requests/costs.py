"""Money as people type it, and a line of the costed provision map from a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from exchange.web.pupils.desk import Wrong
from exchange.web.pupils.inputs import Spec
from schemas.ehc_request import ProvisionLine
from schemas.sen.plan import Per

_DEAREST = Decimal(10_000)
RATE = Spec(
    "rate",
    "Cost of an adult's hour, in pounds",
    "line",
    "For every line that has none. With what the employer pays on top. Such as 16.50.",
    needed=True,
    width="govuk-input--width-5",
)


def rate_of(typed: str | None) -> Decimal | None:
    """Return pounds that somebody typed, or None where it is no sum of money."""
    told = (typed or "").strip().removeprefix("£").replace(",", "")
    try:
        rate = Decimal(told)
    except InvalidOperation:
        return None
    exponent = rate.as_tuple().exponent
    whole = isinstance(exponent, int) and exponent >= -2
    return rate if whole and 0 <= rate <= _DEAREST else None


def costed(told: Mapping[str, Any]) -> ProvisionLine:
    """Return the line that was filled in; its cost in a year is reckoned with all lines."""
    rate = rate_of(told["rate"]) or Decimal(0)
    return ProvisionLine(
        what=told["what"],
        who=told["who"],
        times=told["times"],
        per=Per(told["per"]),
        minutes=told["minutes"],
        group_size=told["group_size"],
        staff=told["staff"],
        weeks=told["weeks"],
        hourly_rate_pence=int(rate * 100),
        yearly_pence=0,  # reckoned anew with all lines
    )


def require_bounds(rows: Sequence[ProvisionLine]) -> None:
    """Refuse numbers with which nothing can be reckoned.

    :raises Wrong: a number is less than one.
    """
    for place, one in enumerate(rows):
        for name in ("times", "minutes", "group_size", "staff", "weeks"):
            if getattr(one, name) < 1:
                at = f"/costs/lines/{place}"
                raise Wrong([("out-of-range", f"{at}/{name}")], at)
