"""A tutor group that changed while its form was open is shown anew, and nobody is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from exchange.domain.access import Role
from exchange.services.class_sheet import Group, group_of, join_group, put_group
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
