"""The reasons for which a person withholds or releases (data: ``disclosure-reason``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from exchange.domain.disclosure.case import Recipient
from exchange.domain.disclosure.said import Judgement
from exchange.domain.disclosure.table import strings
from schemas.codes import Code, code_set

Direction = Literal["withhold", "release"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    :param decided_by: whose decision it is; ``recorded_by``: roles that may write it down.
    :param needs: what must be given with it: ``registration``, ``person``, ``words``.
    :param lifts: reasons to withhold that it ends; ``settles``: questions that it answers.
    """

    code: str
    direction: Direction
    decided_by: str
    recorded_by: frozenset[str]
    needs: frozenset[str]
    lifts: frozenset[str]
    settles: frozenset[str]
    absolute: bool
    source: str


def reason(code: str, on: date | None = None) -> Reason:
    """Return a reason.

    :param on: the day on which it must be in force; None reads what was recorded on any day.
    :raises schemas.errors.CodeSetError: there is none.
    """
    found = code_set("disclosure-reason").lookup(code, on=on, path="/reason")
    told = found.attributes
    return Reason(
        code=found.code,
        direction="withhold" if told["direction"] == "withhold" else "release",
        decided_by=str(told["decided_by"]),
        recorded_by=_set(found, "recorded_by"),
        needs=_set(found, "needs"),
        lifts=_set(found, "lifts"),
        settles=_set(found, "settles"),
        absolute=bool(told.get("absolute")),
        source=str(told["source"]),
    )


def reasons(on: date) -> tuple[str, ...]:
    """Return the codes that may be used on that day."""
    return tuple(one.code for one in code_set("disclosure-reason").current(on))


def _set(found: Code, name: str) -> frozenset[str]:
    return frozenset(strings(found.attributes.get(name)))


@dataclass(frozen=True, slots=True)
class Heard:
    """What stands of all judgements about one recipient.

    :param withheld: those that withhold and were not lifted; ``released``: releases recorded
        after the last of them.
    """

    withheld: tuple[tuple[Reason, Judgement], ...]
    released: tuple[tuple[Reason, Judgement], ...]

    @property
    def absolute(self) -> tuple[Reason, Judgement] | None:
        """Return a named professional's decision that withholds absolutely, or None."""
        return next((one for one in self.withheld if one[0].absolute), None)

    def settling(self, code: str, since: datetime | None) -> tuple[Reason, Judgement] | None:
        """Return the newest release that answers a question of the rules, or None.

        :param since: when the question arose: what was recorded before does not answer it.
        """
        found = [
            one
            for one in self.released
            if code in one[0].settles and (since is None or one[1].at >= since)
        ]
        return found[-1] if found else None


def hear(judgements: Sequence[Judgement], recipient: Recipient) -> Heard:
    """Go through the judgements in the order in which they were recorded."""
    withheld: list[tuple[Reason, Judgement]] = []
    released: list[tuple[Reason, Judgement]] = []
    for one in judgements:
        if not recipient.is_meant_by(one.audience):
            continue
        why = reason(one.reason)
        if why.direction == "withhold":
            withheld.append((why, one))
            released.clear()  # who withholds after a release has changed what was decided
        else:
            withheld = [each for each in withheld if each[0].code not in why.lifts]
            released.append((why, one))
    return Heard(tuple(withheld), tuple(released))
