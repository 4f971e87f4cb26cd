"""What was chosen and looked at in the preview is what goes by a link."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

from exchange.domain.access import Role
from schemas.base import load_bytes
from schemas.statement import Statement
from tests.exchange.services.town import PDF, SENCO, ContentInspector, NewDocument, attach
from tests.exchange.web.outsiders.test_outsiders import CONTACT, leaver, link_id, place, site
from tests.exchange.web.site import Client, Place

__all__ = ["place", "site"]

CHOSEN = "purpose=in-year-transfer&basis=legal-obligation"
RAVI = CONTACT | {"name": "Ravi Hill", "role": "SENCO"}


def on_from_preview(senco: Client, pupil: str) -> str:
    """Return where the preview's button leads."""
    text = senco.get(f"/pupils/{pupil}/preview?{CHOSEN}").text
    found = re.search(r'href="([^"]*/pick-up[^"]*)"', text)
    assert found is not None
    return unescape(found[1])


def hidden(text: str) -> dict[str, str]:
    """Return what the form carries unseen."""
    return dict(re.findall(r'type="hidden" name="(purpose|basis|seen)" value="([^"]*)"', text))


def sent(place: Place, pupil: str) -> list[tuple[str, str]]:
    """Return purpose and basis of the pupil's packs, as they were signed."""
    with place.node.inside.store.reading(place.org_id) as unit:
        found = [load_bytes(Statement, one.statement) for one in unit.transfers.all(pupil)]
    return [(one.purpose, one.lawful_basis) for one in found]


def add_paper(place: Place, pupil: str, folder: Path) -> None:
    file = folder / "paper.pdf"
    file.write_bytes(PDF + b"% later\n")
    new = NewDocument(file, "ep-report", "Dr A. Invented", date(2026, 5, 1))
    attach(place.node.inside, ContentInspector(), place.org_id, pupil, new, SENCO)


def test_purpose_and_basis_of_the_preview_are_signed(place: Place) -> None:
    pupil = leaver(place, 1)
    senco = place.client(Role.SENCO)
    path = on_from_preview(senco, pupil)
    made = senco.post(path, RAVI | hidden(senco.get(path).text))
    assert made.status_code == 303
    assert sent(place, pupil) == [("in-year-transfer", "legal-obligation")]


def test_the_way_over_the_page_that_sends_keeps_them_too(place: Place) -> None:
    pupil = leaver(place, 1)
    senco = place.client(Role.SENCO)
    (mark,) = re.findall(r"seen=([0-9a-f]{64})", on_from_preview(senco, pupil))
    there = senco.get(f"/pupils/{pupil}/send?{CHOSEN}&seen={mark}")
    carried = hidden(senco.follow(there).text)
    assert carried == {"purpose": "in-year-transfer", "basis": "legal-obligation", "seen": mark}


def test_what_a_colleague_added_since_the_preview_does_not_go_unseen(
    place: Place, tmp_path: Path
) -> None:
    pupil = leaver(place, 2)
    senco = place.client(Role.SENCO)
    path = on_from_preview(senco, pupil)
    add_paper(place, pupil, tmp_path)
    carried = hidden(senco.get(path).text)
    for _ in range(2):  # looking at the form again is not looking at the pack
        refused = senco.post(path, RAVI | carried)
        assert "changed since you looked" in refused.text
        carried = hidden(refused.text)
    assert sent(place, pupil) == []
    assert f"/pupils/{pupil}/preview?{CHOSEN}" in unescape(refused.text)
    path = on_from_preview(senco, pupil)
    assert senco.post(path, RAVI | hidden(senco.get(path).text)).status_code == 303


def test_a_new_link_goes_for_what_the_pack_before_went_for(place: Place, tmp_path: Path) -> None:
    pupil = leaver(place, 3)
    senco = place.client(Role.SENCO)
    path = on_from_preview(senco, pupil)
    made = senco.post(path, RAVI | hidden(senco.get(path).text))
    link = link_id(made.headers["Location"])
    senco.get(f"/links/{link}")
    over = senco.follow(senco.post(f"/links/{link}/revoke")).text
    add_paper(place, pupil, tmp_path)
    found = re.search(r'href="([^"]*/pick-up[^"]*)"', over)
    assert found is not None
    again = unescape(found[1])
    assert senco.post(again, RAVI | hidden(senco.get(again).text)).status_code == 303
    assert sent(place, pupil) == [("in-year-transfer", "legal-obligation")] * 2


def test_what_the_address_brings_is_taken_only_where_it_can_be_ours(place: Place) -> None:
    pupil = leaver(place, 4)
    senco = place.client(Role.SENCO)
    for odd in ("%22%3E%3Cb%3E", "x" * 64, "A" * 64, "0" * 63, "0" * 5000):
        text = senco.get(f"/pupils/{pupil}/pick-up?seen={odd}").text
        assert re.fullmatch("[0-9a-f]{64}", hidden(text)["seen"])
    assert senco.get(f"/pupils/{pupil}/pick-up?purpose=none").status_code == 404
