"""Colleagues and their posts, what the head is asked, and emergencies."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.services.approve import ask_release
from exchange.services.people.account import Account
from tests.browser.furnish import SENCO
from tests.browser.stories.stage import Stage, Story


def _colleague(stage: Stage) -> str:
    return f"/people/{stage.someone('primary', Role.TEACHER).account_id}"


def _person(stage: Stage, _: Account) -> str:
    return _colleague(stage)


def _cover(stage: Stage, _: Account) -> str:
    return f"{_colleague(stage)}/cover"


def _second_factor(stage: Stage, _: Account) -> str:
    return f"{_colleague(stage)}/second-step"


def _approve(stage: Stage, _: Account) -> str:
    """The head was asked whether a pack may go."""
    primary = stage.live["primary"]
    made = ask_release(
        primary.node.inside,
        primary.org_id,
        stage.child("Yolanda"),
        "There is a court order.",
        stage.someone("primary", Role.SENCO).account_id,
        SENCO,
    )
    return f"/approvals/{made.approval_id}"


def _reason(stage: Stage, _: Account) -> str:
    """A head is to say why the record of a child is needed now."""
    return f"/emergencies/{stage.child('Zillah')}"


def _emergency(stage: Stage, account: Account) -> str:
    """A head said why, and sees the record."""
    path = f"/emergencies/{stage.child('Rowena')}"
    with stage.tab(stage.live["primary"], account) as shown:
        shown.go(path, look=False)
        shown.fill("Why do you need it now?", "An ambulance is here.")
        shown.page.locator("main form button[type=submit]").first.click()
    return path


STORIES = (
    Story("organisation.person", "primary", _person),
    Story("organisation.cover", "primary", _cover),
    Story("organisation.second_factor", "primary", _second_factor),
    Story("head.approve", "primary", _approve),
    Story("head.emergency", "primary", _reason),
    Story("head.emergency", "primary", _emergency, whose=True),
)
