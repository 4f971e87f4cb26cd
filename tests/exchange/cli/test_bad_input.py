"""Bad input: an exit code, a code, a field path, what to do; no value said, nothing half done.

The list of the first transfer's brief: a CTF that is no XML, has a DOCTYPE, a wrong UPN, a missing
date; a PDF that is none; a destination that is unknown or closed; an expired key. (A full disk is
tried in tests/exchange/services and tests/exchange/store.)
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exchange.wiring import open_node
from keys.directory import DatedIdentifier, DirectoryEditor
from keys.keyring import Profile
from keys.ssh_keys import SshPrivateKey
from tests.adapters.ctf_cases import OTHER_UPN, UPN, ctf, pupil
from tests.exchange.cli.conftest import Schools
from tests.exchange.cli.house import MARKER, House, Said, senx
from tests.exchange.services.town import PDF

GOOD = pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>", Forename="<Forename>Ben</Forename>")
CONFIRMED = ("--to", "999002", "--confirm", "Riverside Academy")


def refused(house: House, code: int, *arguments: object) -> dict[str, str]:
    """Demand a typed refusal on standard error that left nothing; return what it said."""
    before = house.everything()
    said = house.say(*arguments, "--json", code=code)
    _says_no_value(said)
    assert house.everything() == before
    told = said.error
    for name in ("code", "what", "do"):
        assert told[name], name
    plain = house.say(*arguments, code=code)
    _says_no_value(plain)
    assert f"[{told['code']}]" in plain.err
    assert told["do"] in plain.err
    assert plain.out == ""
    return told


def _says_no_value(said: Said) -> None:
    for value in (MARKER, UPN, "Oak", "2015-03-09", "Traceback"):
        assert value not in said.err + said.out, value


def written(tmp_path: Path, content: bytes, name: str = "leavers.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


BAD_CTF = {
    "not XML": (f"UPN,Surname\n{UPN},{MARKER}".encode(), "xml-not-well-formed"),
    "a DOCTYPE": (
        f'<!DOCTYPE CTfile [<!ENTITY x "{MARKER}">]>'.encode() + ctf(pupil()),
        "xml-doctype",
    ),
    "another document": (f"<Invoice>{MARKER}</Invoice>".encode(), "ctf-not-a-ctf"),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("name", BAD_CTF)
def test_a_ctf_that_is_none(schools: Schools, tmp_path: Path, name: str) -> None:
    content, code = BAD_CTF[name]
    told = refused(schools.primary, 3, "import", "ctf", written(tmp_path, content))
    assert not code or told["code"].startswith(code)


BAD_ROWS = {
    "a wrong UPN": (pupil(UPN="<UPN>A801200015001</UPN>"), "upn-check-letter", "UPN"),
    "a missing date": (pupil(DOB=""), "", "DOB"),
    "a date that is none": (pupil(DOB=f"<DOB>{MARKER}</DOB>"), "", "DOB"),
    "no UPN and no reason": (pupil(UPN=""), "", "UPN"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_stops_only_that_pupil(schools: Schools, tmp_path: Path, name: str) -> None:
    row, code, field = BAD_ROWS[name]
    said = schools.primary.say("import", "ctf", written(tmp_path, ctf(row, GOOD)), "--json", code=3)
    _says_no_value(said)
    first, second = said.json
    assert (first["outcome"], first["pupil"], second["outcome"]) == ("refused", None, "added")
    (error,) = first["errors"]
    assert error["path"] == f"/CTFpupilData/Pupil[1]/{field}"
    assert error["code"].startswith(code)
    assert error["do"]
    plain = schools.primary.say("import", "ctf", written(tmp_path, ctf(row)), code=3)
    assert error["path"] in plain.err
    assert plain.out == "1 refused\n"
    assert len(schools.primary.rows("pupils")) == 1


@pytest.fixture
def ready(schools: Schools, tmp_path: Path) -> Schools:
    """The primary school has one pupil, with a document."""
    schools.primary.say("import", "ctf", written(tmp_path, ctf(pupil())))
    report = written(tmp_path, PDF, "report.pdf")
    schools.primary.say("attach", UPN, f"ep-report={report}")
    return schools


BAD_DOCUMENTS = {
    "a PDF that is none": (b"%PDF-1.7\n" + MARKER.encode(), "ep-report", "pdf-invalid"),
    "a program": (b"\x7fELF\x02" + bytes(60), "ep-report", "document-type-unsupported"),
    "nothing": (b"", "ep-report", "document-empty"),
    "a type that nobody knows": (PDF + b"%", MARKER, "code-unknown"),
    "a CP file while the DSL is away": (PDF + b"%", "cp-file", "compartment-unknown"),
}


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_a_document_that_is_refused(ready: Schools, tmp_path: Path, name: str) -> None:
    content, kind, code = BAD_DOCUMENTS[name]
    path = written(tmp_path, content, f"{MARKER}.pdf")
    good = written(tmp_path, PDF + b"% good\n", "good.pdf")
    before = ready.primary.everything()
    refused_alone = ready.primary.say("attach", UPN, f"{kind}={path}", code=3)
    assert f"[{code}]" in refused_alone.err
    assert ready.primary.everything() == before
    said = ready.primary.say("attach", UPN, f"{kind}={path}", f"other={good}", "--json", code=3)
    bad, fine = said.json
    assert (bad["outcome"], fine["outcome"]) == ("refused", "attached")
    assert (bad["error"]["code"], bool(bad["error"]["path"])) == (code, True)
    assert bad["error"]["do"]
    assert MARKER not in refused_alone.err + json.dumps(bad["error"])


DESTINATIONS = {
    "unknown": (("--to", "999999", "--confirm", MARKER), "destination-unknown", "/to"),
    "not a number at all": (("--to", MARKER, "--confirm", MARKER), "destination-unknown", "/to"),
    "not confirmed": (
        ("--to", "999002", "--confirm", MARKER),
        "destination-not-confirmed",
        "/confirm",
    ),
    "confirmed by itself": (
        ("--to", "820/4002", "--confirm", "8204002"),
        "destination-not-confirmed",
        "/confirm",
    ),
}


@pytest.mark.parametrize("name", DESTINATIONS)
def test_a_destination_that_is_refused(ready: Schools, name: str) -> None:
    arguments, code, path = DESTINATIONS[name]
    told = refused(ready.primary, 3, "destination", UPN, *arguments)
    assert (told["code"], told["path"]) == (code, path)
    told = refused(ready.primary, 3, "send", UPN, *arguments)
    assert (told["code"], told["path"]) == (code, path)


def test_sent_without_a_destination(ready: Schools) -> None:
    before = ready.primary.everything()
    said = ready.primary.say("send", UPN, "--json", code=3)
    (row,) = said.json
    assert (row["outcome"], row["error"]["code"], row["error"]["path"]) == (
        "refused",
        "destination-missing",
        "/to",
    )
    assert ready.primary.everything() == before


def publish(schools: Schools, **changes: object) -> None:
    """Let the secondary school publish another entry, and the primary install the directory."""
    node = open_node(schools.secondary.root)
    now = datetime.now(UTC).replace(microsecond=0)
    numbers = (DatedIdentifier("urn", "999002"), DatedIdentifier("laestab", "8204002"))
    profile = Profile("Riverside Academy", "school", numbers, **changes)  # type: ignore[arg-type]
    editor = DirectoryEditor.of(schools.directory.read_bytes())
    org_id = schools.secondary.org_id
    editor.put(node.keyring.entry(org_id, profile, now, editor.previous(org_id)), now)
    key = SshPrivateKey.from_openssh(schools.key.read_bytes())
    data, signature = editor.sign(key, now)
    schools.directory.write_bytes(data)
    schools.directory.with_name("directory.json.sig").write_bytes(signature)
    schools.primary.say("directory", "install", schools.directory)


def test_a_destination_that_has_closed(ready: Schools) -> None:
    ready.primary.say("destination", UPN, *CONFIRMED)
    successor = ready.primary.org_id
    publish(ready, status="merged", successor=successor)
    told = refused(ready.primary, 3, "destination", UPN, *CONFIRMED)
    assert (told["code"], told["path"]) == ("destination-closed", "/to")
    assert successor in told["do"]
    (row,) = ready.primary.rows("send", UPN, code=3)
    assert row["error"]["code"] == "destination-closed"
    assert ready.primary.rows("outbox") == []


def test_an_expired_key(ready: Schools) -> None:
    """The school's inbox keys ran out, and it has published no new ones."""
    ready.primary.say("destination", UPN, *CONFIRMED)
    node = open_node(ready.secondary.root)
    long_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(days=40)
    (path,) = (ready.secondary.root / "keys").glob(f"{ready.secondary.org_id}*")
    path.unlink()
    node.keyring.add_organisation(
        ready.secondary.org_id, long_ago, key_class="classic", lifetime=timedelta(days=30)
    )
    editor = DirectoryEditor.of(ready.directory.read_bytes())
    fresh = DirectoryEditor(editor.version)
    for house in (ready.primary, ready.secondary):
        row = editor.previous(house.org_id)
        assert row is not None
        if house is ready.secondary:
            profile = Profile("Riverside Academy", "school", (DatedIdentifier("urn", "999002"),))
            row = node.keyring.entry(house.org_id, profile, long_ago)
        fresh.put(row, datetime.now(UTC))
    data, signature = fresh.sign(
        SshPrivateKey.from_openssh(ready.key.read_bytes()), datetime.now(UTC).replace(microsecond=0)
    )
    ready.directory.write_bytes(data)
    ready.directory.with_name("directory.json.sig").write_bytes(signature)
    ready.primary.say("directory", "install", ready.directory)
    told = refused(ready.primary, 3, "destination", UPN, *CONFIRMED)
    assert told["code"] == "key-expired"
    (row,) = ready.primary.rows("send", UPN, code=3)
    assert row["error"]["code"] == "key-expired"
    assert ready.primary.rows("outbox") == []


