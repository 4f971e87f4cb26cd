"""One tab of a real Chromium, which complains of whatever a person would stumble over.

Every page that a test looks at is held to the same: no accessibility violation, nothing that runs
off the side, nothing in the console, nothing refused by the content security policy, nothing
loaded from elsewhere, no server fault, and a title of its own that names no pupil.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    sync_playwright,
)

from exchange.services.people.account import Account
from exchange.web.gate import COOKIE
from tests.browser.accessibility import violations
from tests.browser.examiner import Examiner
from tests.browser.kit import LiveNode

WIDE, NARROW = 1280, 375
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_ELSEWHERE = re.compile(r"^https?://(?!localhost[:/]|127\.0\.0\.1[:/])")
_BETWEEN = ("Loading http",)
"""What the browser itself calls a page that is not there yet."""
_TAKE = """() => { window.sxLooked = true; const root = document.documentElement; return {
  done: root !== null && document.readyState === "complete",
  title: document.title,
  address: location.href,
  wide: root === null ? 0 : root.scrollWidth,
  window: window.innerWidth,
}; }"""
"""All that is told of a page, in one breath: it may load itself anew between two questions."""
_SAME = "window.sxLooked === true"
_TRIES = 12
_MOVED_ON = re.compile(r"context was destroyed|because of a navigation")
_OVERTAKEN = re.compile(r"interrupted by another navigation|net::ERR_ABORTED")
_EXPECTED = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_FAILED)"
)


T = TypeVar("T", bound="Tab")


def chromium_path() -> str | None:
    """Return where a Chromium is, or None."""
    asked = os.environ.get("SENX_CHROMIUM")
    found = asked or shutil.which("chromium") or shutil.which("chromium-browser")
    return found or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run one Chromium, without a window."""
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """One tab.

    :ivar grumbles: what went wrong so far, in words; :meth:`done` fails over any.
    :ivar names: what no title and no address may say.
    :ivar friends: other origins to which a page may lead: the sign-in provider's.
    """

    page: Page
    live: LiveNode
    scripts: bool
    names: tuple[str, ...] = ()
    shots: Path | None = None
    friends: tuple[str, ...] = ()
    examiner: Examiner | None = None
    grumbles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.grumbles.append(f"script error: {error}"))
        self.page.on("response", self._answered)
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _EXPECTED.match(message.text):
            self.grumbles.append(f"console: {message.text} at {self.page.url}")

    def _asked(self, request: Request) -> None:
        ours = (self.live.url, self.live.share_url)
        if not request.url.startswith(("http:", "https:", "ws:", "wss:")):
            return  # the browser's own: its PDF viewer
        if request.frame.url.startswith(ours) and not request.url.startswith(
            (*ours, *self.friends)
        ):
            self.grumbles.append(f"asks elsewhere: {urlsplit(request.url).hostname}")

    def _answered(self, answer: Response) -> None:
        parts = urlsplit(answer.url)
        if answer.status >= 500:
            self.grumbles.append(f"{answer.status} at {parts.path}")

    def go(self, path: str, *, look: bool = True, status: int = 200) -> Page:
        """Open a page and look at it."""
        answer = self.load(path if "://" in path else self.live.url + path)
        assert answer is not None
        assert answer.status == status, f"{answer.status} at {path}"
        if look:
            self.look()
        return self.page

    def look(self, name: str = "") -> None:
        """Hold the page that is shown to what every page is held to.

        A page of work under way may load itself anew meanwhile: then it is looked at again.
        """
        for attempt in range(_TRIES):
            try:
                self.page.wait_for_load_state()
                if self._look(last=attempt == _TRIES - 1):
                    break
                self.page.wait_for_timeout(300)
            except Error as error:
                if attempt == _TRIES - 1 or not self._moved_on(error):
                    raise
        if name and self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)

    def _moved_on(self, error: Error) -> bool:
        """Return whether something failed because another page took the place of this one."""
        if _MOVED_ON.search(str(error)):
            return True
        try:
            return not self.page.evaluate(_SAME)
        except Error:
            return True

    def _look(self, *, last: bool) -> bool:
        """Examine what is shown; return whether it stayed the same page throughout."""
        shown = self.page.evaluate(_TAKE)
        if not last and (not shown["done"] or shown["title"].startswith(_BETWEEN)):
            return False
        examined = self.page if self.examiner is None else self.examiner.show(self.page)
        found = violations(examined)
        if not last and not self.page.evaluate(_SAME):
            return False
        here = urlsplit(shown["address"]).path
        self._look_at_title(here, shown["title"], shown["address"])
        if shown["wide"] > shown["window"]:
            self.grumbles.append(
                f"{here} is {shown['wide']} px wide in a window of {shown['window']} px"
            )
        self.grumbles.extend(f"{here}: {one}" for one in found)
        return True

    def _look_at_title(self, here: str, title: str, address: str) -> None:
        if not re.fullmatch(r".+ - SEN Exchange", title):
            self.grumbles.append(f"{here}: the title is {title!r}")
        for name in self.names:
            if name.lower() in f"{title} {address}".lower():
                self.grumbles.append(f"{here}: a pupil's name is in the title or the address")

    def load(self, address: str) -> Response | None:
        """Load a page, also where the one that is there is just about to load itself anew."""
        for _ in range(_TRIES):
            try:
                return self.page.goto(address)
            except Error as error:
                if not _OVERTAKEN.search(str(error)):
                    raise
                self.page.wait_for_timeout(200)
        return self.page.goto(address)

    def press(self, text: str, *, look: bool = True) -> None:
        """Press the button with this text and wait for the page that follows."""
        exact = self.page.get_by_role("button", name=text, exact=True)
        button = exact if exact.count() else self.page.get_by_role("button", name=text)
        with self.page.expect_navigation():
            button.first.click()
        if look:
            self.look()

    def follow(self, text: str, *, look: bool = True) -> None:
        """Follow the link with this text."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=text).first.click()
        if look:
            self.look()

    def fill(self, label: str, value: str) -> None:
        """Fill the field with this label."""
        self.page.get_by_label(label).first.fill(value)

    def says(self, text: str) -> bool:
        """Return whether the page shows this text."""
        return text in self.page.locator("main").inner_text()

    def done(self) -> None:
        """Fail over whatever went wrong."""
        grumbles, self.grumbles = self.grumbles, []
        assert not grumbles, "\n".join(dict.fromkeys(grumbles))


@contextmanager
def tab(
    browser: Browser, live: LiveNode, account: Account | None = None, **how: Any
) -> Iterator[Tab]:
    """Open a tab in a profile of its own; with an account, signed in.

    :param how: as :func:`tab_of` has them.
    """
    with tab_of(Tab, browser, live, account, **how) as made:
        yield made


@contextmanager
def tab_of(
    kind: type[T],
    browser: Browser,
    live: LiveNode,
    account: Account | None = None,
    *,
    width: int = WIDE,
    scripts: bool = True,
    names: tuple[str, ...] = (),
    shots: Path | None = None,
    friends: tuple[str, ...] = (),
    **options: Any,
) -> Iterator[T]:
    """Open a tab that is used in a way of its own; ``options`` are the browser's."""
    with ExitStack() as stack:
        context = _context(stack, browser, width, java_script_enabled=scripts, **options)
        if account is not None:
            sign_in(context, live, account)
        context.route(_ELSEWHERE, lambda route: route.abort())
        made = kind(context.new_page(), live, scripts, names, shots, friends)
        if not scripts:
            # Without scripts the accessibility checks cannot run either: what the page came to is
            # shown to them in a window of their own.
            made.examiner = Examiner(_context(stack, browser, width))
        yield made
        made.done()


def _context(stack: ExitStack, browser: Browser, width: int, **options: Any) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    context.set_default_timeout(15_000)
    stack.callback(context.close)
    return context


def sign_in(context: Any, live: LiveNode, account: Account) -> None:
    """Hand a session to the browser, as the sign-in pages would."""
    context.add_cookies(
        [
            {
                "name": COOKIE,
                "value": live.session(account),
                "url": "https://localhost/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
