"""Rules of signing in: how many guesses, how long a pause, which roles go together.

Guesses are counted as Cyber Essentials asks (Requirements for IT Infrastructure, "brute-force"):
no more than ten in five minutes. The eleventh finds the door shut, also with the right password,
and each time it shuts it stays shut for longer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from exchange.domain.access import Role, sees_pupils


@dataclass(frozen=True, slots=True)
class Rule:
    """How many wrong guesses within ``window`` are let through, and the pause after them.

    :param pause: the first one; each further one is twice as long, up to ``longest``.
    :param forget: after so long without a wrong guess the pauses begin anew.
    """

    guesses: int = 10
    window: timedelta = timedelta(minutes=5)
    pause: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=4)
    forget: timedelta = timedelta(hours=24)


BY_ACCOUNT = Rule()
BY_SOURCE = Rule(guesses=60, pause=timedelta(minutes=5), longest=timedelta(minutes=30))
"""A whole school may come from one address, so this one is wider: it stops who tries many names."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The wrong guesses about one account, or from one source.

    :param guesses: when, oldest first; only those within the window.
    :param locks: how often the door was shut since the last right answer.
    :param until: shut until then.
    """

    guesses: tuple[datetime, ...] = ()
    locks: int = 0
    until: datetime | None = None

    def wait(self, at: datetime) -> timedelta:
        """Return how long the door stays shut; zero where it is open."""
        if self.until is None or at >= self.until:
            return timedelta(0)
        return self.until - at


def guessed(tally: Tally, rule: Rule, at: datetime) -> Tally:
    """Return the tally after one more guess that may prove wrong; the door was open."""
    last = max((*tally.guesses, *([tally.until] if tally.until else [])), default=at)
    locks = 0 if at - last >= rule.forget else tally.locks
    # A guess made before the last pause is paid for.
    since = max(at - rule.window, tally.until or at - rule.window)
    recent = (*(one for one in tally.guesses if one > since), at)
    if len(recent) < rule.guesses:
        return Tally(recent, locks, None)
    pause = min(rule.pause * 2 ** min(locks, 16), rule.longest)
    return Tally(recent, locks + 1, at + pause)


def taken_back(tally: Tally, at: datetime) -> Tally:
    """Return the tally where the guess made at ``at`` proved right."""
    if at not in tally.guesses:
        return tally
    left = list(tally.guesses)
    left.remove(at)
    return replace(tally, guesses=tuple(left), until=None)


def wants_second_factor(roles: Collection[Role]) -> bool:
    """Return whether somebody with these roles must show a second factor.

    All do who see a pupil, and those who decide who sees pupils. A governor sees counts alone.
    """
    return sees_pupils(roles) or any(role is not Role.GOVERNOR for role in roles)


def clash(roles: Collection[Role]) -> bool:
    """Return whether one account may not hold these together.

    Who runs the machine sees no pupil: not by a second role in the same account either.
    """
    return Role.NODE_ADMINISTRATOR in roles and sees_pupils(roles)
