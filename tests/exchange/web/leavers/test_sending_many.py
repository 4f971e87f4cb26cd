"""Many packs at once: what the page shows of each is what goes, or nothing goes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.web.leavers import sending
from exchange.web.pupils import sending as one_pack
from tests.exchange.services.town import PDF, SENCO
from tests.exchange.web.arrivals.conftest import School, full
from tests.exchange.web.pupils.helping import errors_of, fields, pupil_at, senco, submit
from tests.exchange.web.site import Client, Place, Site, made_site

COUNCIL_URN = ("820", "Larkshire Council")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("many"), "primary", "secondary", "council") as made:
        yield made


def report(place: Place, folder: Path, pupil_id: str, title: str) -> None:
    file = folder / f"{title}.pdf"
    file.write_bytes(PDF + f"% {title} {pupil_id}\n".encode())
    new = NewDocument(file, "ep-report", "Dr A. Invented", date(2026, 5, 1), title)
    attach(place.node.inside, place.node.inspector, place.org_id, pupil_id, new, SENCO)


def leaver(place: Place, folder: Path, forename: str) -> str:
    pupil_id = pupil_at(place, forename)
    report(place, folder, pupil_id, "Reading report")
    inside = place.node.inside
    choose_destination(inside, place.org_id, pupil_id, "999002", "Riverside Academy", SENCO)
    return pupil_id


def shown(client: Client, *pupils: str) -> Any:
    client.get("/leavers")
    page = client.post("/leavers/send", {"pupil": list(pupils)})
    assert page.status_code == 200
    return page


def ended(client: Client, answer: Any) -> str:
    assert answer.status_code == 302, errors_of(answer.text)
    where = answer.headers["Location"]
    for _ in range(200):
        if client.get(f"{where}/state").get_json()["ended"]:
            return str(client.get(where).text)
        time.sleep(0.05)
    raise AssertionError("the round never ended")


def test_each_pack_stands_there_with_its_school_and_what_goes(own: Site, tmp_path: Path) -> None:
    client = senco(own["primary"])
    who = leaver(own["primary"], tmp_path, "Shown")
    rows = html.fromstring(shown(client, who).text).xpath('//tr[.//a[contains(@href, "preview")]]')
    (text,) = [one.text_content() for one in rows]
    assert "Riverside Academy" in text
    assert "Reading report" in text
    assert "Name, birthday and school details" in text


def test_a_pack_whose_school_was_changed_since_stays(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    moved, same = (leaver(place, tmp_path, one) for one in ("Moved", "Same"))
    page = shown(client, moved, same)
    choose_destination(place.node.inside, place.org_id, moved, *COUNCIL_URN, SENCO)
    told = ended(client, client.post("/leavers/send", fields(page.text)))
    assert "1 pack did not go" in told
    assert "changed since you looked" in told
    assert "1 pack is on the way" in told
    with place.node.inside.store.reading(place.org_id) as unit:
        assert not list(unit.transfers.all(moved))
        assert len(list(unit.transfers.all(same))) == 1


def test_a_pack_to_which_a_document_was_added_since_stays(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = leaver(place, tmp_path, "Added")
    page = shown(client, who)
    report(place, tmp_path, who, "A second report")
    assert "1 pack did not go" in ended(client, client.post("/leavers/send", fields(page.text)))


def test_what_could_not_be_shown_does_not_go_unseen(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = pupil_at(place, "Nowhere")
    report(place, tmp_path, who, "Reading report")
    page = shown(client, who)
    choose_destination(place.node.inside, place.org_id, who, "999002", "Riverside Academy", SENCO)
    assert "1 pack did not go" in ended(client, client.post("/leavers/send", fields(page.text)))
    bare = {**fields(shown(client, who).text)}
    del bare[f"seen-{who}"]
    assert "1 pack did not go" in ended(client, client.post("/leavers/send", bare))


def test_another_purpose_is_shown_before_anything_goes(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = leaver(place, tmp_path, "Purpose")
    first = fields(shown(client, who).text) | {"purpose": "in-year-transfer"}
    again = client.post("/leavers/send", first)
    assert again.status_code == 200
    assert "You chose another purpose" in again.text
    with place.node.inside.store.reading(place.org_id) as unit:
        assert not list(unit.transfers.all(who))
    told = ended(client, client.post("/leavers/send", fields(again.text)))
    assert "1 pack is on the way" in told


def test_a_round_has_no_more_packs_than_are_shown(
    own: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST", 1)
    client = senco(own["primary"])
    who = [leaver(own["primary"], tmp_path, one) for one in ("One", "Two")]
    page = shown(client, *who)
    assert "1 pack is left for the next round" in page.text
    assert fields(page.text)["pupil"] == who[0]


def passed_over(page: str) -> list[str]:
    """Return the links to the packs that are ready after those of a page."""
    links = html.fromstring(page).xpath('//main//a[contains(@href, "skip=")]')
    return [str(one.get("href")) for one in links]


def ready_to_send(client: Client, number: int) -> None:
    """Wait for the board to know that so many packs are ready."""
    for _ in range(200):
        if client.get("/leavers?show=ready").text.count('name="pupil"') == number:
            return
        time.sleep(0.05)
    raise AssertionError("the board never showed them")


def test_packs_that_wait_keep_no_other_from_its_turn(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST", 2)
    papers = tmp_path_factory.mktemp("papers")
    with made_site(tmp_path_factory.mktemp("turns")) as site:
        town = School(site, papers)
        who = {town.pupil(number, *full()) for number in range(5)}
        client = senco(town.primary)
        ready_to_send(client, len(who))
        where, met = ["/leavers/send?who=ready"], set[str]()
        while where:
            page = client.get(where[0])
            shown_here = set(re.findall(r'name="seen-([0-9a-f-]+)"', page.text))
            assert shown_here.isdisjoint(met)
            met, where = met | shown_here, passed_over(page.text)
        assert met == who
        assert "4 packs that are ready were passed over" in page.text
        for odd in ("99", "x", "-1", "9" * 40, "%C2%B2"):
            assert client.get(f"/leavers/send?who=ready&skip={odd}").status_code == 200


def test_one_pack_with_very_large_documents_goes_as_a_round_that_shows_how_far_it_is(
    own: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = own["primary"]
    small, large, changed = (leaver(place, tmp_path, one) for one in ("Small", "Large", "Later"))
    client = senco(place)
    answer = submit(client, f"/pupils/{small}/send")
    assert answer.headers["Location"].startswith("/transfers/")
    monkeypatch.setattr(one_pack, "LARGE", 100)
    answer = submit(client, f"/pupils/{large}/send")
    assert answer.headers["Location"].startswith("/leavers/send/")
    page = ended(client, answer)
    assert "1 of 1 pack done" in page
    assert "1 pack is" in page
    client.get(f"/pupils/{changed}/send")
    sent = fields(client.last)
    report(place, tmp_path, changed, "Came later")
    page = ended(client, client.post(f"/pupils/{changed}/send", sent))
    assert "1 pack did not go" in page  # it is not the pack that was looked at
