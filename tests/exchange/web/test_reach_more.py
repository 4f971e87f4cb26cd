"""Every route against visitors whose right has changed since they came: see test_reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people.account import Post, put_account
from exchange.services.people.session import KIND, choose
from tests.exchange.web.site import ADMIN, Client
from tests.exchange.web.tenants import Two
from tests.exchange.web.test_reach import two, walk

__all__ = ["two"]


def test_a_session_that_was_idle_for_too_long(two: Two) -> None:
    client = two.first.client(Role.SENCO, Role.HEAD, Role.DSL)
    assert client.account is not None
    with two.first.node.inside.store.unit(NODE) as unit:
        [own] = list(unit.items.about(KIND, client.account.account_id))
        past = own.updated_at - timedelta(minutes=31)
        unit.items.update(replace(own, updated_at=past), quiet=True)
        unit.commit()
    assert walk(client, frozenset(), in_org=False, strong=False) == []


def given(two: Two, client: Client, *posts: Post) -> None:
    """Give somebody further posts behind their back."""
    assert client.account is not None
    inside = two.first.node.inside
    account = replace(client.account, posts=(*client.account.posts, *posts))
    with inside.store.unit(NODE) as unit:
        put_account(inside, unit, account)
        unit.audit.record(ADMIN, "test.posts", "account", account.account_id)
        unit.commit()


def test_cover_that_is_over_opens_nothing(two: Two) -> None:
    client, now = two.first.client(Role.TEACHER), two.first.node.inside.clock.now()
    given(two, client, Post(two.first.org_id, Role.SENCO, now - timedelta(seconds=1)))
    assert walk(client, frozenset({Role.TEACHER}), in_org=True, strong=True) == []


def test_cover_that_lasts_opens_what_the_role_has(two: Two) -> None:
    client, now = two.first.client(Role.TEACHER), two.first.node.inside.clock.now()
    given(two, client, Post(two.first.org_id, Role.SENCO, now + timedelta(hours=1)))
    held = frozenset({Role.TEACHER, Role.SENCO})
    assert walk(client, held, in_org=True, strong=True) == []


def test_several_roles_open_what_each_of_them_does(two: Two) -> None:
    held = frozenset({Role.TEACHER, Role.GOVERNOR, Role.HEAD, Role.PANEL_MEMBER})
    client = two.first.client(*held)
    assert walk(client, held, in_org=True, strong=True) == []
    cookie = client.raw.get_cookie("__Host-senx", domain="pages.example")
    assert cookie is not None
    choose(two.first.node.inside, cookie.value, two.first.org_id, Role.TEACHER)
    assert walk(client, held, in_org=True, strong=True) == [], "a choice closes no page"
