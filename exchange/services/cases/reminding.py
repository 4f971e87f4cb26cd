"""A message a day to each caseworker: how many cases need them, and the nearest date. No names.

It goes once on each London day, from seven in the morning, and only where something needs
somebody: a date that is tomorrow, today or past, a held request, an update that nobody has taken
in, or a case that nobody works.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.advice.model import KIND as ADVICE
from exchange.services.advice.model import request_from
from exchange.services.cases.keeping import cases
from exchange.services.cases.model import Case, CaseState
from exchange.services.cases.timing import URGENT, advice_by_case, clocks_of, outlook_of
from exchange.services.cases.updates import has_update, unread_packs
from exchange.services.cases.working import caseworkers_now
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people.account import Account
from exchange.services.people.names import organisation_name
from exchange.services.plans.model import consultations_by_case
from exchange.services.trust import organisation
from keys.errors import KeysError

log = logging.getLogger("senx.worker")
KIND = "case-digest"
MORNING = time(7)
TEMPLATE = "cases-due"
_REMINDER = Actor("worker", "machine")
_LONDON = ZoneInfo("Europe/London")


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
        self._link = f"{pages_url.rstrip('/')}/cases" if pages_url else ""
        self._done: dict[str, date] = {}

    def run(self) -> int:
        """Queue what is due today and was not queued yet; return how many messages."""
        now = self._inside.clock.now()
        if not self._link or now.astimezone(_LONDON).time() < MORNING:
            return 0
        today, queued = london_day(now), 0
        for org_id in self._inside.store.organisations():
            if self._done.get(org_id) == today or not self._is_authority(org_id, now):
                continue
            queued += self._remind(org_id, today)
            self._done[org_id] = today
        return queued

    def _is_authority(self, org_id: str, now: datetime) -> bool:
        try:
            return organisation(self._inside.directory(), org_id, now).kind == "la"
        except (ExchangeError, KeysError):
            return False

    def _remind(self, org_id: str, today: date) -> int:
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

    def _queue(self, org_id: str, account: Account, mine: Sequence[Pressing], today: date) -> int:
        nearest = min((one.due for one in mine if one.due is not None), default=None)
        facts = {
            "organisation": organisation_name(self._inside, org_id),
            "count": str(len(mine)),
            "day": f"{nearest.day} {nearest:%B %Y}" if nearest else "none",
            "link": self._link,
        }
        try:
            with self._inside.store.unit(org_id) as unit:
                if not _mark(unit, account.account_id, today, self._inside.clock.now()):
                    return 0
                queue_letter(unit, Letter(TEMPLATE, account.login, facts))
                unit.audit.record(
                    _REMINDER,
                    "case.reminded",
                    KIND,
                    account.account_id,
                    detail={"cases": str(len(mine))},
                )
                unit.commit()
        except Conflict:
            return 0  # another process was faster
        except ExchangeError as error:  # an address that is none must not stop the others
            log.warning("case-digest outcome=%s", error.code)
            return 0
        return 1


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
        clocks = clocks_of(one, asked.get(one.case_id, ()), consulted.get(one.case_id, ()))
        outlook = outlook_of(clocks)
        worker = one.caseworker if people is None or one.caseworker in people else ""
        urgent = _waits(one) or not worker or outlook.standing(today) in URGENT
        if (urgent and not one.is_over) or has_update(one, unread):
            found.append(Pressing(worker, outlook.due if outlook.next_code else None))
    return found


def _waits(one: Case) -> bool:
    return one.state is CaseState.HELD or one.withdrawn is not None


def _mark(unit: UnitOfWork, account_id: str, today: date, now: datetime) -> bool:
    """Note that somebody was written to today; return whether they had not been yet."""
    item_id = hashlib.sha256(f"{KIND}/{account_id}".encode()).hexdigest()[:32]
    clear = {"day": today.isoformat()}
    try:
        before = unit.items.get(KIND, item_id)
    except NotFound:
        unit.items.add(Item(KIND, item_id, "sent", None, now, now, clear=clear))
        return True
    if before.clear.get("day") == today.isoformat():
        return False
    unit.items.update(replace(before, clear=clear, updated_at=now))
    return True
