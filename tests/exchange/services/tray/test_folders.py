"""The leavers' folder: matched to children, resumed, or as one ZIP."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
from datetime import date

import pytest

from exchange.errors import NotFound, Refused, UsageError
from exchange.services.tray import batch as folders
from exchange.services.tray.batch import (
    Expected,
    announce,
    begin_archive,
    close_folder,
    open_folders,
)
from exchange.services.tray.file_upload import throw_away
from exchange.services.tray.sorting import Sorted, assign, sort_folder
from exchange.services.tray.upload import Stage, in_tray
from tests.exchange.services.town import PRIMARY, SENCO
from tests.exchange.services.tray.conftest import Tray
from tests.exchange.services.tray.papers import pdf_saying, zipped

BORN = date(2015, 3, 9)


def report(who: str) -> bytes:
    return pdf_saying("Educational psychology report", f"This report is about {who}.")


def files(*told: tuple[str, bytes]) -> list[Expected]:
    return [
        Expected(path, len(content), hashlib.sha256(content).hexdigest()) for path, content in told
    ]


def upload(tray: Tray, told: list[tuple[str, bytes]], name: str = "Leavers 2026") -> str:
    folder, missing = announce(tray.inside, PRIMARY, name, files(*told), SENCO)
    for path, content in told:
        if path in {one.path for one in missing}:
            tray.put(content, path.rpartition("/")[2], path=path, batch_id=folder.batch_id)
    tray.settle()
    return folder.batch_id


def sorted_(tray: Tray, batch_id: str) -> Sorted:
    with tray.inside.store.reading(PRIMARY) as unit:
        return sort_folder(tray.inside, unit, batch_id)


def whose(tray: Tray, batch_id: str) -> dict[str, str]:
    return {
        one.path: child.pupil_id
        for child in sorted_(tray, batch_id).children
        for one, _ in child.uploads
    }


def left_over(tray: Tray, batch_id: str) -> set[str]:
    unmatched = sorted_(tray, batch_id).unmatched.values()
    return {one.path for found in unmatched for one, _ in found}


def test_sub_folders_and_names_match_children(tray: Tray) -> None:
    ann = tray.child(0, "Annabel", "Oak", BORN, known_as="Ann")
    ben = tray.child(1, "Ben", "Oak", BORN)
    zoe = tray.child(2, "Zoë", "van der Berg", date(2014, 12, 1))
    told = [
        ("Leavers/OAK Ann/EP report.pdf", report("Ann")),
        ("Leavers/Oak, Ben/scan1.pdf", report("him")),
        ("Leavers/Zoe Vanderberg 01.12.2014/a.pdf", report("her")),
        ("Leavers/Annabel_Oak_SALT.pdf", report("Annabel")),
        ("Leavers/Oak/both.pdf", report("the twins")),
        ("Leavers/unknown/x.pdf", report("a child")),
    ]
    batch_id = upload(tray, told)
    assert whose(tray, batch_id) == {
        "Leavers/OAK Ann/EP report.pdf": ann,
        "Leavers/Oak, Ben/scan1.pdf": ben,
        "Leavers/Zoe Vanderberg 01.12.2014/a.pdf": zoe,
        "Leavers/Annabel_Oak_SALT.pdf": ann,
    }
    assert left_over(tray, batch_id) == {"Leavers/Oak/both.pdf", "Leavers/unknown/x.pdf"}


def test_one_weak_sign_names_nobody(tray: Tray) -> None:
    tray.child(0, "Ann", "Oak", BORN)
    told = [
        ("L/Oak/a.pdf", report("x")),
        ("L/Ann/b.pdf", report("x")),
        ("L/09.03.2015/c.pdf", report("x")),
        ("L/Report/d.pdf", pdf_saying("Ann Oak and others took part.")),
    ]
    batch_id = upload(tray, told)
    assert whose(tray, batch_id) == {}
    assert left_over(tray, batch_id) == {path for path, _ in told}


def test_two_weak_signs_that_agree_do(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    batch_id = upload(tray, [("L/Oak 09-03-2015/a.pdf", report("x"))])
    assert whose(tray, batch_id) == {"L/Oak 09-03-2015/a.pdf": ann}


def test_two_of_one_name_are_told_apart_by_nothing_but_a_birthday(tray: Tray) -> None:
    tray.child(0, "Sam", "Khan", BORN)
    other = tray.child(1, "Sam", "Khan", date(2014, 11, 2))
    told = [("L/Sam Khan/a.pdf", report("x")), ("L/Sam Khan 2.11.2014/b.pdf", report("x"))]
    batch_id = upload(tray, told)
    assert whose(tray, batch_id) == {"L/Sam Khan 2.11.2014/b.pdf": other}


def test_folder_and_file_name_that_disagree_are_left_to_a_person(tray: Tray) -> None:
    tray.child(0, "Ann", "Oak", BORN)
    tray.child(1, "Ben", "Elm", date(2015, 1, 1))
    batch_id = upload(tray, [("L/Ann Oak/Ben Elm EP.pdf", report("x"))])
    (found,) = sorted_(tray, batch_id).unmatched["L/Ann Oak"]
    assert found[1].conflict
    assert len(found[1].rivals) == 2


def test_a_person_says_whose_the_rest_is(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    batch_id = upload(tray, [("L/x/a.pdf", report("x"))])
    (upload_, _), *_ = sorted_(tray, batch_id).unmatched["L/x"]
    with pytest.raises(NotFound):
        assign(tray.inside, PRIMARY, batch_id, {upload_.upload_id: "0" * 36}, SENCO)
    assign(tray.inside, PRIMARY, batch_id, {upload_.upload_id: ann}, SENCO)
    assert whose(tray, batch_id) == {"L/x/a.pdf": ann}


def test_an_upload_that_is_not_of_this_folder_is_not_moved_into_it(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    alone = tray.checked(report("Ann"))
    batch_id = upload(tray, [("L/x/a.pdf", report("x"))])
    with pytest.raises(NotFound):
        assign(tray.inside, PRIMARY, batch_id, {alone.upload_id: ann}, SENCO)


def test_after_a_broken_connection_only_what_is_missing_is_sent(tray: Tray) -> None:
    told = [(f"L/{number}.pdf", report(str(number))) for number in range(4)]
    folder, missing = announce(tray.inside, PRIMARY, "L", files(*told), SENCO)
    assert len(missing) == 4
    for path, content in told[:2]:
        tray.put(content, path, path=path, batch_id=folder.batch_id)
    again, missing = announce(tray.inside, PRIMARY, "L", files(*told), SENCO)
    assert again.batch_id == folder.batch_id
    assert [one.path for one in missing] == ["L/2.pdf", "L/3.pdf"]
    changed = [told[0], ("L/1.pdf", report("new")), *told[2:]]
    _, missing = announce(tray.inside, PRIMARY, "L", files(*changed), SENCO)
    assert [one.path for one in missing] == ["L/1.pdf", "L/2.pdf", "L/3.pdf"], "by its digest"


def test_what_was_filed_is_not_sent_again(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    told = [("L/Ann Oak/a.pdf", report("Ann"))]
    batch_id = upload(tray, told)
    (one,) = sorted_(tray, batch_id).children[0].uploads
    tray.file(one[0], ann)
    _, missing = announce(tray.inside, PRIMARY, "Leavers 2026", files(*told), SENCO)
    assert missing == ()


def test_progress_counts_what_came_and_what_was_looked_at(tray: Tray) -> None:
    told = [(f"L/{number}.pdf", report(str(number))) for number in range(3)]
    folder, _ = announce(tray.inside, PRIMARY, "L", files(*told), SENCO)
    tray.put(told[0][1], "0.pdf", path="L/0.pdf", batch_id=folder.batch_id)
    now = sorted_(tray, folder.batch_id)
    assert (now.total, now.received, now.checked, now.busy) == (3, 1, 0, True)
    tray.settle()
    now = sorted_(tray, folder.batch_id)
    assert (now.total, now.received, now.checked) == (3, 1, 1)


def test_a_folder_is_done_with_when_nothing_is_left(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    told = [("L/Ann Oak/a.pdf", report("Ann")), ("L/y.pdf", report("y"))]
    batch_id = upload(tray, told)
    with pytest.raises(Refused, match="folder-not-done"):
        close_folder(tray.inside, PRIMARY, batch_id, SENCO)
    for child in sorted_(tray, batch_id).children:
        tray.file(child.uploads[0][0], ann)
    for found in sorted_(tray, batch_id).unmatched.values():
        throw_away(tray.inside, PRIMARY, found[0][0].upload_id, SENCO)
    close_folder(tray.inside, PRIMARY, batch_id, SENCO)
    with tray.inside.store.reading(PRIMARY) as unit:
        assert open_folders(unit) == ()
        assert in_tray(unit) == ()
    folder, missing = announce(tray.inside, PRIMARY, "Leavers 2026", files(*told), SENCO)
    assert folder.batch_id != batch_id
    assert len(missing) == 2


def test_what_programs_leave_in_folders_is_left_out(tray: Tray) -> None:
    junk = ["L/.DS_Store", "L/Thumbs.db", "L/~$plan.docx", "L/._a.pdf", "__MACOSX/L/a.pdf"]
    listed = files(*[(path, b"x") for path in junk], ("L/a.pdf", b"x"))
    folder, _ = announce(tray.inside, PRIMARY, "L", listed, SENCO)
    assert [one.path for one in folder.expected] == ["L/a.pdf"]


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../a.pdf", "a/../b", "a//b", "C:/a", "a\0b"])
def test_names_that_lead_elsewhere(tray: Tray, path: str) -> None:
    with pytest.raises(UsageError, match="file-name-invalid"):
        announce(tray.inside, PRIMARY, "L", files((path, b"x")), SENCO)


def test_folders_too_large(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_IN_FOLDER", 2)
    many = files(*[(f"{number}.pdf", b"x") for number in range(3)])
    with pytest.raises(Refused, match="folder-too-many"):
        announce(tray.inside, PRIMARY, "L", many, SENCO)
    big = [Expected("a", folders.FOLDER_BYTES + 1, "0" * 64)]
    with pytest.raises(Refused, match="folder-too-large"):
        announce(tray.inside, PRIMARY, "L", big, SENCO)
    with pytest.raises(Refused, match="folder-empty"):
        announce(tray.inside, PRIMARY, "L", [], SENCO)


# As one ZIP


def archive(tray: Tray, content: bytes) -> tuple[str, str]:
    """Upload a ZIP and let the worker unpack it; return the folder's id and the upload's."""
    folder = begin_archive(tray.inside, PRIMARY, "Leavers.zip", SENCO)
    made = tray.put(content, "Leavers.zip", batch_id=folder.batch_id, archive=True)
    tray.settle()
    return folder.batch_id, made.upload.upload_id


def test_a_zip_is_unpacked_and_matched(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    content = zipped(
        {
            "Leavers/": b"",
            "Leavers/Ann Oak/EP.pdf": report("Ann"),
            "Leavers/Ann Oak/.DS_Store": b"x",
            "__MACOSX/Leavers/Ann Oak/._EP.pdf": b"x",
            "Leavers/Zoë/é.pdf": report("Zoë"),
        }
    )
    batch_id, upload_id = archive(tray, content)
    assert tray.get(upload_id).stage is Stage.UNPACKED
    assert whose(tray, batch_id) == {"Leavers/Ann Oak/EP.pdf": ann}
    assert left_over(tray, batch_id) == {"Leavers/Zoë/é.pdf"}
    assert tray.blobs() == 2, "the ZIP itself is not kept"


def test_unpacking_twice_makes_nothing_twice(tray: Tray) -> None:
    content = zipped({"L/a.pdf": report("a"), "L/b.pdf": report("b")})
    archive(tray, content)
    archive(tray, content)
    assert tray.blobs() == 2


def test_windows_separators_are_folders(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    batch_id, _ = archive(tray, zipped({"L\\Ann Oak\\a.pdf": report("a")}))
    assert whose(tray, batch_id) == {"L/Ann Oak/a.pdf": ann}


def link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        info = zipfile.ZipInfo("L/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        container.writestr(info, "/etc/passwd")
    return out.getvalue()


def bomb() -> bytes:
    return zipped({"L/a.txt": b" " * (64 * 1024 * 1024)})


def lying() -> bytes:
    """Return a ZIP whose directory says less than its member unpacks to."""
    content = bytearray(zipped({"L/a.txt": b"x" * 100_000}))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 24, 10)
    return bytes(content)


def overlapping() -> bytes:
    content = bytearray(zipped({"L/a.txt": b"x" * 1000, "L/b.txt": b"y" * 1000}))
    last = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, last + 42, 0)
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(zipped({"L/a.txt": b"x" * 100}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


ATTACKS = {
    "leads upwards": (zipped({"../../etc/x.pdf": b"x"}), "zip-name-unsafe"),
    "absolute": (zipped({"/etc/x.pdf": b"x"}), "zip-name-unsafe"),
    "a drive": (zipped({"C:\\x.pdf": b"x"}), "zip-name-unsafe"),
    "upwards by backslash": (zipped({"a\\..\\..\\x.pdf": b"x"}), "zip-name-unsafe"),
    "nested": (zipped({"L/more.zip": zipped({"a": b"x"})}), "zip-nested"),
    "a link": (link(), "zip-link"),
    "a bomb": (bomb(), "zip-bomb"),
    "a liar": (lying(), "zip-invalid"),
    "overlapping": (overlapping(), "zip-bomb"),
    "encrypted": (encrypted(), "zip-encrypted"),
    "no ZIP": (b"PK\x03\x04 no more", "zip-invalid"),
    "cut off": (zipped({"L/a.pdf": report("a")})[:-30], "zip-invalid"),
    "a PDF": (report("a"), "zip-invalid"),
    "too many": (zipped({f"L/{n}.txt": b"x" for n in range(2001)}), "zip-too-many"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_zips_that_attack(tray: Tray, name: str) -> None:
    content, code = ATTACKS[name]
    batch_id, upload_id = archive(tray, content)
    found = tray.get(upload_id)
    assert (found.stage, found.code) == (Stage.REFUSED, code)
    assert found.hint
    assert whose(tray, batch_id) == {}


def test_a_document_in_a_zip_that_is_none_is_refused_alone(tray: Tray) -> None:
    batch_id, _ = archive(tray, zipped({"L/a.pdf": report("a"), "L/b.exe": b"MZ\x90" + bytes(50)}))
    now = sorted_(tray, batch_id)
    assert [one.path for one in now.refused] == ["L/b.exe"]
    assert left_over(tray, batch_id) == {"L/a.pdf"}


def test_an_empty_file_in_a_zip_is_named_and_not_taken(tray: Tray) -> None:
    batch_id, _ = archive(tray, zipped({"L/a.pdf": report("a"), "L/cut off.pdf": b""}))
    (empty,) = sorted_(tray, batch_id).refused
    assert (empty.path, empty.code) == ("L/cut off.pdf", "document-empty")
    assert empty.hint
    assert left_over(tray, batch_id) == {"L/a.pdf"}


@pytest.mark.corpus
def test_no_zip_of_the_corpus_brings_the_worker_down(tray: Tray, corpora) -> None:  # type: ignore[no-untyped-def]
    for number, path in enumerate(sorted((corpora / "zip").rglob("*"))):
        if not path.is_file() or path.stat().st_size == 0:
            continue
        folder = begin_archive(tray.inside, PRIMARY, f"{number}", SENCO)
        made = tray.put(path.read_bytes(), path.name, batch_id=folder.batch_id, archive=True).upload
        tray.settle()
        found = tray.get(made.upload_id)
        assert found.stage in (Stage.REFUSED, Stage.UNPACKED), path.name
        assert all(".." not in one.split("/") for one in left_over(tray, folder.batch_id))
