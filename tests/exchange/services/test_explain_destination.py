"""A refused destination says what the open register knows: closed, gone on, or not joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.school_register import SchoolRegisterFile
from exchange.errors import DestinationRefused, SettingsError
from exchange.ports import Actor
from exchange.ports.schools import RegisterSource
from exchange.services.choose_destination import choose_destination
from exchange.services.find_school import import_register
from tests.adapters.gias_files import NOW, links, school, taken
from tests.exchange.services.town import OTHER, PRIMARY, SECONDARY, SENCO, Town, uuid


def hint(
    town: Town, to: str, rows: Iterable[Mapping[str, str]], pairs: bytes, folder: Path
) -> tuple[str, str]:
    """Return code and hint of a refusal on a node that keeps this register."""
    register, _ = taken(folder, rows, pairs)
    return refusal(town, to, register)


def refusal(town: Town, to: str, register: SchoolRegisterFile | None) -> tuple[str, str]:
    pupil_id = uuid(77)  # whom it is about is not asked before the destination is known
    inside = replace(town.primary.inside, register=register)
    before = town.primary.snapshot()
    with pytest.raises(DestinationRefused) as error:
        choose_destination(inside, PRIMARY, pupil_id, to, "Whatever", SENCO)
    assert town.primary.snapshot() == before
    assert error.value.path == "/to"
    assert error.value.__cause__ is None
    return error.value.code, error.value.hint


ROWS = [
    school(999101, "Old Mill School", EstablishmentStatus_code="2", Town="Larkham"),
    school(999002, "Riverside Academy", Town="Larkham", EstablishmentNumber="4002"),
    school(999102, "Far Meadow School", Town="Farhaven"),
    school(999103, "Long Gone School", EstablishmentStatus_code="2"),
    school(999104, "Not Yet School", EstablishmentStatus_code="4"),
    school(999105, "Parted School", EstablishmentStatus_code="2"),
    school(999106, "In Between School", EstablishmentStatus_code="2"),
]
PAIRS = links(
    (999101, 999106, "Successor"),
    (999106, 999002, "Successor"),
    (999105, 999002, "Successor - Split School"),
    (999105, 999102, "Successor - Split School"),
)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (
            "999101",
            "Old Mill School, Larkham (URN 999101) is closed; its successor is Riverside Academy, "
            "Larkham (URN 999002), which has joined: confirm it and send there.",
        ),
        (
            "999105",
            "Parted School (URN 999105) is closed; its successors are Riverside Academy, Larkham "
            "(URN 999002), which has joined: confirm it and send there; Far Meadow School, "
            "Farhaven (URN 999102), which has not joined.",
        ),
        (
            "999103",
            "Long Gone School (URN 999103) is closed; the register names no open successor. Ask "
            "its council where its pupils went.",
        ),
        (
            "999102",
            "Far Meadow School, Farhaven (URN 999102) has not joined. Ask it to; until then "
            "nothing can be sent to it here.",
        ),
        ("999104", "Not Yet School (URN 999104) is not open yet, and has not joined."),
        (
            "999777",
            "The school register has no such number either. Look it up: `senx schools find`.",
        ),
        ("Old Mill School", "Look up its number: `senx schools find NAME`."),
    ],
)
def test_what_the_register_knows(town: Town, tmp_path: Path, to: str, expected: str) -> None:
    code, told = hint(town, to, ROWS, PAIRS, tmp_path)
    assert code == "destination-unknown"
    assert told == expected


def test_a_dfe_number_that_a_new_academy_kept_means_the_open_one(
    town: Town, tmp_path: Path
) -> None:
    rows = [
        school(999110, "Elm School", EstablishmentStatus_code="2", EstablishmentNumber="3001"),
        school(999111, "Elm Academy", EstablishmentNumber="3001"),
    ]
    _, told = hint(town, "820/3001", rows, b"", tmp_path)
    assert told.startswith("Elm Academy (URN 999111) has not joined.")


def test_a_destination_that_closed_and_whose_entry_names_nobody(town: Town, tmp_path: Path) -> None:
    town.enrol(SECONDARY, status="closed")
    rows = [
        school(999002, "Riverside Academy", EstablishmentStatus_code="2"),
        school(999003, "Riverside Academy North"),
    ]
    code, told = hint(town, "999002", rows, links((999002, 999003, "Successor")), tmp_path)
    assert code == "destination-closed"
    assert told == (
        "Riverside Academy (URN 999002) is closed; its successor is Riverside Academy North "
        "(URN 999003), which has joined: confirm it and send there."
    )


def test_the_directory_s_own_word_of_a_closed_one_stays(town: Town, tmp_path: Path) -> None:
    """The register is open data; it overrides nothing that the signed directory says."""
    town.enrol(SECONDARY, status="merged", successor=OTHER)
    plain = refusal(town, "999002", None)
    assert OTHER in plain[1]
    open_there = school(999002, "Riverside Academy")
    closed_there = {**open_there, "EstablishmentStatus (code)": "2"}
    pairs = links((999002, 999102, "Successor"))
    for row in (open_there, closed_there):
        rows = [row, school(999102, "Far Meadow School")]
        assert hint(town, "999002", rows, pairs, tmp_path) == plain


@pytest.mark.parametrize("to", ["999101", "999777", "Old Mill School", "RV1", "0" * 36])
def test_without_a_register_or_with_a_damaged_one_nothing_is_lost(
    town: Town, tmp_path: Path, to: str
) -> None:
    plain = refusal(town, to, None)
    register = SchoolRegisterFile(tmp_path / "schools.db")
    assert refusal(town, to, register) == plain
    (tmp_path / "schools.db").write_bytes(b"no database" * 100)
    assert refusal(town, to, register) == plain


def test_a_number_of_another_kind_is_left_to_the_directory(town: Town, tmp_path: Path) -> None:
    plain = refusal(town, "RX1", None)
    assert hint(town, "RX1", ROWS, PAIRS, tmp_path) == plain


def test_taking_a_register_in_is_in_the_node_s_book(town: Town, tmp_path: Path) -> None:
    register, _ = taken(tmp_path, [school(999101)])
    inside = replace(town.primary.inside, register=register)
    source = RegisterSource(iter(()), "a" * 64)
    with pytest.raises(Exception, match="gias-empty"):
        import_register(inside, source, Actor("Jo", "administrator"))
    with pytest.raises(SettingsError):
        import_register(replace(inside, register=None), source, Actor("Jo", "administrator"))
    assert register.stamp().imported_at == NOW
