"""The demonstration's material: valid, varied, the same for a seed, one pupil a document."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from adapters.formats.ctf import CtfPupil, read_ctf
from demo.material import Material, make
from demo.material.cohort import draw_cohort
from demo.material.documents import WRITERS, papers_for
from demo.material.documents.measures import by_month, described, percentile
from demo.material.places import PLACES
from demo.material.texts import need_text
from schemas.base import dump_bytes, load_bytes
from schemas.codes import code_set
from schemas.identifiers import Laestab, Ukprn, Upn, Urn
from schemas.records import RECORDS
from schemas.sen import SenRegister, SenSupportPlan

SEN_TYPES = {entry.code for entry in code_set("sen-type").current(date(2026, 7, 1))}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return make(tmp_path_factory.mktemp("material"), seed=1, count=30)


def test_every_upn_is_valid_and_one_pupil_has_a_reason_for_none(material: Material) -> None:
    upns = [each.pupil.upn for each in material.pupils]
    known = [upn for upn in upns if upn]
    assert len(upns) == 30
    assert len(set(known)) == 29
    for upn in known:
        assert not Upn.parse(upn).temporary
    without = next(each.pupil for each in material.pupils if each.pupil.upn is None)
    assert without.no_upn_reason in code_set("upn-unknown-reason")


def test_twins_share_all_but_their_own_names(material: Material) -> None:
    first, second = (each.pupil for each in material.pupils if each.pupil.twin == "okafor")
    assert first.surname == second.surname
    assert first.birth == second.birth
    assert first.address == second.address
    assert first.contacts == second.contacts
    assert first.destination == second.destination
    assert first.forename != second.forename
    assert first.upn is not None
    assert second.upn is not None
    assert int(second.upn[1:]) - int(first.upn[1:]) == 1


def test_the_cohort_is_varied(material: Material) -> None:
    pupils = [each.pupil for each in material.pupils]
    types = {need.code for pupil in pupils for need in pupil.needs}
    assert types == SEN_TYPES
    assert set(Counter(pupil.status for pupil in pupils)) == {"N", "K", "E"}
    assert {len(pupil.needs) for pupil in pupils} == {0, 1, 2}
    assert sum(pupil.looked_after for pupil in pupils) == 1
    assert sum(pupil.by_folder for pupil in pupils) == 2
    assert {pupil.destination.key for pupil in pupils} == {"quillbridge", "saltmere"}
    assert any(pupil.known_as != pupil.forename for pupil in pupils)
    names = " ".join(f"{p.full_name} {p.preferred_surname}" for p in pupils)
    assert all(name in names for name in ("Zoë", "Siân", "Łukasz", "O'Connor", "李"))
    assert all(date(2014, 9, 1) <= pupil.birth < date(2015, 9, 1) for pupil in pupils)


def test_each_pupil_has_three_to_eight_documents_of_known_types(material: Material) -> None:
    counts = [len(each.documents) for each in material.pupils]
    assert min(counts) == 3
    assert max(counts) == 8
    for each in material.pupils:
        types = [document.type for document in each.documents]
        assert len(types) == len(set(types))
        for document in each.documents:
            assert document.type in code_set("document-type")
            assert document.author
            assert document.author_role
            assert document.authored.weekday() < 5
            assert each.pupil.joined < document.authored < date(2026, 7, 6)


def test_pdfs_open_and_say_who_wrote_them_and_when(material: Material) -> None:
    pages = Counter[int]()
    for each in material.pupils:
        for document in each.documents:
            assert 20_000 <= document.path.stat().st_size <= 1_000_000
            with pikepdf.open(document.path) as pdf:
                pages[len(pdf.pages)] += 1
                assert str(pdf.docinfo["/Subject"]) == document.type
                assert str(pdf.docinfo["/Title"]) == document.title
                assert str(pdf.docinfo["/Author"]).startswith(document.author)
                assert f"{document.authored:%Y%m%d}" in str(pdf.docinfo["/CreationDate"])
    assert sum(count for number, count in pages.items() if number > 1) > pages[1] * 3


def test_a_document_names_no_other_pupil() -> None:
    cohort = draw_cohort(1, 30)
    for pupil in cohort:
        others = {word for other in cohort for word in (other.upn, other.full_name)}
        others -= {pupil.upn, pupil.full_name, None}
        siblings = {p.known_as for p in cohort if p.twin and p.twin == pupil.twin} - {
            pupil.known_as
        }
        for paper in papers_for(pupil):
            said = " ".join([paper.title, paper.about, *_words(paper.blocks)])
            assert pupil.known_as in said
            assert not [word for word in others | siblings if word and word in said]


def _words(blocks: object) -> list[str]:
    """Collect the text of paragraphs, however deep they lie in tables and lists."""
    if hasattr(blocks, "getPlainText"):
        return [blocks.getPlainText()]
    found: list[str] = []
    inner = getattr(blocks, "_cellvalues", None) or getattr(blocks, "_flowables", None)
    for part in inner or getattr(blocks, "_content", None) or _listed(blocks):
        found += _words(part)
    return found


def _listed(blocks: object) -> list[object]:
    return list(blocks) if isinstance(blocks, list | tuple) else []


def test_no_template_is_left_unfilled() -> None:
    for pupil in draw_cohort(3, 30):
        for paper in papers_for(pupil):
            said = " ".join([paper.title, paper.about, *_words(paper.blocks)])
            assert not re.search(r"[{}]", said), paper.type


def test_every_need_has_texts_of_the_same_shape() -> None:
    for code in (*sorted(SEN_TYPES), "NONE"):
        words = need_text(code)
        assert len(words["summary"]) == 2
        assert min(len(words[key]) for key in ("strengths", "helps", "hinders")) >= 4
        assert len(words["strategies"]) >= 7
        assert len(words["parent"]) >= 3
        assert len(words["pupil"]) >= 4
        for part in words["specialists"]:
            assert part["type"] in WRITERS
            assert part["type"] in code_set("document-type")


def test_records_load_again_and_say_what_the_documents_say(material: Material) -> None:
    for each in material.pupils:
        names = {path.name for path in each.records}
        assert {"sen-register.json", "one-page-profile.json", "transition-plan.json"} <= names
        assert ("sen-support-plan.json" in names) is (each.pupil.status != "N")
        for path in each.records:
            record = load_bytes(RECORDS, path.read_bytes())
            assert dump_bytes(record) == path.read_bytes()
            assert getattr(record, "subject") == each.pupil.pupil_id  # noqa: B009
            if isinstance(record, SenRegister):
                assert record.provision == each.pupil.status
                assert bool(record.suspected_needs) is bool(each.pupil.suspected)
            if isinstance(record, SenSupportPlan):
                assert len(record.cycles) == 3


def test_a_suspected_need_is_no_need(material: Material) -> None:
    suspected = [each.pupil for each in material.pupils if each.pupil.suspected]
    assert len(suspected) == 3
    assert sum(not pupil.needs for pupil in suspected) == 2


def test_the_ctf_parses_and_holds_the_cohort(material: Material) -> None:
    assert re.fullmatch(r"8209101_CTF_XXXXXXX_001\.xml", material.ctf.name)
    root = etree.fromstring(material.ctf.read_bytes())
    pupils = root.findall("CTFpupilData/Pupil")
    assert root.findtext("Header/CTFversion") == "25.0"
    assert [pupil.findtext("UPN") for pupil in pupils] == [e.pupil.upn for e in material.pupils]
    assert [pupil.findtext("UPNunknown") for pupil in pupils].count("UN3") == 1
    for pupil, each in zip(pupils, material.pupils, strict=True):
        assert pupil.findtext("Surname") == each.pupil.surname
        assert pupil.findtext("BasicDetails/PreferredForename") == each.pupil.known_as
        for year in pupil.findall("Attendance/YearData"):
            kinds = ("Possible", "Attended", "Authorised", "Unauthorised")
            possible, *parts = (int(year.findtext(f"Sessions{kind}") or "") for kind in kinds)
            assert sum(parts) == possible
        for language in pupil.findall("BasicDetails/Languages/Type/Language"):
            assert language.text in code_set("language")
        assert pupil.findtext("BasicDetails/Ethnicity") in code_set("ethnicity")
    assert len(root.findall(".//LookedAfter")) == 1


def test_destinations_name_every_pupil_and_a_school(material: Material) -> None:
    with material.destinations.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["upn"] or None for row in rows] == [each.pupil.upn for each in material.pupils]
    assert Counter(row["way"] for row in rows) == {"https": 28, "folder": 2}
    assert {row["urn"] for row in rows} == {"999002", "999003"}


def test_places_have_wellformed_numbers_that_no_school_has() -> None:
    for place in PLACES:
        assert Ukprn.parse(place.ukprn or "").value.startswith("1999")
        if place.kind in ("la", "agency"):
            assert (place.urn, place.laestab) == (None, None)
            continue
        assert int(Urn.parse(place.urn or "").value) > 999_000
        assert Laestab.parse(place.laestab or "").establishment >= "9000"
        assert Laestab.parse(place.laestab or "").la == "820"


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    make(tmp_path / "here", seed=7, count=4)
    command = [sys.executable, "-m", "demo.material", str(tmp_path / "there")]
    subprocess.run(
        [*command, "--seed", "7", "--pupils", "4"],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "99", "TZ": "Asia/Tokyo"},
        stdout=subprocess.DEVNULL,
    )
    assert _files(tmp_path / "here") == _files(tmp_path / "there")
    make(tmp_path / "other", seed=8, count=4)
    assert _files(tmp_path / "here") != _files(tmp_path / "other")


def _files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_more_pupils_than_the_cast_are_drawn() -> None:
    cohort = draw_cohort(2, 45)
    assert len({pupil.upn for pupil in cohort}) == 45
    assert len({pupil.pupil_id for pupil in cohort}) == 45
    assert cohort[:30] == draw_cohort(2, 30)


@pytest.mark.parametrize("count", [0, 901])
def test_a_cohort_has_its_limits(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 900"):
        draw_cohort(1, count)


def test_attendance_by_month_agrees_with_the_year(material: Material) -> None:
    for each in material.pupils:
        for year in each.pupil.attendance:
            months = by_month(year)
            assert all(0 <= percent <= 100 for _, percent in months)
            mean = sum(percent for _, percent in months) / len(months)
            assert abs(mean - year.percent) < 12


@pytest.mark.parametrize(
    ("score", "place", "words"),
    [(100, 50, "average"), (85, 16, "average"), (84, 14, "below average"), (69, 2, "very low")],
)
def test_standard_scores_are_explained(score: int, place: int, words: str) -> None:
    assert percentile(score) == place
    assert described(score) == words


def test_the_products_reader_takes_the_ctf_without_a_remark(material: Material) -> None:
    with material.ctf.open("rb") as stream:
        read = read_ctf(stream)
        rows = list(read.pupils)
    assert all(isinstance(row, CtfPupil) and row.remarks == () for row in rows)
    taken = [row for row in rows if isinstance(row, CtfPupil)]
    assert [row.pupil.names.surname for row in taken] == [e.pupil.surname for e in material.pupils]
    assert [row.pupil.upn_unknown for row in taken].count("UN3") == 1
    assert [len(row.pupil.extras) for row in taken] == [1] + [0] * 29
    for row, each in zip(taken, material.pupils, strict=True):
        assert row.sen is not None
        assert row.sen.provision == each.pupil.status
        assert tuple(need.type for need in row.sen.needs) == tuple(
            need.code for need in each.pupil.needs
        )
