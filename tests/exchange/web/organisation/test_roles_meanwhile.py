"""Roles that somebody else changed while the page was open are not put back by saving it."""

from __future__ import annotations

import re

from exchange.domain.access import Role
from exchange.services.people import manage
from tests.exchange.web.site import Client, Site


def shown(client: Client, path: str) -> str:
    """Open a page of roles; return what it says that it was drawn with."""
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', client.get(path).text)
    assert found is not None
    return found[1]


def test_a_role_that_was_taken_away_is_not_given_back_by_an_older_page(site: Site) -> None:
    place = site["primary"]
    admin, head = place.client(Role.ORGANISATION_ADMINISTRATOR), place.client(Role.HEAD)
    person = place.person(Role.SENCO, Role.DSL)
    path = f"/people/{person.account_id}/roles"

    def held() -> set[Role]:
        here = (place.node.inside, place.org_id, person.account_id)
        return set(manage.person_of(*here).roles)

    older, newer = shown(admin, path), shown(head, path)
    assert head.post(path, {"roles": ["senco"], "seen": newer}).status_code == 302
    answer = admin.post(path, {"roles": ["senco", "dsl", "teacher"], "seen": older})
    assert answer.status_code == 422
    assert "Somebody else changed these roles meanwhile" in answer.text
    assert held() == {Role.SENCO}
    assert 'value="dsl" checked' not in answer.text, "what they are now stands there"
    again = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text)
    assert again is not None
    assert admin.post(path, {"roles": ["senco", "teacher"], "seen": again[1]}).status_code == 302
    assert held() == {Role.SENCO, Role.TEACHER}


def test_who_says_nothing_of_what_they_saw_changes_nothing(site: Site) -> None:
    place = site["primary"]
    head, person = place.client(Role.HEAD), place.person(Role.SENCO)
    path = f"/people/{person.account_id}/roles"
    head.get(path)
    assert head.post(path, {"roles": ["dsl"]}).status_code == 422
