"""A pupil's document on the pages: described anew, moved to whose it is, removed."""

from __future__ import annotations

from pathlib import Path

from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Site
from tests.exchange.web.transfers.walking import attached, ready


def test_a_document_is_shown_and_described_anew(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    path = f"/pupils/{who}/documents/{report}"
    file = client.get(f"{path}/file")
    assert file.data.startswith(b"%PDF-")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert "EP report" not in file.headers["Content-Disposition"]
    done = submit(client, path, type="slt-report", title="Speech", authored=["1", "4", "2026"])
    assert done.status_code == 302, errors_of(done.text)
    assert "Speech and language therapy report" in client.get(f"/pupils/{who}").text
    wrong = submit(client, path, title="x", authored=["1", "4", "2090"])
    assert wrong.status_code == 422
    other = pupil_at(place)
    assert client.get(f"/pupils/{other}/documents/{report}").status_code == 404
    assert client.get(f"/pupils/{other}/decisions/{report}").status_code == 404


def test_a_document_of_another_pupil_is_moved_or_removed(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    other = pupil_at(place, "Zenobia")
    path = f"/pupils/{who}/documents/{report}/move"
    unsaid = submit(client, path, what="other")
    assert unsaid.status_code == 422
    stranger = pupil_at(own["secondary"])
    assert submit(client, path, what="other", to=stranger).status_code == 422
    assert submit(client, path, what="other", to=other).status_code == 302
    assert "EP report" not in client.get(f"/pupils/{who}").text
    assert "EP report" in client.get(f"/pupils/{other}").text
    mine = attached(place, tmp_path, who, "slt-report", "Speech report")
    assert submit(client, f"/pupils/{who}/documents/{mine}/move", what="mistake").status_code == 302
    assert client.get(f"/pupils/{who}/documents/{mine}/file").status_code == 404
