"""Opening and printing are told to the sender: only a look that a person meant counts."""

from __future__ import annotations

import pytest

from exchange.domain.access import Role
from tests.exchange.web.arrivals.conftest import School
from tests.exchange.web.arrivals.test_packs import document_of, ok, said
from tests.exchange.web.site import BASE

AHEAD = (
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
)


def used(schools: School) -> int:
    return sum(len(said(schools.secondary, f"document.{how}")) for how in ("opened", "printed"))


def paths(page: str, bundle: str) -> list[str]:
    document = document_of(page)
    parts = (f"/documents/{document}/file", "/print", "/summary.pdf")
    return [f"/arrivals/{bundle}{one}" for one in parts]


@pytest.fixture(scope="module")
def bundle(schools: School) -> str:
    return schools.arrived(3)


def test_what_a_browser_fetches_ahead_is_no_look(schools: School, bundle: str) -> None:
    client = schools.secondary.client(Role.SENCO)
    listed = paths(ok(client, f"/arrivals/{bundle}"), bundle)
    before = used(schools)
    for path in listed:
        for headers in AHEAD:
            answer = client.get(path, headers=headers)
            assert answer.status_code == 403, path
            assert not answer.data
            assert "no-store" in answer.headers["Cache-Control"]
        assert client.raw.head(path, base_url=BASE).status_code == 405, path
    assert used(schools) == before


def test_a_link_on_another_site_leads_to_our_page_first(schools: School, bundle: str) -> None:
    client = schools.secondary.client(Role.SENCO)
    listed = paths(ok(client, f"/arrivals/{bundle}"), bundle)
    before = used(schools)
    for path in listed:
        for site in ("cross-site", "same-site"):
            answer = client.get(path, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 303, path
            assert answer.headers["Location"] in (f"/arrivals/{bundle}", path.removesuffix("/file"))
    assert used(schools) == before


def test_a_look_that_was_meant_counts(schools: School, bundle: str) -> None:
    client = schools.secondary.client(Role.SENCO)
    listed = paths(ok(client, f"/arrivals/{bundle}"), bundle)
    for path in listed:
        for site in ("same-origin", "none"):
            before = used(schools)
            assert client.get(path, headers={"Sec-Fetch-Site": site}).status_code == 200
            assert used(schools) > before, path


def test_nothing_is_said_of_a_document_that_is_not_there(schools: School, bundle: str) -> None:
    client = schools.secondary.client(Role.SENCO)
    strange = f"/arrivals/{bundle}/documents/{bundle}/file"
    assert client.get(strange, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 404
