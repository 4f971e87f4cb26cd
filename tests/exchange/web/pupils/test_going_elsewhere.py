"""The pupil's page says where a pupil goes, and how, also where nothing can be sent to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.approve import approvals, decide
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Place, Site, made_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("elsewhere"), "primary") as made:
        yield made


@pytest.fixture
def place(site: Site) -> Place:
    return site["primary"]


def told(place: Place, pupil_id: str) -> str:
    """Return what stands beside "Going to", in words."""
    page = senco(place).get(f"/pupils/{pupil_id}").text
    found = re.search(r"Going to</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    assert found is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def settled(place: Place, **answers: str) -> str:
    pupil_id = pupil_at(place)
    answer = submit(senco(place), f"/pupils/{pupil_id}/destination", **answers)
    assert answer.status_code == 302, errors_of(answer.text)
    return pupil_id


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"kind": "outside-england", "name": "Ysgol y Bryn", "country": "Wales"}, "Wales"),
        ({"kind": "college", "name": "Larkshire College", "number": "10012345"}, "College"),
        ({"kind": "alternative-provider", "name": "The Barn"}, "Barn"),
    ],
)
def test_a_place_outside_is_named_and_the_page_says_how_it_gets_there(
    place: Place, answers: dict[str, str], name: str
) -> None:
    pupil_id = settled(place, **answers)
    before = told(place, pupil_id)
    assert answers["name"] in before
    assert name in before
    assert "A second person confirms this place once." in before
    head = place.person(Role.HEAD)
    with place.node.inside.store.reading(place.org_id) as unit:
        waiting = [one.approval_id for one in approvals(unit, "waiting")]
    for one in waiting:
        decider = Actor(head.name, "head")
        decide(place.node.inside, place.org_id, one, head.account_id, decider, yes=True)
    after = told(place, pupil_id)
    assert "second person" not in after
    assert "Not chosen yet" not in after
    assert "Nothing can be sent to this place" in after
    assert ("Outside the United Kingdom" in after) is (answers["kind"] == "outside-england")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("nothing-to-send", "Nothing to send"),
        ("not-decided", "Not decided yet"),
        ("home-educated", "Educated at home The pack is held here until"),
    ],
)
def test_what_is_no_place_is_said_as_it_was_chosen(place: Place, kind: str, said: str) -> None:
    pupil_id = settled(place, kind=kind)
    assert told(place, pupil_id).startswith(said)
    page = senco(place).get(f"/pupils/{pupil_id}").text
    assert f"/pupils/{pupil_id}/preview" not in page
    assert f"/pupils/{pupil_id}/guest-copy" not in page


@pytest.mark.parametrize(
    ("by", "who", "said"),
    [
        ("la", "Larkshire", "Larkshire asked for the pack on 1 July 2026. A council that has"),
        ("school", "Hill School", "Hill School asked for the pack on 1 July 2026. Choose that"),
        ("family", "family", "The family asked for the pack on 1 July 2026. Give it to them"),
    ],
)
def test_once_somebody_asked_the_page_says_what_comes_next(
    place: Place, by: str, who: str, said: str
) -> None:
    pupil_id, client = settled(place, kind="home-educated"), senco(place)
    path = f"/pupils/{pupil_id}/destination"
    client.get(path)
    day = {"day": ["1", "7", "2026"]}
    answer = client.post(path, {"asked": "yes", "by": by, "who": who, **day})
    assert answer.status_code == 302, errors_of(answer.text)
    assert said in told(place, pupil_id)
    assert "Now: Educated at home." in client.get(path).text


def test_who_has_chosen_nothing_is_told_so(place: Place) -> None:
    assert told(place, pupil_at(place)) == "Not chosen yet"
