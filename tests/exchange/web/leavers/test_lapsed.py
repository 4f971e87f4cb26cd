"""Who was ticked on the board is there again after a session ended."""

from __future__ import annotations

import uuid
from pathlib import Path

from exchange.domain.access import Role
from tests.exchange.web.lapsing import HERE_AGAIN, form_with, sent_too_late
from tests.exchange.web.leavers.test_sending_many import leaver
from tests.exchange.web.site import Client, Place, Site


def ticked(place: Place, folder: Path, client: Client, *names: str) -> dict[str, list[str]]:
    """Return what the board sends when all of these are ticked."""
    told = {"pupil": [leaver(place, folder, one) for one in names], "_form": ["Ticked"]}
    assert 'name="_form" value="Ticked"' in client.get("/leavers").text
    return told


def test_ticks_of_the_board_are_there_again(site: Site, tmp_path: Path) -> None:
    place = site["primary"]
    client = place.client(Role.SENCO)
    told = ticked(place, tmp_path, client, "Ada", "Ben")
    page = sent_too_late(place, client, "/leavers/send", told)
    assert HERE_AGAIN in page.text
    assert sorted(form_with(page.text, "confirmed")["pupil"]) == sorted(told["pupil"])


def test_what_was_said_of_a_round_is_there_again(site: Site, tmp_path: Path) -> None:
    place = site["primary"]
    client = place.client(Role.SENCO)
    told = ticked(place, tmp_path, client, "Cleo", "Dan")
    shown = form_with(client.post("/leavers/send", told).text, "confirmed")
    shown |= {"leave": ["go"], "purpose": ["in-year-transfer"]}
    page = sent_too_late(place, client, "/leavers/send", shown)
    assert HERE_AGAIN in page.text
    now = form_with(page.text, "confirmed")
    assert sorted(now["pupil"]) == sorted(told["pupil"])
    assert (now["leave"], now["purpose"]) == (["go"], ["in-year-transfer"])
    answer = client.post("/leavers/send", now)
    assert "You chose another purpose or lawful basis" in answer.text


def test_an_address_that_says_who_goes_first(site: Site, tmp_path: Path) -> None:
    place = site["primary"]
    client = place.client(Role.SENCO)
    told = ticked(place, tmp_path, client, "Eve", "Fay")
    sent_too_late(place, client, "/leavers/send", told)
    page = client.get(f"/leavers/send?pupil={told['pupil'][0]}")
    assert form_with(page.text, "confirmed")["pupil"] == told["pupil"][:1]


def test_a_page_that_cannot_be_shown_says_so_and_its_draft_can_go(
    site: Site, tmp_path: Path
) -> None:
    place = site["primary"]
    client = place.client(Role.SENCO)
    told = ticked(place, tmp_path, client, "Gus") | {"pupil": [str(uuid.uuid4())]}
    page = sent_too_late(place, client, "/leavers/send", told)
    assert page.status_code == 404
    assert HERE_AGAIN not in page.text
    assert "cannot be shown here just now" in page.text
    assert client.post("/drafts-drop/leavers/send").status_code == 303
    assert client.get("/leavers/send").status_code == 200
