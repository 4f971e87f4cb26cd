"""Every page that a role can come to, wide and narrow, with scripts and without."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Browser

from exchange.domain.access import Role
from exchange.services.people.account import Account
from exchange.web.reach import TABLE, Whose
from tests.browser.crawl import NOT_PAGES, Looked, Walk
from tests.browser.furnish import Furnished
from tests.browser.kit import ASHDYKE_URN, Street
from tests.browser.stories import STORIES, Stage
from tests.browser.tab import NARROW, WIDE, Tab
from tests.browser.walks import unlock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SCHOOLS = ("primary", "secondary")
WHERE: Mapping[Role, tuple[str, ...]] = {
    Role.LA_CASEWORKER: ("council",),
    Role.PANEL_MEMBER: ("council",),
    Role.PRACTITIONER: ("agency",),
}
"""Where those are who are in no school."""
BEFORE_SIGN_IN = frozenset(
    {
        "entry.code",
        "entry.join",
        "entry.recovery",
        "entry.returned",
        "entry.set_up",
        "entry.sign_in",
    }
)
"""Pages of people who are not signed in: ``test_sign_in`` goes through each of them."""


def starts(made: Furnished, role: Role) -> list[str]:
    """Return pages to begin with, besides home, of those that the role may use."""
    first, third, last = (made.children[at].pupil_id for at in (0, 2, -1))
    wanted = {
        "outsiders.family": f"/pupils/{last}/family",
        "outsiders.link": f"/links/{made.link}",
        "pupils.destination_confirm": f"/pupils/{third}/destination/confirm?urn={ASHDYKE_URN}",
        "pupils.decide": f"/pupils/{third}/decisions/{made.paper}",
        "safeguarding.pupil": f"/safeguarding/pupils/{first}",
        "safeguarding.protect": f"/safeguarding/pupils/{first}/protect",
        "entry.check_list": "/set-up",
    }
    return [path for endpoint, path in wanted.items() if role in TABLE[endpoint].roles]


@pytest.fixture(scope="session")
def looked() -> Looked:
    return Looked()


@pytest.fixture(scope="session")
def stage(
    browser: Browser,
    town: Street,
    furnished: Furnished,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stage:
    return Stage(town, furnished, browser, tmp_path_factory.mktemp("stories"))


@pytest.mark.parametrize("role", Role, ids=[one.value for one in Role])
def test_every_page_of_a_role(stage: Stage, looked: Looked, role: Role) -> None:
    seen: set[str] = set()
    for where in WHERE.get(role, SCHOOLS):
        someone = stage.walker(where, role)
        told = starts(stage.made, role) if where == "primary" else []
        told += [
            stage.path(one, someone)
            for one in STORIES
            if one.where == where and one.endpoint in TABLE and role in TABLE[one.endpoint].roles
        ]
        seen |= _walked(stage, where, someone, looked, told)
    wanted = {
        endpoint
        for endpoint, row in TABLE.items()
        if "GET" in row.methods and not NOT_PAGES.search(endpoint) and _may_see(endpoint, role)
    }
    missed = wanted - seen
    assert not missed, sorted(missed)


def _may_see(endpoint: str, role: Role) -> bool:
    """Return whether a role must come to a page; to those of everybody, a SENCO must."""
    roles = TABLE[endpoint].roles
    return role in roles or (role is Role.SENCO and not roles and endpoint not in BEFORE_SIGN_IN)


def _walked(
    stage: Stage, where: str, someone: Account, looked: Looked, told: list[str]
) -> set[str]:
    """Walk wide with scripts, then what was fresh narrow and without; return what was seen."""
    node = stage.live[where]
    with stage.tab(node, someone) as shown:
        walk = Walk(shown, looked, where)
        _unlock(shown, walk, someone)
        walk.go(*told)
    with stage.tab(node, someone, width=NARROW, scripts=False) as shown:
        _unlock(shown, walk, someone)
        for path in walk.fresh.values():
            shown.go(path)
    assert not walk.broken
    return set(walk.seen)


def _unlock(shown: Tab, walk: Walk, someone: Account) -> None:
    """Open the safeguarding area, where this is a lead; its board is looked at before, too."""
    if any(post.role is Role.DSL for post in someone.posts):
        shown.go("/safeguarding")
        unlock(shown)
        walk.seen.setdefault("safeguarding.unlock", []).append("/safeguarding/unlock")


def test_the_width_of_both_windows_is_meant() -> None:
    assert NARROW == 375
    assert WIDE == 1280


def test_open_pages_are_those_of_nobody() -> None:
    assert {e for e, row in TABLE.items() if row.whose is Whose.NOBODY} >= {"front.home"}
