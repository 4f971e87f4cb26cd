"""Look into the documents of a pack before anybody is shown them: what they are, and for viruses.

The sender's word is not taken: each node scans what it received. While the scanner does not
answer, a document is "being checked", and is shown to nobody. Verdicts are kept by the signed
digest, so that nothing is scanned twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import BinaryIO

from exchange.bundle.opening import OpenedBundle
from exchange.domain.transfer import EMPTIED_HERE, State
from exchange.errors import BundleError, Conflict, FormatError, NotFound
from exchange.ports import (
    UNSCANNED,
    Actor,
    Arrival,
    Inspector,
    Item,
    Scanner,
    UnitOfWork,
    Verdict,
    WhyUnscanned,
)
from exchange.services.arrival_card import card_id
from exchange.services.inside import Inside
from exchange.services.open_pack import open_pack
from exchange.services.seekable import seekable
from schemas.statement import FileEntry
from schemas.strict_json import JsonValue

KIND = "arrival-check"
CHECKER = Actor("checker", "machine")
_HELD = frozenset({WhyUnscanned.UNAVAILABLE, WhyUnscanned.SILENT_LIMITS})
_SHOWN = frozenset({"clean", UNSCANNED})
_MOST_ATTEMPTS = 3
_GIVEN_UP = "given-up"
_LEASE = timedelta(minutes=5)
_AGAIN = timedelta(seconds=30)
"""How long a scanner that did not answer is let alone."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was seen of one document.

    :param verdict: ``clean``; ``checking``: not looked at yet, or the scanner is down;
        ``unscanned``: this node has no scanner, or a password hides what it says; ``infected``;
        ``refused``: no kind of document that is taken here, or it cannot be scanned.
    :param media_type: by its content, whatever the sender called it.
    :param warnings: codes.
    """

    verdict: str = "checking"
    media_type: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def may_be_shown(self) -> bool:
        """Return whether a person may open the document."""
        return self.verdict in _SHOWN


CHECKING = Check()
GIVEN_UP = Check("refused", "", (WhyUnscanned.INCOMPLETE.value,))
"""What is said of a document that brought the checker down."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What was seen of the documents of one pack, by document id."""

    by_id: Mapping[str, Check] = field(default_factory=dict)
    given_up: bool = False

    def of(self, document_id: str) -> Check:
        """Return what is known of one; that it is being checked, where nothing is."""
        return self.by_id.get(document_id, GIVEN_UP if self.given_up else CHECKING)


def await_check(unit: UnitOfWork, arrival: Arrival) -> None:
    """Let the documents of a pack wait to be checked, in the caller's unit of work."""
    item_id = card_id(arrival.sender, arrival.bundle_id)
    if _item(unit, item_id) is None:
        unit.items.add(
            Item(
                kind=KIND,
                item_id=item_id,
                state="waiting",
                content=None,
                clear={"sender": arrival.sender, "bundle": arrival.bundle_id, "documents": {}},
                created_at=arrival.updated_at,
                updated_at=arrival.updated_at,
                due_at=arrival.updated_at,
            )
        )


def checks_of(unit: UnitOfWork, arrival: Arrival) -> Checks:
    """Return what is known of a pack's documents."""
    item = _item(unit, card_id(arrival.sender, arrival.bundle_id))
    return Checks() if item is None else Checks(_read(item), item.state == _GIVEN_UP)


class ArrivalChecker:
    """Checks the packs of one node that wait for it (a chore of the worker).

    The claim is committed before anything is looked at: a document that brings the worker down is
    taken up a few times, then nothing of its pack that has no verdict is shown to anybody.
    """

    def __init__(self, inside: Inside, scanner: Scanner | None, inspector: Inspector) -> None:
        self._inside, self._scanner, self._inspector = inside, scanner, inspector
        self._rest_until = inside.clock.now()

    def due(self, org_id: str, limit: int = 20) -> Sequence[str]:
        """Return the ids of packs that wait to be checked; none while the scanner is down."""
        if self._inside.clock.now() < self._rest_until:
            return ()
        with self._inside.store.reading(org_id) as unit:
            return unit.items.due(KIND, self._inside.clock.now(), limit)

    def advance(self, org_id: str, item_id: str) -> None:
        """Check one pack; again is harmless."""
        arrival = self._claim(org_id, item_id)
        if arrival is None:
            return
        found = check_arrival(self._inside, self._scanner, self._inspector, org_id, arrival)
        if any(one.verdict == "checking" for one in found.by_id.values()):
            self._rest_until = self._inside.clock.now() + _AGAIN

    def _claim(self, org_id: str, item_id: str) -> Arrival | None:
        now = self._inside.clock.now()
        with self._inside.store.unit(org_id) as unit:
            item = _item(unit, item_id)
            if item is None or item.due_at is None:
                return None
            tried = item.clear.get("tried")
            attempts = tried + 1 if isinstance(tried, int) else 1
            arrival = unit.arrivals.find(str(item.clear["sender"]), str(item.clear["bundle"]))
            given_up = arrival is None or attempts > _MOST_ATTEMPTS
            clear = {**item.clear, "tried": attempts}
            due = None if given_up else now + _LEASE
            state = _GIVEN_UP if given_up else item.state
            unit.items.update(replace(item, state=state, clear=clear, due_at=due, updated_at=now))
            outcome = "refused" if given_up else "done"
            detail = {"attempts": str(attempts)}
            about = str(item.clear["bundle"])
            unit.audit.record(CHECKER, "arrival.checking", "arrival", about, outcome, detail)
            unit.commit()
        return None if given_up else arrival


