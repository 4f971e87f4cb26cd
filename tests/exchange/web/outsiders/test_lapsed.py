"""What a family wished, and how a pack goes, stand in the form again after a session ended."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from lxml import html

from exchange.domain.access import Role
from tests.exchange.web.lapsing import HERE_AGAIN, form_with, lapse, sent_too_late
from tests.exchange.web.leavers.test_sending_many import report
from tests.exchange.web.outsiders.test_member_changed import NOTED
from tests.exchange.web.outsiders.test_outsiders import CONTACT, leaver, place, site
from tests.exchange.web.site import Client, Place

__all__ = ["place", "site"]


def wishes_of(place: Place, client: Client, pupil: str, tmp_path: Path) -> str:
    """Return the page of wishes of a pupil with a report and a parent."""
    report(place, tmp_path, pupil, "Reading report")
    client.get(f"/pupils/{pupil}/family/new")
    member = client.post(f"/pupils/{pupil}/family/new", NOTED).headers["Location"]
    return f"{member.rsplit('/', 1)[0]}/conversation"


def refused(page: str) -> dict[str, list[str]]:
    """Return the form of the wishes with all refused."""
    told = form_with(page, "views")
    wishes = set(re.findall(r'name="(wish-[^"]+)"', page))
    members = re.findall(r'name="member"[^>]*value="([^"]+)"', page)
    assert wishes
    said = {"member": members[:1], "how": ["telephone"], "views": ["No."], "may_send": ["no"]}
    return told | said | {one: ["refuses"] for one in wishes}


def test_does_not_agree_is_not_forgotten(place: Place, tmp_path: Path) -> None:
    pupil, client = leaver(place, 6), place.client(Role.SENCO)
    where = wishes_of(place, client, pupil, tmp_path)
    told = refused(client.get(where).text)
    page = sent_too_late(place, client, where, told)
    assert HERE_AGAIN in page.text
    now = form_with(page.text, "views")
    assert {k: v for k, v in now.items() if k.startswith("wish-")} == {
        k: v for k, v in told.items() if k.startswith("wish-")
    }
    assert client.post(where, now).status_code in (302, 303)
    preview = html.fromstring(client.get(f"/pupils/{pupil}/preview").text).text_content()
    assert "Needs a decision (1)" in " ".join(preview.split())


def test_ticks_of_what_somebody_may_read(place: Place, tmp_path: Path) -> None:
    pupil, client = leaver(place, 7), place.client(Role.SENCO)
    report(place, tmp_path, pupil, "Reading report")
    client.get(f"/pupils/{pupil}/family/new")
    member = client.post(f"/pupils/{pupil}/family/new", NOTED).headers["Location"]
    page = client.get(f"{member}/papers").text
    refs = re.findall(r'name="papers"[^>]*value="([^"]+)"', page)
    told = form_with(page, "papers") | {"papers": refs[:1]}
    page = sent_too_late(place, client, f"{member}/papers", told).text
    assert HERE_AGAIN in page
    assert form_with(page, "papers")["papers"] == refs[:1]


def test_a_pack_by_link_keeps_its_purpose(place: Place) -> None:
    pupil, client = leaver(place, 5), place.client(Role.SENCO)
    where = f"/pupils/{pupil}/pick-up"
    page = client.get(f"{where}?purpose=in-year-transfer&basis=public-task").text
    told = form_with(page, "confirmed") | {k: [v] for k, v in CONTACT.items()}
    told |= {"name": ["Ravi Hill"], "role": ["SENCO"]}
    page = sent_too_late(place, client, where, told).text
    now = form_with(page, "confirmed")
    assert now["purpose"] == ["in-year-transfer"]
    assert now["name"] == ["Ravi Hill"]
    assert HERE_AGAIN in page


def test_one_comes_back_to_the_page_with_its_query(place: Place) -> None:
    pupil, client = leaver(place, 4), place.client(Role.SENCO)
    where = f"/pupils/{pupil}/pick-up?purpose=in-year-transfer&basis=public-task"
    told = form_with(client.get(where).text, "confirmed")
    lapse(place, client)
    answer = client.post(where, told)
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [where]
