"""What a document may be: by its name and first lines, and how sure that is."""

from __future__ import annotations

import pytest

from exchange.domain.guessing import Confidence, guess_type, table
from schemas.codes import code_set


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("EP report May 2025.pdf", "ep-report"),
        ("Ed Psych advice.docx", "ep-report"),
        ("SALT_report.docx", "slt-report"),
        ("OTReport2024.pdf", "ot-report"),
        ("EHCP final.pdf", "ehc-plan"),
        ("EHCP annual review 2025.docx", "annual-review"),
        ("costed provision map.xlsx", "provision-map-costed"),
        ("Provision Map Y6.xlsx", "provision-map"),
        ("pupil passport.docx", "profile"),
        ("Child protection chronology.pdf", "cp-file"),
        ("attendance.csv.txt", "attendance"),
        ("Healthcare plan - asthma.pdf", "healthcare-plan"),
    ],
)
def test_by_name(name: str, type_: str) -> None:
    found = guess_type(name, "")
    assert found.type == type_
    assert found.confidence is not Confidence.HIGH, "a name alone is never sure"


def test_name_and_first_lines_together_are_sure() -> None:
    found = guess_type("EP report.pdf", "Educational Psychology Report\nConfidential")
    assert (found.type, found.confidence) == ("ep-report", Confidence.HIGH)


def test_first_lines_alone() -> None:
    found = guess_type("scan0001.pdf", "Community Paediatrics\nClinic letter")
    assert (found.type, found.confidence) == ("paediatric-report", Confidence.MEDIUM)


def test_name_and_first_lines_that_disagree_are_not_sure() -> None:
    found = guess_type("EP report.pdf", "Speech and language therapy report")
    assert found.confidence in (Confidence.LOW, Confidence.MEDIUM)


@pytest.mark.parametrize("name", ["scan0001.pdf", "IMG_2034.jpg", "Document1.docx", ""])
def test_nothing_speaks_for_any(name: str) -> None:
    found = guess_type(name, "")
    assert (found.type, found.confidence) == ("", Confidence.NONE)


def test_what_stands_late_in_a_text_does_not_count() -> None:
    assert guess_type("x.pdf", "word " * 1000 + "annual review").type == ""


def test_every_type_of_the_data_is_a_type() -> None:
    codes = code_set("document-type")
    assert set(table()) <= {one.code for one in codes}
    left = {one.code for one in codes} - set(table())
    assert left == {"safeguarding-flag", "isp", "other"}, "nothing says so of these"
