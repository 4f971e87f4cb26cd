"""A second window for the accessibility checks of a browser whose scripts are off.

The checks are a script. In the window that a person without JavaScript uses they cannot run, so the
page as it came to stand there, what is in ``noscript`` included, is shown again in this window, at
the same address and width, with the same style sheets, and none of our scripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Route

_DRAWN = frozenset({"stylesheet", "image", "font"})


@dataclass
class Examiner:
    """Shows pages of a window without scripts once more, where scripts may look at them."""

    context: BrowserContext
    _html: str = ""
    _page: Page | None = field(default=None)

    def show(self, original: Page) -> Page:
        """Return a page that is what this one came to."""
        self.context.add_cookies(original.context.cookies())  # type: ignore[arg-type]
        # With scripts on, a parser takes what is in noscript for text.
        self._html = original.content().replace("<noscript", "<div").replace("/noscript>", "/div>")
        if self._page is None:
            self._page = self.context.new_page()
            self._page.route("**/*", self._answer)
        self._page.goto(original.url)
        return self._page

    def _answer(self, route: Route) -> None:
        asked = route.request
        if asked.is_navigation_request() and asked.frame == self._page_frame():
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self._html)
        elif asked.resource_type in _DRAWN:
            route.continue_()
        else:
            route.abort()

    def _page_frame(self) -> object:
        assert self._page is not None
        return self._page.main_frame