BAD_TABLES = {
    "no such column": f"who,what\n{MARKER},x\n".encode(),
    "a date that is none": f"pupil,type,path,author,date\n{UPN},other,x.pdf,A,{MARKER}\n".encode(),
    "not UTF-8": b"pupil,type,path,author,date\n\xff\xfe" + MARKER.encode(),
    "a NUL": f"pupil,type,path,author,date\n\0{MARKER}".encode(),
    "a field without end": b'pupil,type,path,author,date\n"' + b"x" * 200_000,
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_table_that_cannot_be_read(ready: Schools, tmp_path: Path, name: str) -> None:
    table = written(tmp_path, BAD_TABLES[name], "table.csv")
    before = ready.primary.everything()
    said = ready.primary.say("attach", "--from", table, "--json", code=3)
    _says_no_value(said)
    assert before == ready.primary.everything()


def test_no_such_thing(ready: Schools, tmp_path: Path) -> None:
    primary, unknown = ready.primary, "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
    assert refused(primary, 4, "show", unknown)["code"] == "arrival-unknown"
    assert refused(primary, 4, "destination", MARKER, *CONFIRMED)["code"] == "pupil-unknown"
    assert refused(primary, 4, "pupils", "--org", "999999")["code"] == "organisation-unknown"
    for command in ("accept", "destroy"):
        (row,) = primary.rows(command, unknown, code=4)
        assert row["error"]["code"] == "arrival-unknown"
    (row,) = primary.rows("recall", unknown, code=4)
    assert row["error"]["code"] == "transfer-unknown"


def test_a_wrong_command(ready: Schools) -> None:
    primary = ready.primary
    assert refused(primary, 2, "send")["code"] == "pupil-missing"
    assert refused(primary, 2, "send", UPN, "--to", "999002")["code"] == "confirmation-missing"
    assert refused(primary, 2, "send", UPN, "--folder", MARKER)["code"] == "folder-unknown"
    assert refused(primary, 2, "attach", UPN, MARKER)["code"] == "document-malformed"
    assert refused(primary, 2, "attach")["code"] == "document-missing"
    assert primary.say("send", UPN, "--role", "sen-administrator", code=2).err
    assert senx("send").code == 2
    assert senx("nonsense").code == 2


def test_a_directory_that_is_not_to_be_trusted(schools: Schools, tmp_path: Path) -> None:
    primary = schools.primary
    forged = written(tmp_path, schools.directory.read_bytes().replace(b"River", b"Liver"), "f.json")
    unsigned = primary.say("directory", "install", forged, code=6)
    assert "[directory-unsigned]" in unsigned.err
    (tmp_path / "f.json.sig").write_bytes(
        schools.directory.with_name("directory.json.sig").read_bytes()
    )
    altered = primary.say("directory", "install", forged, code=6)
    assert "[directory-signature-invalid]" in altered.err
    assert primary.rows("directory", "show", "999002")[0]["name"] == "Riverside Academy"


def test_adding_to_a_directory_whose_signature_is_gone(schools: Schools, tmp_path: Path) -> None:
    schools.directory.with_name("directory.json.sig").unlink()
    entry = tmp_path / "entry"
    schools.primary.say("directory", "export", "-o", entry)
    said = senx("directory", "add", schools.directory, entry, "--key", schools.key)
    assert said.code == 6
    assert "[directory-unsigned]" in said.err


def test_no_home_and_no_key(tmp_path: Path, schools: Schools) -> None:
    said = senx("pupils", "--home", tmp_path / "nowhere", "--json")
    assert (said.code, said.error["code"]) == (3, "home-missing")
    settings = schools.primary.root / "settings.json"
    value = json.loads(settings.read_text())
    settings.write_text(json.dumps(value | {"node_key": str(tmp_path / "gone")}))
    assert schools.primary.say("pupils", "--json", code=3).error["code"] == "node-key-missing"


def test_a_file_that_exists_is_never_written_over(ready: Schools, tmp_path: Path) -> None:
    mine = written(tmp_path, b"mine", "mine")
    for arguments in (("directory", "export", "-o", mine),):
        assert ready.primary.say(*arguments, code=4).err
    assert senx("directory", "keygen", mine).code == 4
    assert senx("init", "--home", tmp_path / "h", "--node-key", mine).code == 3
    assert mine.read_bytes() == b"mine"


def test_a_fault_of_ours_prints_its_type_alone(
    schools: Schools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object) -> None:
        raise ZeroDivisionError(MARKER)

    monkeypatch.setattr("exchange.cli.outbox._row", fall)
    monkeypatch.setattr("exchange.cli.outbox.name_of", fall)
    monkeypatch.setattr("exchange.cli.options.org_of", fall)
    said = schools.primary.say("outbox", code=1)
    assert "ZeroDivisionError" in said.err
    assert MARKER not in said.err + said.out
