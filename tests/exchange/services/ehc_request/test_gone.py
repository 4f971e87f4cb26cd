"""A council that leaves, or merges, after a pack went to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from exchange.domain.transfer import State
from exchange.errors import Conflict, DestinationRefused
from exchange.services.ehc_request.again import why_again
from exchange.services.ehc_request.answers import Letter, enter_answer
from exchange.services.ehc_request.councils import Council, council_of
from exchange.services.ehc_request.gone import successor_of
from exchange.services.ehc_request.handing_in import correct_handed_in, enter_handed_in
from exchange.services.ehc_request.keeping import put
from exchange.services.ehc_request.model import FileState, HandedIn
from exchange.services.ehc_request.sending import withdraw_request, words_next
from keys.directory import DatedIdentifier, Ruling
from schemas.ehc_decision import Decided
from schemas.ehc_request import RequestStatus
from tests.exchange.services.ehc_request.school import School
from tests.exchange.services.town import COUNCIL, OTHER, PRIMARY, SECONDARY, SENCO

CLOSED = Ruling(status="closed")
BY_HAND = HandedIn(on=date(2026, 7, 6), how="By hand")


def lost(school: School) -> str:
    """Return a request whose pack expired before a council that is closed now collected it."""
    file = school.start()
    sent = school.send(file.request_id)
    transfer = school.town.primary.transfer(sent.bundle_id)
    with school.town.primary.store.unit(PRIMARY) as unit:
        unit.transfers.update(replace(transfer, state=State.EXPIRED))
        unit.audit.record(SENCO, "test.expired", "transfer", transfer.bundle_id)
        unit.commit()
    school.town.rule(COUNCIL, CLOSED)
    school.town.clock.pass_(days=7)
    return file.request_id


def reached(school: School) -> str:
    """Return a request whose pack was collected before the council closed."""
    request = school.sent()
    assert school.follow(request).reached == date(2026, 7, 1)
    school.town.rule(COUNCIL, CLOSED)
    school.town.clock.pass_(days=7)
    return request


def test_what_it_never_collected_is_handed_in_and_its_clock_runs_from_then(school: School) -> None:
    request = lost(school)
    with pytest.raises(DestinationRefused, match="council-not-joined"):
        school.send(request)
    assert school.follow(request).clocks == ()
    kept = enter_handed_in(school.inside, PRIMARY, request, BY_HAND, SENCO)
    assert kept.state is FileState.HANDED_IN
    now = school.follow(request)
    assert (now.reached, now.clocks[0].clock.due) == (date(2026, 7, 6), date(2026, 8, 17))
    right = replace(BY_HAND, on=date(2026, 7, 7))
    correct_handed_in(school.inside, PRIMARY, request, right, SENCO)
    assert school.follow(request).reached == right.on


def test_the_day_of_its_receipt_stays_when_more_is_handed_in(school: School) -> None:
    request = reached(school)
    school.attach()
    kept = enter_handed_in(school.inside, PRIMARY, request, BY_HAND, SENCO)
    assert [bool(one.bundle_id) for one in kept.editions] == [True, False]
    assert school.follow(request).reached == date(2026, 7, 1)
    letter = Letter(what=Decided.ASSESS, decided=date(2026, 7, 3), yes=True)
    enter_answer(school.inside, PRIMARY, request, letter, SENCO)
    assert school.follow(request).clocks[0].clock.met == letter.decided


def test_what_was_handed_in_before_its_pack_counts_from_then(school: School) -> None:
    request = reached(school)
    before = replace(BY_HAND, on=date(2026, 6, 29))
    enter_handed_in(school.inside, PRIMARY, request, before, SENCO)
    assert school.follow(request).reached == before.on


def test_a_receipt_that_comes_after_the_day_was_entered_counts_where_it_is_earlier(
    school: School,
) -> None:
    request = reached(school)
    with school.town.primary.store.unit(PRIMARY) as unit:
        kept = school.file(request)
        late = replace(kept, handed_in=BY_HAND, state=FileState.HANDED_IN)
        put(school.inside, unit, late)
        unit.audit.record(SENCO, "test.entered", "ehc-request", request)
        unit.commit()
    assert school.follow(request).reached == date(2026, 7, 1)


@pytest.mark.parametrize("went", [lost, reached])
def test_taking_it_back_ends_it_here_and_sends_nothing(
    school: School, went: Callable[[School], str]
) -> None:
    request = went(school)
    packs = len(school.town.primary.transfers())
    gone = withdraw_request(school.inside, PRIMARY, request, "It merged.", "SENCO", SENCO)
    assert gone.state is FileState.WITHDRAWN
    assert gone.taken_back is not None
    assert gone.last is not None
    assert gone.last.status == "made"  # no edition says that the council was told
    assert len(school.town.primary.transfers()) == packs
    assert school.start().state is FileState.PREPARING


def test_what_it_has_as_a_pack_is_not_handed_in_once_it_is_open_again(school: School) -> None:
    request = reached(school)
    school.town.rule(COUNCIL, Ruling())
    with pytest.raises(Conflict, match="sent-already"):
        enter_handed_in(school.inside, PRIMARY, request, BY_HAND, SENCO)


def taken_over(school: School) -> None:
    """Let another council hold the number of one that is merged into it."""
    school.town.enrol(
        OTHER, name="Midshire Council", kind="la", identifiers=(DatedIdentifier("la", "820"),)
    )
    assert council_of(school.inside, "820").org_id == OTHER


def test_whoever_holds_the_number_now_has_not_what_went_to_the_council_before(
    school: School,
) -> None:
    request = reached(school)
    school.town.rule(COUNCIL, Ruling(status="merged", successor=OTHER))
    taken_over(school)
    with school.town.primary.store.reading(PRIMARY) as unit:
        assert why_again(unit, school.file(request), council_of(school.inside, "820")) == (
            "elsewhere"
        )
    sent = school.send(request)
    assert sent.outcome == "queued", "nothing was changed, and the new council has nothing of it"
    transfer = school.town.primary.transfer(sent.bundle_id)
    assert (transfer.recipient, transfer.supersedes) == (OTHER, None)
    assert school.send(request).outcome == "unchanged"
    assert withdraw_request(
        school.inside, PRIMARY, request, "Moved.", "SENCO", SENCO
    ).last.status == ("withdrawn"), "the new council has it now and is told"


def test_taken_back_before_the_new_holder_of_the_number_had_it_it_is_told_nothing(
    school: School,
) -> None:
    request, packs = reached(school), len(school.town.primary.transfers())
    school.town.rule(COUNCIL, Ruling(status="merged", successor=OTHER))
    taken_over(school)
    gone = withdraw_request(school.inside, PRIMARY, request, "It merged.", "SENCO", SENCO)
    assert gone.state is FileState.WITHDRAWN
    assert len(school.town.primary.transfers()) == packs


@pytest.mark.parametrize(
    ("went", "words"), [(lost, RequestStatus.MADE), (reached, RequestStatus.UPDATED)]
)
def test_what_nobody_collected_is_not_said_to_be_added_to(
    school: School, went: Callable[[School], str], words: RequestStatus
) -> None:
    request = went(school)
    with school.town.primary.store.reading(PRIMARY) as unit:
        file, council = school.file(request), council_of(school.inside, "820")
        assert words_next(unit, file, council, date(2026, 7, 8)) is words


def test_the_council_that_the_directory_names_in_its_place(school: School) -> None:
    town, before = school.town, council_of(school.inside, "820")
    assert successor_of(school.inside, before) is None
    town.enrol(
        OTHER, name="Midshire Council", kind="la", identifiers=(DatedIdentifier("la", "823"),)
    )
    town.rule(COUNCIL, Ruling(status="merged", successor=OTHER))
    left = council_of(school.inside, "820")
    assert not left.joined
    assert successor_of(school.inside, left) == Council("823", "Midshire Council", OTHER)
    town.rule(COUNCIL, Ruling(status="merged", successor=SECONDARY))
    assert successor_of(school.inside, left) is None
    town.rule(COUNCIL, CLOSED)
    assert successor_of(school.inside, left) is None
    assert successor_of(school.inside, Council("330", "Birmingham")) is None
