"""Reading a CTF: lenient, and a bad row stops only its pupil."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, cast

import psutil
import pytest

from adapters.formats.ctf import (
    CtfParty,
    CtfPupil,
    CtfPupilError,
    read_ctf,
)
from adapters.formats.pupils_ctf import CtfPupils
from exchange.errors import FormatError, UsageError, XmlError
from exchange.ports import ReadPupil
from schemas.identifiers import Upn
from tests.adapters.ctf_cases import (
    AT,
    HEADER,
    OTHER_UPN,
    SUBJECT,
    UPN,
    cases,
    ctf,
    fragments,
    full,
    header_of,
    opened,
    pupil,
    refused,
    row_of,
    rows,
    taken,
    with_header,
    written,
)


def test_every_element_finds_its_field() -> None:
    found, (first, second) = full()
    header = found.header
    assert (header.version, header.document_qualifier, header.academic_year) == (
        "25.0",
        "full",
        "2025",
    )
    assert header.source == CtfParty("801", "2000", "109001", "Elm Primary")
    assert header.destination == CtfParty("801", "4001", "109002")
    assert header.date_time == datetime(2026, 7, 1, 9, 30)  # noqa: DTZ001
    assert first.remarks == second.remarks == ()
    made = first.pupil
    assert made.names.display == "Zo Neill"
    assert (made.names.forename, made.names.surname) == ("Zoë", "O\u2019Neill")
    assert (str(made.upn), str(made.uln), made.sex, made.nc_year) == (UPN, "1000000043", "F", "6")
    assert [str(upn) for upn in made.former_upns] == ["Y80120001410A"]
    assert made.date_of_birth == date(2015, 3, 9)
    assert [(lang.kind, lang.language) for lang in made.languages] == [("F", "ENG"), (None, "BSL")]
    assert made.disabilities == ("HEAR", "COMM")
    assert made.medical_flag is True
    assert made.looked_after is not None
    assert not made.looked_after.in_care
    assert made.address is not None
    assert (made.address.paon, made.address.post_code) == ("14", "BS1 1AA")
    father, mother = made.contacts
    assert (father.order, father.relationship, father.responsibility) == (2, "PAF", True)
    assert father.address is not None
    assert father.address.lines == ("1 Oak Lane", "Easton")
    assert (mother.order, mother.address_as_pupil, mother.address) == (3, True, None)
    assert str(made.school_history[0].laestab) == "8012000"
    assert made.school_history[1].laestab is None
    assert first.attendance is not None
    assert first.attendance.years[0].marks[0].marks == "/\\/\\I  /\\"
    assert first.attainment is not None
    assert [(r.stage, r.subject, r.result) for r in first.attainment.results] == [
        ("KS1", "MAT", "EXS"),
        ("KS1", "ENG", "WTS"),
        ("KS2", "MAT", "98"),
    ]
    assert {first.pupil.subject, first.attendance.subject, first.attainment.subject} == {SUBJECT}


def test_the_sen_register_knows_what_holds_today() -> None:
    sen = full()[1][0].sen
    assert sen is not None
    assert (sen.provision, sen.provision_starts) == ("E", date(2024, 2, 5))
    assert [(p.provision, p.starts) for p in sen.provision_history] == [
        ("E", date(2024, 2, 5)),
        ("K", date(2020, 1, 6)),
    ]
    assert [(n.rank, n.type, n.starts) for n in sen.needs] == [
        (1, "HI", date(2020, 1, 6)),
        (2, "SLCN", None),
    ]
    assert full()[1][1].sen is None


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(codec: str) -> None:
    label = {"cp1252": "Windows-1252", "utf-16": "utf-16"}.get(codec, "UTF-8")
    text = ctf(pupil(Forename="<Forename>Zoë</Forename>")).decode()
    data = f'<?xml version="1.0" encoding="{label}"?>{text}'.encode(codec)
    assert taken(data).pupil.names.forename == "Zoë"


@pytest.mark.parametrize("version", ["12", "12.0", "19.0", "25.0", "26.0"])
def test_versions_that_are_read(version: str) -> None:
    data = ctf(pupil(Sex="<Gender>F</Gender>"), header=HEADER.replace("25.0", version))
    assert taken(data).pupil.sex == "F"


@pytest.mark.parametrize(
    ("data", "error", "code", "path"),
    [
        (b"", XmlError, "xml-empty", ""),
        (b"UPN,Surname,Forename", XmlError, "xml-not-well-formed", "line 1"),
        (b"PK\x03\x04", XmlError, "xml-not-well-formed", "line 1"),
        (b"<!DOCTYPE CTfile><CTfile/>", XmlError, "xml-doctype", ""),
        (b"<ATfile><Header/></ATfile>", FormatError, "ctf-not-a-ctf", ""),
        (b"<CTfile/>", FormatError, "ctf-header-missing", "/Header"),
        (ctf(pupil(), header=""), FormatError, "ctf-header-missing", "/Header"),
        (ctf(header="<Header/>"), FormatError, "ctf-version-unknown", "/Header/CTFversion"),
        (with_header("25.0", "x"), FormatError, "ctf-version-unknown", "/Header/CTFversion"),
        (with_header("25.0", "11.0"), FormatError, "ctf-version-too-old", "/Header/CTFversion"),
        (with_header("4001", "41"), FormatError, "field-invalid", "/Header/DestSchool/Estab"),
        (ctf(header="<X/>" * 501 + HEADER), FormatError, "ctf-too-many-extras", "/"),
    ],
)
def test_a_file_that_is_no_ctf_is_refused_by_name(
    data: bytes, error: type[FormatError], code: str, path: str
) -> None:
    with pytest.raises(error) as caught:
        opened(data)
    assert (caught.value.code, caught.value.path) == (code, path)
    assert caught.value.hint


def test_a_file_for_a_council_that_names_no_school_is_taken_and_said_once() -> None:
    header = HEADER.replace("<Estab>4001</Estab>", "")
    data = ctf(pupil(DOB=""), pupil(), pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>"), header=header)
    assert opened(data).header.destination == CtfParty("801", "XXXX")
    _, first, second = CtfPupils().read(io.BytesIO(data))
    assert isinstance(first, ReadPupil)
    assert isinstance(second, ReadPupil)
    assert first.remarks == (("destination-no-school", "/Header/DestSchool"),)
    assert second.remarks == ()


def test_a_file_that_breaks_in_the_middle_says_so_after_what_came_before() -> None:
    data = ctf(pupil(), pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>"))
    found = opened(data[: data.index(OTHER_UPN.encode())])
    assert isinstance(next(found.pupils), CtfPupil)
    with pytest.raises(XmlError) as caught:
        next(found.pupils)
    assert caught.value.code == "xml-not-well-formed"


@pytest.mark.parametrize(("code", "path", "change"), cases("unusable.tsv"))
def test_what_makes_a_pupil_unusable(code: str, path: str, change: str) -> None:
    assert refused(ctf(row_of(change))) == [(code, AT + path)]


def test_every_fault_of_a_row_is_told() -> None:
    row = pupil(UPN="<UPN>A801200015001</UPN>", DOB="", Sex="<Sex>X</Sex>")
    assert set(refused(ctf(row))) == {
        ("upn-check-letter", f"{AT}/UPN"),
        ("date-missing", f"{AT}/DOB"),
        ("field-invalid", f"{AT}/Sex"),
    }


def test_a_bad_row_stops_only_its_pupil() -> None:
    found = rows(ctf(pupil(), pupil(DOB=""), pupil(), pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>")))
    assert [type(row) for row in found] == [CtfPupil, CtfPupilError, CtfPupilError, CtfPupil]
    assert [row.position for row in found] == [1, 2, 3, 4]
    twice = cast(CtfPupilError, found[2]).errors[0]
    assert (twice.code, twice.path) == ("upn-repeated", "/CTFpupilData/Pupil[3]/UPN")


def test_no_upn_needs_a_reason() -> None:
    without = ctf(pupil(UPN=""))
    made = taken(without, "UN2").pupil
    assert (made.upn, made.upn_unknown) == (None, "UN2")
    said = taken(ctf(pupil(UPN="<UPNunknown>UN3</UPNunknown>")), "UN2").pupil
    assert said.upn_unknown == "UN3"
    known = taken(ctf(pupil("<UPNunknown>UN3</UPNunknown>"))).pupil
    assert (str(known.upn), known.upn_unknown) == (UPN, None)
    data = written([taken(without, "UN2")], header_of(), [])
    assert b"UPN" not in data
    assert taken(data, "UN2").pupil == made
    with pytest.raises(UsageError) as caught:
        opened(without, "UN9")
    assert caught.value.code == "upn-reason-unknown"


def test_an_undated_and_a_historic_provision_are_read() -> None:
    history = (
        "<SENhistory><SEN><SENprovision>K</SENprovision></SEN>"
        "<SEN><StartDate>2013-01-07</StartDate><SENprovision>A</SENprovision></SEN>"
        "<SEN><StartDate>2020-09-01</StartDate><SENprovision>N</SENprovision></SEN>"
        "<SENneed><SENtype>MLD</SENtype></SENneed></SENhistory>"
    )
    sen = taken(ctf(pupil(history))).sen
    assert sen is not None
    assert (sen.provision, sen.provision_starts) == ("N", date(2020, 9, 1))
    assert [period.provision for period in sen.provision_history] == ["K", "A", "N"]
    assert [(need.rank, need.type) for need in sen.needs] == [(1, "MLD")]


@pytest.mark.parametrize(("remarks", "further"), cases("set_aside.tsv"))
def test_what_is_optional_is_kept_as_it_was_with_a_remark(remarks: str, further: str) -> None:
    row = taken(ctf(pupil(further)))
    said = sorted(f"{r.code} {r.path.removeprefix(AT)}" for r in row.remarks)
    assert said == sorted(remarks.split(", "))
    again = taken(written([row], header_of(), []))
    assert again == row
    flat = re.sub(r"\s", "", written([again], header_of(), []).decode())
    for text in re.findall(r">([^<]+)<", further):
        assert re.sub(r"\s", "", text) in flat


@pytest.mark.parametrize(
    "item",
    [
        "<StageAssessments><KeyStage><Stage>KS1</Stage>{}</KeyStage></StageAssessments>",
        "<StageAssessments>{}</StageAssessments>",
        "<Contacts>{}</Contacts>",
        "<BasicDetails>{}</BasicDetails>",
        "{}",
    ],
)
def test_a_pupil_made_to_be_slow_is_not(item: str) -> None:
    inner = {
        "Contacts": "<Contact/>",
        "Stage>": "<StageAssessment><Year>1</Year></StageAssessment>",
    }
    part = next((xml for name, xml in inner.items() if name in item), "<Surname>x</Surname>")
    started = time.perf_counter()
    rows(ctf(pupil(item.format(part * 20_000))))
    assert time.perf_counter() - started < 20


def test_nothing_said_of_a_file_quotes_it() -> None:
    mark = "QZXVKJWPYGHB"
    everywhere = re.sub(r">([^<>\s][^<>]*)<", f">{mark}<", pupil())
    optional = re.sub(r">([^<>\s][^<>]*)<", f">{mark}<", "".join(fragments()))
    sen_apart = re.sub("<SENhistory>.*</SENhistory>", "", optional, flags=re.DOTALL)
    said = [repr(rows(ctf(everywhere))), repr(rows(ctf(optional)))]
    for row in rows(ctf(everywhere, pupil(optional))):
        assert isinstance(row, CtfPupilError)
        said += [f"{e} {e!r} {e.hint} {e.__cause__} {e.__context__}" for e in row.errors]
    lenient = taken(ctf(pupil(sen_apart)))
    assert len(lenient.remarks) > 10
    said += [repr(lenient), repr(lenient.remarks)]
    assert mark not in "".join(said)


class Endless(io.RawIOBase):
    """A CTF of many pupils that is never whole in memory."""

    def __init__(self, pupils: int) -> None:
        self._parts = self._make(pupils)

    @staticmethod
    def _make(pupils: int) -> Iterator[bytes]:
        yield f"<CTfile>{HEADER}<CTFpupilData>".encode()
        for serial in range(pupils):
            upn = Upn.compose(
                la="801",
                establishment=f"{serial // 1000:04d}",
                year=15,
                serial=f"{serial % 1000:03d}",
            )
            bulk = "<Bulk>" + "<b/>" * 500 + "</Bulk>"
            yield f"<Pupil>{pupil(bulk, UPN=f'<UPN>{upn}</UPN>')}</Pupil>".encode()
        yield b"</CTFpupilData></CTfile>"

    def read(self, size: int = -1, /) -> bytes:
        return next(self._parts, b"")


def test_memory_does_not_grow_with_the_number_of_pupils() -> None:
    process = psutil.Process()
    found = read_ctf(cast(BinaryIO, Endless(1_500)))
    before = most = process.memory_info().rss
    for row in found.pupils:
        assert isinstance(row, CtfPupil)
        if row.position % 100 == 0:
            most = max(most, process.memory_info().rss)
    assert row.position == 1_500
    assert most - before < 24 * 1024 * 1024  # kept whole, 750,000 elements take about 100 MB


@pytest.mark.corpus
def test_files_assembled_from_public_unit_tests(corpora: Path) -> None:
    with (corpora / "ctf/ctf_v19_assembled_from_sta_mtc_unit_test.xml").open("rb") as stream:
        found = read_ctf(stream)
        (row,) = found.pupils
    assert found.header.version == "19.0"
    assert isinstance(row, CtfPupil)
    assert row.attainment is not None
    assert row.attainment.results[0].qualifier == "MT"
    with (corpora / "ctf/ctf_v25_assembled_from_dfe_giap_unit_test.xml").open("rb") as stream:
        (bad,) = read_ctf(stream).pupils
    assert isinstance(bad, CtfPupilError)  # its UPN has ten characters
    assert [(e.code, e.path) for e in bad.errors] == [("upn-form", f"{AT}/UPN")]
