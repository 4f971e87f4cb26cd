"""Nothing plain at rest or in passing: markers in every text field and document, sought everywhere.

Sought in data folders (database, WAL, blobs, keys), the shared folder, the temporary folder, the
home of the user, logs, what every command said on both its streams, and the environment and
command line of the running nodes; as UTF-8, UTF-16, base64 at each alignment, URL-encoded and hex.
Left out, because they are there to show it, are what ``pupils`` and ``show`` print and the files
that a person took out (``open``, ``show --document``).
"""

from __future__ import annotations

import csv
import io
import json
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.formats.pupils_ctf import CtfPupils
from exchange.errors import ExchangeError
from exchange.ports import ReadPupil
from exchange.services.open_pack import open_pack
from schemas.base import load_bytes
from schemas.records import RECORDS
from tests.journeys.bad_files import bad_ctfs, bad_records, bad_tables
from tests.journeys.console import Told
from tests.journeys.looks import disguises, orphans, seek, seek_files, strange_files
from tests.journeys.machine import wait_for
from tests.journeys.markers import STEM, Markers, full_ctf
from tests.journeys.material import pdf
from tests.journeys.town import House, Town, town_in
from tests.schemas import record_examples

pytestmark = [pytest.mark.journey, pytest.mark.timeout(280)]

UPN = "A801200015002"
FULL_UPN = "L801200015001"
RECORD_MAKERS = ("register", "plan", "profile", "transition", "report", "attendance",
                 "attainment", "safeguarding", "ehc_plan")  # fmt: skip


@dataclass
class Story:
    """The town, the markers, and all that the commands said."""

    town: Town
    plain: Path
    shared: Path
    markers: Markers = field(default_factory=Markers)
    said: list[tuple[str, Told]] = field(default_factory=list)

    @property
    def primary(self) -> House:
        return self.town["larkfield"]

    @property
    def north(self) -> House:
        return self.town["northgate"]

    def new(self, where: str) -> str:
        return self.markers.new(where)

    def run(self, house: House, *words: str | Path, fails: bool = False) -> Told:
        """Tell a house's console a command; keep what it said, to be searched."""
        return self._keep(house.tell(*words, code=None), words, fails=fails)

    def process(self, house: House, *words: str | Path) -> Told:
        """The same by a process of its own."""
        return self._keep(house.senx(*words, code=None), words, fails=False)

    def _keep(self, told: Told, words: tuple[str | Path, ...], *, fails: bool) -> Told:
        shown = " ".join(str(one) for one in words)
        assert (told.code != 0) == fails, f"{shown}: {told}"
        self.said.append((shown, told))
        return told

    def refused(self, *words: str | Path) -> None:
        """Run a command of the primary school that must fail; in words and as JSON."""
        self.run(self.primary, *words, fails=True)

    def file(self, name: str, content: bytes) -> Path:
        place = self.plain / name
        place.write_bytes(content)
        return place


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("rest")
    plain, shared, user = root / "plain", root / "shared", root / "user"
    for folder in (plain, shared, user):
        folder.mkdir()
    with town_in(root / "town") as town:
        for name in ("larkfield", "northgate"):
            house = town.settle(name, folders={"drive": shared})
            house.environment["HOME"] = str(user)
        town.publish()
        for house in town.houses.values():
            house.start(wait=False)
        for house in town.houses.values():
            house.wait_until_healthy()
        yield Story(town, plain, shared)


def _reads(content: bytes) -> bool:
    try:
        rows = list(CtfPupils(None).read(io.BytesIO(content)))
    except ExchangeError:
        return False
    return len(rows) == 2 and all(isinstance(one, ReadPupil) for one in rows)


def _import(story: Story) -> dict[str, str]:
    """Take in every element of a CTF; return the pupils' references by UPN."""
    root = full_ctf()
    assert story.markers.plant_xml(root, _reads) > 100
    content = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    file = story.file(f"{story.new('name of the CTF')}.xml", content)
    story.process(story.primary, "import", "ctf", file, "--json")
    story.run(story.primary, "import", "ctf", file)
    return {one["upn"]: one["pupil"] for one in story.primary.json("pupils")}


