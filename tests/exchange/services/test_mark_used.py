"""What was opened is told to the sender: once loaded, once it is quiet, and never before."""

from __future__ import annotations

import pytest

from adapters.inspector import ContentInspector
from exchange.domain.transfer import State
from exchange.errors import ScannerUnavailable
from exchange.ports import Scan, Verdict, WhyUnscanned
from exchange.services.check_arrival import ArrivalChecker, check_arrival, checks_of
from exchange.services.load_pack import load_pack
from exchange.services.mark_used import UseTeller, mark_used, told_used, use_of
from exchange.services.take_in import exceptions_of, take_in
from schemas.base import load_bytes
from schemas.statement import FileRole, Statement
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, Town


def document(town: Town, bundle_id: str) -> str:
    statement = load_bytes(Statement, town.secondary.arrival(bundle_id).statement)
    return next(one.id for one in statement.files if one.role is FileRole.DOCUMENT)


def opened(town: Town, bundle_id: str, *documents: str) -> None:
    arrival = town.secondary.arrival(bundle_id)
    mark_used(town.secondary.inside, SECONDARY, arrival, documents, "opened", SENCO)


def tell(town: Town) -> int:
    teller = UseTeller(town.secondary.inside)
    return sum(teller.advance(SECONDARY, one) for one in teller.due(SECONDARY))


def check(checker: ArrivalChecker) -> int:
    due = checker.due(SECONDARY)
    for one in due:
        checker.advance(SECONDARY, one)
    return len(due)


def heard(town: Town, bundle_id: str) -> frozenset[str] | None:
    town.settle()
    with town.primary.store.reading(PRIMARY) as unit:
        return told_used(unit, bundle_id, SECONDARY)


def test_the_receipt_of_loading_says_what_was_opened_before(town: Town) -> None:
    bundle_id = town.accepted()
    one = document(town, bundle_id)
    opened(town, bundle_id, one)
    assert heard(town, bundle_id) is None
    load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)
    assert heard(town, bundle_id) == frozenset({one})


def test_what_is_opened_later_is_told_when_it_is_quiet(town: Town) -> None:
    bundle_id = town.accepted()
    one = document(town, bundle_id)
    load_pack(town.secondary.inside, SECONDARY, bundle_id, {one: "unclear"}, SENCO)
    assert heard(town, bundle_id) == frozenset()
    opened(town, bundle_id, one)
    assert tell(town) == 0
    town.clock.pass_(minutes=11)
    assert tell(town) == 1
    assert heard(town, bundle_id) == frozenset({one})
    with town.secondary.store.reading(SECONDARY) as unit:
        assert exceptions_of(unit, town.secondary.arrival(bundle_id)) == {one: "unclear"}
    opened(town, bundle_id, one)
    town.clock.pass_(minutes=11)
    assert tell(town) == 0, "nothing new to say"


def test_a_pack_that_is_not_loaded_says_nothing(town: Town) -> None:
    bundle_id = town.accepted()
    opened(town, bundle_id, document(town, bundle_id))
    town.clock.pass_(minutes=11)
    assert tell(town) == 0
    assert heard(town, bundle_id) is None


def test_each_look_is_in_the_book(town: Town) -> None:
    bundle_id = town.accepted()
    one = document(town, bundle_id)
    opened(town, bundle_id, one)
    opened(town, bundle_id, one)
    assert [entry.detail["document"] for entry in town.secondary.said("document.opened")] == [
        one,
        one,
    ]
    with town.secondary.store.reading(SECONDARY) as unit:
        assert use_of(unit, town.secondary.arrival(bundle_id)).documents == (one,)


class FixedScanner:
    """A scanner that says one thing; what clamd really says is tests/adapters' matter."""

    def __init__(self, scan: Scan) -> None:
        self.said, self.asked = scan, 0

    def scan(self, source: object) -> Scan:
        self.asked += 1
        return self.said


DOWN = Scan(Verdict.UNSCANNED, reason=WhyUnscanned.UNAVAILABLE)
BAD = Scan(Verdict.INFECTED, signature="Eicar")
GOOD = Scan(Verdict.CLEAN)


