"""The table of routes against the app, and every route against every kind of visitor.

What is expected is worked out here from the table alone, not by the gate that is tested.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role, may_see
from exchange.services.people.account import put_account
from exchange.services.people.standing import suspend_organisation
from exchange.web.reach import TABLE, Row, Whose
from exchange.wiring import NewOrganisation, add_organisation, open_node
from keys.directory import DatedIdentifier
from tests.exchange.services.town import UPNS
from tests.exchange.web.site import ADMIN, BASE, DSL_PASSPHRASE, Client, Place, made_site
from tests.exchange.web.tenants import JUNK, Two, filled, hollow

MARKERS = ("Quillfeather", "Zenobia", UPNS[0], "marker-title-4471")
RANDOM = "0f0e0d0c-0b0a-4908-8706-050403020100"
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_TOKEN = re.compile(r'name="csrf_token"[^>]*>')


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("reach")
    with made_site(folder, "primary", "secondary") as site:
        root = site["primary"].node.home.root
        new = NewOrganisation(
            "Other School",
            "school",
            (DatedIdentifier("urn", "999009"),),
            "classic",
            DSL_PASSPHRASE,
        )
        other, _ = add_organisation(open_node(root), new, ADMIN)
        node = open_node(root)
        first = Place(node, site["primary"].org_id, site["primary"].name)
        yield Two(first, Place(node, other, "Other School"), filled(first))


def path_of(row: Row, ids: dict[str, str] | None = None) -> str:
    """Return a path of a row; parameters that nobody knows are filled with what is nobody's."""

    def fill(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        if ids and name in ids:
            return ids[name]
        if kind in ("id", "item"):
            return RANDOM
        return "1" if kind == "int" else "nothing"

    return _PARAMETER.sub(fill, row.path)


def ask(client: Client, method: str, path: str) -> tuple[int, str]:
    """Return status and where to, if anywhere; nothing is posted that could be right."""
    answer = client.raw.open(path, method=method, base_url=BASE)
    return answer.status_code, answer.headers.get("Location", "")


def expected(row: Row, roles: frozenset[Role], *, in_org: bool, strong: bool) -> str:
    """Return what the table says: ``in``, ``sign-in``, ``second-factor`` or ``forbidden``."""
    if row.whose is Whose.NOBODY:
        return "in"
    if not roles:
        return "sign-in"
    if not strong and not row.weak and roles != {Role.GOVERNOR}:
        return "second-factor"
    if row.whose is Whose.ORGANISATION and not in_org:
        return "forbidden"
    if row.roles and not roles & row.roles:
        return "forbidden"
    return "in"


def became(status: int, where: str) -> str:
    """Return what an answer amounts to."""
    if status == 403:
        return "forbidden"
    if where.partition("?")[0].endswith("/sign-in"):
        return "sign-in"
    if where.endswith("/account/second-factor"):
        return "second-factor"
    return "broken" if status >= 500 else "in"


def walk(client: Client, roles: frozenset[Role], *, in_org: bool, strong: bool) -> list[str]:
    """Ask for every route; return where the answer is not what the table says."""
    wrong = []
    there = client.raw.application.view_functions
    for endpoint, row in TABLE.items():
        if endpoint == "entry.sign_out" or endpoint not in there:
            continue  # it would end the walk; that all are there is another test's to say
        wanted = expected(row, roles, in_org=in_org, strong=strong)
        for method in row.methods:
            status, where = ask(client, method, path_of(row))
            # Without its token a form goes no further than this; it was let through to it.
            found = "in" if status == 400 else became(status, where)
            if row.whose is Whose.NOBODY and found == "sign-in":
                found = "in"  # a later step of signing in, without the first
            if found != wanted:
                wrong.append(f"{method} {endpoint}: {found} ({status}), not {wanted}")
    return wrong


def test_every_route_has_its_row_and_every_row_its_route(two: Two) -> None:
    app = two.first.app
    routes = {
        rule.endpoint: (rule.rule, frozenset(rule.methods or ()))
        for rule in app.url_map.iter_rules()
    }
    rows = {
        endpoint: (row.path, frozenset(row.methods) | ({"HEAD"} & _head(row)))
        for endpoint, row in TABLE.items()
    }
    assert set(routes) == set(rows)
    assert {e: r for e, r in routes.items() if r != rows[e]} == {}


def _head(row: Row) -> frozenset[str]:
    return frozenset({"HEAD"} if "GET" in row.methods else ())


def test_a_route_that_is_not_in_the_table_cannot_be_made(two: Two) -> None:
    from exchange.web.routes import routes

    with pytest.raises(KeyError):
        routes(two.first.app, {"somewhere.else": lambda: ""})


def test_only_pages_of_strangers_and_of_ones_own_name_no_role() -> None:
    for endpoint, row in TABLE.items():
        if not row.roles:
            assert row.whose in (Whose.NOBODY, Whose.SELF), endpoint
        if row.whose is Whose.NODE:
            assert row.roles == {Role.NODE_ADMINISTRATOR}, endpoint
        if row.weak:
            assert row.whose in (Whose.NOBODY, Whose.SELF), endpoint


def test_child_protection_is_in_the_leads_rows_alone() -> None:
    from exchange.web.reach import Shows

    for endpoint, row in TABLE.items():
        if row.shows is Shows.CP:
            assert row.roles == {Role.DSL}, endpoint


LEAVES = frozenset(
    {
        *("leavers.send", "pupils.send", "outsiders.pick_up", "outsiders.guest"),
        *("outsiders.guest_file", "outsiders.member", "outsiders.papers", "outsiders.code"),
        *("cases.ask", "agencies.ask", "agencies.again", "agencies.code", "agencies.task_send"),
        *("requests.send", "requests.download", "requests.reply", "requests.withdraw"),
        *("reviews.send", "reviews.anew", "reviews.share", "plans.send", "plans.answer"),
        *("lives.hand", "lives.by_hand", "lives.copies", "lives.copy"),
        *("transfers.recall", "arrivals.ask"),
        *("safeguarding.send", "safeguarding.send_protected"),
    }
)
"""Pages by which something about a pupil leaves the organisation, or is shown to outsiders."""


def test_a_sen_administrator_prepares_and_cannot_send() -> None:
    assert set(TABLE) >= LEAVES
    for endpoint in LEAVES:
        assert Role.SEN_ADMINISTRATOR not in TABLE[endpoint].roles, endpoint
    words = re.compile(r"\.(send|share|ask|again|anew|guest_file|pick_up)$")
    named = {endpoint for endpoint in TABLE if words.search(endpoint)}
    assert named <= LEAVES


def test_nobody(two: Two) -> None:
    assert walk(two.first.client(), frozenset(), in_org=False, strong=False) == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role(two: Two, role: Role) -> None:
    client = two.first.client(role)
    in_org = role is not Role.NODE_ADMINISTRATOR
    assert walk(client, frozenset({role}), in_org=in_org, strong=True) == []


@pytest.mark.parametrize("role", list(Role))
def test_without_a_second_factor(two: Two, role: Role) -> None:
    client = two.first.client(role, strong=False)
    in_org = role is not Role.NODE_ADMINISTRATOR
    assert walk(client, frozenset({role}), in_org=in_org, strong=False) == []


def test_a_suspended_person(two: Two) -> None:
    client = two.first.client(Role.SENCO, Role.DSL, Role.HEAD)
    assert client.account is not None
    inside = two.first.node.inside
    with inside.store.unit(NODE) as unit:
        put_account(inside, unit, replace(client.account, state="suspended"))
        unit.audit.record(ADMIN, "account.suspended", "account", client.account.account_id)
        unit.commit()
    assert walk(client, frozenset(), in_org=False, strong=False) == []


def test_a_person_of_a_suspended_organisation(tmp_path_factory: pytest.TempPathFactory) -> None:
    with made_site(tmp_path_factory.mktemp("suspended"), "primary") as site:
        place = site["primary"]
        client = place.client(Role.SENCO, Role.DSL, Role.HEAD, Role.ORGANISATION_ADMINISTRATOR)
        suspend_organisation(place.node.inside, place.org_id, ADMIN)
        for endpoint, row in TABLE.items():
            if row.whose is Whose.ORGANISATION and endpoint in place.app.view_functions:
                status, where = ask(client, row.methods[0], path_of(row))
                assert became(status, where) != "in", endpoint


def others(row: Row) -> bool:
    """Return whether a path of an organisation's page holds an id of one of its rows."""
    kinds = {match[1] for match in _PARAMETER.finditer(row.path)}
    return row.whose is Whose.ORGANISATION and bool(kinds & {"id", "item"})


OTHERS = {endpoint: row for endpoint, row in TABLE.items() if others(row)}


@pytest.fixture
def ids(two: Two) -> Iterator[dict[str, str]]:
    with hollow(two.first) as further:
        yield {**two.ids, **further}


class Strangers:
    """People of the second organisation, one for each role; each knows all ids of the first."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.known: dict[Role, Client] = {}

    def who_may(self, row: Row) -> Client:
        """Return somebody who reaches such pages of their own organisation."""
        role = sorted(row.roles)[0]
        if role not in self.known:
            self.known[role] = client = self.place.client(role)
            if role is Role.DSL:
                client.get("/safeguarding/unlock")
                client.post("/safeguarding/unlock", {"passphrase": DSL_PASSPHRASE})
            client.get("/account")
        return self.known[role]


def test_every_id_of_a_path_is_one_that_the_first_organisation_has(
    two: Two, ids: dict[str, str]
) -> None:
    """Else the tests below would compare one made-up id with another."""
    own = Strangers(two.first)
    found: set[str] = set()
    for endpoint, row in OTHERS.items():
        named = {match[2] for match in _PARAMETER.finditer(row.path) if match[1] in ("id", "item")}
        assert named <= set(ids), endpoint
        # What its own organisation asks for is found; that there is nothing in it is a fault.
        if "GET" in row.methods and JUNK in path_of(row, ids):
            answer = own.who_may(row).get(path_of(row, ids))
            found |= named if answer.status_code != 404 else set()
    assert found >= {name for name, one in ids.items() if one == JUNK} - {"correction"}


def test_another_tenants_ids_are_as_unknown_as_made_up_ones(two: Two, ids: dict[str, str]) -> None:
    strangers = Strangers(two.second)
    for endpoint, row in OTHERS.items():
        if "GET" in row.methods:
            client = strangers.who_may(row)
            answer, nothing = client.get(path_of(row, ids)), client.get(path_of(row))
            assert (answer.status_code, nothing.status_code) == (404, 404), endpoint
            assert _TOKEN.sub("", answer.text) == _TOKEN.sub("", nothing.text), endpoint
            assert not any(marker in answer.text for marker in MARKERS), endpoint


def test_nothing_can_be_done_to_another_tenants_rows(two: Two, ids: dict[str, str]) -> None:
    strangers = Strangers(two.second)
    inside, here = two.first.node.inside, two.first.org_id
    with inside.store.reading(here) as unit:
        before = unit.audit.last_seq()
    for endpoint, row in OTHERS.items():
        if "POST" in row.methods:
            client = strangers.who_may(row)
            client.get("/account")
            answer = client.post(path_of(row, ids))
            assert answer.status_code in (400, 404, 422), (endpoint, answer.status_code)
    with inside.store.reading(here) as unit:
        assert unit.audit.last_seq() == before


@pytest.mark.parametrize("endpoint", ["head.approve", "pupils.page", "transfers.page"])
def test_another_tenants_ids_take_no_longer_than_made_up_ones(two: Two, endpoint: str) -> None:
    client = two.second.client(Role.SENCO)
    theirs, made_up = path_of(TABLE[endpoint], two.ids), path_of(TABLE[endpoint])
    spent: dict[str, list[float]] = {theirs: [], made_up: []}
    for _ in range(25):  # by turns, so that what else the machine does falls on both
        for path, times in spent.items():
            begun = time.perf_counter()
            assert client.get(path).status_code == 404
            times.append(time.perf_counter() - begun)
    one, other = (statistics.median(times) for times in spent.values())
    assert abs(one - other) < max(0.030, 0.75 * min(one, other))


@pytest.mark.parametrize(
    "kind", ["ep-report", "camhs-report", "social-care-advice", "safeguarding-flag", "cp-file"]
)
def test_a_paper_opens_for_the_roles_that_see_its_type(two: Two, kind: str) -> None:
    """Also where a paper of child protection was filed in the wrong place."""
    store, here = two.first.node.inside.store, two.first.org_id
    with store.unit(here) as unit:
        kept = unit.documents.get(two.ids["document"])
        unit.documents.update(replace(kept, type=kind))
        unit.audit.record(ADMIN, "test.typed", "document", kept.document_id)
        unit.commit()
    row, today = TABLE["pupils.document_file"], two.first.node.inside.clock.now().date()
    for role in sorted(row.roles):
        client = two.first.client(role)
        status = client.get(path_of(row, two.ids)).status_code
        assert status == (200 if may_see(role, kind, today) else 404), role
        listed = two.ids["document"] in client.get(f"/pupils/{two.ids['pupil']}").text
        assert listed == (status == 200), role
    with store.unit(here) as unit:
        unit.documents.update(kept)
        unit.audit.record(ADMIN, "test.typed", "document", kept.document_id)
        unit.commit()


def test_no_page_of_who_runs_the_node_holds_a_pupil(two: Two) -> None:
    client = two.first.client(Role.NODE_ADMINISTRATOR)
    seen = 0
    for endpoint, row in TABLE.items():
        if "GET" not in row.methods or endpoint == "entry.sign_out":
            continue
        answer = client.get(path_of(row, two.ids))
        seen += answer.status_code == 200
        for marker in (*MARKERS, two.ids["pupil"]):
            assert marker not in answer.text, endpoint
    assert seen > 10


def test_the_markers_would_be_found(two: Two) -> None:
    page = two.first.client(Role.HEAD).get("/emergencies").text
    assert "Quillfeather" in page