def _records(story: Story, pupil: str) -> None:
    planted = 0
    for name in RECORD_MAKERS:
        record: dict[str, Any] = getattr(record_examples, name)(subject=pupil)
        if name == "report":  # a report of a file that is not here would stay at home
            del record["document"], record["replaces"]
        planted += story.markers.plant_json(record, lambda content: load_bytes(RECORDS, content))
        file = story.file(f"{name}.json", json.dumps(record, ensure_ascii=False).encode())
        story.run(story.primary, "pupil", "record", pupil, file)
    assert planted > 80


def _documents(story: Story, pupil: str) -> None:
    new = story.new
    text = story.file(f"{new('file name')}.txt", f"What helps: {new('in a text')}\n".encode())
    report = story.file(f"{new('file name')}.pdf", pdf(f"Seen twice: {new('in a PDF')}"))
    story.process(story.primary, "attach", pupil, f"strategies={text}", "--author", new("author"))
    rows = [
        ["pupil", "type", "path", "author", "date", "title"],
        [pupil, "ep-report", report.name, new("author"), "2026-05-01", new("title")],
    ]
    table = story.plain / f"{new('name of the table')}.csv"
    with table.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    story.process(story.primary, "attach", "--from", table, "--json")
    story.run(story.primary, "attach", "--from", table)


def _verified(house: House, count: int) -> list[str]:
    wait_for("packs", lambda: house.states("arrivals").get("verified", 0) == count)
    return [one["pack"] for one in house.json("inbox", "--state", "verified")]


def _recall_asked(house: House, bundle_id: str) -> bool:
    held = [one for one in house.json("inbox") if one["pack"] == bundle_id]
    return bool(held[0]["attention"] == "recall-asked")


def test_1_journeys(story: Story) -> None:
    """Import, attach, send by both ways, accept, update, recall, destroy, reject."""
    primary, north = story.primary, story.north
    pupils = _import(story)
    _records(story, pupils[UPN])
    _documents(story, pupils[UPN])
    to = ("--to", north.urn, "--confirm", "Northgate School")
    story.run(primary, "destination", pupils[UPN], pupils[FULL_UPN], *to)
    story.run(primary, "wish", pupils[UPN], "--family", "agrees", "--pupil", "agrees")
    decided = ("--release", "--by", story.new("who decided"), "--reason", "named-in-section-i")
    story.run(primary, "decide", f"{pupils[UPN]}/ehc-plan", *decided)
    story.process(primary, "send", pupils[UPN], "--json")
    story.process(primary, "send", pupils[FULL_UPN], "--folder", "drive")
    story.run(primary, "send", "--all")
    packs = _verified(north, 2)
    seen = [north.senx("show", one, "--json").json() for one in packs]
    assert any(STEM in json.dumps(one) for one in seen), "what show prints is not worth hiding"
    story.run(north, "accept", *packs)
    story.run(north, "inbox")

    late = story.file("late.txt", f"Late: {story.new('in a late text')}".encode())
    story.run(primary, "attach", pupils[UPN], f"parent-views={late}")
    story.run(primary, "send", pupils[UPN], "--update")
    [update] = _verified(north, 1)
    story.run(north, "reject", update, "--code", "not-wanted")
    for one in primary.json("outbox"):
        if one["pupil"] == pupils[FULL_UPN]:
            story.run(primary, "recall", one["transfer"])
            wait_for("the recall", partial(_recall_asked, north, one["transfer"]))
            story.run(north, "destroy", one["transfer"])
    for words in (["outbox"], ["receipts", "--now"], ["audit", "list"], ["audit", "verify"]):
        story.run(primary, *words)
        story.run(primary, *words, "--json")
    assert _find_nothing(story) == []


def test_2_what_was_planted_really_went_over(story: Story) -> None:
    """Else the search would prove nothing: the accepted pack holds the markers, once opened."""
    north = story.north
    inside = north.node.inside
    text = b""
    with inside.store.reading(north.org_id) as unit:
        arrivals = [one for one in unit.arrivals.all() if one.state.value == "accepted"]
    for arrival in arrivals:
        with suppress(ExchangeError), open_pack(inside, north.org_id, arrival) as opened:
            text += opened.statement_bytes
            for one in opened.statement.files:
                with opened.open_file(one) as source:
                    text += source.read(10_000_000)
    arrived = [one for one in story.markers.planted if one.encode() in text]
    assert len(arrived) > 85, "records, documents, titles and authors"
    for where in ("in a text", "in a PDF", "author", "title"):
        assert where in {story.markers.planted[one] for one in arrived}


