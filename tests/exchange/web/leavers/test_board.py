"""The leavers' board: what is asked of it by links."""

from __future__ import annotations

import pytest

from schemas.pupil import Names
from tests.exchange.web.pupils.helping import pupil_at, senco, title_of
from tests.exchange.web.site import Site


def names(page: str, *known: str) -> list[str]:
    """Return which of the known names a page shows, in its order."""
    return sorted((one for one in known if one in page), key=page.index)


def test_an_empty_board_says_what_to_do(site: Site) -> None:
    page = senco(site["secondary"]).get("/leavers").text
    assert "No pupils yet" in page
    assert "/imports" in page


def test_the_board_is_filtered_sorted_and_searched_by_links(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    pupil_at(place, names=Names(surname="Zimmer", forename="Abe"), nc_year="6")
    pupil_at(place, names=Names(surname="Aldous", forename="Zoe"), nc_year="2")
    both = ("Abe Zimmer", "Zoe Aldous")
    assert names(client.get("/leavers").text, *both) == ["Zoe Aldous", "Abe Zimmer"]
    assert names(client.get("/leavers?year=6").text, *both) == ["Abe Zimmer"]
    assert names(client.post("/leavers", {"q": "zoe"}).text, *both) == ["Zoe Aldous"]
    assert names(client.get("/leavers?show=ready").text, *both) == []
    assert names(client.get("/leavers?show=missing&sort=name").text, *both) == list(both[::-1])
    page = client.get("/leavers").text
    assert "SEN register entry" in page
    assert "Not chosen" in page
    assert "Zimmer" not in title_of(page)


@pytest.mark.parametrize(
    "query",
    ["show=nothing", "sort=x", "page=0", "page=99999999999", "page=-1", "year=%27"],
)
def test_odd_links_are_no_fault(site: Site, query: str) -> None:
    pupil_at(site["primary"])
    assert senco(site["primary"]).get(f"/leavers?{query}").status_code == 200


def test_a_long_board_is_paged(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    for _ in range(55):
        pupil_at(place, "Many")
    first = client.get("/leavers?sort=name").text
    assert 'rel="next"' in first
    assert first.count('scope="row"') == 50
    assert client.get("/leavers?sort=name&page=2").text.count('scope="row"') >= 5


def test_a_script_that_waits_for_the_board_is_told(site: Site) -> None:
    client = senco(site["primary"])
    told = client.get("/leavers", headers={"Accept": "application/json"}).get_json()
    assert told == {"done": 1, "total": 1, "ended": True, "next": "/leavers"}
