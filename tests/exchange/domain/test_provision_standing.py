"""Which SEN provision an entry tells of a day, and what begins after it, in the words of a page."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.provision_standing import provision_standing
from exchange.domain.summary import summarise
from schemas.base import load
from schemas.pupil import Pupil
from schemas.sen import ProvisionPeriod, SenRegister
from tests.exchange.domain.test_provision import SUBJECT
from tests.schemas import record_examples as examples

JULY = date(2026, 7, 1)
SEPTEMBER = date(2026, 9, 1)


def entry(provision: str, starts: date | None = None, *later: tuple[str, date]) -> SenRegister:
    history = tuple(ProvisionPeriod(provision=code, starts=day) for code, day in later)
    return SenRegister(
        subject=SUBJECT,
        provision=provision,
        provision_starts=starts,
        provision_history=history,
    )


@pytest.mark.parametrize(
    ("register", "words"),
    [
        (entry("K", date(2020, 1, 6)), "K"),
        (entry("K", SEPTEMBER, ("K", SEPTEMBER)), "K begins on 1 September 2026"),
        (
            entry("N", None, ("E", date(2027, 1, 4)), ("K", SEPTEMBER)),
            "N; K begins on 1 September 2026",
        ),
        (entry("K", JULY, ("K", SEPTEMBER), ("E", date(2031, 9, 1)), ("N", JULY)), "K"),
    ],
)
def test_what_holds_and_what_comes(register: SenRegister, words: str) -> None:
    assert provision_standing(register, JULY).words(str) == words
    assert "begins" not in provision_standing(register, date(2032, 1, 1)).words(str)


def test_the_short_of_a_pack_says_when_it_begins() -> None:
    child = load(Pupil, examples.pupil())
    assert summarise(child, [entry("K", SEPTEMBER)], JULY).provision == (
        "SEN support begins on 1 September 2026"
    )
