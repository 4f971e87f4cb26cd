"""To tick nothing is to export all; to send nonsense is not."""

from __future__ import annotations

from exchange.domain.access import Role
from tests.exchange.web.site import Site


def test_a_choice_that_names_no_pack_exports_nothing(site: Site) -> None:
    client = site["primary"].client(Role.SENCO)
    client.get("/leavers")
    client.get("/requests/new")
    answer = client.post("/arrivals/export.csv", {"pack": "everything"})
    assert answer.status_code == 404


def test_nothing_to_export_is_said_whatever_the_form(site: Site) -> None:
    client = site["primary"].client(Role.SENCO)
    for form in ("xml", "csv", "xlsx"):
        client.get("/arrivals")
        client.get("/requests/new")
        answer = client.post(f"/arrivals/export.{form}")
        assert answer.headers["Location"].endswith("/arrivals")
