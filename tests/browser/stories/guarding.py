"""The safeguarding lead: a protected move, a new identity, a file between two leads."""

from __future__ import annotations

from exchange.domain.access import Role
from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.services.people.account import Account
from exchange.services.protect import protect
from exchange.services.protected_move import choose_safe_destination
from exchange.services.safeguarding.overview import cp_arrivals
from tests.browser.parties import SCHOOLS
from tests.browser.stories.stage import Stage, Story, actor
from tests.browser.walks import add_file, send_file, unlock
from tests.exchange.services.tray.papers import pdf_saying
from tests.journeys.machine import wait_for

_MOVES = {Role.DSL: "Odette", Role.HEAD: "Orlando"}
"""Whose move each of those who may protect one protects."""
_HERE = frozenset({State.COLLECTED, State.VERIFIED})


def _protected(stage: Stage, account: Account) -> str:
    """A child's move is protected, and this person is one of the two who know."""
    primary, role = stage.live["primary"], account.posts[0].role
    pupil = stage.child(_MOVES[role])
    pair = (account.account_id, stage.someone("primary", Role.HEAD).account_id)
    who = actor(account, role)
    protect(primary.node.inside, primary.org_id, pupil, Why.DOMESTIC_ABUSE, pair, who)
    return pupil


def _destination(stage: Stage, account: Account) -> str:
    return f"/safeguarding/pupils/{_protected(stage, account)}/destination"


def _send_protected(stage: Stage, account: Account) -> str:
    """The lead chose where it goes."""
    primary, there = stage.live["primary"], SCHOOLS["secondary"]
    story = next(one for one in STORIES if one.endpoint == "safeguarding.destination")
    stage.path(story, account)
    pupil = stage.child("Odette")
    choose_safe_destination(
        primary.node.inside,
        primary.org_id,
        pupil,
        there.urn or "",
        there.name,
        account.account_id,
        actor(account, Role.DSL),
    )
    return f"/safeguarding/pupils/{pupil}/send-protected"


def _identity(stage: Stage, _: Account) -> str:
    return f"/safeguarding/pupils/{stage.child('Perpetua')}/new-identity"


def _identity_text(stage: Stage, _: Account) -> str:
    """A document's text, of which the old names have to come out."""
    primary, pupil = stage.live["primary"], stage.child("Perpetua")
    with primary.node.inside.store.reading(primary.org_id) as unit:
        (paper,) = unit.documents.of_pupil(pupil)
    return f"/safeguarding/pupils/{pupil}/new-identity/{paper.document_id}"


def _send(stage: Stage, account: Account) -> str:
    """A file was added for a child."""
    pupil = stage.child("Quentin")
    with stage.tab(stage.live["primary"], account) as shown:
        unlock(shown)
        add_file(shown, pupil, pdf_saying("A concern was noted"))
    return f"/safeguarding/pupils/{pupil}/send"


def _recall(stage: Stage, account: Account) -> str:
    """A file went to another lead."""
    primary, pupil = stage.live["primary"], stage.child("Quillan")
    with stage.tab(primary, account) as shown:
        unlock(shown)
        add_file(shown, pupil, pdf_saying("A concern about a third child"))
        send_file(shown, pupil)
    with primary.node.inside.store.reading(primary.org_id) as unit:
        (sent,) = [one for one in unit.transfers.all(pupil) if one.kind == "cp-file"]
    return f"/safeguarding/pupils/{pupil}/packs/{sent.bundle_id}/recall"


def _arrival(stage: Stage, account: Account) -> str:
    """A file came from another lead, and was opened."""
    lead, secondary = stage.someone("primary", Role.DSL), stage.live["secondary"]
    pupil = stage.child("Rosalind")
    with stage.tab(stage.live["primary"], lead) as shown:
        unlock(shown)
        add_file(shown, pupil, pdf_saying("A concern about somebody else"))
        send_file(shown, pupil)
    found: list[str] = []

    def came() -> bool:
        with secondary.node.inside.store.reading(secondary.org_id) as unit:
            # Before all of it is here, there is nothing to open.
            found[:] = [one.bundle_id for one in cp_arrivals(unit) if one.state in _HERE]
        return bool(found)

    wait_for("a file to come", came)
    with stage.tab(secondary, account) as shown:
        unlock(shown)
        shown.go("/safeguarding", look=False)
        if shown.page.get_by_role("button", name="Open what waits").count():
            shown.press("Open what waits", look=False)
    return f"/safeguarding/arrivals/{found[0]}"


STORIES = (
    Story("safeguarding.destination", "primary", _destination, whose=True),
    Story("safeguarding.send_protected", "primary", _send_protected),
    Story("safeguarding.identity", "primary", _identity),
    Story("safeguarding.identity_text", "primary", _identity_text),
    Story("safeguarding.send", "primary", _send),
    Story("safeguarding.recall", "primary", _recall),
    Story("safeguarding.arrival", "secondary", _arrival),
)
