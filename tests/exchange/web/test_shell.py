"""The shell of the pages: who gets in, what every answer carries, what an error tells."""

from __future__ import annotations

import pytest

from exchange.domain.access import Role
from tests.exchange.web.site import Site


def test_open_pages_are_open_and_carry_the_headers(site: Site) -> None:
    for path in ("/", "/help", "/accessibility", "/privacy", "/health"):
        answer = site["primary"].client().get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_unknown_paths_and_methods_are_pages_too(site: Site) -> None:
    client = site["primary"].client()
    assert client.get("/nothing-here").status_code == 404
    assert client.raw.open("/health", method="TRACE", base_url="https://x.example").status_code in (
        404,
        405,
    )


@pytest.mark.parametrize("path", ["/account", "/sign-out-nothing"])
def test_a_stranger_sees_no_page_of_a_person(site: Site, path: str) -> None:
    assert site["primary"].client().get(path).status_code in (302, 404)


def test_a_session_is_known_again_and_a_made_up_one_is_not(site: Site) -> None:
    place = site["primary"]
    assert place.client(Role.SENCO).account is not None
    stranger = place.client()
    stranger.raw.set_cookie("__Host-senx", "made-up", domain="pages.example", secure=True)
    assert stranger.get("/").status_code == 200
