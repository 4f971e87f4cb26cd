"""Half past midnight in a British summer: what is recorded is of the day that it is in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.domain.disclosure import EVERYBODY
from exchange.errors import UsageError
from exchange.services.edit_document import Details, details_version, edit_document
from exchange.services.record_disclosure import Ruling, judge
from exchange.services.register_second import register_second
from exchange.services.second_registration import second_of
from exchange.services.subject_access.model import PUPIL, Authority, record_request
from tests.exchange.services.town import OTHER, PRIMARY, PROFILES, SENCO, Town

TODAY = date(2026, 7, 3)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def night(town: Town) -> Town:
    town.clock.at = datetime(2026, 7, 2, 23, 30, tzinfo=UTC)
    return town


def test_a_decision_is_of_today(night: Town) -> None:
    inside, document = night.primary.inside, night.attach(night.leaver()).document
    ruling = Ruling("not-needed", "Ms Reed", withhold=True, audience=EVERYBODY)
    judge(inside, PRIMARY, document.document_id, ruling, SENCO)
    with inside.store.reading(PRIMARY) as unit:
        (judged,) = unit.documents.get(document.document_id).said.judgements
    assert judged.day == TODAY
    late = Ruling("not-needed", "Ms Reed", withhold=True, audience=EVERYBODY, day=TOMORROW)
    with pytest.raises(UsageError, match="day-unclear"):
        judge(inside, PRIMARY, document.document_id, late, SENCO)


def test_a_document_may_be_of_today_and_not_of_tomorrow(night: Town) -> None:
    inside, pupil_id = night.primary.inside, night.leaver()
    document = night.attach(pupil_id).document
    seen = details_version(document)

    def dated(day: date) -> Details:
        return Details("ep-report", "A report", "Dr A. Invented", day)

    with pytest.raises(UsageError, match="day-unclear"):
        edit_document(inside, PRIMARY, pupil_id, document.document_id, dated(TOMORROW), seen, SENCO)
    kept = edit_document(inside, PRIMARY, pupil_id, document.document_id, dated(TODAY), seen, SENCO)
    assert kept.authored == TODAY


@pytest.mark.parametrize("day", [TODAY, TOMORROW])
def test_what_is_told_of_today_is_taken(night: Town, day: date) -> None:
    inside, pupil_id = night.primary.inside, night.leaver()
    name = PROFILES[OTHER].name

    def asked() -> date:
        told = (PUPIL, Authority.OWN, "Known at the gate.", day)
        return record_request(inside, PRIMARY, pupil_id, *told, SENCO).asked_on

    if day > TODAY:
        with pytest.raises(UsageError, match="day-to-come"):
            asked()
        with pytest.raises(UsageError, match="day-to-come"):
            register_second(inside, PRIMARY, pupil_id, OTHER, name, day, SENCO)
        return
    assert asked() == TODAY
    register_second(inside, PRIMARY, pupil_id, OTHER, name, day, SENCO)
    with inside.store.reading(PRIMARY) as unit:
        second = second_of(unit, pupil_id)
    assert second is not None
    assert second.learned_on == TODAY
