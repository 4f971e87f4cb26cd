"""The twin check by the command line: refused with ids, listed with reasons, confirmed, sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exchange.cli.conftest import Schools
from tests.exchange.services.tray.papers import pdf_saying


@pytest.fixture
def twins(schools: Schools) -> tuple[str, str]:
    made = []
    for forename in ("Ann", "Ben"):
        common = ("--surname", "Oak", "--dob", "2015-03-09", "--sex", "F", "--no-upn", "UN1")
        found = schools.primary.say("pupil", "add", "--forename", forename, *common)
        made.append(found.out.strip())
    return made[0], made[1]


def test_asked_confirmed_and_sent(schools: Schools, twins: tuple[str, str], tmp_path: Path) -> None:
    house, (ann, ben) = schools.primary, twins
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_saying("Ben finds reading hard."))
    (attached,) = house.rows("attach", ann, f"ep-report={path}")
    house.say("destination", ann, "--to", "999002", "--confirm", "Riverside Academy")
    refused = house.say("send", ann, "--json", code=3)
    assert "twin-check-open" in refused.out + refused.err
    (row,) = house.rows("whose", ann)
    assert (row["document"], row["why"]) == (attached["document"], "other-pupil-named")
    assert row["others"] == [ben]
    assert house.rows("whose", ann, attached["document"]) == []
    house.say("send", ann)


def test_nothing_in_doubt_is_nothing_to_confirm(
    schools: Schools, twins: tuple[str, str], tmp_path: Path
) -> None:
    house, (ann, _) = schools.primary, twins
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_saying("Ann finds reading easy."))
    (attached,) = house.rows("attach", ann, f"ep-report={path}")
    assert house.rows("whose", ann) == []
    house.say("whose", ann, attached["document"], code=4)