@pytest.mark.parametrize(
    ("scan", "verdict", "shown"),
    [
        (GOOD, "clean", True),
        (DOWN, "checking", False),
        (Scan(Verdict.UNSCANNED, reason=WhyUnscanned.SILENT_LIMITS), "checking", False),
        (BAD, "infected", False),
        (Scan(Verdict.UNSCANNED, reason=WhyUnscanned.TOO_LARGE), "refused", False),
        (Scan(Verdict.UNSCANNED, reason=WhyUnscanned.INCOMPLETE), "refused", False),
        (Scan(Verdict.UNSCANNED, reason=WhyUnscanned.LOCKED), "unscanned", True),
        (Scan(Verdict.CLEAN, sha256="0" * 64), "refused", False),
    ],
)
def test_what_may_be_shown(town: Town, scan: Scan, verdict: str, shown: bool) -> None:
    bundle_id = town.accepted()
    arrival = town.secondary.arrival(bundle_id)
    scanner = FixedScanner(scan)
    checks = check_arrival(town.secondary.inside, scanner, ContentInspector(), SECONDARY, arrival)
    found = checks.of(document(town, bundle_id))
    assert (found.verdict, found.may_be_shown) == (verdict, shown)


def test_without_a_verdict_nothing_may_be_shown(town: Town) -> None:
    bundle_id = town.accepted()
    with town.secondary.store.reading(SECONDARY) as unit:
        checks = checks_of(unit, town.secondary.arrival(bundle_id))
    assert not checks.of(document(town, bundle_id)).may_be_shown


def test_the_worker_checks_what_waits_and_asks_again_where_the_scanner_was_down(
    town: Town,
) -> None:
    bundle_id = town.accepted()
    inside, inspector = town.secondary.inside, ContentInspector()
    scanner = FixedScanner(DOWN)
    checker = ArrivalChecker(inside, scanner, inspector)
    assert check(checker) == 1
    assert check(checker) == 0, "let alone for a while"
    for _ in range(9):
        town.clock.pass_(minutes=1)
        assert check(checker) == 1, "a scanner that is down is no reason to give up"
    town.clock.pass_(minutes=1)
    scanner.said = GOOD
    assert check(checker) == 1
    town.clock.pass_(minutes=1)
    asked = scanner.asked
    assert check(checker) == 0
    assert scanner.asked == asked, "nothing is scanned twice"
    with town.secondary.store.reading(SECONDARY) as unit:
        checks = checks_of(unit, town.secondary.arrival(bundle_id))
    assert checks.of(document(town, bundle_id)).verdict == "clean"
    assert checks.of(document(town, bundle_id)).media_type == "application/pdf"


def test_an_infected_document_is_not_loaded_and_the_sender_hears(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    inside, arrival = town.secondary.inside, town.secondary.arrival(bundle_id)
    pupil_id = take_in(inside, FixedScanner(BAD), ContentInspector(), SECONDARY, arrival, {}, SENCO)
    with town.secondary.store.reading(SECONDARY) as unit:
        assert unit.documents.of_pupil(pupil_id) == []
        told = exceptions_of(unit, town.secondary.arrival(bundle_id))
    assert told == {document(town, bundle_id): "cannot-open"}


def test_a_scanner_that_is_down_delays_the_loading_and_not_the_acceptance(town: Town) -> None:
    bundle_id = town.sent()
    town.settle()
    inside, arrival = town.secondary.inside, town.secondary.arrival(bundle_id)
    scanner = FixedScanner(DOWN)
    with pytest.raises(ScannerUnavailable, match="still-checking"):
        take_in(inside, scanner, ContentInspector(), SECONDARY, arrival, {}, SENCO)
    assert town.secondary.arrival(bundle_id).state is State.ACCEPTED
    assert town.secondary.pupils() == []
    scanner.said = GOOD
    arrival = town.secondary.arrival(bundle_id)
    take_in(inside, scanner, ContentInspector(), SECONDARY, arrival, {}, SENCO)
    assert town.secondary.arrival(bundle_id).state is State.IMPORTED
    assert len(town.secondary.pupils()) == 1


class FallingScanner:
    """A scanner in which the process dies, as far as a test can die."""

    def scan(self, source: object) -> Scan:
        raise SystemExit


def test_a_document_that_brings_the_worker_down_is_given_up_and_never_shown(town: Town) -> None:
    bundle_id = town.accepted()
    checker = ArrivalChecker(town.secondary.inside, FallingScanner(), ContentInspector())
    for _ in range(3):
        with pytest.raises(SystemExit):
            check(checker)
        town.clock.pass_(minutes=6)
    assert check(checker) == 1, "given up"
    town.clock.pass_(minutes=60)
    assert check(checker) == 0
    with town.secondary.store.reading(SECONDARY) as unit:
        checks = checks_of(unit, town.secondary.arrival(bundle_id))
    assert not checks.of(document(town, bundle_id)).may_be_shown
    assert checks.of(document(town, bundle_id)).verdict == "refused"
    arrival, inside = town.secondary.arrival(bundle_id), town.secondary.inside
    check_arrival(inside, FallingScanner(), ContentInspector(), SECONDARY, arrival)