def test_3_error_paths_of_files(story: Story) -> None:
    new, refused = story.new, story.refused
    pupil = story.primary.json("pupils")[0]["pupil"]
    marker = new("bytes of what is no PDF")
    bad_pdf = story.file(f"{new('file name')}.pdf", b"%PDF-1.7\n" + marker.encode())
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    binary = story.file(f"{new('file name')}.doc", ole + marker.encode())
    latin = story.file("latin.txt", f"caf\xe9 {marker}".encode("latin-1"))
    missing = story.plain / f"{new('missing file')}.pdf"
    for file in (bad_pdf, binary, latin, missing, story.plain):
        refused("attach", pupil, f"ep-report={file}")
        refused("attach", pupil, f"ep-report={file}", "--json")
    refused("attach", pupil, f"{new('document type')}={latin}")
    refused("attach", pupil, f"{new('document type')}={latin}", "--json")
    refused("attach", pupil, new("no equals sign"))
    refused("attach", new("pupil"), f"ep-report={bad_pdf}")
    for number, content in enumerate(bad_tables(story.new, pupil)):
        refused("attach", "--from", story.file(f"bad{number}.csv", content))
    for number, content in enumerate(bad_ctfs(story.new)):
        file = story.file(f"bad{number}.xml", content)
        refused("import", "ctf", file)
        refused("import", "ctf", file, "--json")
    for number, content in enumerate(bad_records(story.new, pupil)):
        refused("pupil", "record", pupil, story.file(f"bad{number}.json", content))
        refused("import", "records", story.plain / f"bad{number}.json", "--json")
    assert _find_nothing(story) == []


def test_4_error_paths_of_the_command_line(story: Story) -> None:
    new, refused, primary = story.new, story.refused, story.primary
    pupil = primary.json("pupils")[0]["pupil"]
    out = ("--to", story.north.urn, "--confirm")
    refused("destination", pupil, "--to", new("to"), "--confirm", new("confirm"))
    refused("destination", pupil, *out, new("confirm"), "--json")
    refused("destination", new("pupil"), *out, story.north.laestab)
    refused("send", new("pupil"))
    refused("send", pupil, "--folder", new("folder"))
    refused("send", pupil, "--purpose", new("purpose"))
    refused("send", pupil, "--basis", new("basis"), "--json")
    refused("recall", new("transfer"))
    refused("show", new("pack"))
    refused("accept", new("pack"), "--json")
    refused("reject", new("pack"), "--code", new("code"))
    refused("pupils", "--org", new("organisation"))
    names = ("--surname", new("surname"), "--forename", new("forename"), "--dob", "2015-01-01")
    refused("pupil", "add", *names, "--sex", new("sex"), "--no-upn", "UN1")
    refused("pupil", "add", *names, "--sex", "F", "--no-upn", new("reason"), "--json")
    refused("pupil", "add", *names, "--sex", "F", "--upn", new("upn"))
    refused("pupil", "add", *names, "--sex", "F", "--upn", "A801200015009", "--json")
    refused("pupil", "add", *names, "--sex", "F", "--dob", new("date"))
    refused("pupil", "add", *names, "--sex", "F", new("a word too many"))
    refused("pupil", "add", *names, "--sex", "F", f"--{new('option')}", "x")
    refused("pupil", new("subcommand"))
    refused(new("command"))
    refused("import", "ctf", story.plain / new("missing CTF"))
    refused("attach", "--from", story.plain / new("missing table"))
    refused("pupil", "record", pupil, story.plain / new("missing record"))
    refused("directory", "show", new("identifier"))
    assert _find_nothing(story) == []


