"""A message a day to each caseworker: how many cases need them, and the nearest date. No names.

It goes once on each London day, from seven in the morning, and only where something needs
somebody: a date that is tomorrow, today or past, a held request, an update that nobody has taken
in, or a case that nobody works.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.ports import UnitOfWork
from exchange.services.advice.model import KIND as ADVICE
from exchange.services.advice.model import request_from
from exchange.services.cases.keeping import cases
from exchange.services.cases.model import Case, CaseState
from exchange.services.cases.phases import listed, phase_in
from exchange.services.cases.timing import URGENT, advice_by_case, clocks_of, outlook_of
from exchange.services.cases.updates import has_update, unread_packs
from exchange.services.cases.working import caseworkers_now
from exchange.services.digests import Digest, Mornings, in_words, kind_now, queue_digest
from exchange.services.inside import Inside
from exchange.services.people.account import Account
from exchange.services.plans.model import consultations_by_case

DIGEST = Digest("case-digest", "case.reminded", "cases")
TEMPLATE = "cases-due"


@dataclass(frozen=True, slots=True)
class Pressing:
    """A case that needs somebody.

    :param caseworker: account id; empty: nobody works it, so that all hear of it.
    :param due: its nearest date, or None: none runs.
    """

    caseworker: str
    due: date | None


class CaseReminder:
    """Queues the messages of every local authority of this node (an errand of the worker).

    :param pages_url: where the pages are; empty: nobody is written to.
    """

    def __init__(self, inside: Inside, pages_url: str) -> None:
        self._inside = inside
        self._pages_url = pages_url
        self._mornings = Mornings(inside, DIGEST, pages_url)

    def run(self) -> int:
        """Queue what is due today and was not queued yet; return how many messages."""
        return self._mornings.run(self._remind)

    def _remind(self, org_id: str, today: date) -> int | None:
        kind = kind_now(self._inside, org_id)
        if kind != "la":
            return None if kind is None else 0
        people = caseworkers_now(self._inside, org_id)
        if not people:
            return 0
        with self._inside.store.reading(org_id) as unit:
            found = pressing(unit, today, frozenset(one.account_id for one in people))
        queued = 0
        for one in people:
            mine = [each for each in found if each.caseworker in ("", one.account_id)]
            if mine:
                queued += self._queue(org_id, one, mine, today)
        return queued

    def _queue(self, org_id: str, account: Account, mine: Sequence[Pressing], today: date) -> bool:
        nearest = min((one.due for one in mine if one.due is not None), default=None)
        facts = {"count": str(len(mine)), "day": in_words(nearest)}
        return queue_digest(
            self._inside,
            org_id,
            DIGEST,
            account,
            (TEMPLATE, facts),
            today,
            self._pages_url,
            {"cases": str(len(mine))},
        )


def pressing(
    unit: UnitOfWork, today: date, people: Collection[str] | None = None
) -> list[Pressing]:
    """Return the cases that need somebody today.

    :param people: account ids of who works cases now: a case of anybody else is nobody's. None:
        whoever is noted works it.
    """
    asked = advice_by_case(request_from(one) for one in unit.items.all(ADVICE))
    consulted, unread = consultations_by_case(unit), unread_packs(unit)
    found = []
    for one in cases(unit):
        advice, schools = asked.get(one.case_id, ()), consulted.get(one.case_id, ())
        clocks = clocks_of(one, advice, schools, phase_in(unit, one, today))
        outlook = outlook_of(listed(one, clocks, today))
        worker = one.caseworker if people is None or one.caseworker in people else ""
        urgent = outlook.standing(today) in URGENT
        waits = urgent or (not one.is_over and (_waits(one) or not worker))
        if waits or has_update(one, unread):
            found.append(Pressing(worker, outlook.due if outlook.next_code else None))
    return found


def _waits(one: Case) -> bool:
    return one.state is CaseState.HELD or one.withdrawn is not None
