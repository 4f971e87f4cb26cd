"""Lists through the pages: who is not ticked is nowhere, nothing is replaced without a yes."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from exchange.domain.access import Role
from exchange.services.imports import model, shelf
from exchange.services.imports.begin import remove_over
from tests.adapters.mis.lists import book, text
from tests.exchange.web.imports.walking import (
    CLASS,
    begun,
    ctf,
    kept,
    page,
    post,
    stored,
    uploaded,
    upn,
)
from tests.exchange.web.pupils.helping import errors_of, senco, title_of
from tests.exchange.web.site import Client, Place, Site

HEADS = ("Surname", "Forename", "Date of birth", "Sex", "UPN", "SEN status", "Religion")


def row(surname: str, forename: str, born: str, status: str) -> tuple[str, ...]:
    return (surname, forename, born, "F", upn(surname), status, "Jedi")


def on_disk(place: Place, word: bytes) -> list[str]:
    files = (one for one in place.node.home.root.rglob("*") if one.is_file())
    return [one.name for one in files if word in one.read_bytes()]


def test_who_is_not_ticked_is_never_stored(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    where = begun(client, ctf(*CLASS), name="820_2001.xml")
    shown = page(client, where)
    assert "3 pupils are in the file" in shown.text
    assert "Birchwood" not in stored(place)
    assert "Birchwood" not in title_of(shown.text)
    answer = post(client, f"{where}/pupils", pupil=["1", "2"])
    assert answer.status_code == 302, errors_of(answer.text)
    assert not on_disk(place, b"Dogwood")
    assert "2 pupils are new" in kept(client, where)
    assert "Birchwood" in stored(place)
    assert "Cedarhill" in stored(place)
    assert "Dogwood" not in stored(place)
    assert not on_disk(place, b"Dogwood")
    assert not on_disk(place, b"Cedarhill")
    with place.node.inside.store.reading(place.org_id) as unit:
        (item,) = unit.items.all(model.KIND)
    assert model.read(item).files == ()
    assert "Ida Birchwood" in client.get("/leavers").text


def test_whoever_has_sen_in_the_file_is_ticked_beforehand(site: Site) -> None:
    client = senco(site["primary"])
    where = begun(client, ctf(("Firtree", "Ola", "K"), ("Gorse", "Bo", "N"), ("Hazel", "Cy", "")))
    text_ = page(client, where).text
    assert [f'value="{n}" checked' in text_ for n in (1, 2, 3)] == [True, False, False]


def test_an_import_is_its_owners_alone(site: Site) -> None:
    place = site["primary"]
    where = begun(senco(place), ctf(*CLASS))
    for path in ("", "/pupils", "/columns", "/check", "/state", "/pupils/1"):
        assert senco(place).get(where + path).status_code == 404, path
        assert senco(site["secondary"]).get(where + path).status_code == 404, path
        assert place.client(Role.HEAD).get(where + path).status_code == 403, path
    other = senco(place)
    other.get("/imports")
    assert other.post(f"{where}/remove").status_code == 404
    assert "820_2001" not in other.get("/imports").text


def test_it_can_be_taken_up_again_after_a_restart(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    where = begun(client, ctf(("Ivyhall", "Ida", "K")))
    page(client, where)
    post(client, f"{where}/pupils", pupil=["1"])
    shelf._readings.clear()
    assert where in client.get("/imports").text
    assert "1 pupil is new" in kept(client, where)
    assert "Ivyhall" in stored(place)


def test_its_time_is_over_and_nothing_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    place, client = site["primary"], senco(site["primary"])
    inside = place.node.inside
    monkeypatch.setattr(model, "LIFE", timedelta(seconds=-1))
    where = begun(client, ctf(*CLASS))
    before = set(place.node.blobs.names(place.org_id))
    assert remove_over(inside) >= 1
    assert client.get(where).status_code == 404
    assert len(set(place.node.blobs.names(place.org_id))) < len(before)


def test_removing_leaves_nothing(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    before = set(place.node.blobs.names(place.org_id))
    where = begun(client, ctf(*CLASS))
    assert set(place.node.blobs.names(place.org_id)) > before
    page(client, where)
    assert client.post(f"{where}/remove").status_code == 302
    assert set(place.node.blobs.names(place.org_id)) == before
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.4\x00\x01",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"\xff\xfe",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_list_is_said_and_leaves_nothing(site: Site, content: bytes) -> None:
    place, client = site["primary"], senco(site["primary"])
    before = set(place.node.blobs.names(place.org_id))
    answer = uploaded(client, content)
    if answer.status_code == 302:  # a transfer file is told by its first bytes alone
        assert "cannot be read" in page(client, answer.headers["Location"]).text
        return
    assert answer.status_code == 422
    assert len(errors_of(answer.text)) == 1
    assert set(place.node.blobs.names(place.org_id)) == before


def test_nothing_given_is_said(site: Site) -> None:
    client = senco(site["primary"])
    client.get("/imports")
    answer = client.post("/imports", {"pasted": "  "})
    assert errors_of(answer.text) == ["Choose a file, or paste a list."]


def test_ticking_nobody_keeps_nobody(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    where = begun(client, ctf(("Elderberry", "Ola", "K")))
    answer = post(client, f"{where}/pupils", pupil=None)
    assert answer.status_code == 422
    assert "Tick at least one pupil" in answer.text
    assert "Elderberry" not in stored(place)


def test_a_table_is_mapped_and_what_is_not_for_sen_is_not_stored(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    data = text(HEADS, row("Juniper", "Ann", "03/04/2015", "Wave 3"))
    where = begun(client, data)
    shown = page(client, where).text
    assert "Guess" not in shown.split("Religion")[0]
    assert "Dates that can be read two ways" in shown
    assert "Words to explain" in shown
    refused = post(client, f"{where}/columns")
    assert refused.status_code == 422
    assert "whether the day or the month comes first" in errors_of(refused.text)[0]
    answer = post(client, f"{where}/columns", **{"order-0/2": "mdy", "word-1": "K"})
    assert answer.status_code == 302, errors_of(answer.text)
    post(client, f"{where}/pupils", pupil=["1"])
    kept(client, where)
    told = stored(place)
    assert "Juniper" in told
    assert "2015-03-04" in told
    assert '"provision":"K"' in told
    assert "Jedi" not in told
    assert not on_disk(place, b"Jedi")


def test_the_same_headings_are_known_next_time(site: Site) -> None:
    client = senco(site["primary"])
    heads = (*HEADS[:6], "Blob")
    one = begun(client, text(heads, row("Kapok", "Ann", "13/04/2015", "Stage Q")))
    post(client, f"{one}/columns", **{"word-1": "K", "field-0/6": "known_as"})
    client = senco(site["primary"])
    two = begun(client, text(heads, row("Larch", "Bo", "14/04/2015", "Stage Q")))
    shown = page(client, two).text
    assert "As last time" in shown
    answer = post(client, f"{two}/columns")
    assert answer.status_code == 302
    assert "SEN support" in page(client, f"{two}/pupils").text
    other = senco(site["secondary"])
    three = begun(other, text(heads, row("Larch", "Bo", "14/04/2015", "Stage Q")))
    assert "As last time" not in page(other, three).text


def test_a_column_left_out_and_a_column_twice(site: Site) -> None:
    client = senco(site["primary"])
    where = begun(client, text(HEADS, row("Maple", "Ann", "13/04/2015", "K")))
    answer = post(client, f"{where}/columns", **{"field-0/1": ""})
    assert "No column gives the names" in errors_of(answer.text)[0]
    answer = post(client, f"{where}/columns", **{"field-0/6": "surname"})
    assert "are both" in errors_of(answer.text)[0]
    answer = post(client, f"{where}/columns", **{"field-0/6": "nonsense", "field-9/9": "surname"})
    assert answer.status_code == 302


def test_a_pasted_list_and_a_workbook(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    client.get("/imports")
    pasted = "\t".join(HEADS) + "\n" + "\t".join(row("Nutmeg", "Ann", "13/04/2015", "EHCP"))
    where = client.post("/imports", {"pasted": pasted}).headers["Location"]
    assert post(client, f"{where}/columns").status_code == 302
    assert "Education, health and care plan" in page(client, f"{where}/pupils").text
    where = begun(client, book([HEADS, row("Olive", "Bo", "2015-04-13", "K")]), name="a.xlsx")
    post(client, f"{where}/columns")
    post(client, f"{where}/pupils", pupil=["1"])
    assert "1 pupil is new" in kept(client, where)
    assert "Olive" in stored(place)


def test_wrong_rows_are_told_by_row_and_column_and_stop_nobody(site: Site) -> None:
    client = senco(site["primary"])
    bad = ("Privet", "Pia", "31/02/2015", "F", "nonsense", "K", "")
    where = begun(client, text(HEADS, bad, row("Quince", "Ann", "13/04/2015", "K")))
    post(client, f"{where}/columns")
    shown = page(client, f"{where}/pupils").text
    assert "Pia Privet" in shown
    assert "row 2, column C" in shown
    assert "Ann Quince" in shown


def again(client: Client, surname: str, forename: str, more: str) -> str:
    where = begun(client, ctf((surname, forename, "K"), more=more))
    post(client, f"{where}/pupils", pupil=["1"])
    return where


def test_nothing_is_overwritten_without_a_yes(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    where = again(client, "Rowanberry", "Ann", "<Email>old@example.org</Email>")
    kept(client, where)
    more = "<Email>new@example.org</Email><UCI>1234567890123</UCI>"
    where = again(client, "Rowanberry", "Ann", more)
    shown = page(client, f"{where}/check").text
    assert "1 added; 1 differ: ours stay" in shown
    assert "brought up to date" in kept(client, where)
    told = stored(place)
    assert "old@example.org" in told
    assert "new@example.org" not in told
    assert "1234567890123" in told


def test_a_yes_field_by_field(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    where = again(client, "Sycamore", "Ann", "<Email>oldest@example.org</Email>")
    kept(client, where)
    more = "<Email>newest@example.org</Email><UCI>9994567890123</UCI>"
    where = again(client, "Sycamore", "Ann", more)
    shown = page(client, f"{where}/pupils/1").text
    assert "oldest@example.org" in shown
    assert "newest@example.org" in shown
    assert "newest" not in title_of(shown)
    numbers = (
        {"Email": 0, "UCI": 1} if shown.index(">UCI") > shown.index(">Email") else {"Email": 1}
    )
    email = numbers["Email"]
    answer = post(
        client, f"{where}/pupils/1", **{f"take-{email}": "theirs", f"take-{1 - email}": "ours"}
    )
    assert answer.status_code == 302
    assert "You compared: 1 of 2 taken" in page(client, f"{where}/check").text
    kept(client, where)
    told = stored(place)
    assert "newest@example.org" in told
    assert "oldest@example.org" not in told
    assert "9994567890123" not in told


def test_what_changed_here_meanwhile_is_not_replaced(site: Site) -> None:
    """The yes was to other words of ours: it counts for nothing any more."""
    place, client = site["primary"], senco(site["primary"])
    kept(client, again(client, "Teakwood", "Ann", "<Email>first@example.org</Email>"))
    where = again(client, "Teakwood", "Ann", "<Email>second@example.org</Email>")
    post(client, f"{where}/pupils/1", **{"take-0": "theirs"})
    other = again(client, "Teakwood", "Ann", "<Email>third@example.org</Email>")
    post(client, f"{other}/pupils/1", **{"take-0": "theirs"})
    kept(client, other)
    kept(client, where)
    told = stored(place)
    assert "third@example.org" in told
    assert "second@example.org" not in told


def test_two_lists_of_one_class_make_nobody_twice(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    kept(client, again(client, "Umbra", "Ann", ""))
    plain = text(HEADS[:4], ("Umbra", "Ann", "2015-04-02", "F"))
    where = begun(client, plain)
    post(client, f"{where}/columns", no_upn="UN3")
    assert "Here; nothing new" in page(client, f"{where}/pupils").text
    post(client, f"{where}/pupils", pupil=["1"])
    assert "1 pupil stays as before" in kept(client, where)
    assert stored(place).count('"Umbra"') == 1


def test_the_book_tells_of_it_without_names(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    kept(client, again(client, "Viburnum", "Ann", ""))
    with place.node.inside.store.reading(place.org_id) as unit:
        entries = [entry for entry in unit.audit.entries() if entry.action.startswith("import.")]
    assert {entry.action for entry in entries} >= {"import.begun", "import.ended"}
    assert "Viburnum" not in repr(entries)


def test_many_files_at_once_are_refused(site: Site) -> None:
    client = senco(site["primary"])
    answer = uploaded(client, *[text(HEADS)] * 11)
    assert "10 files at most" in errors_of(answer.text)[0]


def test_a_file_name_from_outside_is_only_shown(site: Site) -> None:
    client = senco(site["primary"])
    client.get("/imports")
    files = [(io.BytesIO(ctf(*CLASS)), "../../<script>x.xml")]
    client.post("/imports", {"files": files}, content_type="multipart/form-data")
    assert "<script>x" not in client.get("/imports").text
