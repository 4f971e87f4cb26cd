"""A leavers' folder chosen again: what came is not asked for twice, whatever became of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from exchange.errors import Refused
from exchange.services.tray.batch import announce, close_folder, folder_of, get_folder
from exchange.services.tray.file_upload import ask_clean, throw_away
from exchange.services.tray.receive import NewUpload, Receiving
from exchange.services.tray.sorting import Progress, progress_of
from exchange.services.tray.upload import Upload, of_batch
from tests.exchange.services.town import PRIMARY, SENCO
from tests.exchange.services.tray.conftest import Tray
from tests.exchange.services.tray.papers import scripted, zipped
from tests.exchange.services.tray.test_folders import BORN, archive, files, report, upload

NAME = "Leavers 2026"
EP = ("L/OAK Ann/EP report.pdf", report("Ann"))
PHOTO = ("L/OAK Ann/photo.pdf", report("a photo"))


def how_far(tray: Tray, batch_id: str) -> Progress:
    with tray.inside.store.reading(PRIMARY) as unit:
        return progress_of(unit, get_folder(unit, batch_id))


def there(tray: Tray, batch_id: str, path: str) -> list[Upload]:
    with tray.inside.store.reading(PRIMARY) as unit:
        return [one for one in of_batch(unit, batch_id) if one.path == path]


def throw(tray: Tray, one: Upload) -> None:
    throw_away(tray.inside, PRIMARY, one.upload_id, SENCO)


def asked_for(tray: Tray, told: Sequence[tuple[str, bytes]]) -> list[str]:
    _, missing = announce(tray.inside, PRIMARY, NAME, files(*told), SENCO)
    return [one.path for one in missing]


def test_what_was_thrown_away_is_neither_missing_nor_sent_again(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    batch_id = upload(tray, [EP, PHOTO])
    tray.file(there(tray, batch_id, EP[0])[0], ann)
    throw(tray, there(tray, batch_id, PHOTO[0])[0])
    now = how_far(tray, batch_id)
    assert (now.received, now.total, now.missing, now.busy) == (1, 1, 0, False)
    assert asked_for(tray, [EP, PHOTO]) == []
    assert not how_far(tray, batch_id).busy, "choosing it again does not make it wait again"


def test_what_was_filed_long_ago_is_neither_missing_nor_sent_again(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    batch_id = upload(tray, [EP])
    filed = tray.file(there(tray, batch_id, EP[0])[0], ann).document
    tray.town.clock.pass_(days=31)
    tray.settle()
    assert there(tray, batch_id, EP[0]) == [], "its row went"
    now = how_far(tray, batch_id)
    assert (now.received, now.total, now.busy) == (0, 0, False)
    assert asked_for(tray, [EP]) == []
    with tray.inside.store.unit(PRIMARY) as unit:
        unit.documents.remove(filed.document_id)
        unit.audit.record(SENCO, "document.removed", "document", filed.document_id)
        unit.commit()
    assert asked_for(tray, [EP]) == [], "whoever removed it meant to"


def test_the_same_bytes_at_two_places_are_two_files(tray: Tray) -> None:
    twin = ("L/OAK Ann/EP report (copy).pdf", EP[1])
    batch_id = upload(tray, [EP, twin])
    throw(tray, there(tray, batch_id, twin[0])[0])
    assert len(there(tray, batch_id, EP[0])) == 1
    assert how_far(tray, batch_id).total == 1
    throw(tray, there(tray, batch_id, EP[0])[0])
    assert asked_for(tray, [EP, twin]) == []


def test_other_bytes_at_a_place_are_a_new_file(tray: Tray) -> None:
    batch_id = upload(tray, [EP])
    (old,) = there(tray, batch_id, EP[0])
    newer = (EP[0], report("Ann, corrected"))
    assert asked_for(tray, [newer]) == [EP[0]]
    now = how_far(tray, batch_id)
    assert (now.received, now.total, now.missing) == (1, 2, 1), "the old one does not stand for it"
    throw(tray, old)
    assert how_far(tray, batch_id).missing == 1, "the new one is still to come"
    assert upload(tray, [newer]) == batch_id
    assert how_far(tray, batch_id).missing == 0
    assert asked_for(tray, [EP]) == [], "the one that was thrown away stays away"
    assert how_far(tray, batch_id).missing == 0


def test_a_cleaned_copy_stands_for_what_was_sent(tray: Tray) -> None:
    acting = ("L/form.pdf", scripted(report("Ann")))
    batch_id = upload(tray, [acting])
    (sent,) = there(tray, batch_id, acting[0])
    ask_clean(tray.inside, PRIMARY, sent.upload_id, SENCO)
    tray.settle()
    (cleaned,) = there(tray, batch_id, acting[0])
    assert cleaned.sha256 != sent.sha256
    assert cleaned.came == sent.came
    assert asked_for(tray, [acting]) == []
    throw(tray, cleaned)
    assert asked_for(tray, [acting]) == []
    assert not how_far(tray, batch_id).busy


def test_what_was_damaged_here_may_come_again(tray: Tray) -> None:
    folder, _ = announce(tray.inside, PRIMARY, NAME, files(EP), SENCO)
    hurt = tray.put(EP[1], "EP report.pdf", path=EP[0], batch_id=folder.batch_id).upload
    tray.inside.blobs.delete(PRIMARY, hurt.blob)
    with tray.inside.blobs.create(PRIMARY, hurt.blob) as writer:
        writer.file.write(b"what a bad disk gives back")
        writer.commit()
    tray.settle()
    assert tray.get(hurt.upload_id).code == "document-unreadable"
    throw(tray, tray.get(hurt.upload_id))
    assert not how_far(tray, folder.batch_id).busy
    assert asked_for(tray, [EP]) == [EP[0]], "its page said: upload it again"


def test_two_people_who_throw_away_at_once_are_both_heard(tray: Tray) -> None:
    told = [(f"L/{number}.pdf", report(str(number))) for number in range(8)]
    batch_id = upload(tray, told)
    found = [one for path, _ in told for one in there(tray, batch_id, path)]
    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda one: throw(tray, one), found))
    assert asked_for(tray, told) == []
    assert how_far(tray, batch_id).total == 0


def test_an_ended_folder_keeps_no_list_and_begins_anew(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    batch_id = upload(tray, [EP, PHOTO])
    tray.file(there(tray, batch_id, EP[0])[0], ann)
    throw(tray, there(tray, batch_id, PHOTO[0])[0])
    close_folder(tray.inside, PRIMARY, batch_id, SENCO)
    tray.town.clock.pass_(days=31)
    tray.settle()
    with tray.inside.store.reading(PRIMARY) as unit:
        ended = get_folder(unit, batch_id)
    assert (ended.state, ended.expected, ended.done) == ("done", (), ())
    assert asked_for(tray, [EP, PHOTO]) == [EP[0], PHOTO[0]]


def test_a_file_that_comes_as_its_folder_is_ended_is_refused_whole(tray: Tray) -> None:
    folder, _ = announce(tray.inside, PRIMARY, NAME, files(EP), SENCO)
    with Receiving(tray.inside, PRIMARY) as receiving:
        receiving.write(EP[1])
        close_folder(tray.inside, PRIMARY, folder.batch_id, SENCO)
        with pytest.raises(Refused, match="folder-ended"):
            receiving.finish(NewUpload("EP report.pdf", EP[0], folder.batch_id), SENCO)
    assert there(tray, folder.batch_id, EP[0]) == []
    assert tray.blobs() == 0


def test_the_next_zip_brings_back_nothing_that_is_done_with(tray: Tray) -> None:
    batch_id, _ = archive(tray, zipped(dict([EP, PHOTO])))
    throw(tray, there(tray, batch_id, EP[0])[0])
    throw(tray, there(tray, batch_id, PHOTO[0])[0])
    newer, more = (EP[0], report("Ann, corrected")), ("L/more.pdf", report("more"))
    assert archive(tray, zipped(dict([newer, PHOTO, more])))[0] == batch_id
    came = {one.path for one in how_far(tray, batch_id).uploads if not one.archive}
    assert came == {EP[0], more[0]}


def test_a_folder_stored_before_reads(tray: Tray) -> None:
    batch_id = upload(tray, [EP, PHOTO])
    with tray.inside.store.unit(PRIMARY) as unit:
        item = unit.items.get("upload-folder", batch_id)
        told = {name: value for name, value in (item.content or {}).items() if name != "done"}
        unit.items.update(replace(item, content=told))
        unit.audit.record(SENCO, "folder.resumed", "folder", batch_id)
        unit.commit()
    with tray.inside.store.reading(PRIMARY) as unit:
        assert folder_of(unit.items.get("upload-folder", batch_id)).done == ()
    throw(tray, there(tray, batch_id, PHOTO[0])[0])
    assert asked_for(tray, [EP, PHOTO]) == []
