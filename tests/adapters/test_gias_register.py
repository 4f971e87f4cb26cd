"""The index of the register: the same answers as looking through every school, whole or not."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.formats.gias import read_links, read_register
from adapters.school_register import SchoolRegisterFile
from exchange.domain.school_names import parse_query
from exchange.domain.schools import School, SchoolStatus, open_successors, rank
from exchange.errors import (
    UsageError,
)
from exchange.ports.schools import ReadSchool, RegisterSource, UnreadRow
from exchange.services.find_school import find_schools
from tests.adapters.gias_files import NOW, extract, found, links, school, taken

ROOT = Path(__file__).parents[2]


def test_what_is_taken_in_comes_back_field_by_field(tmp_path: Path) -> None:
    row = school(
        123456,
        "St Mary’s Sch",
        EstablishmentStatus_code="3",
        CloseDate="31-08-2027",
        OpenDate="01-09-1990",
        EstablishmentNumber="4001",
        PreviousLA_code="819",
        PreviousEstablishmentNumber="4000",
        UKPRN="10012345",
        Locality="Green",
        Town="Larkham",
        Postcode="lk1  2ab",
        TelephoneNum="01632 960001",
        TypeOfEstablishment_code="07",
        TypeOfEstablishment_name="Community special school",
        Section41Approved_name="Approved",
        SEN1_name="ASD",
        SEN4_name="VI",
        TypeOfResourcedProvision_name="SEN unit",
    )
    read = next(iter(read_register(io.BytesIO(extract([row]))).rows))
    assert isinstance(read, ReadSchool)
    register, report = taken(tmp_path, [row])
    assert register.get("123456") == read.school
    assert (read.school.postcode, read.school.telephone) == ("LK1 2AB", "01632960001")
    assert report.stamp == register.stamp()
    assert report.stamp.imported_at == NOW
    assert register.get("123457") is None


@pytest.mark.corpus
def test_the_real_files_give_their_counts(tmp_path: Path, corpora: Path) -> None:
    register = SchoolRegisterFile(tmp_path / "schools.db")
    folder = corpora / "gias"
    with (
        (folder / "itt_gias_subset.redacted.csv").open("rb") as rows,
        (folder / "links_edubasealldata20250422.csv").open("rb") as ends,
    ):
        read, after = read_register(rows), read_links(ends)
        source = RegisterSource(read.rows, read.sha256, after.rows, after.sha256)
        report = register.replace(source, NOW)
    assert (report.stamp.schools, report.refused, report.stamp.links) == (8, 0, 16_986)
    assert report.statuses == {"open": 5, "closed": 2, "open-proposed-to-close": 1}
    assert found(register, "fairley house") == found(register, "SW1P 4AU") == ["101173"]
    assert found(register, "911/3106") == ["137666"], "by the number before its council changed"
    assert found(register, "chudleigh knighton c of e") == ["137666"]


@pytest.mark.corpus
def test_real_links_lead_on_without_circles(tmp_path: Path, corpora: Path) -> None:
    """Every URN of the links file, closed if anything came after it, else open."""
    with (corpora / "gias/links_edubasealldata20250422.csv").open("rb") as file:
        pairs = [
            (row.urn, row.other) if row.kind == "successor" else (row.other, row.urn)
            for row in read_links(file).rows
            if not isinstance(row, UnreadRow) and row.kind != "other"
        ]
    after: dict[str, set[str]] = {}
    for first, second in pairs:
        after.setdefault(first, set()).add(second)
    everyone = {
        one: School(
            urn=one,
            name="X",
            status=SchoolStatus.CLOSED if one in after else SchoolStatus.OPEN,
            successors=tuple(sorted(after.get(one, ()))),
        )
        for pair in pairs
        for one in pair
    }
    lost = [one for one in after if not open_successors(everyone[one], everyone.get)]
    assert len(after) > 16_000
    assert len(lost) < 200, "links that only run in circles (amalgamations among themselves)"


# -- searching is what looking through every school would be

_VOCABULARY = "st marys oak oaks school primary academy larkham lark c of e north the ls1 catholic"
_WORDS = st.sampled_from(_VOCABULARY.split())
_NAME = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
_ROW = st.tuples(
    _NAME,
    st.sampled_from(["1", "2", "3", "4", ""]),
    st.sampled_from(["Larkham", "Oakton", "", "St Marys Bay"]),
    st.sampled_from(["LS1 4AP", "LS14 1AB", "LK2 2BB", ""]),
    st.sampled_from(["2001", "2002", ""]),
    st.sampled_from(["2001", "2009", ""]),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(_ROW, min_size=1, max_size=12),
    st.lists(
        st.one_of(
            _NAME,
            st.sampled_from(["820/2001", "8192009", "100001", "LS1 4AP", "ls", "la", "lark oak"]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 15),
)
def test_the_index_answers_as_looking_through_every_school(
    tmp_path: Path,
    rows: list[tuple[str, str, str, str, str, str]],
    texts: list[str],
    limit: int,
) -> None:
    content = [
        school(
            100_000 + at,
            name,
            EstablishmentStatus_code=status,
            Town=town,
            Postcode=postcode,
            EstablishmentNumber=number,
            PreviousLA_code="819",
            PreviousEstablishmentNumber=former,
        )
        for at, (name, status, town, postcode, number, former) in enumerate(rows)
    ]
    register, _ = taken(tmp_path, content, allow_smaller=True)
    everyone = [register.get(row["URN"]) for row in content]
    for text in texts:
        try:
            query = parse_query(text)
        except UsageError:
            continue
        ranked = sorted(
            (place, one.urn)
            for one in everyone
            if one is not None and (place := rank(query, one)) is not None
        )
        assert found(register, text, limit) == [urn for _, urn in ranked][:limit], text


@pytest.mark.parametrize(
    "text", ['"', "' OR 1=1 --", "name : x*", "NEAR(a b)", "a AND b", "*", "x" * 200, "NOT", "^st"]
)
def test_nothing_that_is_typed_reaches_a_statement(tmp_path: Path, text: str) -> None:
    register, _ = taken(tmp_path, [school(123456, "And Or Not Near School")])
    with suppress(UsageError):
        assert found(register, text) in ([], ["123456"])


def test_closed_schools_lead_on_and_lookalikes_are_shown_apart(tmp_path: Path) -> None:
    rows = [
        school(100001, "Larkham School", EstablishmentStatus_code="2", Town="Larkham"),
        school(100002, "Larkham Academy", EstablishmentStatus_code="2", Town="Larkham"),
        school(100003, "Larkham Academy", Town="Larkham"),
        school(100004, "Larkham Primary School", Town="Farhaven"),
        school(100005, "Meadow School", Town="Larkham"),
    ]
    # One link is told by its predecessor alone, as dozens are in the real file.
    pairs = links((100001, 100002, "Successor"), (100003, 100002, "Predecessor"))
    register, report = taken(tmp_path, rows, pairs)
    assert report.stamp.links == 2
    answers = {one.school.urn: one for one in find_schools(register, "Larkham")}
    assert [one.urn for one in answers["100001"].successors] == ["100003"]
    assert [one.urn for one in answers["100002"].successors] == ["100003"]
    assert answers["100003"].successors == ()
    assert {urn for urn, one in answers.items() if one.lookalike} == {
        "100001",
        "100002",
        "100003",
        "100004",
    }
    (alone,) = find_schools(register, "meadow")
    assert not alone.lookalike


def test_an_academy_and_the_school_it_was_are_no_lookalikes(tmp_path: Path) -> None:
    rows = [
        school(100001, "Larkham School", EstablishmentStatus_code="2"),
        school(100002, "Larkham Academy"),
    ]
    register, _ = taken(tmp_path, rows, links((100001, 100002, "Successor")))
    assert [one.lookalike for one in find_schools(register, "Larkham")] == [False, False]
    bare, _ = taken(tmp_path, rows)
    assert [one.lookalike for one in find_schools(bare, "Larkham")] == [True, True]
