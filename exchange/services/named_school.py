"""Which school section I of an EHC plan names."""

from __future__ import annotations

from datetime import date

from keys.directory import Organisation
from schemas.ehc import EhcPlan


def names_school(plan: EhcPlan, organisation: Organisation, on: date) -> bool:
    """Return whether section I names the organisation: every number that it gives must agree."""
    school = plan.names_school
    if school is None:
        return False
    given = [
        (str(number), organisation.identifier(scheme, on))
        for scheme, number in (
            ("urn", school.urn),
            ("laestab", school.laestab),
            ("ukprn", school.ukprn),
        )
        if number is not None
    ]
    known = [(number, ours) for number, ours in given if ours is not None]
    return bool(known) and all(number == ours for number, ours in known)
