"""What must have happened before a page is there: a story for each such page.

Every area has a module with its stories, and a line in ``STORIES``. A page that no link leads to
from home, and that has no story, fails ``test_every_page``.
"""

from __future__ import annotations

from tests.browser.stories import (
    advising,
    arriving,
    council,
    guarding,
    importing,
    leaving,
    lives,
    meeting,
    outside,
    people,
    planning,
    requesting,
    reviewing,
)
from tests.browser.stories.stage import Stage, Story

__all__ = ["STORIES", "Stage", "Story"]

STORIES: tuple[Story, ...] = (
    *leaving.STORIES,
    *lives.STORIES,
    *importing.STORIES,
    *outside.STORIES,
    *arriving.STORIES,
    *guarding.STORIES,
    *people.STORIES,
    *reviewing.STORIES,
    *requesting.STORIES,
    *advising.STORIES,
    *council.STORIES,
    *planning.STORIES,
    *meeting.STORIES,
)
