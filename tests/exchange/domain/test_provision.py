"""A plan in force is provision E, whatever the register of the school says."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.readiness import deadlines, provision_of
from schemas.base import Record
from schemas.ehc import EhcPlan, EhcStatus
from schemas.pupil import Names, Pupil
from schemas.sen import SenRegister

SUBJECT = "00000000-5555-4555-8555-555555555555"
TODAY = date(2026, 11, 22)


def plan(status: EhcStatus) -> EhcPlan:
    return EhcPlan(subject=SUBJECT, authority="820", status=status)


def register(provision: str) -> SenRegister:
    return SenRegister(subject=SUBJECT, provision=provision)


@pytest.mark.parametrize(
    ("records", "provision"),
    [
        ((register("K"), plan(EhcStatus.FINAL)), "E"),
        ((register("N"), plan(EhcStatus.AMENDED)), "E"),
        ((plan(EhcStatus.FINAL),), "E"),
        ((register("K"), plan(EhcStatus.DRAFT)), "K"),  # no plan yet
        ((register("K"), plan(EhcStatus.CEASED)), "K"),
        ((register("E"),), "E"),
        ((plan(EhcStatus.CEASED),), "K"),
        ((), "K"),
    ],
)
def test_a_plan_in_force_is_provision_e(records: tuple[Record, ...], provision: str) -> None:
    assert provision_of(iter(records)) == provision


@pytest.mark.parametrize(
    ("year", "codes"),
    [
        ("6", {"last-safe-review", "plan-names-school"}),
        ("11", {"last-safe-review-post-16", "plan-names-post-16"}),
    ],
)
def test_the_dates_of_a_plan_show_though_the_register_was_not_changed(
    year: str, codes: set[str]
) -> None:
    pupil = Pupil(
        subject=SUBJECT,
        names=Names(surname="Oak", forename="Anna"),
        date_of_birth=date(2015, 11, 9),
        sex="F",
        upn_unknown="UN3",
        nc_year=year,
    )
    found = deadlines(pupil, [register("K"), plan(EhcStatus.FINAL)], TODAY)
    assert codes <= {one.code for one in found}
