"""Of two papers of one kind staff see which is which, where they say who may have it."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

from exchange.domain.access import Role
from tests.exchange.services.town import PDF, SENCO, ContentInspector, NewDocument, attach
from tests.exchange.web.outsiders.test_member_changed import changing
from tests.exchange.web.outsiders.test_outsiders import leaver, place, site
from tests.exchange.web.site import Place

__all__ = ["place", "site"]

KIND = "Educational psychologist's report"


def reports(place: Place, pupil: str, at: Path) -> list[str]:
    """Keep four reports of one kind: two that somebody described, two that came as they are."""
    described = (
        ("one", "Dr A. One", date(2024, 5, 1), "Before the move"),
        ("two", "Dr B. Two", date(2026, 5, 1), ""),
        ("three", "", None, ""),
        ("four", "", None, ""),
    )
    made = []
    for name, author, authored, title in described:
        file = at / f"{name}.pdf"
        file.write_bytes(PDF + f"% {name}\n".encode())
        new = NewDocument(file, "ep-report", author, authored, title)
        kept = attach(place.node.inside, ContentInspector(), place.org_id, pupil, new, SENCO)
        made.append(kept.document.document_id)
    return made


def test_two_reports_of_one_kind_are_told_apart(place: Place, tmp_path: Path) -> None:
    pupil = leaver(place, 0)
    made = reports(place, pupil, tmp_path)
    senco = place.client(Role.SENCO)
    member, _ = changing(place, senco, pupil)
    expected = {
        made[0]: f"{KIND}, Before the move, Dr A. One, 1 May 2024",
        made[1]: f"{KIND}, Dr B. Two, 1 May 2026",
        made[2]: f"{KIND}, came as three.pdf",
        made[3]: f"{KIND}, came as four.pdf",
    }
    page = senco.get(f"{member}/papers").text
    assert offered(page, r'value="([^"]+)"[^>]*><label[^>]*>([^<]+)<') == expected
    assert looked_at(page, pupil) == set(made)
    page = senco.get(f"/pupils/{pupil}/family/conversation").text
    asked = r'--s">([^<]+): may it be sent\?<.*?name="wish-([^"]+)"'
    found = re.findall(asked, page, re.DOTALL)
    assert {ref: html.unescape(label) for label, ref in found if ref in expected} == expected
    assert looked_at(page, pupil) == set(made)
    told = {
        "member": member.rpartition("/")[2],
        "how": "telephone",
        "may_send": "no",
        f"wish-{made[0]}": "refuses",
    }
    assert senco.post(f"/pupils/{pupil}/family/conversation", told).status_code == 303
    page = html.unescape(senco.get(f"/pupils/{pupil}/family").text)
    assert f"{expected[made[0]]}: does not want it sent" in page


def offered(page: str, pattern: str) -> dict[str, str]:
    return {ref: html.unescape(label) for ref, label in re.findall(pattern, page)}


def looked_at(page: str, pupil: str) -> set[str]:
    return set(re.findall(rf'href="/pupils/{pupil}/documents/([0-9a-f-]{{36}})"', page))
