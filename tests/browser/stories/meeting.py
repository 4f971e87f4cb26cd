"""A panel: a meeting with a member, a pack that the worker made, circulated."""

from __future__ import annotations

from datetime import timedelta

from exchange.domain.access import Role
from exchange.services.panel.meetings import circulate, plan_meeting, put_on_agenda
from exchange.services.panel.model import PanelPack
from exchange.services.panel.ordering import current_pack, order_pack
from exchange.services.people.account import Account
from tests.browser.days import today
from tests.browser.stories.council import caseworker, paper_of, placed
from tests.browser.stories.stage import Stage, Story, until


def _pack(stage: Stage) -> str:
    """Return the id of the pack of a case."""

    def make() -> str:
        here, case_id = stage.live["council"], placed(stage).case_id
        inside, org_id = here.node.inside, here.org_id
        papers = [paper_of(stage)]
        order_pack(inside, org_id, case_id, papers, caseworker(stage), note="Look at paper 1.")

        def ready() -> PanelPack | None:
            with inside.store.reading(org_id) as unit:
                return current_pack(unit, case_id)

        return until("a pack for a panel", ready).pack_id

    return stage.once("a panel pack", make)


def planned(stage: Stage) -> str:
    """Return the id of a meeting of whoever walks the pages of a panel member."""

    def make() -> str:
        _pack(stage)
        here, who = stage.live["council"], caseworker(stage)
        inside, org_id = here.node.inside, here.org_id
        member = stage.walker("council", Role.PANEL_MEMBER).account_id
        made = plan_meeting(inside, org_id, today() + timedelta(days=3), [member], who)
        put_on_agenda(inside, org_id, made.meeting_id, placed(stage).case_id, who)
        circulate(inside, org_id, made.meeting_id, here.url, who)
        return made.meeting_id

    return stage.once("a meeting", make)


def _decide(stage: Stage, _: Account) -> str:
    return f"/panel/{planned(stage)}/cases/{placed(stage).case_id}"


def read(stage: Stage) -> str:
    """Return the path of a pack that was circulated."""
    planned(stage)
    return f"/panel/packs/{_pack(stage)}"


STORIES: tuple[Story, ...] = (
    Story("panel.meeting", "council", lambda stage, _: f"/panel/{planned(stage)}"),
    Story("panel.decide", "council", _decide),
    Story("panel.read", "council", lambda stage, _: read(stage)),
)
