"""See who gets what, record who decided, send, and be told why: by the command line alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exchange.cli.conftest import Schools
from tests.exchange.cli.house import House, senx

PUPIL = ("--surname", "Oak", "--forename", "Anna", "--dob", "2015-03-02", "--sex", "F")
TO = ("--to", "999002", "--confirm", "820/4002")


@pytest.fixture
def house(schools: Schools) -> House:
    return schools.primary


@pytest.fixture
def pupil(house: House) -> str:
    told = house.say("pupil", "add", *PUPIL, "--no-upn", "UN1").out.strip()
    house.say("destination", told, *TO)
    return told


def attached(house: House, pupil: str, type_: str, place: Path) -> str:
    file = place / f"{type_}.txt"
    file.write_text(f"What the {type_} says.\n")
    (row,) = house.rows("attach", pupil, f"{type_}={file}", "--author", "Dr Odusanya")
    found: str = row["document"]
    return found


def items(house: House, pupil: str) -> dict[str, tuple[str, str]]:
    seen = house.rows("preview", pupil)["items"]
    return {one["ref"]: (one["outcome"], one["code"]) for one in seen}


def test_from_the_question_to_the_explanation(house: House, pupil: str, tmp_path: Path) -> None:
    report = attached(house, pupil, "camhs-report", tmp_path)
    letter = attached(house, pupil, "diagnosis-letter", tmp_path)
    assert items(house, pupil)[report] == ("needs-decision", "named-people-only")
    assert not house.rows("preview", pupil)["ready"]
    (refused,) = house.rows("send", pupil, code=3)
    assert refused["error"]["code"] == "decision-needed"
    assert f"{report} (clinician)" in refused["error"]["do"]
    how = ("--release", "--reason", "named-recipient", "--by", "Dr Odusanya")
    house.say("decide", report, *how, "--person", "Sam Senco")
    house.say("wish", letter, "--family", "refuses")
    (sent,) = house.rows("send", pupil)
    assert [one["document"] for one in sent["withheld"]] == [letter]
    told = {one["ref"]: one for one in house.rows("explain", sent["transfer"])["items"]}
    assert (told[report]["went"], told[report]["by"]) == (True, "Dr Odusanya")
    assert (told[letter]["went"], told[letter]["code"]) == (False, "family-refuses")
    shown = house.say("explain", sent["transfer"]).out
    assert "stays" in shown
    assert "family-refuses" in shown


def test_what_waits_is_left_behind_on_wish(house: House, pupil: str, tmp_path: Path) -> None:
    report = attached(house, pupil, "paediatric-report", tmp_path)
    (sent,) = house.rows("send", pupil, "--leave-undecided")
    assert [one["document"] for one in sent["waiting"]] == [report]


def test_marks_come_and_go(house: House, pupil: str, tmp_path: Path) -> None:
    report = attached(house, pupil, "ep-report", tmp_path)
    house.say("mark", report, "--not-for", "820/4002")
    assert items(house, pupil)[report] == ("withheld", "marked-not-for")
    assert "needs a decision" not in house.say("preview", pupil).out
    house.say("mark", report, "--not-for", "999002", "--remove")
    assert items(house, pupil)[report][0] == "allowed"
    house.say("mark", f"{pupil}/sen-register", "--not-for", "nobody-known", code=3)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--by", "A", "--reason", "not-needed"), 2),
        (("--withhold", "--by", "A", "--reason", "statutory-duty", "--role", "head"), 2),
        (("--release", "--by", "A", "--reason", "safeguarding"), 3),
        (("--withhold", "--by", "A", "--reason", "because"), 2),
        (("--withhold", "--by", "A", "--reason", "serious-harm"), 2),
    ],
)
def test_a_decision_that_is_none_changes_nothing(
    house: House, pupil: str, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    report = attached(house, pupil, "ep-report", tmp_path)
    before = house.everything()
    house.say("decide", report, *arguments, code=code)
    assert house.everything() == before


def test_a_wish_says_whose(house: House, pupil: str) -> None:
    house.say("wish", pupil, code=2)
    house.say("wish", pupil, "--family", "agrees", "--pupil", "no-answer")


def test_the_help_lists_the_reasons() -> None:
    said = senx("decide", "--help").out
    assert "serious-harm (withhold, professional)" in " ".join(said.split())


def test_a_file_sealed_by_hand_obeys_the_same_table(
    house: House, pupil: str, tmp_path: Path
) -> None:
    record = tmp_path / "pupil.json"
    record.write_bytes(
        b'{"schema":"sen.pupil/1.0","subject":"'
        + pupil.encode()
        + b'","names":{"surname":"Oak","forename":"Anna"},"date_of_birth":"2015-03-02",'
        b'"sex":"F","upn_unknown":"UN1"}'
    )
    letter = tmp_path / "letter.txt"
    letter.write_text("Words.\n")
    for type_, code in (
        ("camhs-report", "decision-needed"),
        ("provision-map-costed", "not-for-role"),
        ("cp-file", "cp-apart"),
    ):
        said = senx(
            *("seal", "--home", house.root, "--to", "999002", "--record", record, "--json"),
            *("--document", f"{type_}={letter}", "-o", tmp_path / "pack.zip"),
        )
        assert (said.code, said.error["code"]) == (3, code)
        assert not (tmp_path / "pack.zip").exists()


def test_a_record_sealed_by_hand_obeys_it_too(house: House, pupil: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(
        f'{{"schema":"sen.ehc-plan/1.0","subject":"{pupil}","authority":"941","status":"final"}}'
    )
    said = senx(
        *("seal", "--home", house.root, "--to", "999002", "--record", plan, "--json"),
        *("-o", tmp_path / "pack.zip"),
    )
    assert (said.code, said.error["code"]) == (3, "decision-needed")
    assert said.error["path"] == "/record/0"
