"""A mail to each SENCO, and to each caseworker, of the reviews that wait. Numbers, no names.

It goes once in a week, as soon as anything waits, and besides on each London day on which a date
is today or tomorrow; at most once a day, and not where nothing waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from exchange.domain.access import Role
from exchange.services.digests import (
    Digest,
    Mornings,
    in_words,
    kind_now,
    last_told,
    queue_digest,
)
from exchange.services.inside import Inside
from exchange.services.people.account import Account
from exchange.services.people.holders import holders_now
from exchange.services.reviews.pressing import (
    DECISIONS,
    FINALS,
    MEETINGS,
    MOVES,
    OTHERS,
    PAPERS,
    REPORTS,
    Waiting,
    at_authority,
    at_school,
)

_KIND, _ACTION = "review-digest", "review.reminded"
SCHOOL = Digest(_KIND, _ACTION, "reviews")
AUTHORITY = Digest(_KIND, _ACTION, "review-reports")


class ReviewReminder:
    """Queues the messages of every school and authority of this node (an errand of the worker).

    :param pages_url: where the pages are; empty: nobody is written to.
    """

    def __init__(self, inside: Inside, pages_url: str) -> None:
        self._inside = inside
        self._pages_url = pages_url
        self._mornings = Mornings(inside, SCHOOL, pages_url)

    def run(self) -> int:
        """Queue what is due today and was not queued yet; return how many messages."""
        return self._mornings.run(self._remind)

    def _remind(self, org_id: str, today: date) -> int | None:
        kind = kind_now(self._inside, org_id)
        if kind is None:
            return None
        theirs = kind == "la"
        people = holders_now(self._inside, org_id, Role.LA_CASEWORKER if theirs else Role.SENCO)
        if not people:
            return 0  # nothing is read where nobody is to be told
        with self._inside.store.reading(org_id) as unit:
            told = {one.account_id: last_told(unit, SCHOOL, one.account_id) for one in people}
            if all(day == today for day in told.values()):
                return 0
            found = (
                at_authority(self._inside, unit, today, told)
                if theirs
                else at_school(self._inside, unit, today)
            )
        queued = 0
        for one in people:
            mine = [each for each in found if each.caseworker in ("", one.account_id)]
            if is_wanted(mine, told[one.account_id], today):
                queued += self._queue(org_id, one, mine, today, theirs=theirs)
        return queued

    def _queue(
        self, org_id: str, account: Account, mine: Sequence[Waiting], today: date, *, theirs: bool
    ) -> bool:
        letter = ("review-reports-due" if theirs else "reviews-due", facts_of(mine, theirs=theirs))
        return queue_digest(
            self._inside,
            org_id,
            AUTHORITY if theirs else SCHOOL,
            account,
            letter,
            today,
            self._pages_url,
            {"reviews": str(len(mine))},
        )


def is_wanted(mine: Sequence[Waiting], told: date | None, today: date) -> bool:
    """Return whether somebody is to be written to today of what waits for them.

    :param told: when they were written to last.
    """
    if not mine or told == today:
        return False
    monday = today - timedelta(days=today.weekday())
    return told is None or told < monday or any(one.is_near(today) for one in mine)


def facts_of(mine: Sequence[Waiting], *, theirs: bool) -> Mapping[str, str]:
    """Return the numbers that a message tells, and the nearest day."""
    nearest = min((one.due for one in mine if one.due is not None), default=None)
    kinds = (DECISIONS, FINALS, MOVES) if theirs else (PAPERS, REPORTS, MEETINGS, OTHERS)
    numbers = {kind: sum(one.kind == kind for one in mine) for kind in kinds}
    if not theirs:
        numbers[MOVES] = sum(one.before_move for one in mine)
    told = {kind: str(number) for kind, number in numbers.items()}
    return {**told, "count": str(len(mine)), "day": in_words(nearest)}
