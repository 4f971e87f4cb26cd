"""``senx schools import`` and ``senx schools find``, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from exchange.cli import main
from exchange.ports import Actor
from exchange.settings import Settings
from exchange.wiring import (
    NewNode,
    NewOrganisation,
    add_organisation,
    entry_of,
    open_node,
    set_up,
)
from keys.directory import DatedIdentifier, DirectoryEditor
from keys.directory.entry import read_row
from keys.ssh_keys import SshPrivateKey
from schemas.strict_json import loads
from tests.adapters.gias_files import extract, links, school

REGISTER = extract(
    [
        school(100001, "Larkham School", EstablishmentStatus_code="2", EstablishmentNumber="2001"),
        school(
            100002,
            "Larkham Academy",
            Town="Larkham",
            Postcode="LK1 2AB",
            EstablishmentNumber="2001",
            UKPRN="not one",
            SEN1_name="ASD",
        ),
        school(100003, "Larkham Primary School", Town="Farhaven"),
        school("none", "A Row Without URN"),
    ]
)
LINKS = links((100001, 100002, "Successor"), (100001, 3, "Successor"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that has taken both files in; it hosts nobody, and needs nobody for this."""
    place = tmp_path_factory.mktemp("schools")
    set_up(place / "home", NewNode(Settings(), node_key=place / "node.key"))
    (place / "register.csv").write_bytes(REGISTER)
    (place / "links.csv").write_bytes(LINKS)
    done = run(place / "home", "import", place / "register.csv", "--links", place / "links.csv")
    assert done.exit_code == 0, done.output
    return place / "home"


def run(home: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["schools", *map(str, arguments), "--home", str(home)])


def test_import_tells_counts_and_what_was_left_out(home: Path) -> None:
    folder = home.parent
    done = run(home, "import", folder / "register.csv", "--links", folder / "links.csv")
    assert done.stdout.splitlines() == [
        "3 schools (1 closed, 2 open), 1 links.",
        "Rows left out, since they could not be read: 2",
        "Cells left out: 1 [gias-number-invalid]",
    ]
    assert "[gias-urn-invalid] (/5/URN)" in done.stderr
    assert "none" not in done.stderr


def test_import_as_json(home: Path) -> None:
    done = run(home, "import", home.parent / "register.csv", "--json")
    told = json.loads(done.stdout)
    assert (told["schools"], told["refused"], told["links_sha256"]) == (3, 1, None)
    assert told["errors"][0]["code"] == "gias-urn-invalid"
    assert told["statuses"] == {"closed": 1, "open": 2}
    with open_node(home).store.reading("node") as unit:
        entries = [one for one in unit.audit.entries() if one.action == "register.import"]
    assert entries[-1].object_id == told["sha256"]
    assert entries[-1].detail == {"schools": "3", "links": "0"}
    again = run(home, "import", home.parent / "register.csv", "--links", home.parent / "links.csv")
    assert again.exit_code == 0


def test_find_by_name(home: Path) -> None:
    done = run(home, "find", "larkham", "sch", "--json")
    rows = json.loads(done.stdout)
    assert [row["urn"] for row in rows] == ["100001", "100003", "100002"]
    closed, other, academy = rows
    assert [one["urn"] for one in closed["successors"]] == ["100002"]
    assert closed["status"] == "closed"
    assert (academy["town"], academy["postcode"], academy["dfe_number"], academy["sen"]) == (
        "Larkham",
        "LK1 2AB",
        "820/2001",
        ["ASD"],
    )
    assert all(row["lookalike"] for row in rows)
    assert other["successors"] == []


def test_find_for_a_person(home: Path) -> None:
    done = run(home, "find", "820/2001")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split("  ")[0] == "Name"
    assert lines[2].startswith("Larkham Academy")
    assert "now Larkham Academy (URN 100002); another school looks alike" in lines[3]
    assert run(home, "find", "nowhere").stdout == "Nothing here.\n"
    assert len(run(home, "find", "larkham", "--limit", "1").stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("find", "..."), "search-empty", 2),
        (("find", "x" * 300), "search-too-long", 2),
        (("import", "links.csv"), "gias-not-a-register", 3),
        (("import", "register.csv", "--links", "register.csv"), "gias-not-links", 3),
    ],
)
def test_refusals(home: Path, arguments: tuple[str, ...], code: str, exit_code: int) -> None:
    files = [home.parent / one if one.endswith(".csv") else one for one in arguments]
    done = run(home, *files, "--json")
    assert done.exit_code == exit_code, done.output
    assert json.loads(done.stderr)["error"]["code"] == code
    assert run(home, "find", "100001", "--json").exit_code == 0, "the register stays"


def test_before_anything_was_imported(tmp_path: Path) -> None:
    set_up(tmp_path / "home", NewNode(Settings(), node_key=tmp_path / "node.key"))
    done = run(tmp_path / "home", "find", "larkham")
    assert done.exit_code == 4
    assert "register-missing" in done.stderr


def test_a_destination_that_is_refused_says_where_the_school_went(
    home: Path, tmp_path: Path
) -> None:
    """From the files of the register to the hint that a SENCO reads."""
    root = tmp_path / "home"
    set_up(root, NewNode(Settings(), node_key=tmp_path / "node.key"))
    node = open_node(root)
    numbers = (DatedIdentifier("urn", "100002"), DatedIdentifier("laestab", "8202001"))
    here = NewOrganisation("Larkham Academy", "school", numbers, key_class="classic")
    org_id, _ = add_organisation(node, here, Actor("Jo", "administrator"))
    editor, now = DirectoryEditor(), node.inside.clock.now()
    editor.put(read_row(loads(entry_of(node, org_id))), now)
    node.directory.install(*editor.sign(SshPrivateKey.generate(), now))
    imported = (home.parent / "register.csv", "--links", home.parent / "links.csv")
    assert run(root, "import", *imported).exit_code == 0

    def senx(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(root), "--json"])

    added = senx(
        "pupil", "add", "--surname", "Invented", "--forename", "Amara", "--dob", "2015-03-04",
        "--sex", "F", "--no-upn", "UN1",
    )  # fmt: skip
    pupil = json.loads(added.stdout)["pupil"]
    hints = {}
    for to in ("100001", "100003", "100009"):
        done = senx("destination", pupil, "--to", to, "--confirm", "Whatever")
        assert done.exit_code == 3, done.output
        told = json.loads(done.stderr)["error"]
        assert told["code"] == "destination-unknown"
        hints[to] = told["do"]
    assert hints == {
        "100001": "Larkham School (URN 100001) is closed; its successor is Larkham Academy, "
        "Larkham (URN 100002), which has joined: confirm it and send there.",
        "100003": "Larkham Primary School, Farhaven (URN 100003) has not joined. Ask it to; until "
        "then nothing can be sent to it here.",
        "100009": "The school register has no such number either. Look it up: `senx schools find`.",
    }


def test_a_much_smaller_register_must_be_wished_for(home: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.csv"
    small.write_bytes(extract([school(100001)]))
    done = run(home, "import", small)
    assert (done.exit_code, "register-smaller" in done.stderr) == (3, True)
    folder = home.parent
    assert run(home, "import", small, "--smaller").exit_code == 0
    assert (
        run(home, "import", folder / "register.csv", "--links", folder / "links.csv").exit_code == 0
    )
