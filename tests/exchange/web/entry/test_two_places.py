"""One person, two schools of one node, and two tabs of one browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people.account import Account, Post, put_account
from exchange.services.people.session import choose, open_session
from exchange.services.people.standing import suspend_organisation
from exchange.services.people.visitors import visitor_of
from exchange.services.tray.upload import KIND as UPLOAD
from exchange.web.gate import COOKIE
from exchange.wiring import NewOrganisation, add_organisation, open_node
from keys.directory import DatedIdentifier
from tests.exchange.services.town import PDF
from tests.exchange.web.site import (
    ADMIN,
    BASE,
    DSL_PASSPHRASE,
    Client,
    Place,
    csrf,
    made_site,
)

NEW = "/pupils/new"
CHILD = {
    "names-surname": "Fairweather",
    "names-forename": "Imogen",
    "date_of_birth": ["9", "3", "2015"],
    "sex": "F",
    "upn_unknown": "UN3",
    "nc_year": "6",
}


@dataclass
class Both:
    """A SENCO of two schools, in the first one; ``token`` of their session."""

    first: Place
    second: Place
    account: Account
    client: Client
    token: str

    def change_to(self, place: Place) -> None:
        """Change to a school in another tab of the same browser."""
        choose(self.first.node.inside, self.token, place.org_id, None)

    def pupils(self, place: Place) -> int:
        """Return how many children a school has."""
        with self.first.node.inside.store.reading(place.org_id) as unit:
            return sum(1 for _ in unit.pupils.all())


@pytest.fixture
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with made_site(tmp_path_factory.mktemp("two-places"), "primary") as site:
        root = site["primary"].node.home.root
        new = NewOrganisation(
            "Oak Lane Primary School",
            "school",
            (DatedIdentifier("urn", "999009"),),
            "classic",
            DSL_PASSPHRASE,
        )
        org_id, _ = add_organisation(open_node(root), new, ADMIN)
        node = open_node(root)
        first = Place(node, site["primary"].org_id, site["primary"].name)
        second = Place(node, org_id, "Oak Lane Primary School")
        account = first.person(Role.SENCO)
        inside = node.inside
        with inside.store.unit(NODE) as unit:
            posts = (*account.posts, Post(org_id, Role.SENCO))
            account = put_account(inside, unit, replace(account, posts=posts))
            unit.audit.record(ADMIN, "account.roles-set", "account", account.account_id)
            unit.commit()
        client = first.client()
        token = open_session(inside, account, strong=True)
        client.raw.set_cookie(COOKIE, token, domain="pages.example", secure=True)
        yield Both(first, second, account, client, token)


def test_what_was_typed_for_one_school_never_lands_in_the_other(both: Both) -> None:
    form = both.client.get(NEW).text.partition('name="_form" value="')[2].partition('"')[0]
    both.change_to(both.second)
    answer = both.client.post(NEW, CHILD | {"_form": form})
    assert answer.status_code == 409
    assert both.first.name in answer.text
    assert (both.pupils(both.first), both.pupils(both.second)) == (0, 0)
    # In the other school's form nothing of it stands, in the right one all of it does.
    assert "Fairweather" not in both.client.get(NEW).text
    both.change_to(both.first)
    assert "Fairweather" in both.client.get(NEW).text
    assert both.client.post(NEW, CHILD).status_code == 302
    assert (both.pupils(both.first), both.pupils(both.second)) == (1, 0)


def test_who_changed_and_came_back_goes_on_with_the_same_page(both: Both) -> None:
    both.client.get(NEW)
    page = both.client.last
    both.change_to(both.second)
    both.client.get(NEW)
    both.change_to(both.first)
    both.client.last = page
    assert both.client.post(NEW, CHILD).status_code == 302
    assert (both.pupils(both.first), both.pupils(both.second)) == (1, 0)


def test_a_file_for_one_school_is_not_taken_for_the_other(both: Both) -> None:
    both.client.get("/tray")
    headers = {"X-CSRFToken": csrf(both.client.last), "Referer": f"{BASE}/tray"}
    both.change_to(both.second)
    raw = both.client.raw
    answer = raw.put("/tray/files?name=a.pdf", data=PDF, base_url=BASE, headers=headers)
    assert answer.status_code == 409
    form = {"csrf_token": headers["X-CSRFToken"], "files": (io.BytesIO(PDF), "a.pdf")}
    answer = raw.post("/tray/files", data=form, base_url=BASE, headers={"Referer": f"{BASE}/tray"})
    assert answer.status_code == 409
    for place in (both.first, both.second):
        with place.node.inside.store.reading(place.org_id) as unit:
            assert list(unit.items.all(UPLOAD)) == []


def test_when_the_school_is_suspended_nothing_falls_to_the_next_one(both: Both) -> None:
    both.client.get(NEW)
    suspend_organisation(both.first.node.inside, both.first.org_id, ADMIN)
    answer = both.client.post(NEW, CHILD)
    assert answer.status_code == 409
    assert both.first.name not in answer.text
    assert both.pupils(both.second) == 0


def test_what_is_ones_own_works_from_a_page_of_either(both: Both) -> None:
    both.client.get(NEW)
    both.change_to(both.second)
    page = both.client.last
    both.client.get("/account/acting")
    both.client.last = page
    data = {"acting": f"{both.first.org_id}/"}
    assert both.client.post("/account/acting", data).status_code == 302
    both.change_to(both.second)
    both.client.last = page
    assert both.client.post("/sign-out").status_code == 302
    assert visitor_of(both.first.node.inside, both.token) is None


def test_a_form_of_another_browser_is_none_of_ours(both: Both) -> None:
    other = both.first.client(account=both.account)
    other.get(NEW)
    both.client.get(NEW)
    both.client.last = other.last
    assert both.client.post(NEW, CHILD).status_code == 400
    both.client.last = other.last
    assert both.client.post("/sign-out").status_code == 400


def test_who_signs_in_again_is_where_they_were(both: Both) -> None:
    inside = both.first.node.inside
    both.change_to(both.second)
    for _ in range(2):
        later = visitor_of(inside, open_session(inside, both.account, strong=True))
        assert later is not None
        assert later.org_id == both.second.org_id
    suspend_organisation(inside, both.second.org_id, ADMIN)
    later = visitor_of(inside, open_session(inside, both.account, strong=True))
    assert later is not None
    assert later.org_id == both.first.org_id
