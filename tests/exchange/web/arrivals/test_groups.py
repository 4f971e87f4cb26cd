"""A tutor group that changed while its form was open is shown anew, and nobody is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from exchange.domain.access import Role
from exchange.services.class_sheet import Group, group_of, join_group, put_group
from exchange.services.class_sheet import groups as all_groups
from exchange.web.arrivals import groups
from tests.exchange.services.town import SENCO
from tests.exchange.web.pupils.helping import pupil_at
from tests.exchange.web.site import Place, made_site


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with made_site(tmp_path_factory.mktemp("groups"), "primary") as site:
        yield site["primary"]


def version(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="([^"]*)"', page)
    assert found is not None
    return found[1]


def ticked(page: str) -> set[str]:
    boxes = re.findall(r'<input[^>]*name="pupils"[^>]*>', page)
    return {re.findall(r'value="([^"]*)"', one)[0] for one in boxes if " checked" in one}


def kept(place: Place, group: Group) -> frozenset[str]:
    with place.node.inside.store.reading(place.org_id) as unit:
        return group_of(unit, group.group_id).pupils


def test_who_joined_a_group_while_its_form_was_open_stays(place: Place) -> None:
    inside = place.node.inside
    first, second = pupil_at(place, "Form"), pupil_at(place, "Joined")
    made = put_group(inside, place.org_id, None, "7D", [], [first], SENCO)
    client, path = place.client(Role.SENCO), f"/class-sheet/groups/{made.group_id}"
    before = client.get(path).text
    assert ticked(before) == {first}
    join_group(inside, place.org_id, "7D", second, SENCO)  # a colleague accepts a pack
    sent = {"name": "7D", "pupils": [first], "version": version(before)}
    answer = client.post(path, sent)
    assert answer.status_code == 409
    assert "Somebody else changed this group" in answer.text
    assert ticked(answer.text) == {first, second}
    assert kept(place, made) == {first, second}
    assert client.post(path, sent).status_code == 409  # the old page once more
    sent["version"], sent["pupils"] = version(answer.text), [second]
    assert client.post(path, sent).status_code == 302
    assert kept(place, made) == {second}


def test_a_page_that_names_no_version_changes_nothing(place: Place) -> None:
    child = pupil_at(place, "Kept")
    made = put_group(place.node.inside, place.org_id, None, "7E", [], [child], SENCO)
    client, path = place.client(Role.SENCO), f"/class-sheet/groups/{made.group_id}"
    client.get(path)
    assert client.post(path, {"name": "7E"}).status_code == 409
    assert kept(place, made) == {child}


def test_ticks_of_other_pages_stay_while_a_long_list_is_turned(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SIZE", 2)
    last = [pupil_at(place, one) for one in ("Aa", "Ab", "Zz")][-1]
    client, path = place.client(Role.SENCO), "/class-sheet/groups"
    page = client.get(path).text
    assert 'name="page" value="2"' in page
    assert len(boxes(page)) == 2
    turned = client.post(path, {"name": "9Q", "pupils": [boxes(page)[0]], "here": "1", "page": "2"})
    assert turned.status_code == 200
    assert 'value="9Q"' in turned.text
    kept_along = re.findall(r'<input type="hidden" name="pupils" value="([^"]+)"', turned.text)
    assert kept_along == [boxes(page)[0]]
    assert "1 child on other pages is ticked" in turned.text
    back = client.post(
        path, {"name": "9Q", "pupils": [*kept_along, last], "here": "2", "page": "1"}
    )
    assert ticked(back.text) == {boxes(page)[0]}
    assert last in re.findall(r'type="hidden" name="pupils" value="([^"]+)"', back.text)
    sent = {"name": "", "pupils": [boxes(page)[0], last], "here": "2"}
    refused = client.post(path, sent)  # without a name: the page and the ticks stay
    assert "Give the group a name." in refused.text
    assert 'name="here" value="2"' in refused.text
    answer = client.post(path, sent | {"name": "9Q"})
    assert answer.status_code == 302
    with place.node.inside.store.reading(place.org_id) as unit:
        (made,) = [one for one in all_groups(unit) if one.name == "9Q"]
    assert made.pupils == {boxes(page)[0], last}


def boxes(page: str) -> list[str]:
    """Return who may be ticked on a page."""
    found = re.findall(r'<input[^>]*type="checkbox"[^>]*>', page)
    return [re.findall(r'value="([^"]*)"', one)[0] for one in found if 'name="pupils"' in one]
