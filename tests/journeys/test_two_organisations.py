"""One node, two schools: packs go between them, and neither sees the other's pupils or packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.looks import books_add_up, orphans, receipt_kinds
from tests.journeys.machine import wait_for
from tests.journeys.material import ctf, leavers, pdf
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]


def test_two_schools_on_one_node(town: Town, tmp_path: Path) -> None:
    house, outside = town.settle("larkfield"), town.settle("northgate")
    second = town.enrol(house, "parkside")
    first = house.org_ids[0]
    town.publish()
    house.start(wait=False)
    outside.start(wait=False)
    house.wait_until_healthy()
    outside.wait_until_healthy()

    # Both import the same child: two rows, two references, and each of them sees its own.
    file, report = tmp_path / "leavers.xml", tmp_path / "report.pdf"
    file.write_bytes(ctf(leavers(2)))
    report.write_bytes(pdf("Report"))
    house.tell("import", "ctf", file, "--org", house.numbers[0]["urn"])
    file.write_bytes(ctf(leavers(1)))
    house.tell("import", "ctf", file, "--org", house.numbers[1]["laestab"])
    ours = {one["pupil"] for one in house.json("pupils", "--org", first)}
    theirs = {one["pupil"] for one in house.json("pupils", "--org", second)}
    assert (len(ours), len(theirs), ours & theirs) == (2, 1, set())
    asked = house.refusal("pupils", code=2)
    assert asked["code"] == "organisation-needed"
    not_here = house.refusal("pupils", "--org", outside.urn, code=2)
    assert not_here["code"] == "organisation-not-hosted"

    # A reference of the one is nothing to the other, whatever is asked of it.
    mine = sorted(ours)[0]
    for words in (["attach", mine, f"ep-report={report}"], ["destination", mine, "--to",
                  outside.urn, "--confirm", outside.laestab], ["send", mine]):  # fmt: skip
        told = house.tell(*words, "--org", second, "--json", code=None)
        assert told.code in (3, 4)
        assert "pupil-unknown" in told.out + told.err
    house.tell("attach", mine, f"ep-report={report}", "--org", first)

    # From the one to the other, over HTTPS, on the same node.
    to_second = ["--to", house.numbers[1]["urn"], "--confirm", "Parkside School"]
    [sent] = house.json("send", mine, *to_second, "--org", first)
    [home_pack] = _arrived(town, house.name, second)
    assert home_pack["pack"] == sent["transfer"]
    assert home_pack["from"] == "Larkfield School"
    assert house.json("inbox", "--org", first) == []
    assert house.json("outbox", "--org", second) == []
    unseen = house.refusal("show", sent["transfer"], "--org", first, code=4)
    assert unseen["code"] == "arrival-unknown"
    refused = house.tell("accept", sent["transfer"], "--org", first, "--json", code=4).json()
    assert refused[0]["error"]["code"] == "arrival-unknown"
    told = house.tell("recall", sent["transfer"], "--org", second, code=4)
    assert "transfer-unknown" in told.out + told.err
    house.tell("accept", sent["transfer"], "--org", second)

    def heard() -> bool:
        house.nudge()
        return [one["state"] for one in house.json("outbox", "--org", first)] == ["accepted"]

    wait_for("the receipt", heard)
    chain = ["collected", "verified", "accepted"]
    assert receipt_kinds(house, sent["transfer"], second, "received", first) == chain
    assert house.json("receipts", "--org", second) == []
    # Accepting is not importing: whose pupil it was, the other has one row as before.
    assert len(house.json("pupils", "--org", second)) == 1

    # And from outside, the second alone hears of what is the second's.
    outside.tell("pupil", "add", "--surname", "Wren", "--forename", "Jo", "--dob", "2015-04-01",
                 "--sex", "F", "--no-upn", "UN1")  # fmt: skip
    [away] = outside.json("pupils")
    [other] = outside.json("send", away["pupil"], *to_second)
    arrived = _arrived(town, house.name, second, count=2)
    assert other["transfer"] in {one["pack"] for one in arrived}
    assert house.json("inbox", "--org", first) == []

    books_add_up(house)
    assert orphans(house) == set()
    books = [{one["digest"] for one in house.json("audit", "list", "--org", org_id)}
             for org_id in (first, second)]  # fmt: skip
    assert not books[0] & books[1]
    blobs = [set(house.node.blobs.names(org_id)) for org_id in (first, second)]
    assert (len(blobs[0]), len(blobs[1]), blobs[0] & blobs[1]) == (2, 2, set())


def _arrived(town: Town, name: str, org_id: str, count: int = 1) -> list[dict[str, str]]:
    house = town[name]
    found: list[dict[str, str]] = []

    def here() -> bool:
        found[:] = house.json("inbox", "--org", org_id)
        return (
            len(found) == count
            and all(one["state"] != "queued" for one in found)
            and all(one["state"] in ("verified", "accepted") for one in found)
        )

    wait_for(f"{count} packs", here)
    return found


def test_a_school_that_joins_a_running_node_is_served(town: Town) -> None:
    house, outside = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    house.start(wait=False)
    outside.start(wait=False)
    house.wait_until_healthy()
    outside.wait_until_healthy()
    joined = town.enrol(house, "parkside")
    town.publish()
    outside.tell("pupil", "add", "--surname", "Wren", "--forename", "Jo", "--dob", "2015-04-01",
                 "--sex", "F", "--no-upn", "UN1")  # fmt: skip
    [away] = outside.json("pupils")
    outside.tell("send", away["pupil"], "--to", house.numbers[1]["urn"], "--confirm",
                 "Parkside School")  # fmt: skip
    [pack] = _arrived(town, house.name, joined)
    assert pack["state"] == "verified"


def test_what_is_sealed_to_a_new_key_is_opened_however_soon_it_comes(town: Town) -> None:
    """The worker has the keys of its start; a pack that it could not open would be refused."""
    house, outside = town.settle("larkfield"), town.settle("northgate")
    town.publish()
    house.start(wait=False)
    outside.start(wait=False)
    house.wait_until_healthy()
    outside.wait_until_healthy()
    for forename in ("Jo", "Kit", "Lou"):
        outside.tell("pupil", "add", "--surname", "Wren", "--forename", forename, "--dob",
                     "2015-04-01", "--sex", "F", "--no-upn", "UN1")  # fmt: skip
    for one in outside.json("pupils"):
        town.rotate(house)
        outside.tell("send", one["pupil"], "--to", house.urn, "--confirm", "Larkfield School")
    packs = _arrived(town, house.name, house.org_id, count=3)
    assert [one["state"] for one in packs] == ["verified"] * 3
