"""Whose are these? What is chosen for a sub-folder stays with it, whatever comes meanwhile."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from exchange.domain.access import Role
from exchange.services.tray.upload import of_batch
from exchange.web.tray import adding
from exchange.web.tray import whose as whose_page
from tests.exchange.services.tray.papers import pdf_saying
from tests.exchange.web.tray.conftest import Desk
from tests.exchange.web.tray.test_folder_pages import plan, send

BORN = date(2013, 5, 6)


def begun(desk: Desk, told: dict[str, bytes], *coming: str) -> str:
    batch_id = str(plan(desk, coming[0].partition("/")[0], told).json["folder"])
    come(desk, batch_id, told, *coming)
    return batch_id


def come(desk: Desk, batch_id: str, told: dict[str, bytes], *paths: str) -> None:
    for path in paths:
        assert send(desk, batch_id, path, told[path]).status_code == 201
    desk.settle()


def fields_of(page: str) -> dict[str, str]:
    """Return by its words the name of the field of each sub-folder and file."""
    found = re.findall(r'<label class="govuk-label[^"]*" for="([^"]+)">([^<]+)<', page)
    places = re.findall(r"<legend[^>]*>([^<]+)</legend>", page)
    whole = [name for name, _ in found if name.startswith("place-")]
    alone = {text: name for name, text in found if name.startswith("file-")}
    return dict(zip(places, whole, strict=True)) | alone


def sent(page: str, **chosen: str) -> dict[str, str]:
    """Return what a browser sends: every field of the form, with what was chosen."""
    names = dict.fromkeys(fields_of(page).values(), "not-now")
    return names | {fields_of(page)[words]: pupil for words, pupil in chosen.items()}


def whose(desk: Desk, batch_id: str) -> dict[str, str | None]:
    with desk.inside.store.reading(desk.place.org_id) as unit:
        return {one.path: one.pupil_id for one in of_batch(unit, batch_id)}


def told_of(top: str, *places: str) -> dict[str, bytes]:
    return {f"{top}/{one}.pdf": pdf_saying(f"Nobody of {top} {one}") for one in places}


def posted(desk: Desk, where: str, seen: str, form: dict[str, str]) -> Any:
    desk.client.last = seen
    return desk.client.post(where, form)


def test_a_sub_folder_that_came_meanwhile_is_not_the_chosen_one(desk: Desk) -> None:
    bob = desk.child("Bob", "Quince", BORN)
    told = told_of("W1", "aaa/x", "bbb/y", "ccc/z")
    batch_id = begun(desk, told, "W1/bbb/y.pdf", "W1/ccc/z.pdf")
    where = f"/tray/folder/{batch_id}"
    seen = desk.client.get(where).text
    come(desk, batch_id, told, "W1/aaa/x.pdf")
    assert posted(desk, where, seen, sent(seen, **{"W1/bbb": bob})).status_code == 302
    assert whose(desk, batch_id) == {
        "W1/aaa/x.pdf": None,
        "W1/bbb/y.pdf": bob,
        "W1/ccc/z.pdf": None,
    }


def test_a_file_that_came_to_the_sub_folder_meanwhile_was_not_seen(desk: Desk) -> None:
    bea = desk.child("Bea", "Rowan", BORN)
    told = told_of("W2", "one/x", "one/y")
    batch_id = begun(desk, told, "W2/one/x.pdf")
    where = f"/tray/folder/{batch_id}"
    seen = desk.client.get(where).text
    come(desk, batch_id, told, "W2/one/y.pdf")
    assert posted(desk, where, seen, sent(seen, **{"W2/one": bea})).status_code == 302
    assert whose(desk, batch_id) == {"W2/one/x.pdf": bea, "W2/one/y.pdf": None}
    assert "Whose are these?" in desk.client.get(where).text


def test_what_somebody_chose_meanwhile_is_said(desk: Desk) -> None:
    ada, ben = desk.child("Ada", "Sorrel", BORN), desk.child("Ben", "Tansy", BORN)
    told = told_of("W3", "aaa/x", "bbb/y")
    batch_id = begun(desk, told, *told)
    where = f"/tray/folder/{batch_id}"
    seen = desk.client.get(where).text
    other = desk.place.client(Role.SENCO)
    theirs = sent(other.get(where).text, **{"W3/aaa": ada})
    assert other.post(where, theirs).status_code == 302
    answer = posted(desk, where, seen, sent(seen, **{"W3/aaa": ben}))
    assert answer.status_code == 422
    assert "Meanwhile it was filed, thrown away or put with a child." in answer.text
    assert whose(desk, batch_id) == {"W3/aaa/x.pdf": ada, "W3/bbb/y.pdf": None}
    both = sent(seen, **{"x.pdf": ben, "W3/bbb": ben})
    assert posted(desk, where, seen, both).status_code == 302
    assert "Some of what you chose for is not in this list any more" in desk.client.get(where).text
    assert whose(desk, batch_id) == {"W3/aaa/x.pdf": ada, "W3/bbb/y.pdf": ben}


def test_a_folder_of_the_familys_name_hides_no_brother(desk: Desk) -> None:
    ina = desk.child("Ina", "Roe", BORN)
    tom = desk.child("Tom", "Roe", date(2015, 6, 6))
    for top in ("Roe", "W4/Roe"):
        path = f"{top}/Ina Roe report.pdf"
        told = {path: pdf_saying("Educational psychology report about Tom Roe", top)}
        batch_id = begun(desk, told, path)
        where = f"/tray/folder/{batch_id}/pupils/{ina}"
        page = desk.client.get(where).text
        assert "It may be about another child" in page, top
        (key,) = re.findall(r'id="what-([0-9a-f-]+)">', page)
        form = {f"what-{key}": "file", f"type-{key}": "other"}
        assert desk.client.post(where, form).status_code == 422
    assert desk.documents(ina) == desk.documents(tom) == []


def test_a_long_folder_is_turned_page_by_page_and_nothing_is_passed_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whose_page, "SIZE", 3)
    bob, ann = desk.child("Bertil", "Quaver", BORN), desk.child("Agda", "Quaver", BORN)
    places = ("aaa/1", "aaa/2", "bbb/3", "bbb/4", "ccc/5", "ccc/6", "ddd/7")
    told = told_of("P1", *places)
    batch_id = begun(desk, told, *(f"P1/{one}.pdf" for one in places))
    where = f"/tray/folder/{batch_id}"
    seen = desk.client.get(where).text
    assert listed_in(seen) == ["1.pdf", "2.pdf", "3.pdf"]
    assert "1 to 3 of 7" in seen
    assert "(1 of 2 files)" in seen  # bbb, of which one file is on the next page
    answer = posted(desk, where, seen, sent(seen, **{"P1/bbb": bob}) | {"page": "after"})
    assert answer.status_code == 302
    assert whose(desk, batch_id)["P1/bbb/3.pdf"] == bob
    assert whose(desk, batch_id)["P1/bbb/4.pdf"] is None, "it was not on the page"
    where = answer.headers["Location"]
    seen = desk.client.get(where).text
    assert listed_in(seen) == ["4.pdf", "5.pdf", "6.pdf"], "the list shrank, and none is skipped"
    answer = posted(desk, where, seen, sent(seen) | {"page": "after"})
    last = desk.client.get(answer.headers["Location"]).text
    assert listed_in(last) == ["7.pdf"]
    answer = posted(desk, answer.headers["Location"], last, sent(last, **{"P1/ddd": ann}))
    assert "7.pdf" not in listed_in(desk.client.follow(answer).text)
    answer = posted(desk, where, seen, sent(seen) | {"page": "before"})
    assert listed_in(desk.client.follow(answer).text) == ["1.pdf", "2.pdf", "4.pdf"]


def listed_in(page: str) -> list[str]:
    return re.findall(r'for="file-[^"]+">([^<]+)<', page)


def test_the_tray_is_paged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "SIZE", 2)
    for at in range(3):
        desk.checked(pdf_saying(f"Paged {at}"), f"paged-{at}.pdf")
    total = len(desk.tray())
    first = desk.client.get("/tray").text
    assert f"1 to 2 of {total}" in first
    shown = [desk.client.get(f"/tray?page={one}").text for one in range(1, -(-total // 2) + 1)]
    assert all(sum(f"paged-{at}.pdf" in one for one in shown) == 1 for at in range(3))
