"""What is noted of somebody of a family is changed on the pages, and an order counts at once."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from exchange.domain.access import Role
from tests.exchange.services.town import PDF, SENCO, ContentInspector, NewDocument, attach
from tests.exchange.web.outsiders.test_outsiders import (
    CONTACT,
    SHARE,
    come_in,
    leaver,
    link_id,
    outsider,
    place,
    site,
)
from tests.exchange.web.site import Client, Place

__all__ = ["place", "site"]

NOTED = {
    "name": "Ana Oak",
    "relationship": "parent",
    "responsibility": "yes",
    "forbidden": "no",
}


def version_in(page: str) -> dict[str, str]:
    """Return the version that a form of a page carries."""
    (tag,) = re.findall(r'<input[^>]*name="version"[^>]*>', page)
    found = re.search(r'value="([^"]*)"', tag)
    return {"version": found[1] if found else ""}


def test_an_order_that_comes_later_is_noted_and_counts_at_once(place: Place) -> None:
    pupil = leaver(place, 0)
    senco, administrator = place.client(Role.SENCO), place.client(Role.SEN_ADMINISTRATOR)
    base = f"/pupils/{pupil}/family"
    senco.get(f"{base}/new")
    member = senco.post(f"{base}/new", NOTED).headers["Location"]
    senco.get(member)
    link = link_id(senco.post(member, CONTACT | {"mail": "ana@home.example"}).headers["Location"])
    browser = outsider(place)
    come_in(place, browser, link, senco)
    found = re.search(r'href="([^"]+/change)"', administrator.get(base).text)
    assert found is not None
    shown = administrator.get(found[1]).text
    assert 'value="Ana Oak"' in shown
    version = version_in(shown)
    wrong = administrator.post(found[1], NOTED | version | {"forbidden": "yes"})
    assert "Say what the order says." in wrong.text
    assert browser.get("/family", base_url=SHARE).status_code == 200
    order = {"forbidden": "yes", "court_order": "No contact, 3 October 2026"}
    assert administrator.post(found[1], NOTED | version | order).status_code == 303
    assert browser.get("/family", base_url=SHARE).status_code == 404
    page = senco.get(base).text
    assert "No contact, 3 October 2026" in page
    assert "A court order forbids it" in page
    senco.get(f"{member}/end")
    senco.post(f"{member}/end")
    assert senco.get(found[1]).status_code == 404
    other = leaver(place, 1)
    assert senco.get(found[1].replace(pupil, other)).status_code == 404


ORDER = {"forbidden": "yes", "court_order": "No contact, 3 October 2026"}


def changing(place: Place, senco: Client, pupil: str) -> tuple[str, str]:
    """Return where somebody of the family is invited, and where what is noted is changed."""
    senco.get(f"/pupils/{pupil}/family/new")
    member = senco.post(f"/pupils/{pupil}/family/new", NOTED).headers["Location"]
    return member, f"{member}/change"


def test_an_order_is_not_wiped_from_a_page_that_stood_open(place: Place) -> None:
    pupil = leaver(place, 2)
    senco, administrator = place.client(Role.SENCO), place.client(Role.SEN_ADMINISTRATOR)
    member, path = changing(place, senco, pupil)
    before = version_in(administrator.get(path).text)
    seen = version_in(senco.get(path).text)
    assert senco.post(path, NOTED | seen | ORDER).status_code == 303
    told = NOTED | {"safe": "Ring in the evening"}
    for stale in (before, {"version": ""}, {}):
        answer = administrator.post(path, told | stale)
        assert answer.status_code == 409
        assert "Somebody else changed this" in answer.text
        assert "No contact, 3 October 2026" in answer.text
        assert "Ring in the evening" in answer.text
        assert re.search(r">\s*No contact, 3 October 2026</textarea>", answer.text)
        assert re.search(r'name="forbidden"[^>]*value="yes" checked', answer.text)
    page = senco.get(f"/pupils/{pupil}/family").text
    assert "A court order forbids it" in page
    assert "No contact, 3 October 2026" in page
    senco.get(member)
    refused = senco.post(member, CONTACT | {"mail": "ana@home.example"})
    assert "A court order forbids it" in refused.text
    again = told | ORDER | version_in(administrator.last)
    assert administrator.post(path, again).status_code == 303
    page = senco.get(f"/pupils/{pupil}/family").text
    assert "A court order forbids it" in page
    assert "Ring in the evening" in page


def test_an_order_is_not_wiped_by_a_draft_from_before_it(place: Place) -> None:
    pupil = leaver(place, 3)
    senco, administrator = place.client(Role.SENCO), place.client(Role.SEN_ADMINISTRATOR)
    _, path = changing(place, senco, pupil)
    page = administrator.get(path).text
    typed = NOTED | version_in(page) | {"safe": "Evenings", "_form": "ChangeMemberForm"}
    assert 'name="_form" value="ChangeMemberForm"' in page
    assert administrator.post(f"/drafts{path}", typed).json == {"saved": True}
    seen = version_in(senco.get(path).text)
    assert senco.post(path, NOTED | seen | ORDER).status_code == 303
    page = administrator.get(path).text
    assert "Evenings" in page
    assert "Noted now: No contact, 3 October 2026" in page
    answer = administrator.post(path, typed | version_in(page))
    assert answer.status_code == 409
    assert "A court order forbids it" in senco.get(f"/pupils/{pupil}/family").text


def test_ticks_that_somebody_else_took_away_do_not_come_back(place: Place, tmp_path: Path) -> None:
    pupil = leaver(place, 4)
    inside, org_id = place.node.inside, place.org_id
    path = tmp_path / "report.pdf"
    path.write_bytes(PDF)
    new = NewDocument(path, "ep-report", "Dr A. One", date(2026, 5, 1))
    ref = attach(inside, ContentInspector(), org_id, pupil, new, SENCO).document.document_id
    one, other = place.client(Role.SENCO), place.client(Role.SENCO)
    member, _ = changing(place, one, pupil)
    papers = f"{member}/papers"
    ticked = version_in(one.get(papers).text) | {"papers": ref}
    assert one.post(papers, ticked).status_code == 303
    stale = version_in(other.get(papers).text)
    assert one.post(papers, version_in(one.get(papers).text)).status_code == 303
    answer = other.post(papers, stale | {"papers": ref})
    assert answer.status_code == 409
    assert " checked" not in answer.text
    assert " checked" not in one.get(papers).text
    assert other.post(papers, version_in(answer.text) | {"papers": ref}).status_code == 303
