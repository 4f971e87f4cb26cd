"""The main job, end to end by the installed command: leavers reach two secondary schools.

Three nodes run; in the first story each command is a process of its own, later ones are told to
one console a house. Each story goes on from where the one before left the town.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.looks import (
    books_add_up,
    kept_blobs_are_wanted,
    orphans,
    receipt_kinds,
    same_receipts,
    strange_files,
)
from tests.journeys.machine import wait_for
from tests.journeys.material import Leaver, ctf, leavers, pdf
from tests.journeys.town import House, Town, town_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

ACCEPTED = ["collected", "verified", "accepted"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Primary, two secondaries (one with classic keys), a shared folder; all running."""
    root = tmp_path_factory.mktemp("first")
    shared = root / "shared"
    shared.mkdir()
    with town_in(root / "town") as town:
        town.settle("larkfield", folders={"drive": shared})
        town.settle("northgate", folders={"drive": shared})
        town.settle("southgate", key_class="classic")
        town.publish()
        for house in town.houses.values():
            house.start(wait=False)
        for house in town.houses.values():
            house.wait_until_healthy(house.began)
        yield town


def _outbox(house: House) -> dict[str, Any]:
    return {one["transfer"]: one for one in house.json("outbox")}


def _attach_table(house: House, folder: Path, pupils: list[Leaver]) -> None:
    """Write a document for each pupil and a table that names them, and attach them."""
    rows = []
    for one in pupils:
        (folder / f"{one.upn}.pdf").write_bytes(pdf(f"Report about {one.forename}"))
        (folder / f"{one.upn}.txt").write_text(f"What helps {one.forename}: time.\n", "utf-8")
        rows.append([one.upn, "ep-report", f"{one.upn}.pdf", "Dr Öz Invented", "2026-05-01"])
        rows.append([one.upn, "strategies", f"{one.upn}.txt", "Ms Class", ""])
    table = folder / "documents.csv"
    with table.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["pupil", "type", "path", "author", "date"], *rows])
    done = house.senx("attach", "--from", table, "--json").json()
    assert [one["outcome"] for one in done] == ["attached"] * len(rows)


def _wait_for_states(house: House, side: str, wanted: dict[str, int]) -> None:
    def seen() -> bool:
        if side == "transfers":
            house.nudge()
        return house.states(side) == wanted

    wait_for(f"{house.name}'s {side} to be {wanted}", seen)


def _all_stands_up(town: Town) -> None:
    for house in town.houses.values():
        assert house.json("audit", "verify")["ok"]
        books_add_up(house)
        assert orphans(house) == set()
        assert strange_files(house) == []
        kept_blobs_are_wanted(house)


def test_a_cohort_goes_from_ctf_to_signed_receipts(running: Town, tmp_path: Path) -> None:
    primary, north, south = running["larkfield"], running["northgate"], running["southgate"]
    pupils = leavers(6)
    file = tmp_path / "801_CTF.xml"
    file.write_bytes(ctf(pupils))
    kept = primary.senx("import", "ctf", file, "--json").json()
    assert [one["outcome"] for one in kept] == ["added"] * 6
    assert [one["outcome"] for one in primary.json("import", "ctf", file)] == ["unchanged"] * 6
    _attach_table(primary, tmp_path, pupils)

    upns = [one.upn for one in pupils]
    told = primary.senx(
        "destination", *upns[:3], "--to", north.urn, "--confirm", north.laestab, "--json"
    )
    chosen = told.json()
    assert chosen["org_id"] == north.org_id
    chosen = primary.json(
        "destination", *upns[3:], "--to", south.laestab, "--confirm", "southgate school"
    )
    assert (chosen["name"], chosen["confirmed_with"]) == ("Southgate School", "name")

    sent = primary.senx("send", "--all", "--json").json()
    assert [one["outcome"] for one in sent] == ["queued"] * 6
    for school in (north, south):
        _wait_for_states(school, "arrivals", {"verified": 3})
        arrived = school.senx("inbox", "--json").json()
        assert {one["from"] for one in arrived} == {"Larkfield School"}
        shown = school.json("show", arrived[0]["pack"])
        assert sorted(one["type"] for one in shown["files"]) == [
            "ep-report", "sen.pupil/1.0", "sen.sen-register/1.0", "strategies"
        ]  # fmt: skip
        school.senx("accept", *(one["pack"] for one in arrived))
    _wait_for_states(primary, "transfers", {"accepted": 6})
    for house in (primary, north, south):
        house.senx("audit", "verify")
    for bundle_id, one in _outbox(primary).items():
        school = north if one["to_org"] == north.org_id else south
        assert receipt_kinds(primary, bundle_id, school.org_id, "received") == ACCEPTED
        same_receipts(primary, school, bundle_id)
    listed = primary.senx("receipts", "--json").json()
    assert [one["kind"] for one in listed].count("accepted") == 6
    signed = json.loads(listed[0]["receipt"])
    assert (signed["kind"], signed["sender"]) == ("collected", primary.org_id)
    _all_stands_up(running)


