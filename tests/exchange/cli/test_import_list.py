"""Tables at the command line: joined, asked about, and nothing replaced without being told."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.ctf_cases import ctf, pupil
from tests.exchange.cli.conftest import Schools

HEADS = "Surname,Forename,Date of birth,Sex,SEN status,Need\n"


def test_a_table_is_taken_in_and_read_again_changes_nothing(
    schools: Schools, tmp_path: Path
) -> None:
    primary = schools.primary
    file = tmp_path / "class.csv"
    file.write_text(HEADS + "Oak,Ann,03/04/2015,F,SEN Support,ASD\nOak,Bo,x,F,K,\n", "utf-16")
    primary.say("import", "list", file, "--no-upn", "UN3", code=2)
    arguments = ("import", "list", file, "--no-upn", "UN3", "--order", "dmy")
    good, bad = primary.rows(*arguments, code=3)
    assert good["outcome"] == "added"
    assert [error["code"] for error in bad["errors"]] == ["date-invalid"]
    assert bad["errors"][0]["path"] == "/1/3/C"
    assert primary.rows(*arguments, code=3)[0]["outcome"] == "unchanged"


def test_what_differs_stays_until_theirs_is_said(schools: Schools, tmp_path: Path) -> None:
    primary = schools.primary
    file = tmp_path / "class.xml"
    file.write_bytes(ctf(pupil("<Email>a@example.org</Email>")))
    primary.rows("import", "ctf", file)
    file.write_bytes(ctf(pupil("<Email>b@example.org</Email>")))
    said = primary.say("import", "ctf", file).out
    assert "Pupil 1 stays here as it is: pupil/email" in said
    assert "example.org" not in said
    assert primary.rows("import", "ctf", file)[0]["left"] == ["pupil/email"]
    (again,) = primary.rows("import", "ctf", file, "--theirs")
    assert (again["outcome"], again["left"]) == ("updated", [])


def test_a_list_that_lacks_something_says_what(schools: Schools, tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("Forename,Colour\nAnn,red\n")
    said = schools.primary.say("import", "list", file, code=3)
    assert "list-lacks-name" in said.err
