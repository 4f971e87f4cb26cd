"""Somebody without a mouse: Tab, Enter, Space, arrows and letters, and nothing else.

What is wanted is reached by Tab alone, from wherever the page put the focus; a thing that Tab does
not come to within a whole round of the page fails the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from playwright.sync_api import FileChooser, FilePayload, Locator

from tests.browser.tab import Tab

_MOST = 300
_HERE = "one => one === document.activeElement"
_IN_GROUP = """name => document.activeElement.type === 'radio'
  && document.activeElement.name === name"""


def _told(_: FileChooser) -> None:
    """Listen, so that the browser tells of the window; who waits for it answers."""


@dataclass
class KeyTab(Tab):
    """A tab that is used with the keyboard alone."""

    def to(self, wanted: Locator) -> None:
        """Press Tab until the focus is there."""
        for _ in range(_MOST):
            if wanted.evaluate(_HERE):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {wanted}")

    def enter(self, wanted: Locator) -> None:
        """Go there, press Enter, and look at the page that follows."""
        self.to(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, text: str, *, look: bool = True) -> None:
        """Press the button with this text and wait for the page that follows."""
        exact = self.page.get_by_role("button", name=text, exact=True)
        self.enter((exact if exact.count() else self.page.get_by_role("button", name=text)).first)
        if look:
            self.look()

    def follow(self, text: str, *, look: bool = True) -> None:
        """Follow the link with this text in the page's own part."""
        self.enter(self.page.get_by_role("main").get_by_role("link", name=text).first)
        if look:
            self.look()

    def fill(self, label: str, value: str) -> None:
        """Type into the field with this label, in place of what stands there."""
        self.write(self.page.get_by_label(label).first, value)

    def write(self, field: Locator, value: str) -> None:
        """Type into a field, in place of what stands there."""
        self.to(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(value)

    def day(self, legend: str, on: date) -> None:
        """Type a day into its three boxes."""
        boxes = self.page.get_by_role("group", name=legend)
        for label, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
            self.write(boxes.get_by_label(label), str(value))

    def tick(self, label: str) -> None:
        """Tick the box with this label."""
        box = self.page.get_by_label(label).first
        self.to(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def choose(self, wanted: Locator) -> None:
        """Choose a radio button: Tab comes to its group, arrows go about in it."""
        name = wanted.get_attribute("name")
        for _ in range(_MOST):
            if self.page.evaluate(_IN_GROUP, name):
                break
            self.page.keyboard.press("Tab")
        for _ in range(20):
            if wanted.evaluate(_HERE):
                break
            self.page.keyboard.press("ArrowDown")
        if not wanted.is_checked():
            self.page.keyboard.press("Space")
        assert wanted.is_checked()

    def select(self, box: Locator, value: str) -> None:
        """Choose of a list by the arrow keys."""
        self.to(box)
        for _ in range(60):
            if box.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} was not come to in a list")

    def hand_in(self, field: Locator, files: Sequence[FilePayload]) -> None:
        """Choose files: Enter opens the browser's own window for it.

        The driver asks the browser to be told of that window and does not wait for its yes: who
        asks only as Enter is pressed may be told nothing on a busy machine, and the window that
        nobody answers keeps others from opening. So it is asked before, and many keys lie between.
        """
        self.page.on("filechooser", _told)
        try:
            self.to(field)
            with self.page.expect_file_chooser() as opened:
                self.page.keyboard.press("Enter")
            opened.value.set_files(files)
        finally:
            self.page.remove_listener("filechooser", _told)
