"""Who may not see the safeguarding flag does not learn by another page that there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from exchange.domain.access import Role
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from tests.exchange.web.safeguarding.test_safeguarding_pages import SENCO, attach, lead, made
from tests.exchange.web.site import Site, made_site

FLAG = re.compile("safeguarding|child.protection|case conference", re.IGNORECASE)
_FRAME = re.compile(r"(?s)<header.*?</header>|<nav.*?</nav>|<(script|style).*?</\1>")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str, str]]:
    """A school with a pupil of whom there is a file of child protection; their pack was sent."""
    with made_site(tmp_path_factory.mktemp("flagged"), "primary", "secondary") as site:
        place = site["primary"]
        pupil = made(place, 0, "Zelda", "Quillfeather")
        assert attach(lead(place), pupil).status_code == 303
        bundle = send(place.node.inside, place.org_id, pupil, Order(), SENCO).transfer.bundle_id
        site.settle()
        yield site, pupil, bundle


def pages(pupil: str, bundle: str) -> list[str]:
    own = ("", "/preview", "/wishes", "/history")
    return [
        *(f"/pupils/{pupil}{one}" for one in own),
        *(f"/transfers/{bundle}", f"/transfers/{bundle}/why"),
    ]


def told(page: str) -> list[str]:
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", _FRAME.sub(" ", page)))
    return [words[max(0, one.start() - 40) : one.end() + 40] for one in FLAG.finditer(words)]


def test_an_administrator_learns_of_no_flag(town: tuple[Site, str, str]) -> None:
    site, pupil, bundle = town
    client = site["primary"].client(Role.SEN_ADMINISTRATOR)
    for path in pages(pupil, bundle):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert told(answer.text) == [], path
    assert client.get(f"/pupils/{pupil}/decisions/safeguarding-flag").status_code == 404
    client.get(f"/pupils/{pupil}/wishes")
    wish = {"about": "safeguarding-flag", "family": "agrees"}
    assert client.post(f"/pupils/{pupil}/wishes", wish).status_code == 422


@pytest.mark.parametrize("role", [Role.SENCO, Role.HEAD])
def test_who_may_see_it_is_shown_it_all_the_same(town: tuple[Site, str, str], role: Role) -> None:
    site, pupil, bundle = town
    client = site["primary"].client(role)
    for path in (f"/pupils/{pupil}/preview", f"/transfers/{bundle}/why"):
        assert told(client.get(path).text), path
    assert told(client.get(f"/pupils/{pupil}/history").text)
    assert client.get(f"/pupils/{pupil}/decisions/safeguarding-flag").status_code == 200


def test_a_lead_decides_about_papers_of_every_type(town: tuple[Site, str, str]) -> None:
    site, pupil, _ = town
    client = site["primary"].client(Role.DSL)
    for one in ("safeguarding-flag", "attendance"):
        assert client.get(f"/pupils/{pupil}/decisions/{one}").status_code == 200, one