def check_arrival(
    inside: Inside,
    scanner: Scanner | None,
    inspector: Inspector,
    org_id: str,
    arrival: Arrival,
    only: str | None = None,
) -> Checks:
    """Check the documents of a pack that nobody has a verdict on, and keep what was seen.

    :param only: the one document to look at now, for a person who waits for it.
    """
    with inside.store.reading(org_id) as unit:
        before = checks_of(unit, arrival)
    if before.given_up:
        return before
    known = dict(before.by_id)
    found: dict[str, Check] = {}
    listed: frozenset[str] = frozenset()
    if arrival.state not in EMPTIED_HERE and arrival.state is not State.QUEUED:
        try:
            with open_pack(inside, org_id, arrival) as opened:
                listed = frozenset(opened.documents)
                found = dict(_look(scanner, inspector, opened, known, only))
        except (NotFound, BundleError):
            found = {}  # gone meanwhile, or damaged: opening it says so to a person
    checks = known | found
    done = all(checks.get(one, CHECKING).verdict != "checking" for one in listed)
    return _keep(inside, org_id, arrival, checks, done=done)


def _look(
    scanner: Scanner | None,
    inspector: Inspector,
    opened: OpenedBundle,
    known: Mapping[str, Check],
    only: str | None,
) -> Iterator[tuple[str, Check]]:
    for document_id, file in opened.documents.items():
        settled = known.get(document_id, CHECKING).verdict != "checking"
        if not settled and only in (None, document_id):
            yield document_id, _checked(scanner, inspector, opened, file)


def _checked(
    scanner: Scanner | None, inspector: Inspector, opened: OpenedBundle, file: FileEntry
) -> Check:
    try:
        with opened.open_document(file.id):
            pass  # its digest matched: what is looked at below is what was signed
        source = seekable(opened, file)
        verdict, warnings = _scanned(scanner, source, file)
        source.seek(0)
        seen = inspector.inspect(source)
    except (FormatError, BundleError) as error:
        return Check("refused", "", (error.code,))
    return Check(verdict, seen.media_type, tuple(sorted({*seen.warnings, *warnings})))


def _scanned(scanner: Scanner | None, source: BinaryIO, file: FileEntry) -> tuple[str, list[str]]:
    if scanner is None:
        return UNSCANNED, [UNSCANNED]
    found = scanner.scan(source)
    if found.verdict is Verdict.INFECTED:
        return "infected", ["document-infected"]
    if found.reason in _HELD:
        return "checking", [found.reason.value] if found.reason else []
    if found.sha256 and found.sha256 != file.sha256:
        return "refused", ["document-changed"]
    if found.verdict is Verdict.CLEAN:
        return "clean", []
    if found.reason is WhyUnscanned.LOCKED:
        return UNSCANNED, [found.reason.value]
    return "refused", [found.reason.value if found.reason else UNSCANNED]


def _keep(
    inside: Inside, org_id: str, arrival: Arrival, checks: dict[str, Check], *, done: bool
) -> Checks:
    now = inside.clock.now()
    try:
        with inside.store.unit(org_id) as unit:
            await_check(unit, arrival)
            item = unit.items.get(KIND, card_id(arrival.sender, arrival.bundle_id))
            if done and _read(item) == checks and item.due_at is None:
                return Checks(checks)
            told = {one: _plain(check) for one, check in checks.items()}
            clear = {**item.clear, "documents": told, "tried": 0}
            due = None if done else now + _AGAIN
            changed = replace(
                item,
                state="done" if done else "waiting",
                clear=clear,
                updated_at=now,
                due_at=due,
            )
            unit.items.update(changed)
            counts = {"documents": str(len(checks)), "state": changed.state}
            unit.audit.record(
                CHECKER, "arrival.checked", "arrival", arrival.bundle_id, detail=counts
            )
            unit.commit()
    except Conflict:
        pass  # somebody else looked at the same moment; what was seen is the same
    return Checks(checks)


def _item(unit: UnitOfWork, item_id: str) -> Item | None:
    try:
        return unit.items.get(KIND, item_id)
    except NotFound:
        return None


def _plain(check: Check) -> JsonValue:
    return {
        "verdict": check.verdict,
        "media_type": check.media_type,
        "warnings": list(check.warnings),
    }


def _read(item: Item) -> dict[str, Check]:
    told = item.clear["documents"]
    listed = told if isinstance(told, dict) else {}
    return {one: _read_check(plain) for one, plain in listed.items()}


def _read_check(plain: JsonValue) -> Check:
    told = plain if isinstance(plain, dict) else {}
    warnings = told["warnings"]
    listed = warnings if isinstance(warnings, list) else []
    return Check(str(told["verdict"]), str(told["media_type"]), tuple(str(one) for one in listed))
