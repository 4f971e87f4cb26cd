"""The pages of a request whose council merged into another after a pack went to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.domain.access import Role
from exchange.wiring import entry_of
from keys.directory import DirectoryEditor, Ruling
from keys.directory.entry import read_row
from keys.ssh_keys import SshPrivateKey
from schemas.strict_json import loads
from tests.exchange.web import site as sites
from tests.exchange.web.pupils.helping import submit
from tests.exchange.web.requests.test_requests import begun, saved, until
from tests.exchange.web.site import Client, Site


class Merging:
    """A school, its council, the council that takes its place, and who rules over them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._key, self._editor = SshPrivateKey.generate(), DirectoryEditor()
        names = ("primary", "council", "successor")
        self.site = Site({one: sites._place(folder, one, self._key, stack) for one in names})
        for place in self.site.places.values():
            row = read_row(loads(entry_of(place.node, place.org_id)))
            self._editor.put(row, datetime.now(UTC))
        self._publish()

    def merge(self) -> None:
        """Let the directory say that the council is merged."""
        after = self.site["successor"].org_id
        ruling = Ruling(status="merged", successor=after)
        self._editor.rule(self.site["council"].org_id, ruling)
        self._publish()

    def _publish(self) -> None:
        data, signature = self._editor.sign(self._key, datetime.now(UTC).replace(microsecond=0))
        for place in self.site.places.values():
            place.node.directory.install(data, signature)


@pytest.fixture
def merging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Merging]:
    monkeypatch.setitem(sites.PLACES, "successor", ("Midshire Council", "la", {"la": "823"}))
    with ExitStack() as stack:
        yield Merging(tmp_path, stack)


def sent(merging: Merging, client: Client) -> tuple[str, str]:
    pupil, ehc = begun(merging.site["primary"], client)
    base = f"/ehc-requests/{ehc}"
    seen = re.search(r"send\?seen=([0-9a-f]{64})", client.get(f"{base}/check").text)
    assert seen is not None
    saved(client, f"{base}/send", seen=seen.group(1), post="SENCO")
    return pupil, base


def test_each_way_that_the_pages_offer_can_be_gone(merging: Merging) -> None:
    client = merging.site["primary"].client(Role.SENCO)
    pupil, reached = sent(merging, client)
    until(merging.site, client, reached, "Reached the council")
    _, lost = sent(merging, client)
    merging.merge()  # before the pack has left
    page = client.get(reached).text
    assert "has left since: nothing can be sent to it from here" in page
    assert "Midshire Council (823) in its place" in page
    assert "go on from that day" in client.get(f"{reached}/handed-in").text
    told = {"how": "By hand", "on": ["2", "1", "2026"]}
    page = saved(client, f"{lost}/handed-in", **told).text
    assert "The clocks run from it" in page
    assert "13 February 2026" in page
    looked = re.search(r"files\?seen=([0-9a-f]{64})", client.get(f"{lost}/check").text)
    assert looked is not None
    answer = submit(client, f"{lost}/files", seen=looked.group(1), post="SENCO")
    assert answer.mimetype == "application/zip"
    page = client.get(f"{reached}/withdraw").text
    assert "it is not told from here. Tell it in another way." in page
    assert "As what do you send it?" not in page
    page = saved(client, f"{reached}/withdraw", why="It merged.").text
    assert "The council was not told from here." in page
    assert client.get(f"/pupils/{pupil}/ehc-request").status_code == 200
