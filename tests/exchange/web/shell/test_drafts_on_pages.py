"""Drafts on real pages: who may keep one where, what is never kept, and when it goes."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services import drafts
from exchange.web import drafts as on_pages
from tests.exchange.web.site import BASE, Client, Place, Site, csrf

PAGE = "/pupils/new"
WORDS = "Quillfeather"
OURS: dict[str, Any] = {"base_url": BASE, "headers": {"Referer": f"{BASE}/"}}


@pytest.fixture
def place(site: Site) -> Place:
    return site["primary"]


def form_name(page: str) -> str:
    """Return the name of the page's form, as its hidden field has it."""
    return page.partition('name="_form" value="')[2].partition('"')[0]


def type_into(client: Client, path: str, **fields: str) -> Any:
    """Send what is typed, as the page's script does."""
    client.get(path)
    data = {"_form": form_name(client.last), "csrf_token": csrf(client.last), **fields}
    return client.raw.post(f"/drafts{path}", data=data, **OURS)


def kept(place: Place, client: Client, path: str = PAGE) -> drafts.Draft | None:
    client.get("/help")
    assert client.account is not None
    inside, org_id = place.node.inside, place.org_id
    with place.node.inside.store.reading(org_id) as unit:
        item = unit.items.find("draft", drafts.lookup_of(client.account.account_id, path))
    if item is None:
        return None
    (form,) = item.content["forms"]  # type: ignore[index]
    return drafts.draft_of(inside, org_id, client.account.account_id, path, str(form))


def test_it_stands_in_the_form_again_and_goes_once_it_is_saved(place: Place) -> None:
    client = place.client(Role.SENCO)
    assert type_into(client, PAGE, **{"names-surname": WORDS}).json == {"saved": True}
    shown = client.get(PAGE)
    assert f'value="{WORDS}"' in shown.text
    assert "You had not saved this page" in shown.text
    client.post(f"/drafts-drop{PAGE}")
    assert f'value="{WORDS}"' not in client.get(PAGE).text


def test_what_could_not_be_kept_is_not_said_to_be_kept(place: Place) -> None:
    client = place.client(Role.SENCO)
    type_into(client, PAGE, **{"names-surname": WORDS})
    answer = type_into(client, PAGE, **{"names-surname": "x" * (drafts.LARGEST + 1)})
    assert (answer.status_code, answer.json) == (413, {"saved": False})
    found = kept(place, client)
    assert found is not None
    assert dict(found.fields)["names-surname"] == WORDS


def test_a_post_that_is_not_accepted_loses_nothing(place: Place) -> None:
    client = place.client(Role.SENCO)
    type_into(client, PAGE, **{"names-surname": WORDS})
    client.get(PAGE)
    assert client.post(PAGE, {"names-surname": WORDS}).status_code == 422
    assert kept(place, client) is not None


def test_what_is_secret_is_never_kept(place: Place) -> None:
    client = place.client(Role.SENCO)
    secrets = {"password": "one", "new-password": "two", "passphrase": "three"}
    type_into(client, PAGE, **{"names-surname": WORDS, **secrets})
    draft = kept(place, client)
    assert draft is not None
    names = {name for name, _ in draft.fields}
    assert "names-surname" in names
    assert not names & {*secrets, "csrf_token", "_form"}


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.DSL, "/safeguarding/unlock"),
        (Role.DSL, "/safeguarding"),
        (Role.SENCO, "/account/password"),
        (Role.SENCO, "/sign-in"),
        (Role.SENCO, "/nothing-here"),
        (Role.TEACHER, PAGE),
        (Role.SENCO, "/people/invite"),
    ],
)
def test_no_draft_is_kept_of_what_is_not_theirs_or_not_to_be_kept(
    place: Place, role: Role, path: str
) -> None:
    client = place.client(role)
    client.get("/help")
    client.get("/account")
    data = {"_form": "Any", "csrf_token": csrf(client.last), "x": WORDS}
    assert client.raw.post(f"/drafts{path}", data=data, **OURS).status_code == 404
    assert kept(place, client, path) is None


def test_without_the_form_s_token_nothing_is_kept(place: Place) -> None:
    client = place.client(Role.SENCO)
    answer = client.raw.post(f"/drafts{PAGE}", data={"_form": "F", "x": WORDS}, **OURS)
    assert answer.status_code == 400
    assert kept(place, client) is None


def test_a_stranger_s_post_is_not_kept(place: Place) -> None:
    client = place.client()
    answer = client.raw.post(PAGE, data={"_form": "F", "names-surname": WORDS}, base_url=BASE)
    assert answer.status_code == 302
    with place.node.inside.store.reading(NODE) as unit:
        assert not list(unit.items.all("draft"))


def test_a_page_says_which_of_its_pages_keep_drafts(place: Place) -> None:
    from exchange.web.reach import TABLE, Shows

    for endpoint, row in TABLE.items():
        if on_pages._keeps(endpoint, row):
            assert row.shows is not Shows.CP
            assert not endpoint.startswith(("safeguarding.", "entry.", "node."))