def test_5_the_file_level_trio_and_wrong_keys(story: Story) -> None:
    primary, north, new = story.primary, story.north, story.new
    record = record_examples.profile()
    story.markers.plant_json(record, lambda content: load_bytes(RECORDS, content))
    file = story.file("sealed.json", json.dumps(record).encode())
    report = story.file(f"{new('file name')}.pdf", pdf(new("in a sealed PDF")))
    pack = story.shared / "by-hand.zip"
    told: list[str | Path] = [
        "seal",
        "--to",
        north.urn,
        "--record",
        file,
        "--document",
        f"ep-report={report}",
    ]
    story.run(primary, *told, "-o", pack)
    story.run(primary, *told, "-o", pack, fails=True)
    story.run(north, "verify", pack, "--home", north.root)
    story.run(north, "open", pack, "-C", story.plain / "opened", "--json")
    story.run(primary, "open", pack, "-C", story.plain / new("folder"), fails=True)
    damaged = story.file("damaged.zip", pack.read_bytes()[:-2000] + b"\0" * 2000)
    story.run(north, "verify", damaged, "--home", north.root, fails=True)
    story.run(north, "open", damaged, "-C", story.plain / new("folder"), fails=True)
    wrong = story.file("passphrase", new("passphrase").encode())
    other = story.town.root / "unset"
    words: list[str | Path] = ["init", "--home", other, "--passphrase-file", wrong]
    story.run(primary, *words)
    story.run(primary, "pupils", "--home", other, "--passphrase-file",
              story.file("wrong", new("wrong passphrase").encode()), fails=True)  # fmt: skip
    assert _find_nothing(story, other) == []


def test_6_strangers_at_the_face(story: Story) -> None:
    north, marker = story.north, story.new("a request")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    base = north.settings.public_url
    for path, body in (
        ("/v1/deliveries", f'{{"recipient": "{marker}"}}'.encode()),
        (f"/v1/{marker}?{marker}={marker}", None),
        (f"/v1/receipts/{marker}/{marker}", None),
    ):
        asked = urllib.request.Request(base + path, data=body)
        for name in ("User-Agent", "Signature", "Signature-Input", "Content-Digest", "X-Odd"):
            asked.add_header(name, f'{marker}="{marker}"')
        asked.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(asked, timeout=20, context=context) as answer:
                told = answer.read()
        except urllib.error.HTTPError as error:
            told = error.read() + str(error.headers).encode()
        assert seek([STEM], told) == []
    assert _find_nothing(story) == []


def test_7_running_processes_and_what_a_stop_leaves(story: Story) -> None:
    for house in story.town.houses.values():
        pids = house.pids()
        assert len(pids) >= 3
        for pid in pids:
            for name in ("environ", "cmdline"):
                assert seek([STEM], Path(f"/proc/{pid}/{name}").read_bytes()) == []
        assert house.stop() == 0
        assert orphans(house) == set()
        assert strange_files(house) == []
    assert _find_nothing(story) == []
    assert [*story.town.temporary.rglob("*")] == []


def test_8_the_search_finds_what_it_seeks(tmp_path: Path) -> None:
    """A control: the stem in each disguise, in the middle of other bytes, is found."""
    for name, needle in disguises(STEM).items():
        place = tmp_path / f"{name.replace('+', '-')}.bin"
        place.write_bytes(bytes(range(256)) + needle + bytes(range(256)))
        assert seek_files([STEM], [place]), name
    named = tmp_path / f"{STEM}abcd.txt"
    named.write_bytes(b"nothing")
    assert seek_files([STEM], [named])
    assert seek_files([STEM], [Path(__file__).parent / "conftest.py"]) == []


def _find_nothing(story: Story, *also: Path) -> list[str]:
    """Return each place where the stem lies, and what was planted there."""
    town = story.town
    places = [house.root for house in town.houses.values()]
    places += [house.log for house in town.houses.values()]
    places += [*town.root.glob("*.node-key"), town.temporary, story.shared, *also]
    places.append(Path(town["larkfield"].environment["HOME"]))
    found = seek_files([STEM], places)
    for words, told in story.said:
        for stream, text in (("stdout", told.out), ("stderr", told.err)):
            hits = seek([STEM], text.encode())
            found += [f"{stream} of `{words}`: {hit}: {text[:400]}" for hit in hits]
    return found