def test_a_document_comes_out_as_it_went_in(running: Town, tmp_path: Path) -> None:
    north = running["northgate"]
    pack = north.json("inbox")[0]["pack"]
    shown = north.json("show", pack)
    report = next(one for one in shown["files"] if one["type"] == "ep-report")
    assert (report["author"], report["date"]) == ("Dr Öz Invented", "2026-05-01")
    out = tmp_path / "report.pdf"
    north.tell("show", pack, "--document", report["document"], "-o", out)
    first = leavers(3)
    assert out.read_bytes() in [pdf(f"Report about {one.forename}") for one in first]


def test_sent_twice_is_sent_once(running: Town) -> None:
    primary = running["larkfield"]
    before = _outbox(primary)
    again = primary.json("send", "--all")
    assert [one["outcome"] for one in again] == ["unchanged"] * 6
    assert _outbox(primary).keys() == before.keys()
    accepted = running["northgate"].json("inbox")[0]["pack"]
    running["northgate"].tell("accept", accepted)  # nor is accepting it twice another receipt
    chain = receipt_kinds(running["northgate"], accepted, primary.org_id, "issued")
    assert chain == ACCEPTED


def test_an_update_shows_only_what_is_new(running: Town, tmp_path: Path) -> None:
    primary, north = running["larkfield"], running["northgate"]
    pupil = leavers(1)[0]
    late = tmp_path / "late.pdf"
    late.write_bytes(pdf("A report that came late"))
    primary.tell("attach", pupil.upn, f"slt-report={late}", "--author", "Mx Therapist")
    refused = primary.tell("send", pupil.upn, "--json", code=3).json()
    assert refused[0]["error"]["code"] == "already-sent"
    [update] = primary.json("send", pupil.upn, "--update")
    assert update["outcome"] == "queued"
    _wait_for_states(north, "arrivals", {"accepted": 3, "verified": 1})
    shown = north.json("show", update["transfer"])
    assert shown["supersedes"] in _outbox(primary)
    assert [one["type"] for one in shown["files"] if one["new"]] == ["slt-report"]
    assert len(shown["files"]) == 5
    north.tell("accept", update["transfer"])
    _wait_for_states(primary, "transfers", {"accepted": 7})
    assert [one["outcome"] for one in primary.json("send", "--all")] == ["unchanged"] * 6
    _all_stands_up(running)


def test_the_destination_changes_after_delivery(running: Town) -> None:
    primary, north, south = running["larkfield"], running["northgate"], running["southgate"]
    upn = leavers(2)[1].upn
    reference = next(one["pupil"] for one in primary.json("pupils") if one["upn"] == upn)
    [old] = [one for one in primary.json("outbox") if one["pupil"] == reference]
    where = ["--to", south.urn, "--confirm", south.laestab]
    refused = primary.refusal("destination", upn, *where, code=4)
    assert refused["code"] == "destination-in-use"

    primary.tell("recall", old["transfer"])

    def asked() -> bool:
        primary.nudge()
        held = [one for one in north.json("inbox") if one["pack"] == old["transfer"]]
        return bool(held[0]["attention"] == "recall-asked")

    wait_for("the recall to reach the school that had accepted", asked)
    north.tell("destroy", old["transfer"])

    def heard() -> bool:
        primary.nudge()
        return primary.states() == {"accepted": 7, "destroyed": 1}

    wait_for("the destroyed receipt, and the notice's own", heard)
    chain = receipt_kinds(primary, old["transfer"], north.org_id, "received")
    assert chain == [*ACCEPTED, "destroyed"]
    gone = north.refusal("show", old["transfer"], code=4)
    assert gone["code"] == "contents-gone"

    primary.tell("destination", upn, *where)
    [new] = primary.json("send", upn)
    assert (new["outcome"], new["transfer"] != old["transfer"]) == ("queued", True)
    _wait_for_states(south, "arrivals", {"accepted": 3, "verified": 1})
    assert south.json("show", new["transfer"])["supersedes"] is None
    south.tell("accept", new["transfer"])
    _wait_for_states(primary, "transfers", {"accepted": 8, "destroyed": 1})
    _all_stands_up(running)


