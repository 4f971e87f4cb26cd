"""Whose a report is: its text says it; what its file is called says it of nobody."""

from __future__ import annotations

import pytest

from exchange.errors import UsageError
from exchange.services.advice.filing import Confirmed, file_report
from exchange.services.advice.matching import Match, match_of
from exchange.services.advice.reports import Report
from tests.exchange.services.advice.consulting import ABOUT, REPORT_PDF, Consulting
from tests.exchange.services.town import PRIMARY, SENCO
from tests.exchange.services.tray.papers import pdf_saying

NAMELESS = pdf_saying("Speech report about somebody else", "He was born in May")


def came(consulting: Consulting, content: bytes, name: str) -> tuple[Report, Match]:
    """Let a file come by the first child's link; return it, and what agrees with that child."""
    visit = consulting.visit(consulting.asked())
    consulting.add(visit, content, name)
    consulting.desk.send(visit, ABOUT)
    consulting.work()
    report = consulting.reports()[-1]
    with consulting.inside.store.reading(PRIMARY) as unit:
        return report, match_of(consulting.inside, unit, report, report.pupil_id)


def test_what_a_file_is_called_never_says_that_it_is_the_childs(consulting: Consulting) -> None:
    """Whoever sends another child's report by mistake names it after the one they mean."""
    named = "Anna Oak 2015-03-09 report.pdf"
    report, match = came(consulting, NAMELESS, named)
    assert (match.agree, match.differ, match.is_clear) == (("asked",), ("no-name",), False)
    told = Confirmed(report.pupil_id, looked=True)
    with pytest.raises(UsageError) as refused:
        file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)
    assert refused.value.code == "match-thin"


def test_what_the_text_says_is_the_childs_whatever_the_file_is_called(
    consulting: Consulting,
) -> None:
    _, match = came(consulting, REPORT_PDF, "scan0001.pdf")
    assert match.agree == ("asked", "name", "born")
    assert match.is_clear


def test_a_file_that_is_called_after_another_child_is_looked_at_twice(
    consulting: Consulting,
) -> None:
    other = consulting.town.leaver(1)
    _, match = came(consulting, REPORT_PDF, "Annb Oak A801200015999.pdf")
    assert [who for who, _ in match.others] == [other]
    assert "other-upn" in match.differ
    assert not match.is_clear
