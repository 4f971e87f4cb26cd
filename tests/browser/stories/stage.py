"""The stage on which stories are told: live nodes, a browser, and children of the stories' own."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser

from demo.material.places import QUILLBRIDGE
from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import add_pupil
from exchange.services.people.account import Account
from schemas.pupil import Names
from tests.browser.furnish import SENCO, Furnished
from tests.browser.kit import LiveNode, Street
from tests.browser.tab import Tab, tab
from tests.exchange.services.town import pupil_record
from tests.exchange.services.tray.papers import pdf_saying
from tests.journeys.machine import wait_for

T = TypeVar("T")
SURNAME, BORN = "Hollowell", date(2015, 5, 17)
"""Of two children of the stories, who are taken for each other."""
TWINS = ("Rowena", "Silas")
_BEGIN = "Hollow"
"""With what the surnames of all begin."""


@dataclass(frozen=True)
class Story:
    """How a page came to be there.

    :param endpoint: the page; ``where``: the school, or the council, at which it is.
    :param tell: makes it happen and returns the path.
    :param whose: told once for each person, as the page is that person's own.
    """

    endpoint: str
    where: str
    tell: Callable[[Stage, Account], str]
    whose: bool = False


@dataclass
class Stage:
    """Where stories are told, each once."""

    live: Street
    made: Furnished
    browser: Browser
    folder: Path
    _told: dict[tuple[str, ...], str] = field(default_factory=dict)
    _children: dict[str, str] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict)

    def path(self, story: Story, account: Account) -> str:
        """Return the path of a story's page; tell the story first if nobody did."""
        key = (story.where, story.endpoint, account.account_id if story.whose else "")
        if key not in self._told:
            self._told[key] = story.tell(self, account)
        return self._told[key]

    @property
    def names(self) -> tuple[str, ...]:
        """What no title and no address may say."""
        return (*self.made.names, _BEGIN)

    def tab(self, node: LiveNode, account: Account, **options: Any) -> AbstractContextManager[Tab]:
        """Open a tab in which somebody is signed in."""
        return tab(self.browser, node, account, names=self.names, **options)

    def someone(self, where: str, role: Role) -> Account:
        """Return somebody with this role, who is in every story the same."""
        return self.live[where].person(role, name=f"Story {role.value}")

    def walker(self, where: str, role: Role) -> Account:
        """Return who walks every page of a role."""
        return self.live[where].person(role, name=f"Every {role.value}")

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Return what several stories stand on; made by the first of them."""
        if what not in self._kept:
            self._kept[what] = make()
        kept: T = self._kept[what]
        return kept

    def child(self, forename: str, *, going: bool = True, report: bool = True) -> str:
        """Return a child of the primary school, the same for the same name."""
        if forename not in self._children:
            self._children[forename] = self._new_child(forename, going)
            if report:
                self._add_report(self._children[forename], forename)
        return self._children[forename]

    def _new_child(self, forename: str, going: bool) -> str:
        primary = self.live["primary"]
        inside, org_id = primary.node.inside, primary.org_id
        number, twin = len(self._children), forename in TWINS
        surname = SURNAME if twin else f"{_BEGIN}{forename.lower()}"
        record = pupil_record(
            0,
            subject=f"{zlib.crc32(forename.encode()):08x}-5555-4555-8555-555555555555",
            names=Names(surname=surname, forename=forename),
            date_of_birth=BORN if twin else BORN + timedelta(days=7 * (number + 1)),
            upn=None,
            upn_unknown="UN1",
        )
        pupil_id = add_pupil(inside, org_id, record, SENCO)
        if going:
            choose_destination(
                inside, org_id, pupil_id, QUILLBRIDGE.urn or "", QUILLBRIDGE.name, SENCO
            )
        return pupil_id

    def _add_report(self, pupil_id: str, forename: str) -> None:
        primary = self.live["primary"]
        content = pdf_saying(f"Report about {forename}", "needs more time")
        new = NewDocument(Paper("report.pdf", content), "ep-report", "An Author")
        inside, org_id = primary.node.inside, primary.org_id
        attach(inside, primary.node.inspector, org_id, pupil_id, new, SENCO)


@dataclass(frozen=True)
class Paper:
    """A document made in memory, as :func:`attach` reads one."""

    name: str
    content: bytes

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def actor(account: Account, role: Role) -> Actor:
    """Return somebody as the book names them."""
    return Actor(account.name, role.value)


def until(what: str, look: Callable[[], T | None]) -> T:
    """Wait for what a worker does; return what is found then."""
    found: list[T] = []

    def see() -> bool:
        one = look()
        found.extend([] if one is None else [one])
        return one is not None

    wait_for(what, see)
    return found[-1]
