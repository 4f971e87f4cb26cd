"""Walk all pages that a person can come to by links, beginning at home."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Error

from exchange.web.reach import TABLE, Whose
from tests.browser.tab import Tab

EACH = 2
"""How many pages of one kind are looked at: the second child's page is like the first."""
NOT_PAGES = re.compile(
    r"(_pdf|_file|_csv|_ctf|_picture|\.state|_state|\.file|\.pdf|\.content|\.sheet|\.asset|\.health|\.arrival_file)$"
)
"""Endpoints that answer with a file, a picture or numbers for a script."""
HOME = "front.home"
"""It is another page for each role: looked at in every walk."""
LEADS_ON = frozenset({"outsiders.of_pack"})
"""Endpoints that have no page of their own."""


@dataclass
class Looked:
    """What was held to everything so far, over all walks of a session.

    A second role's page is drawn by the same template, from the same rows of an organisation; and
    what shows nobody's rows, or the person's own account, is the same everywhere.
    """

    _count: Counter[tuple[str, str]] = field(default_factory=Counter)

    def is_due(self, where: str, endpoint: str) -> bool:
        """Return whether a page is to be held to everything, and count it."""
        if endpoint == HOME:
            return True
        alike = TABLE[endpoint].whose in (Whose.NOBODY, Whose.SELF)
        key = ("" if alike else where, endpoint)
        self._count[key] += 1
        return self._count[key] <= EACH


@dataclass
class Walk:
    """What was seen on the way.

    :ivar where: the name of the node; ``looked``: what was held to everything before.
    :ivar seen: endpoint -> paths visited; ``fresh``: the first of each that this walk looked at.
    """

    shown: Tab
    looked: Looked
    where: str
    seen: dict[str, list[str]] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    _todo: list[str] = field(default_factory=lambda: ["/"])
    _count: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._map = self.shown.live.place.app.url_map.bind("localhost")

    def go(self, *starts: str) -> Walk:
        """Walk until no new page is left."""
        self._todo[:0] = starts
        known = set(self._todo)
        while self._todo:
            path = self._todo.pop(0)
            endpoint = self._endpoint(path)
            if endpoint is None:
                self.broken.append(path)
                continue
            if NOT_PAGES.search(endpoint) or self._count[endpoint] >= EACH:
                continue
            self._count[endpoint] += 1
            self._look(endpoint, path)
            for link in self._links():
                if link not in known:
                    known.add(link)
                    self._todo.append(link)
        return self

    def _look(self, endpoint: str, path: str) -> None:
        answer = self.shown.load(self.shown.live.url + path)
        if answer is None or answer.status >= 400:
            self.broken.append(f"{path}: {answer.status if answer else 'no answer'}")
            return
        here = urlsplit(self.shown.page.url)
        arrived = self._endpoint(here.path) or endpoint
        self.seen.setdefault(arrived, []).append(path)
        if endpoint in LEADS_ON:
            self.seen.setdefault(endpoint, []).append(path)
        if self.looked.is_due(self.where, arrived):
            self.fresh.setdefault(arrived, path)
            self.shown.look()

    def _endpoint(self, path: str) -> str | None:
        adapter = self._map
        try:
            endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
        except Exception:  # noqa: BLE001 (no route, or none for GET: both are broken links)
            return None
        return str(endpoint) if endpoint in TABLE else None

    def _links(self) -> list[str]:
        """Return paths, with what follows "?", of all links of the page to our own pages."""
        hrefs = self._hrefs()
        base = urlsplit(self.shown.live.url)
        found = []
        for href in hrefs:
            parts = urlsplit(href)
            if parts.netloc == base.netloc and parts.scheme == base.scheme:
                found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        return found

    def _hrefs(self) -> list[str]:
        """Return where the page's links lead; one that loads itself anew is asked again."""
        for _ in range(20):
            try:
                self.shown.page.wait_for_load_state()
                return list(
                    self.shown.page.eval_on_selector_all(
                        "a[href]", "links => links.map(one => one.href)"
                    )
                )
            except Error:
                self.shown.page.wait_for_timeout(300)
        raise AssertionError(f"{self.shown.page.url} never comes to rest")
