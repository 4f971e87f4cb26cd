"""A child-protection file goes from DSL to DSL, and nobody else can so much as see its title."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from exchange.wiring import open_node
from tests.exchange.cli.house import House, senx

PUPIL = ("--surname", "Oak", "--forename", "Anna", "--dob", "2015-03-02", "--sex", "F")
DSL = ("--role", "dsl", "--as", "the DSL")


def look_round(house: House) -> None:
    """Let the worker do what is due, as a node that runs would; it never has the DSL's key."""
    worker = open_node(house.root).worker()
    while worker.round_and_settle():
        pass


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "dsl.passphrase"
    file.write_text("correct horse battery staple\n")
    return file


@pytest.fixture
def pair(tmp_path: Path, words: Path) -> tuple[House, House]:
    """Two schools with a DSL each and a shared folder between them."""
    key, directory, stick = tmp_path / "key", tmp_path / "directory.json", tmp_path / "stick"
    stick.mkdir()
    pin = senx("directory", "keygen", key).out.strip()
    houses = []
    for name, urn in (("Elm Grove Primary", "999001"), ("Riverside Academy", "999002")):
        home = tmp_path / urn
        options = ("--directory-key", pin, "--folder", f"stick={stick}")
        assert senx("init", "--home", home, *options).code == 0
        made = senx(
            *("keygen", "--home", home, "--name", name, "--urn", urn, "--json"),
            *("--dsl-passphrase-file", words, "--recovery-sheets", tmp_path / "sheets"),
        )
        houses.append(House(home, made.json["org_id"]))
        assert senx("directory", "export", "--home", home, "-o", home / "entry").code == 0
    entries = [one.root / "entry" for one in houses]
    assert senx("directory", "add", directory, *entries, "--key", key).code == 0
    for one in houses:
        one.say("directory", "install", directory)
    return houses[0], houses[1]


@pytest.fixture
def filed(pair: tuple[House, House], words: Path, tmp_path: Path) -> str:
    """Return a pupil with one CP document, attached by the DSL."""
    document = tmp_path / "chronology.txt"
    document.write_text("What the chronology says.\n")
    pupil = pair[0].say("pupil", "add", *PUPIL, "--no-upn", "UN1").out.strip()
    unlocked = ("--dsl-passphrase-file", words)
    pair[0].say("attach", pupil, f"cp-file={document}", *DSL, *unlocked)
    pair[0].say("destination", pupil, "--to", "999002", "--confirm", "Riverside Academy")
    return str(pupil)


def test_without_the_passphrase_a_cp_document_is_not_taken(
    pair: tuple[House, House], tmp_path: Path
) -> None:
    document = tmp_path / "chronology.txt"
    document.write_text("What the chronology says.\n")
    pupil = pair[0].say("pupil", "add", *PUPIL, "--no-upn", "UN1").out.strip()
    refused = pair[0].rows("attach", pupil, f"cp-file={document}", code=3)
    assert refused[0]["error"]["code"] == "compartment-locked"
    assert list((pair[0].root / "blobs").rglob("*.age")) == []


def test_a_cp_file_goes_from_dsl_to_dsl(
    pair: tuple[House, House], filed: str, words: Path, tmp_path: Path
) -> None:
    primary, secondary = pair
    unlocked = ("--dsl-passphrase-file", words)
    sent = primary.rows("dsl", "send", filed, "--folder", "stick", *DSL, *unlocked)
    look_round(primary)
    (pack,) = (tmp_path / "stick").glob("*.zip")
    os.utime(pack, (0, 0))  # it has lain there long enough to be complete
    look_round(secondary)
    (waiting,) = secondary.rows("inbox")
    assert (waiting["pack"], waiting["state"]) == (sent["transfer"], "collected")
    assert secondary.say("show", sent["transfer"], code=3).err.count("compartment-locked") == 1
    (opened,) = secondary.rows("dsl", "receive", *DSL, *unlocked)
    assert opened["state"] == "verified"
    shown = secondary.rows("show", sent["transfer"], *DSL, *unlocked)
    assert [one["type"] for one in shown["files"]] == ["sen.pupil/1.0", "cp-file"]
    look_round(secondary)  # lays the receipts beside the pack
    primary.say("receipts", "--now")
    look_round(primary)
    assert [one["state"] for one in primary.rows("outbox")] == ["verified"]


def test_nothing_of_it_is_in_the_general_pack(pair: tuple[House, House], filed: str) -> None:
    primary = pair[0]
    primary.say("send", filed, "--folder", "stick")
    look_round(primary)
    shown = senx("verify", *(pair[0].root.parent / "stick").glob("*.zip"), "--home", pair[1].root)
    assert "cp-file" not in shown.out
    assert "sen.pupil/1.0" in shown.out


@pytest.mark.parametrize("command", [("dsl", "receive"), ("dsl", "send", "0" * 8)])
def test_only_the_dsl_may(pair: tuple[House, House], words: Path, command: tuple[str, ...]) -> None:
    house, unlocked = pair[0], ("--dsl-passphrase-file", words)
    assert "role-not-dsl" in house.say(*command, *unlocked, code=2).err
    assert "compartment-locked" in house.say(*command, *DSL, code=3).err
    words.write_text("another passphrase altogether\n")
    assert "passphrase-wrong" in house.say(*command, *DSL, *unlocked, code=3).err
