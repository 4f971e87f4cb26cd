"""Writing a CTF: strict, and what was read comes back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.formats.ctf import (
    NOT_MAINTAINED,
    UNKNOWN_DESTINATION,
    CtfParty,
    CtfPupil,
    ctf_file_name,
)
from adapters.formats.pupils_ctf_out import CtfExport
from exchange.errors import FormatError, Wrapped
from exchange.ports.export import ExportedPupil, ExportParty
from schemas.attendance import Attendance
from schemas.base import dump, load
from schemas.identifiers import Upn
from schemas.pupil import ExtraElement, Names, Pupil
from schemas.sen import Need, ProvisionPeriod, SenRegister
from tests.adapters.ctf_cases import (
    AT,
    IDENTITY,
    SOURCE,
    SUBJECT,
    TO,
    UPN,
    ctf,
    fragments,
    full,
    header_of,
    names,
    opened,
    pupil,
    rows,
    taken,
    written,
)

texts = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


def test_unknown_elements_are_kept_and_handed_back() -> None:
    found, pupils = full()
    kept = {(extra.within, extra.xml) for extra in pupils[0].pupil.extras}
    assert ("", '<ShoeSize unit="UK">3</ShoeSize>') in kept
    assert ("BasicDetails", "<Nickname>Z</Nickname>") in kept
    assert ("StageAssessments", "<KeyStage><Stage>FSP</Stage></KeyStage>") in kept
    data = written(pupils, found.header, found.extras)
    for text in (
        "Before",
        "After/",
        "Comment",
        "Phase",
        "Nickname",
        "Level",
        "Zip",
        "Workplace",
        "Marker",
        "Easting",
    ):
        assert data.count(b"<" + text.encode()) == 1, text
    again = opened(data)
    assert list(again.pupils) == pupils
    assert again.header == found.header
    assert {(e.within, e.xml) for e in again.extras} == {(e.within, e.xml) for e in found.extras}


def test_export_has_the_published_order() -> None:
    found, pupils = full()
    root = etree.fromstring(written(pupils, found.header, []))
    assert names(root) == ["Header", "CTFpupilData"]
    assert names(root[0])[:4] == ["DocumentName", "CTFversion", "DateTime", "DocumentQualifier"]
    assert " ".join(names(root[1][0])) == (
        "UPN UniqueLearnerNumber UCI Surname Forename DOB Sex BasicDetails FSMhistory NAWdetails "
        "LookedAfter SENhistory Address Phones Email Contacts Attendance StageAssessments "
        "SchoolHistory SuppInfo ShoeSize"
    )
    assert names(root[1][1]) == ["UPN", "Surname", "Forename", "DOB", "Sex"]
    sen = root.find(".//SENhistory")
    assert sen is not None
    assert names(sen) == ["SEN", "SEN", "SENneeds"]
    assert root.find(".//SENhistory/SEN/StartDate") is not None


def test_an_older_version_says_gender() -> None:
    row = taken(ctf(pupil()))
    for version, tag in (("25.0", "Sex"), ("24.0", "Gender"), ("12.0", "Gender")):
        data = written([row], header_of(version=version), [])
        assert f"<{tag}>F</{tag}>".encode() in data
        assert rows(data) == [row]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(fragments()), max_size=8, unique=True).flatmap(
        lambda parts: st.permutations([*IDENTITY.values(), *parts])
    )
)
def test_reading_what_was_written_gives_the_same(children: list[str]) -> None:
    row = taken(ctf("".join(children)))
    data = written([row], header_of(), [])
    again = taken(data)
    assert again == row
    assert written([again], header_of(), []) == data


@settings(max_examples=40, deadline=None)
@given(texts, texts, st.dates(date(2005, 1, 1), date(2022, 12, 31)), st.sampled_from("NKE"))
def test_records_made_by_hand_survive(surname: str, forename: str, day: date, code: str) -> None:
    row = CtfPupil(
        pupil=Pupil(
            subject=SUBJECT,
            names=Names(surname=surname, forename=forename),
            date_of_birth=day,
            sex="M",
            upn=Upn.parse(UPN),
        ),
        sen=SenRegister(
            subject=SUBJECT,
            provision=code,
            provision_starts=day,
            provision_history=(ProvisionPeriod(provision=code, starts=day),),
            needs=(Need(rank=1, type="ASD", starts=day, ends=day),),
        ),
    )
    assert rows(written([row], header_of(), [])) == [row]


def test_todays_provision_is_exported_though_the_history_lacks_it() -> None:
    sen = SenRegister(subject=SUBJECT, provision="K", provision_starts=date(2025, 1, 6))
    row = replace(taken(ctf(pupil())), sen=sen)
    again = taken(written([row], header_of(), [])).sen
    assert again is not None
    assert (again.provision, again.provision_starts) == ("K", date(2025, 1, 6))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": "11.0"}, "ctf-version-unknown"),
        ({"version": "26.0"}, "ctf-version-unknown"),
        ({"destination": None}, "field-missing"),
        ({"source": None}, "field-missing"),
        ({"date_time": None}, "field-missing"),
        ({"supplier_id": "a\x00b"}, "field-invalid"),
    ],
)
def test_export_is_strict(changed: dict[str, object], code: str) -> None:
    with pytest.raises(FormatError) as caught:
        written([], header_of(**changed), [])
    assert caught.value.code == code


def test_export_refuses_what_records_refuse_and_kept_elements_that_are_none() -> None:
    row = taken(ctf(pupil()))
    with pytest.raises(Wrapped) as wrapped:
        written([replace(row, pupil=replace(row.pupil, sex="Z"))], header_of(), [])
    assert (wrapped.value.code, wrapped.value.path) == ("not-in-set", f"{AT}/sex")
    for xml in ("<a>", "<!DOCTYPE a><a/>", "text"):
        extras = (ExtraElement(within="", xml=xml),)
        with pytest.raises(FormatError) as caught:
            written([replace(row, pupil=replace(row.pupil, extras=extras))], header_of(), [])
        assert (caught.value.code, caught.value.path) == ("field-invalid", AT)


def test_a_senders_broken_element_keeps_no_class_from_being_exported() -> None:
    row = taken(ctf(pupil()))
    good = ExtraElement(within="", xml="<ShoeSize>4</ShoeSize>")
    extras = (ExtraElement(within="", xml="<a>"), good)
    bad = replace(row.pupil, extras=extras)
    out, party = io.BytesIO(), ExportParty("8012000", "", "A School")
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    CtfExport().write(out, party, party, at, [ExportedPupil(bad, ()), ExportedPupil(row.pupil, ())])
    assert out.getvalue().count(b"<Pupil>") == 2
    assert out.getvalue().count(b"<ShoeSize>4</ShoeSize>") == 1


@pytest.mark.parametrize(
    "kept",
    [
        [{"within": "", "xml": "<A"}],
        [1],
        [{"x": 1}],
        "text",
        {"a": 1},
        None,
        [{"within": "", "xml": 5}],
        [{"within": 1, "xml": "<A/>"}],
    ],
)
def test_nor_does_one_that_stands_deeper(kept: object) -> None:
    row = taken(ctf(pupil()))
    contact = {"order": 1, "surname": "Oak", "ctf_extras": kept}
    bad = load(Pupil, dump(row.pupil) | {"contacts": [contact]})
    out, party = io.BytesIO(), ExportParty("8012000", "", "A School")
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    CtfExport().write(out, party, party, at, [ExportedPupil(bad, ()), ExportedPupil(row.pupil, ())])
    assert out.getvalue().count(b"<Pupil>") == 2
    assert b"ctf_extras" not in out.getvalue()


@pytest.mark.parametrize("marks", [" /\\/\\", "/\\ ", "  ", " "])
def test_a_session_without_a_mark_moves_no_other(marks: str) -> None:
    year = {"year": 2024, "possible": 4, "attended": 2}
    said = {"starts": "2024-09-02", "marks": marks}
    about = {
        "schema": "sen.attendance/1.0",
        "subject": SUBJECT,
        "years": [year | {"marks": [said]}],
    }
    row = replace(taken(ctf(pupil())), attendance=load(Attendance, about))
    again = taken(written([row], header_of(), []))
    assert again.attendance is not None
    assert [one.marks for one in again.attendance.years[0].marks] == [marks]


def test_what_is_kept_makes_no_second_child_of_one() -> None:
    row = taken(ctf(pupil()))
    extras = (
        ExtraElement(within="", xml="<UPN>A999</UPN>"),
        ExtraElement(within="", xml="<Surname>Ash</Surname>"),
        ExtraElement(within="", xml="<ShoeSize>4</ShoeSize>"),
    )
    out, party = io.BytesIO(), ExportParty("8012000", "", "A School")
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    told = ExportedPupil(replace(row.pupil, extras=extras), ())
    CtfExport().write(out, party, party, at, [told])
    assert [one.tag for one in etree.fromstring(out.getvalue()).iter("UPN", "Surname")] == [
        "UPN",
        "Surname",
    ]
    assert b"<ShoeSize>4</ShoeSize>" in out.getvalue()


def test_file_names() -> None:
    assert ctf_file_name(SOURCE, TO, 7) == "8012000_CTF_8014001_007.xml"
    assert (
        ctf_file_name(CtfParty("820", "LLLL"), UNKNOWN_DESTINATION, 999)
        == "820LLLL_CTF_XXXXXXX_999.xml"
    )
    assert ctf_file_name(SOURCE, NOT_MAINTAINED, 1) == "8012000_CTF_MMMMMMM_001.xml"
    for serial in (0, 1000):
        with pytest.raises(FormatError):
            ctf_file_name(SOURCE, TO, serial)
    with pytest.raises(FormatError) as caught:
        CtfParty("8/1", "2000")
    assert (caught.value.code, caught.value.path) == ("field-invalid", "LEA")