def test_a_pack_is_rejected_with_a_code(running: Town) -> None:
    primary, north = running["larkfield"], running["northgate"]
    added = primary.json(
        "pupil", "add", "--surname", "Quill", "--forename", "Wren", "--dob", "2015-01-09",
        "--sex", "F", "--no-upn", "UN1",
    )  # fmt: skip
    [sent] = primary.json(
        "send", added["pupil"], "--to", north.laestab, "--confirm", "Northgate School"
    )
    wait_for("the pack", lambda: north.states("arrivals").get("verified") == 1)
    wrong = north.tell("reject", sent["transfer"], "--code", "ugly", "--json", code=4).json()
    assert wrong[0]["error"]["code"] == "rejection-code-unknown"
    north.tell("reject", sent["transfer"], "--code", "not-our-pupil")

    def heard() -> bool:
        primary.nudge()
        return primary.states().get("rejected") == 1

    wait_for("the rejection", heard)
    told = _outbox(primary)[sent["transfer"]]
    assert told["attention"] == "not-our-pupil"
    chain = receipt_kinds(primary, sent["transfer"], north.org_id, "received")
    assert chain == ["collected", "verified", "rejected"]
    late = north.tell("accept", sent["transfer"], "--json", code=4).json()
    assert late[0]["error"]["code"] == "transition-forbidden"
    assert north.refusal("show", sent["transfer"], code=4)["code"] == "contents-gone"
    _all_stands_up(running)


def test_a_shared_folder_carries_packs_and_receipts(running: Town) -> None:
    primary, north = running["larkfield"], running["northgate"]
    shared = Path(primary.settings.folders["drive"])
    added = primary.json(
        "pupil", "add", "--surname", "Rook", "--forename", "Ash", "--dob", "2015-02-09",
        "--sex", "M", "--no-upn", "UN1",
    )  # fmt: skip
    [sent] = primary.json(
        "send", added["pupil"], "--folder", "drive", "--to", north.urn, "--confirm", north.laestab
    )
    bundle = sent["transfer"]
    wait_for("the pack", lambda: _inbox_state(north, bundle) == "verified")
    assert (shared / f"{bundle}.zip").exists()
    assert next(one["by"] for one in north.json("inbox") if one["pack"] == bundle) == "folder"
    north.tell("accept", bundle)
    names = [f"{bundle}.{seq}.receipt.json" for seq in (1, 2, 3)]
    receipts = [shared / f"{name}{ending}" for name in names for ending in ("", ".sig")]
    wait_for("receipts beside the pack", lambda: all(one.exists() for one in receipts))

    def heard() -> bool:
        primary.nudge()
        return bool(_outbox(primary)[bundle]["state"] == "accepted")

    wait_for("the sender to pick them up", heard)
    same_receipts(primary, north, bundle)
    assert [one.name for one in shared.iterdir() if one.name.startswith(".")] == []
    # It goes on lying there, and neither node takes it in again.
    assert len([one for one in north.json("inbox") if one["pack"] == bundle]) == 1
    _all_stands_up(running)


def _inbox_state(house: House, bundle: str) -> str:
    return next((one["state"] for one in house.json("inbox") if one["pack"] == bundle), "")


def test_nodes_stop_when_they_are_told_to(running: Town) -> None:
    for house in running.houses.values():
        assert house.stop() == 0
        assert "Traceback" not in house.log.read_text()
        assert house.pids() == []
