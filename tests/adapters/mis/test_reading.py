"""Tables become pupils: layouts of products, joined files, words, and what is wrong where."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.formats.mis.catalogue import fields as known_fields
from adapters.formats.mis.catalogue import layouts, meanings
from exchange.ports import ReadPupil
from exchange.ports.imports import Kept, Plan, settled
from schemas.codes import code_set
from tests.adapters.mis.lists import (
    HEADS,
    NO_UPN,
    OAK,
    READER,
    fields,
    given,
    look,
    one,
    refused,
    register,
    rows,
    taken,
    text,
    told,
)

UPN = "L801200015001"


def test_a_plain_list() -> None:
    heads = (*HEADS, "UPN", "Year", "SEN status", "Primary need", "Second need", "Food")
    row = one(text(heads, (*OAK, UPN, "Year 6", "SEN Support", "Autism", "SLCN", "Pie")))
    assert told(row) == ("Oak", "Ann", date(2015, 3, 9), "F")
    assert (str(row.pupil.upn), row.pupil.nc_year) == (UPN, "6")
    entry = register(row)
    assert entry.provision == "K"
    assert [(need.rank, need.type) for need in entry.needs] == [(1, "ASD"), (2, "SLCN")]


def test_what_is_not_for_sen_is_in_no_record() -> None:
    heads = (*HEADS, "Religion", "Free meals", "Postcode", "Parent's email")
    row = one(text(heads, (*OAK, "Jedi", "Y", "ZZ1 1ZZ", "p@example.org")))
    assert [c for c in fields(look(text(heads, OAK))).values() if c] == [
        *("surname", "forename", "date_of_birth", "sex"),
    ]
    assert "Jedi" not in repr(row.pupil.names.surname)
    assert row.pupil.address is None
    assert row.pupil.email is None
    assert row.records == ()


@pytest.mark.parametrize(
    ("head", "field", "how"),
    [
        ("Legal Surname", "surname", "name"),
        ("D.O.B.", "date_of_birth", "name"),
        ("dateOfBirth", "date_of_birth", "name"),
        ("Surnme", "surname", "similar"),
        ("Favourite colour", "", ""),
        ("SEN Need Type", "need_type", "name"),
        ("sen_needs[1]", "need_type_2", "name"),
    ],
)
def test_headings_are_guessed_and_say_how(head: str, field: str, how: str) -> None:
    column = look(text((head, "Class", "UPN"), ("x", "y", UPN))).sheets[0].columns[0]
    assert (column.head, column.field, column.how) == (head, field, how)


def test_what_a_layout_does_not_know_is_guessed_by_its_heading() -> None:
    heads = ("ID", *HEADS, "UPN", "SEN Status", "Primary Need", "Secondary Need", "Food")
    data = text(heads, ("1", *OAK, UPN, "K", "ASD", "SLCN", "Pie"))
    sheet = look(data).sheets[0]
    assert sheet.layout == "histories"
    assert [(c.field, c.how) for c in sheet.columns[6:]] == [
        ("provision", "name"),
        ("need_type", "name"),
        ("need_type_2", "name"),
        ("", ""),
    ]
    entry = register(one(data))
    assert (entry.provision, [need.type for need in entry.needs]) == ("K", ["ASD", "SLCN"])


def test_no_field_is_guessed_twice() -> None:
    found = fields(look(text(("Surname", "Last name", "Forename"), ("a", "b", "c"))))
    assert list(found.values()).count("surname") == 1


CENSUS = text(
    ("pupilonrolltableid", "NativeId", "dob", "surname", "forename", "upn", "sex", "senprovision"),
    ("row-1", "S1", "2015-Apr-25 00:00:00", "Oak", "Ann", UPN, "F", "K"),
    ("row-2", "S1", "2015-May-25 00:00:00", "Elm", "Bo", "", "M", "N"),
)
NEEDS = text(
    ("pupilonrolltableid", "senneedstableid", "sentyperank", "sentype"),
    ("row-1", "a", "2.0", "SLCN"),
    ("row-1", "b", "1.0", "ASD"),
    ("row-9", "c", "1.0", "ASD"),
)


def test_the_census_in_two_tables() -> None:
    found = look(CENSUS, NEEDS)
    assert [sheet.layout for sheet in found.sheets] == ["census", "census"]
    first, second, stray = rows(CENSUS, NEEDS)
    assert isinstance(first, ReadPupil)
    assert isinstance(second, ReadPupil)
    assert first.pupil.date_of_birth == date(2015, 4, 25)
    assert [need.type for need in register(first).needs] == ["ASD", "SLCN"]
    assert register(second).needs == ()
    assert [(e.code, e.path) for e in getattr(stray, "errors", ())] == [
        ("row-without-pupil", "/2/4")
    ]


def test_files_are_joined_in_whatever_order_they_come() -> None:
    first = rows(NEEDS, CENSUS)[0]
    assert isinstance(first, ReadPupil)
    assert [need.type for need in register(first).needs] == ["ASD", "SLCN"]


def test_two_schools_that_number_alike_lend_each_other_no_needs() -> None:
    heads = ("Pupil ID", *HEADS, "SEN status")
    elm = text(heads, ("12", *OAK, "K"))
    ash = text(heads, ("12", "Ash", "Ben", "2014-01-02", "M", "K"))
    needs = text(("Pupil ID", "Need type", "Rank"), ("12", "ASD", "1"))
    pupils = [one for one in rows(elm, ash, needs) if isinstance(one, ReadPupil)]
    assert [register(one).needs for one in pupils] == [(), ()]
    assert refused(elm, ash, needs) == [("row-without-pupil", "/3/2")]
    assert [need.type for need in register(rows(elm, needs)[0]).needs] == ["ASD"]  # type: ignore[arg-type]


def test_histories_beside_students() -> None:
    students = text(
        ("id", "upn", "surname", "forename", "dateofbirth", "gender"),
        ("7", UPN, "Oak", "Ann", "25/04/2015", "F"),
    )
    kinds = text(
        ("id", "studentid", "needtypecode", "needtypedescription", "rank", "needstartdate",
         "needenddate", "neednotes", "active"),
        ("1", "7", "", "Autistic spectrum disorder", "1", "01/09/2021", "", "Quiet corner", "true"),
        ("2", "7", "MLD", "", "1", "01/09/2019", "31/08/2021", "", "false"),
        ("3", "7", "HI", "", "2", "01/09/2019", "", "", "false"),
    )  # fmt: skip
    provision = text(
        ("studentid", "senprovisioncode", "senprovisiondescription", "senprovisionstartdate",
         "senprovisionenddate"),
        ("7", "S", "Statement", "01/09/2013", "31/08/2017"),
        ("7", "E", "EHCP", "01/09/2017", ""),
    )  # fmt: skip
    row = one(students, kinds, provision)
    entry = register(row)
    assert (entry.provision, entry.provision_starts) == ("E", date(2017, 9, 1))
    assert [(p.provision, p.ends) for p in entry.provision_history] == [
        ("S", date(2017, 8, 31)),
        ("E", None),
    ]
    assert [(n.type, n.rank, n.ends, n.notes) for n in entry.needs] == [
        ("ASD", 1, None, "Quiet corner"),
        ("MLD", 1, date(2021, 8, 31), None),
    ]


def test_arbor_needs() -> None:
    students = text(
        ("student", "legalLastName", "legalFirstName", "dateOfBirth", "gender", "senStatus"),
        ("31", "Oak", "Ann", "2015-04-25", "Female", "SEN Support"),
    )
    needs = text(
        ("student", "senNeedType", "description", "ranking", "effectiveDate", "endDate"),
        ("31", "SLCN", "Uses signs", "1", "2022-01-05", ""),
    )
    found = look(students, needs)
    assert {sheet.layout for sheet in found.sheets} == {"arbor"}
    (need,) = register(one(students, needs)).needs
    assert (need.type, need.notes, need.starts) == ("SLCN", "Uses signs", date(2022, 1, 5))


@pytest.mark.parametrize("cell", ["ASD|SLCN", '"[""ASD"", ""SLCN""]"', "ASD; SLCN", "asd;slcn"])
def test_assembly_needs_in_one_cell(cell: str) -> None:
    heads = ("first_name", "last_name", "dob", "gender", "sen_category", "sen_needs")
    mark = "\t" if ";" in cell or "|" in cell else ","
    row = one(text(heads, ("Ann", "Oak", "2015-04-25", "F", "K", cell), mark=mark))
    assert [(n.rank, n.type) for n in register(row).needs] == [(1, "ASD"), (2, "SLCN")]


def test_a_row_for_each_need_is_one_pupil() -> None:
    heads = (*HEADS, "UPN", "SEN status", "Need", "Rank")
    data = text(heads, (*OAK, UPN, "K", "SLCN", "2"), (*OAK, UPN, "K", "ASD", "1"))
    assert [(n.rank, n.type) for n in register(one(data)).needs] == [(1, "ASD"), (2, "SLCN")]


@pytest.mark.parametrize("words", [("Secondary", "Primary"), ("2nd", "1st"), ("Second need", "01")])
def test_ranks_may_be_words(words: tuple[str, str]) -> None:
    heads = (*HEADS, "UPN", "SEN status", "Need", "Rank")
    data = text(heads, (*OAK, UPN, "K", "SLCN", words[0]), (*OAK, UPN, "K", "ASD", words[1]))
    row = one(data)
    assert [(n.rank, n.type) for n in register(row).needs] == [(1, "ASD"), (2, "SLCN")]
    assert row.remarks == ()


def test_a_rank_and_a_yes_that_nobody_understands_are_said() -> None:
    heads = (*HEADS, "SEN status", "Need", "Rank", "In care")
    row = one(text(heads, (*OAK, "K", "SLCN", "high", "Yes - Zzyzx")))
    assert row.remarks == (("word-unknown", "/1/2/H"), ("field-invalid", "/1/2/G"))
    assert row.pupil.looked_after is None
    assert [(n.rank, n.type) for n in register(row).needs] == [(1, "SLCN")]


def test_notes_lose_the_guard_of_an_export() -> None:
    heads = (*HEADS, "SEN status", "Need", "SEN notes")
    row = one(text(heads, (*OAK, "K", "SLCN", "'- likes maps")))
    assert [n.notes for n in register(row).needs] == ["- likes maps"]


def test_twins_with_one_upn_are_two_and_the_second_is_refused() -> None:
    heads = (*HEADS, "UPN")
    data = text(heads, (*OAK, UPN), ("Oak", "Bea", "2015-03-09", "F", UPN))
    assert refused(data) == [("upn-repeated", "/1/3/E")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (("", "Ann", "2015-03-09", "F", UPN), "name-missing", "A"),
        (("Oak", "Ann", "", "F", UPN), "date-missing", "C"),
        (("Oak", "Ann", "31/02/2015", "F", UPN), "date-invalid", "C"),
        (("Oak", "Ann", "2015-03-09", "", UPN), "sex-missing", "D"),
        (("Oak", "Ann", "2015-03-09", "Q", UPN), "word-unknown", "D"),
        (("Oak", "Ann", "2015-03-09", "F", "L80120001500"), "upn-form", "E"),
        (("Oak", "Ann", "2015-03-09", "F", "A801200015001"), "upn-check-letter", "E"),
        (("=1+1", "Ann", "2015-03-09", "F", UPN), "cell-formula", "A"),
        (("O" * 200, "Ann", "2015-03-09", "F", UPN), "field-invalid", "A"),
    ],
)
def test_what_is_wrong_and_where(row: tuple[str, ...], code: str, column: str) -> None:
    assert refused(text((*HEADS, "UPN"), row)) == [(code, f"/1/2/{column}")]


def test_a_wrong_row_stops_nobody_else_and_no_error_holds_a_value() -> None:
    data = text((*HEADS, "UPN"), ("Zzyzx", "Q", "x", "?", "!"), (*OAK, UPN))
    bad, good = rows(data)
    assert isinstance(good, ReadPupil)
    for error in getattr(bad, "errors", ()):
        assert "Zzyzx" not in str(error) + error.hint + error.path
    assert "Zzyzx" not in repr(bad)


def test_without_upn_and_without_a_reason_nobody_is_taken() -> None:
    assert refused(text(HEADS, OAK), plan=Plan()) == [("upn-missing", "/1/2")]
    assert one(text(HEADS, OAK), plan=Plan(no_upn="UN1")).pupil.upn_unknown == "UN1"
    assert one(text((*HEADS, "UPN"), (*OAK, "UN4")), plan=Plan()).pupil.upn_unknown == "UN4"


def test_what_is_optional_and_wrong_is_left_out_and_said() -> None:
    heads = (*HEADS, "ULN", "Former UPN", "Year", "Need", "SEN status", "Need start date")
    row = one(text(heads, (*OAK, "1000000042", "nonsense", "Hogwarts", "ASD", "K", "soon")))
    assert sorted(row.remarks) == [
        ("date-invalid", "/1/2/J"),
        ("field-invalid", "/1/2/E"),
        ("upn-form", "/1/2/F"),
        ("word-unknown", "/1/2/G"),
    ]
    assert row.pupil.uln is None
    assert [need.type for need in register(row).needs] == ["ASD"]


def test_a_provision_of_the_past_is_none_of_today() -> None:
    data = text((*HEADS, "SEN status"), (*OAK, "School Action"))
    assert refused(data) == [("provision-outdated", "/1/2/E")]


def test_needs_without_a_provision_wait_for_a_persons_word() -> None:
    data = text((*HEADS, "Need"), (*OAK, "ASD"))
    row = one(data)
    assert row.records == ()
    assert row.remarks == (("provision-unknown", "/1/2"),)
    assert register(one(data, plan=Plan(no_upn="UN1", no_provision="K"))).provision == "K"


def test_an_unknown_word_is_asked_and_what_was_said_is_used() -> None:
    data = text((*HEADS, "SEN status", "Need"), (*OAK, "Wave 3", "Dyslexic tendencies"))
    found = look(data)
    assert {(w.field, w.word) for w in found.words} == {
        ("sen-provision", "Wave 3"),
        ("sen-type", "Dyslexic tendencies"),
    }
    words = {"sen-provision/wave 3": "K", "sen-type/dyslexic tendencies": "SPLD"}
    row = one(data, plan=Plan(words=words, no_upn="UN1"))
    assert register(row).provision == "K"
    assert [need.type for need in register(row).needs] == ["SPLD"]


def test_days_that_can_be_read_two_ways_are_asked_about() -> None:
    data = text(HEADS, ("Oak", "Ann", "03/04/2015", "F"))
    found = look(data)
    assert found.asks == ("0/2",)
    for order, month in (("dmy", 4), ("mdy", 3)):
        plan = Plan(orders={"0/2": order}, no_upn="UN1")
        assert look(data, plan=plan).asks == ()
        assert one(data, plan=plan).pupil.date_of_birth.month == month


def test_one_column_that_is_sure_speaks_for_its_table() -> None:
    heads = (*HEADS, "SEN start date")
    data = text(heads, ("Oak", "Ann", "13/04/2015", "F", "03/04/2023"))
    assert look(data).asks == ()
    both = text(
        heads, ("Oak", "Ann", "13/04/2015", "F", "04/13/2023"), ("E", "B", "", "F", "1/2/23")
    )
    assert [c.order for c in look(both).sheets[0].columns if c.order] == ["ask", "ask"]


def test_what_was_said_last_time_is_remembered_by_the_headings() -> None:
    data = text((*HEADS, "Blob", "SEN status"), (*OAK, "Bel", "Wave 3"))
    mark = look(data).sheets[0].mark
    again = text((*HEADS, "BLOB", "sen_status"), ("Elm", "Bo", "2015-04-09", "M", "B", "Wave 3"))
    kept = {mark: Kept({"4": "known_as"}, {}, {"sen-provision/wave 3": "K"})}
    found = READER.look(given(again), NO_UPN, kept)
    assert found.sheets[0].columns[4].how == "remembered"
    (row,) = READER.read(given(again), settled(found, NO_UPN))
    assert isinstance(row, ReadPupil)
    assert row.pupil.names.known_as == "B"
    assert register(row).provision == "K"


def test_what_a_list_lacks_is_said() -> None:
    assert look(text(("Forename", "DOB"), ("Ann", "2015-03-09"))).missing == ("name", "sex")
    assert look(text(HEADS, OAK)).missing == ()


def test_the_data_files_hold_together() -> None:
    for field in known_fields().values():
        assert field.kind in ("text", "prose", "day", "code", "flag", "whole", "key")
        if field.codes:
            assert set(meanings(field.codes).values()) >= {e.code for e in code_set(field.codes)}
    for table in layouts():
        assert table.needs <= table.fields.keys() | table.needs
        assert set(table.fields.values()) <= set(known_fields())
    assert len(taken(text(HEADS, OAK))) == 1
