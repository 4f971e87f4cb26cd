"""What was typed for one of two schools is kept for that one, whatever happened meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people.account import Post, get_account, put_account
from exchange.services.people.session import choose, open_session
from exchange.services.people.standing import suspend_organisation
from exchange.web.app import FORM_COOKIE, create_app
from exchange.web.gate import COOKIE
from exchange.wiring.pages import parts_of
from tests.exchange.web.entry.test_two_places import CHILD, NEW, Both, both
from tests.exchange.web.site import ADMIN, BASE, Client

__all__ = ["both"]
OPENED_ELSEWHERE = "This page was opened while you worked for"


@dataclass
class Ahead:
    """The clock of this machine, put forward."""

    by: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.by


@dataclass
class Tabs:
    """One browser of somebody who works for two schools: one tab is filled in for the first."""

    both: Both
    client: Client
    clock: Ahead
    filled: dict[str, Any]
    page: str

    def send(self) -> Any:
        """Send what the first tab shows, and return the answer."""
        self.client.last = self.page
        return self.client.post(NEW, self.filled)

    def change_to(self, org_id: str | None) -> None:
        """Change to another organisation (None: the node) in another tab."""
        inside = replace(self.both.first.node.inside, clock=self.clock)
        choose(inside, self.both.token, org_id, None)

    def sign_in(self) -> None:
        """Sign in anew: the browser's form tokens begin anew, too."""
        inside = replace(self.both.first.node.inside, clock=self.clock)
        token = open_session(inside, self.both.account, strong=True)
        self.client.raw.delete_cookie(FORM_COOKIE, domain="pages.example", path="/")
        self.client.raw.set_cookie(COOKIE, token, domain="pages.example", secure=True)
        self.both.token = token
        self.client.get("/")

    def shows(self) -> bool:
        """Return whether what was typed stands in the form, at the school that is open now."""
        return "Fairweather" in self.client.get(NEW).text


@pytest.fixture
def tabs(both: Both) -> Tabs:
    clock, node = Ahead(), both.first.node
    parts = parts_of(node, base_url=BASE)
    app = create_app(replace(parts, inside=replace(node.inside, clock=clock)))
    raw = app.test_client(use_cookies=True)
    raw.set_cookie(COOKIE, both.token, domain="pages.example", secure=True)
    client = Client(raw, both.account)
    form = client.get(NEW).text.partition('name="_form" value="')[2].partition('"')[0]
    return Tabs(both, client, clock, CHILD | {"_form": form}, client.last)


def posts(both: Both, *held: Post) -> None:
    """Give the person other posts."""
    inside = both.first.node.inside
    with inside.store.unit(NODE) as unit:
        account = get_account(unit, both.account.account_id)
        put_account(inside, unit, replace(account, posts=held))
        unit.audit.record(ADMIN, "account.roles-set", "account", account.account_id)
        unit.commit()


def test_what_is_sent_after_the_session_lapsed_is_kept_for_its_own_school(tabs: Tabs) -> None:
    both = tabs.both
    tabs.change_to(both.second.org_id)
    tabs.clock.by = timedelta(minutes=45)
    answer = tabs.send()
    assert answer.headers["Location"] == "/sign-in", "not led to the other school's form"
    tabs.sign_in()
    assert not tabs.shows()
    tabs.client.post(NEW, CHILD | {"names-surname": "Other"})
    assert (both.pupils(both.first), both.pupils(both.second)) == (0, 1)
    tabs.change_to(both.first.org_id)
    assert tabs.shows()


def test_who_did_not_change_comes_back_to_the_page(tabs: Tabs) -> None:
    tabs.clock.by = timedelta(minutes=45)
    assert tabs.send().headers["Location"] == f"/sign-in?next={NEW}"
    tabs.sign_in()
    assert tabs.shows()


def test_what_is_sent_after_signing_in_anew_is_kept_for_its_own_school(tabs: Tabs) -> None:
    both = tabs.both
    tabs.sign_in()
    tabs.change_to(both.second.org_id)
    answer = tabs.send()
    assert answer.status_code == 409
    assert OPENED_ELSEWHERE in answer.text
    assert not tabs.shows()
    tabs.change_to(both.first.org_id)
    assert tabs.shows()
    assert (both.pupils(both.first), both.pupils(both.second)) == (0, 0)


def test_signing_in_anew_at_the_same_school_keeps_it_there(tabs: Tabs) -> None:
    tabs.sign_in()
    answer = tabs.send()
    assert answer.status_code == 400
    assert "what you typed is kept" in answer.text
    assert tabs.shows()


def test_nothing_is_kept_of_a_page_that_we_never_signed(tabs: Tabs) -> None:
    tabs.page = '<input name="csrf_token" value="made.up">'
    answer = tabs.send()
    assert answer.status_code == 400
    assert "is kept" not in answer.text
    tabs.clock.by = timedelta(minutes=45)
    assert tabs.send().headers["Location"] == "/sign-in"
    tabs.sign_in()
    assert not tabs.shows()


@pytest.mark.parametrize("role", [Role.DSL, Role.GOVERNOR, Role.ORGANISATION_ADMINISTRATOR])
def test_a_role_there_that_has_no_such_page_loses_nothing(tabs: Tabs, role: Role) -> None:
    both = tabs.both
    posts(both, Post(both.first.org_id, Role.SENCO), Post(both.second.org_id, role))
    tabs.change_to(both.second.org_id)
    answer = tabs.send()
    assert answer.status_code == 409
    assert OPENED_ELSEWHERE in answer.text
    assert both.first.name in answer.text
    assert tabs.client.get(NEW).status_code == 403, "their role there has no such page"
    tabs.change_to(both.first.org_id)
    assert tabs.shows()


def test_who_acts_for_the_node_now_loses_nothing(tabs: Tabs) -> None:
    both = tabs.both
    administers = Post(both.first.org_id, Role.ORGANISATION_ADMINISTRATOR)
    posts(both, administers, Post(None, Role.NODE_ADMINISTRATOR))
    tabs.client.get("/people/invite")
    page = tabs.client.last
    tabs.change_to(None)
    tabs.client.last = page
    sent = {"name": "Ben", "login": "ben@school.example", "roles": ["senco"]}
    answer = tabs.client.post("/people/invite", sent)
    assert answer.status_code == 409
    assert OPENED_ELSEWHERE in answer.text


def test_what_may_not_be_seen_there_any_more_is_not_kept(tabs: Tabs) -> None:
    both = tabs.both
    tabs.change_to(both.second.org_id)
    posts(both, Post(both.first.org_id, Role.GOVERNOR), Post(both.second.org_id, Role.DSL))
    answer = tabs.send()
    assert answer.status_code == 409
    assert "What you typed stands there" not in answer.text
    suspend_organisation(both.first.node.inside, both.first.org_id, ADMIN)
    answer = tabs.send()
    assert answer.status_code == 409
    assert both.first.name not in answer.text


def test_a_page_that_is_simply_not_theirs_is_answered_as_ever(tabs: Tabs) -> None:
    both = tabs.both
    posts(both, Post(both.first.org_id, Role.GOVERNOR), Post(both.second.org_id, Role.SENCO))
    assert tabs.send().status_code == 403
