"""The specialist's report: standing of the author, wishes about readers."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import dump, load
from schemas.report import Reader, RegistrationBody, ReportStatus, SpecialistReport
from tests.schemas.record_examples import report
from tests.schemas.verdicts import only


def author(**registration: Any) -> dict[str, Any]:
    return report(authors=[{"name": "A", "role": "EP", "registration": registration}])


def test_it_loads_and_comes_back() -> None:
    made = load(SpecialistReport, report())
    assert made.status is ReportStatus.AMENDED
    assert made.readers is not None
    assert made.readers.may_read == (Reader.SENCO, Reader.NAMED_PEOPLE)
    assert made.authors[0].registration is not None
    assert made.authors[0].registration.body is RegistrationBody.OTHER
    assert dump(made) == report()


def test_a_report_is_final_unless_said() -> None:
    value = report()
    del value["status"]
    assert load(SpecialistReport, value).status is ReportStatus.FINAL


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (report(type="horoscope"), "not-in-set", "/type"),
        (report(authors=[]), "too-short", "/authors"),
        (report(issued="2026-04-30"), "issued-early", "/issued"),
        (report(seen=["2026-04-20"] * 2), "repeated", "/seen/1"),
        (report(document="report.pdf"), "too-short", "/document"),
        (
            report(readers={"may_read": ["senco"], "may_not_read": ["senco"]}),
            "readers-disagree",
            "/readers/may_not_read/0",
        ),
        (report(readers={"may_read": ["named-people"]}), "readers-unnamed", "/readers/named"),
        (report(readers={"named": ["Ms Byrne"]}), "readers-unnamed", "/readers/named"),
        (report(readers={"may_read": ["press"]}), "not-in-set", "/readers/may_read/0"),
        (author(body="other", number="1"), "body-unnamed", "/authors/0/registration/name_of_body"),
        (
            author(body="gmc", number="1", name_of_body="GMC"),
            "body-unnamed",
            "/authors/0/registration/name_of_body",
        ),
        (author(body="gmc"), "missing", "/authors/0/registration/number"),
        (report(sections=[{"title": "x"}]), "missing", "/sections/0/text"),
    ],
)
def test_a_bad_report(value: dict[str, Any], code: str, path: str) -> None:
    assert only(value) == (code, path)
