"""The commands of a first day, one after the other, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adapters.ctf_cases import OTHER_UPN, UPN, ctf, pupil
from tests.exchange.cli.conftest import Schools
from tests.exchange.cli.house import senx
from tests.exchange.services.town import PDF


@pytest.fixture
def ctf_file(tmp_path: Path) -> Path:
    path = tmp_path / "leavers.xml"
    second = pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>", Forename="<Forename>Ben</Forename>")
    path.write_bytes(ctf(pupil(), second))
    return path


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(PDF)
    return path


def test_from_a_file_to_the_outbox(schools: Schools, ctf_file: Path, report: Path) -> None:
    primary = schools.primary
    assert [one["outcome"] for one in primary.rows("import", "ctf", ctf_file)] == ["added"] * 2
    assert primary.say("import", "ctf", ctf_file).out == "2 unchanged\n"
    (attached,) = primary.rows("attach", UPN, f"ep-report={report}", "--author", "Dr A")
    assert attached["outcome"] == "attached"
    said = primary.say("destination", UPN, "--to", "999002", "--confirm", "820/4002").out
    assert said == "1 to Riverside Academy (confirmed by laestab)\n"
    assert primary.say("send", "--all").out == "1 queued, 0 unchanged or refused\n"
    assert primary.say("send", UPN).out == "0 queued, 1 unchanged or refused\n"
    (transfer,) = primary.rows("outbox")
    assert (transfer["state"], transfer["to"], transfer["by"]) == (
        "queued",
        "Riverside Academy",
        "https",
    )
    assert primary.say("recall", transfer["transfer"]).out.endswith("recalled\n")
    assert primary.rows("outbox")[0]["state"] == "recalled"
    assert primary.say("audit", "verify").out == "The book adds up.\n"
    names = [one["name"] for one in primary.rows("pupils")]
    assert sorted(names) == ["Ann Oak", "Ben Oak"]


def test_a_pack_laid_on_a_stick_is_verified_opened_and_told_of(
    schools: Schools, ctf_file: Path, report: Path, tmp_path: Path
) -> None:
    """seal, verify, open: the trio that needs no node to run."""
    record = tmp_path / "profile.json"
    subject = "5b1c2d3e-4f50-4a61-8b72-9c83ad94be05"
    value = {"schema": "sen.one-page-profile/1.0", "subject": subject}
    record.write_text(json.dumps(value | {"known_as": "Sam", "written": "2026-05-01"}))
    pack, out = tmp_path / "pack.zip", tmp_path / "out"
    sealing = ("seal", "--to", "999002", "--record", record, "--document", f"ep-report={report}")
    made = schools.primary.rows(*sealing, "-o", pack)
    assert made["files"] == 2
    outside = senx("verify", pack, "--directory", schools.directory)
    assert outside.code == 0
    assert "contents not checked (no key)" in outside.out
    assert "directory unpinned" in outside.err
    inside = schools.secondary.rows("verify", pack)
    assert (inside["contents"], inside["purpose"]) == ("checked", "phase-transfer")
    schools.secondary.say("open", pack, "-C", out)
    (opened,) = (out / "data" / "documents").iterdir()
    assert opened.read_bytes() == PDF
    again = schools.secondary.say("open", pack, "-C", out, "--json", code=4)
    assert again.error["code"] == "folder-not-empty"
    twice = schools.primary.say(*sealing, "-o", pack, "--json", code=4)
    assert twice.error["code"] == "file-exists"


@pytest.mark.parametrize("place", ["payload", "envelope", "end"])
def test_verify_ends_with_six_where_anything_was_altered(
    schools: Schools, tmp_path: Path, place: str
) -> None:
    record = tmp_path / "profile.json"
    value = {
        "schema": "sen.one-page-profile/1.0",
        "subject": "5b1c2d3e-4f50-4a61-8b72-9c83ad94be05",
    }
    record.write_text(json.dumps(value | {"known_as": "Sam", "written": "2026-05-01"}))
    pack = tmp_path / "pack.zip"
    schools.primary.say("seal", "--to", "999002", "--record", record, "-o", pack)
    content = bytearray(pack.read_bytes())
    where = {
        "payload": content.index(b"age-encryption.org") + 1500,
        "envelope": content.index(b'"sender"') + 12,
        "end": len(content) - 3,
    }[place]
    content[where] ^= 1
    pack.write_bytes(bytes(content))
    said = senx("verify", pack, "--directory", schools.directory, "--json")
    assert said.code == 6
    assert said.error["code"]
    out = tmp_path / "out"
    assert schools.secondary.say("open", pack, "-C", out, "--json", code=6).error["do"]
    assert not out.exists()


def test_by_hand_and_a_record(schools: Schools, tmp_path: Path) -> None:
    primary = schools.primary
    added = primary.rows(
        "pupil", "add", "--surname", "Oak", "--forename", "Zed", "--dob", "2015-01-02",
        "--sex", "M", "--no-upn", "UN3",
    )  # fmt: skip
    record = tmp_path / "profile.json"
    value = {"schema": "sen.one-page-profile/1.0", "subject": added["pupil"]}
    record.write_text(json.dumps(value | {"known_as": "Zed", "written": "2026-05-01"}))
    assert primary.rows("pupil", "record", added["pupil"][:8], record)["kept"] == 1
    (kept,) = primary.rows("import", "records", record)
    assert (kept["outcome"], kept["slot"]) == ("kept", "one-page-profile")


def test_the_directory_is_shown_and_given_to_stock_tools(schools: Schools) -> None:
    (row,) = schools.primary.rows("directory", "show", "820/4002")
    assert (row["name"], row["status"], row["keys"]) == ("Riverside Academy", "open", "classic")
    said = senx("directory", "allowed-signers", "999002", "--directory", schools.directory)
    assert said.out.startswith(f"{schools.secondary.org_id} namespaces=")


def test_the_first_bad_entry_of_the_book_is_named(schools: Schools) -> None:
    """Somebody with the database open changes one word of the past."""
    import sqlite3

    with sqlite3.connect(schools.primary.root / "node.db") as database:
        tables = [row[0] for row in database.execute("select name from sqlite_master")]
        table = next(one for one in tables if "audit" in one and "sqlite" not in one)
        database.execute(f"drop trigger if exists {table}_no_update")
        triggers = database.execute("select name from sqlite_master where type = 'trigger'")
        for (name,) in list(triggers):
            database.execute(f"drop trigger {name}")
        column = "actor"
        database.execute(
            f"update {table} set {column} = 'Somebody Else' where org_id = ? and seq = 1",
            (schools.primary.org_id,),
        )
    said = schools.primary.say("audit", "verify", "--json", code=6)
    assert (said.json["ok"], said.json["first_bad"]) == (False, 1)


def test_the_schemas_are_written_for_other_programs(tmp_path: Path) -> None:
    assert senx("schema", "export", tmp_path / "schemas").code == 0
    assert (tmp_path / "schemas").glob("*.json")
