"""Letters: short messages by mail that say what happened and where, never about whom.

A letter is queued in the unit of work of what it tells about, so that neither exists without the
other. The worker sends it, tries again ever later, and gives up in the end; what it gave up is
shown to administrators. A letter may hold a link or a code: it lies sealed, and is gone from the
database once it was sent. Its text is a file of its own in ``letter_texts``, named by a code.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, Literal

from exchange.domain.retry import next_try
from exchange.errors import Conflict, MailError, MailRefused, StoreError, UsageError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.ports.mail import Mail, Mailer
from exchange.services.inside import Inside
from schemas.mail import is_mail_address

KIND = "letter"
FACTS = frozenset(
    {
        *("organisation", "other", "inviter", "role", "link", "code", "day", "time", "count"),
        *("papers", "reports", "meetings", "decisions", "finals", "moves", "others"),
    }
)
"""What a letter may tell, the second row of it numbers alone.

There is no fact about a pupil, so that no letter can name one.
"""

WAITING, DEAD = "waiting", "dead"
CEILING = timedelta(hours=2)
MOST_ATTEMPTS = 45
"""About three days, with the ceiling above."""
KEEP_DEAD = timedelta(days=14)
_FIRST_WAIT = 5
_AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_LONGEST_FACT = 1000
_MACHINE = Actor("worker", "machine")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one address.

    :param template: name of its text in ``letter_texts``.
    :param facts: what the text is filled with, of :data:`FACTS`: organisation names, links,
        codes, days. ``organisation`` is in all: in whose name the letter goes.
    """

    template: str
    to: str = field(repr=False)
    facts: Mapping[str, str] = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that could not be sent.

    :param to: the address, for the administrator of the organisation; never for the node's.
    :param code: why, as the mail server or our own check had it.
    """

    letter_id: str
    template: str
    to: str = field(repr=False)
    code: str
    since: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Post:
    """How the post of an organisation (or of the node) stands."""

    waiting: int
    dead: int
    oldest: datetime | None


def queue_letter(unit: UnitOfWork, letter: Letter, at: datetime | None = None) -> str:
    """Queue a letter in the unit of work of what it tells about; return its id.

    The unit's own entry in the book covers it; that it went out is an entry of its own.

    :param at: now; the time of this machine, where it is not given.
    :raises UsageError: ``letter-unknown``, ``letter-fact-unknown``, ``letter-fact-missing``,
        ``letter-fact-invalid``, ``mail-address-invalid``.
    """
    _check(letter)
    now = at or datetime.now(UTC).replace(microsecond=0)
    letter_id = str(uuid.uuid4())
    unit.items.add(
        Item(
            KIND,
            letter_id,
            WAITING,
            {"to": letter.to, "facts": dict(letter.facts)},
            created_at=now,
            updated_at=now,
            clear={"template": letter.template, "attempts": 0},
            due_at=at or _AT_ONCE,
        )
    )
    return letter_id


def compose(letter: Letter) -> tuple[str, str]:
    """Return subject and body.

    :raises UsageError: as :func:`queue_letter`.
    """
    subject, body = text_of(letter.template)
    footer = _file("_footer" if "$link" in body else "_footer-plain")
    try:
        facts = dict(letter.facts)
        return (
            Template(subject).substitute(facts),
            Template(body + footer).substitute(facts),
        )
    except KeyError as missing:
        raise UsageError("letter-fact-missing", f"/facts/{missing.args[0]}") from None


@cache
def text_of(template: str) -> tuple[str, str]:
    """Return the subject and the body of a letter's text, not yet filled in.

    :raises UsageError: ``letter-unknown``.
    """
    if _NAME.fullmatch(template) is None:
        raise UsageError("letter-unknown", "/template")
    subject, _, body = _file(template).partition("\n")
    return subject, body.lstrip("\n")


def _file(name: str) -> str:
    try:
        return (files("exchange.services") / "letter_texts" / f"{name}.txt").read_text("utf-8")
    except FileNotFoundError:
        raise UsageError("letter-unknown", "/template") from None


def _check(letter: Letter) -> None:
    if not is_mail_address(letter.to):
        raise UsageError("mail-address-invalid", "/to", "Write an address like a@school.example.")
    for name, value in letter.facts.items():
        if name not in FACTS:
            raise UsageError("letter-fact-unknown", "/facts")
        # A name that somebody typed adds no line and no link of its own to a message of ours.
        linked = name != "link" and ("://" in value or "www." in value.lower())
        if not value.isprintable() or not 0 < len(value) <= _LONGEST_FACT or linked:
            raise UsageError("letter-fact-invalid", f"/facts/{name}")
    compose(letter)


class LetterSender:
    """Sends what is due; one step for each letter.

    :param chance: returns a share of chance, which spreads the tries.
    """

    def __init__(
        self, inside: Inside, mailer: Mailer, chance: Callable[[], float] = random.random
    ) -> None:
        self._inside = inside
        self._mailer = mailer
        self._chance = chance

    def due(self, org_id: str, limit: int) -> Sequence[str]:
        """Return ids of letters of an organisation, or of the node, that are due."""
        with self._inside.store.reading(org_id) as unit:
            return unit.items.due(KIND, self._inside.clock.now(), limit)

    def advance(self, org_id: str, letter_id: str) -> None:
        """Send one letter, or note when it is tried again, or that it is given up.

        A kill between the server's yes and our note of it sends the letter a second time, under
        the same Message-ID; the other order could lose it.
        """
        with self._inside.store.reading(org_id) as unit:
            item = unit.items.get(KIND, letter_id)
        if item.state == DEAD:
            self._drop(org_id, item)
            return
        letter = _letter(item)
        try:
            subject, body = compose(letter)
            self._mailer.send(Mail(letter_id, letter.to, subject, body))
        except (MailRefused, UsageError) as error:
            self._give_up(org_id, item, error.code)
        except MailError as error:
            self._later(org_id, item, error.code)
        else:
            self._sent(org_id, item)

    def _sent(self, org_id: str, item: Item) -> None:
        with self._inside.store.unit(org_id) as unit:
            unit.items.remove(KIND, item.item_id)
            _enter(unit, "letter.sent", item, "done")
            unit.commit()

    def _later(self, org_id: str, item: Item, code: str) -> None:
        attempts = attempts_of(item) + 1
        if attempts >= MOST_ATTEMPTS:
            self._give_up(org_id, item, code)
            return
        now = self._inside.clock.now()
        due = next_try(now, attempts + _FIRST_WAIT, self._chance(), CEILING)
        clear = {**item.clear, "attempts": attempts, "code": code}
        with self._inside.store.unit(org_id) as unit:
            changed = replace(item, content=None, clear=clear, due_at=due, updated_at=now)
            unit.items.update(changed, quiet=True)
            unit.commit()

    def _give_up(self, org_id: str, item: Item, code: str) -> None:
        now = self._inside.clock.now()
        clear = {**item.clear, "attempts": attempts_of(item) + 1, "code": code}
        dead = replace(
            item, state=DEAD, content=None, clear=clear, due_at=now + KEEP_DEAD, updated_at=now
        )
        with self._inside.store.unit(org_id) as unit:
            unit.items.update(dead)
            _enter(unit, "letter.given-up", item, code)
            unit.commit()

    def _drop(self, org_id: str, item: Item) -> None:
        with self._inside.store.unit(org_id) as unit:
            unit.items.remove(KIND, item.item_id)
            _enter(unit, "letter.dropped", item, "done")
            unit.commit()


def dead_letters(inside: Inside, org_id: str) -> Sequence[DeadLetter]:
    """Return the letters of an organisation that were given up, oldest first."""
    with inside.store.reading(org_id) as unit:
        return [_dead(one) for one in unit.items.all(KIND, DEAD)]


def send_again(inside: Inside, org_id: str, letter_id: str, actor: Actor) -> None:
    """Queue a letter anew that was given up.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``letter-not-dead``: it still waits to be sent.
    """
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        item = unit.items.get(KIND, letter_id)
        if item.state != DEAD:
            raise Conflict("letter-not-dead", "/letter", "It waits to be sent already.")
        clear = {**item.clear, "attempts": 0}
        unit.items.update(replace(item, state=WAITING, clear=clear, due_at=now, updated_at=now))
        unit.audit.record(actor, "letter.again", KIND, letter_id, detail=_template(item))
        unit.commit()


def post_of(inside: Inside, org_id: str) -> Post:
    """Return how the post of an organisation, or of the node, stands."""
    with inside.store.reading(org_id) as unit:
        waiting = list(unit.items.all(KIND, WAITING))
        return Post(
            len(waiting),
            unit.items.count(KIND, DEAD),
            min((one.created_at for one in waiting), default=None),
        )


def attempts_of(item: Item) -> int:
    """Return how often a letter was tried."""
    attempts = item.clear.get("attempts")
    return attempts if isinstance(attempts, int) else 0


def _enter(
    unit: UnitOfWork,
    action: Literal["letter.sent", "letter.given-up", "letter.dropped"],
    item: Item,
    outcome: str,
) -> None:
    unit.audit.record(_MACHINE, action, KIND, item.item_id, outcome, _template(item))


def _template(item: Item) -> dict[str, str]:
    return {"template": str(item.clear.get("template", ""))}


def _letter(item: Item) -> Letter:
    content: Any = item.content
    try:
        return Letter(str(item.clear["template"]), content["to"], dict(content["facts"]))
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", f"/{KIND}") from None


def _dead(item: Item) -> DeadLetter:
    return DeadLetter(
        item.item_id,
        str(item.clear.get("template", "")),
        _letter(item).to,
        str(item.clear.get("code", "")),
        item.updated_at,
        attempts_of(item),
    )
