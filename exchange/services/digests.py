"""Messages that count what waits for a person: at most one of a kind on a London day. No names.

That somebody was written to is noted in the commit that queues the message, so that a worker that
is killed, or two of them, write to nobody twice. What is to be counted is looked at once a day,
from seven in the morning; without pages to link to, nobody is written to.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from zoneinfo import ZoneInfo

from exchange.domain.clocks import london_day
from exchange.errors import Conflict, ExchangeError, NotFound
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.inside import Inside
from exchange.services.letters import Letter, queue_letter
from exchange.services.people.account import Account
from exchange.services.people.names import organisation_name
from exchange.services.trust import organisation
from keys.errors import KeysError
from schemas.errors import SchemaError

log = logging.getLogger("senx.worker")
MORNING = time(7)
_LONDON = ZoneInfo("Europe/London")
_REMINDER = Actor("worker", "machine")


@dataclass(frozen=True, slots=True)
class Digest:
    """One kind of such messages.

    :param kind: of the note that somebody was written to.
    :param action: for the book.
    :param page: where its link leads, under the address of the pages.
    """

    kind: str
    action: str
    page: str


class Mornings:
    """Goes round the organisations of a node, each once on a London day.

    :param pages_url: where the pages are; empty: nobody is written to.
    """

    def __init__(self, inside: Inside, digest: Digest, pages_url: str) -> None:
        self._inside = inside
        self._digest = digest
        self._wanted = bool(pages_url)
        self._done: dict[str, date] = {}

    def run(self, remind: Callable[[str, date], int | None]) -> int:
        """Call ``remind`` with each organisation and the day; return how many messages it queued.

        What returns None is looked at again on the same day. The trouble of one organisation keeps
        no other from its messages; it is tried again.
        """
        now = self._inside.clock.now()
        if not self._wanted or now.astimezone(_LONDON).time() < MORNING:
            return 0
        today, queued = london_day(now), 0
        for org_id in self._inside.store.organisations():
            if self._done.get(org_id) == today:
                continue
            try:
                made = remind(org_id, today)
            except (ExchangeError, KeysError, SchemaError) as error:
                log.warning("%s org=%s outcome=%s", self._digest.kind, org_id, error.code)
                continue
            if made is not None:
                self._done[org_id] = today
                queued += made
        return queued


def kind_now(inside: Inside, org_id: str) -> str | None:
    """Return what an organisation of this node is, as the directory says; None: it cannot say."""
    try:
        return organisation(inside.directory(), org_id, inside.clock.now()).kind
    except (ExchangeError, KeysError):
        return None


def last_told(unit: UnitOfWork, digest: Digest, account_id: str) -> date | None:
    """Return the day on which somebody was written to last, or None."""
    try:
        told = unit.items.get(digest.kind, _note_id(digest, account_id)).clear.get("day")
    except NotFound:
        return None
    return date.fromisoformat(str(told))


def queue_digest(
    inside: Inside,
    org_id: str,
    digest: Digest,
    account: Account,
    letter: tuple[str, Mapping[str, str]],
    today: date,
    pages_url: str,
    detail: Mapping[str, str],
) -> bool:
    """Queue a message to somebody who had none of its kind today; return whether it was queued.

    :param letter: name of its text, and its facts but for the organisation and the link.
    :param detail: for the book.
    """
    template, counted = letter
    facts = {
        **counted,
        "organisation": organisation_name(inside, org_id),
        "link": f"{pages_url.rstrip('/')}/{digest.page}",
    }
    try:
        with inside.store.unit(org_id) as unit:
            if not _note(inside, unit, digest, account.account_id, today):
                return False
            queue_letter(unit, Letter(template, account.login, facts))
            unit.audit.record(
                _REMINDER, digest.action, digest.kind, account.account_id, detail=detail
            )
            unit.commit()
    except Conflict:
        return False  # another process was faster
    except ExchangeError as error:  # an address that is none must not stop the others
        log.warning("%s outcome=%s", digest.kind, error.code)
        return False
    return True


def in_words(day: date | None) -> str:
    """Return a day as a message tells it."""
    return f"{day.day} {day:%B %Y}" if day else "none"


def _note(inside: Inside, unit: UnitOfWork, digest: Digest, account_id: str, today: date) -> bool:
    """Note that somebody was written to today; return whether they had not been yet."""
    now, item_id = inside.clock.now(), _note_id(digest, account_id)
    clear = {"day": today.isoformat()}
    try:
        before = unit.items.get(digest.kind, item_id)
    except NotFound:
        unit.items.add(Item(digest.kind, item_id, "sent", None, now, now, clear=clear))
        return True
    if before.clear.get("day") == clear["day"]:
        return False
    unit.items.update(replace(before, clear=clear, updated_at=now))
    return True


def _note_id(digest: Digest, account_id: str) -> str:
    return hashlib.sha256(f"{digest.kind}/{account_id}".encode()).hexdigest()[:32]
