"""Follow a request: what became of each pack, what the authority said, and its clocks.

The clocks run from the day (London) on which the request first reached the authority, opened or
not: the day of its signed receipt, or the day that was entered where it was handed in, whichever
was first. Nothing that comes later moves it; where the authority counts from another day, both are
shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.domain.clocks import Clock, Standing, clock, days_left, london_day, standing
from exchange.errors import NotFound
from exchange.ports import Transfer, UnitOfWork
from exchange.services.ehc_request.answers import Told, answers_to
from exchange.services.ehc_request.model import Edition, FileState, RequestFile
from exchange.services.messages import Told as Message
from exchange.services.messages import thread_of
from schemas.base import load_bytes
from schemas.ehc_decision import Decided
from schemas.receipt import Receipt, ReceiptKind


@dataclass(frozen=True, slots=True)
class Step:
    """One edition and its way.

    :param arrived: the day on which it was with the authority; ``opened`` likewise.
    :param said: what the authority asked about it, and what was answered.
    """

    edition: Edition
    transfer: Transfer | None
    arrived: date | None = None
    opened: date | None = None
    refused: str = ""
    said: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """One clock as it stands today.

    :param left: days that are left; less than nothing once it is late.
    """

    clock: Clock
    standing: Standing
    left: int


@dataclass(frozen=True, slots=True)
class Following:
    """A request on its way.

    :param reached: the day from which the clocks run; None: it has not been heard of yet.
    :param theirs: the day that the authority counts from, where it is another.
    """

    file: RequestFile
    steps: tuple[Step, ...]
    answers: tuple[Told, ...]
    reached: date | None
    theirs: date | None
    clocks: tuple[Running, ...]

    @property
    def next_due(self) -> Running | None:
        """Return the clock that ends next and is not met, or None."""
        running = [one for one in self.clocks if one.clock.met is None]
        return min(running, key=lambda one: one.clock.due, default=None)

    @property
    def tag(self) -> str:
        """Return the code of where it stands, as lists show it."""
        file = self.file
        if file.state is not FileState.SENT:
            return file.state.value
        if any(one.said and one.said[-1].direction == "received" for one in self.steps):
            return "attention"
        last = self.steps[-1].transfer if self.steps else None
        return last.state.value if last is not None else file.state.value


def follow(unit: UnitOfWork, file: RequestFile, today: date) -> Following:
    """Return how a request stands."""
    steps = tuple(_step(unit, one) for one in file.editions)
    answers = tuple(answers_to(unit, file.request_id))
    reached = _reached(file, steps)
    said = next((one.decision.reached for one in reversed(answers) if not one.by_hand), None)
    theirs = said if said != reached else None
    clocks: tuple[Running, ...] = ()
    if reached is not None and file.state is not FileState.WITHDRAWN:
        made = [
            one
            for one in _clocks(theirs or reached, answers)
            if file.state is not FileState.CLOSED or one.met is not None  # nothing is awaited
        ]
        clocks = tuple(Running(one, standing(one, today), days_left(one, today)) for one in made)
    return Following(file, steps, answers, reached, theirs, clocks)


def _reached(file: RequestFile, steps: Sequence[Step]) -> date | None:
    days = [one.arrived for one in steps if one.arrived is not None]
    if file.handed_in is not None:  # a receipt may come after the day was entered
        days.append(file.handed_in.on)
    return min(days, default=None)


def _step(unit: UnitOfWork, edition: Edition) -> Step:
    if not edition.bundle_id:
        return Step(edition, None)
    try:
        transfer = unit.transfers.get(edition.bundle_id)
    except NotFound:
        return Step(edition, None)
    receipts = unit.receipts.of(edition.bundle_id, transfer.recipient, "received")
    days: dict[ReceiptKind, date] = {}
    refused = ""
    for one in receipts:
        receipt = load_bytes(Receipt, one.content)
        days.setdefault(receipt.kind, london_day(receipt.issued))
        refused = receipt.code.value if receipt.code is not None else refused
    return Step(
        edition,
        transfer,
        arrived=days.get(ReceiptKind.COLLECTED),
        opened=days.get(ReceiptKind.VERIFIED),
        refused=refused,
        said=tuple(thread_of(unit, edition.bundle_id)),
    )


def _clocks(reached: date, answers: Sequence[Told]) -> Iterator[Clock]:
    assess = _answer(answers, Decided.ASSESS)
    yield clock("decide-assess", reached, met=_met(answers, Decided.ASSESS))
    if assess is not None and assess.decision.yes is False:
        return  # no assessment: there is no plan to wait for
    plan = _answer(answers, Decided.PLAN)
    if plan is None or plan.decision.yes is False:
        yield clock("no-plan", reached, met=_met(answers, Decided.PLAN))
    if plan is None or plan.decision.yes:
        issued = _issued(answers)
        yield clock("final-plan", reached, met=issued.decision.decided if issued else None)


def _answer(answers: Sequence[Told], what: Decided) -> Told | None:
    return next((one for one in reversed(answers) if one.decision.what is what), None)


def _issued(answers: Sequence[Told]) -> Told | None:
    """Return the newest word that the plan was issued: a day may be corrected.

    It is taken back where the authority says later that it has the request.
    """
    said = [one for one in answers if one.decision.what in (Decided.ISSUED, Decided.RECEIVED)]
    return said[-1] if said and said[-1].decision.what is Decided.ISSUED else None


def _met(answers: Sequence[Told], what: Decided) -> date | None:
    """Return the first day of an answer: what is decided anew after a no makes nothing late.

    Of one and the same decision the newest word holds: the authority may put its day right.
    """
    told = (one.decision for one in answers if one.decision.what is what)
    found = {(one.decided, one.yes): one for one in told}
    return min((one.told or one.decided for one in found.values()), default=None)
