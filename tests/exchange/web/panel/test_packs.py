"""A pack of one case: what goes in, what never does, who makes it and where it lies."""

from __future__ import annotations

import re

import pytest

from exchange.domain.access import Role
from exchange.errors import Conflict, UsageError
from exchange.services.panel.ordering import order_pack
from tests.exchange.web.cases.council import words
from tests.exchange.web.panel.sitting import CASEWORKER, SECRET, Sitting, words_in


def test_a_caseworker_chooses_papers_and_reads_the_pack(fresh: Sitting) -> None:
    client = fresh.browser()
    page = client.get(f"/cases/{fresh.case_id}/panel")
    assert "Speech report" in words(page)
    plan, speech = (fresh.papers[one].document_id for one in ("Support plan", "Speech report"))
    sent = {
        "papers": [speech, plan],
        f"place-{plan}": "2",
        f"place-{speech}": "1",
        "question": "assess",
        "note": "Look at the speech report first.",
    }
    answer = client.post(f"/cases/{fresh.case_id}/panel", sent)
    assert answer.status_code == 302
    assert "being made of 2 papers" in words(client.follow(answer))
    assert client.get(f"/cases/{fresh.case_id}/panel/state").json["ended"] is False
    fresh.here.settle()
    assert client.get(f"/cases/{fresh.case_id}/panel/state").json["ended"] is True
    made = fresh.latest
    assert [one.title for one in made.lines] == ["The request", "Speech report", "Support plan"]
    assert f"{made.pages} pages" in words(client.get(f"/cases/{fresh.case_id}/panel"))
    file = client.get(f"/panel/packs/{made.pack_id}/file")
    said = words_in(file.data)
    assert file.mimetype == "application/pdf"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert "Look at the speech report first." in said
    assert "Reading is at the level of a six-year-old." in said
    assert "Words of Speech" in said
    assert "months old; usual limit 24" in said
    assert "Nothing on: " in said


def test_what_is_marked_is_no_choice_and_in_no_byte(sitting: Sitting) -> None:
    page = sitting.browser().get(f"/cases/{sitting.case_id}/panel")
    marked = sitting.papers["Kept back"].document_id
    assert marked not in page.text
    assert "cannot go to the panel" in words(page)
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    with pytest.raises(UsageError, match="paper-not-to-choose"):
        order_pack(inside, org_id, sitting.case_id, [marked], CASEWORKER)
    made = sitting.order("Speech report", "Support plan")
    pack = sitting.browser().get(f"/panel/packs/{made.pack_id}/file").data
    assert SECRET not in words_in(pack)
    assert "Kept back" not in words_in(pack)


def test_a_mark_set_after_the_order_keeps_the_paper_out(fresh: Sitting) -> None:
    inside, org_id = fresh.here.node.inside, fresh.here.org_id
    wanted = [fresh.papers[one].document_id for one in ("Speech report", "Support plan")]
    order_pack(inside, org_id, fresh.case_id, wanted, CASEWORKER)
    fresh.mark("Speech report", "la")
    fresh.here.settle()
    made = fresh.latest
    assert [one.title for one in made.lines] == ["The request", "Support plan"]
    assert made.left_out == (wanted[0],)
    pack = fresh.browser().get(f"/panel/packs/{made.pack_id}/file").data
    assert "Words of Speech" not in words_in(pack)
    assert "1 paper was left out" in words(fresh.browser().get(f"/cases/{fresh.case_id}/panel"))


def test_a_mark_set_afterwards_closes_the_pack_to_everybody(fresh: Sitting) -> None:
    member = fresh.member()
    made = fresh.order("Speech report")
    fresh.circulate(fresh.meeting(member))
    reads = f"/panel/packs/{made.pack_id}"
    assert fresh.browser(member).get(f"{reads}/file").status_code == 200
    fresh.mark("Speech report", "panel")
    for client in (fresh.browser(member), fresh.browser()):
        assert client.get(reads).status_code == 409
        assert client.get(f"{reads}/file").status_code == 409
    assert "closed to everybody" in words(fresh.browser().get(f"/cases/{fresh.case_id}/panel"))


def test_a_newer_pack_takes_the_place_of_the_older_one(sitting: Sitting) -> None:
    blobs, org_id = sitting.here.node.inside.blobs, sitting.here.org_id
    first = sitting.order("Speech report")
    second = sitting.order("Support plan")
    assert sitting.current == second
    assert not blobs.exists(org_id, first.blob)
    assert blobs.exists(org_id, second.blob)
    client = sitting.browser()
    assert client.get(f"/panel/packs/{first.pack_id}/file").status_code == 404
    assert client.get(f"/panel/packs/{second.pack_id}/file").status_code == 200


def test_one_pack_is_made_at_a_time(sitting: Sitting) -> None:
    inside, org_id = sitting.here.node.inside, sitting.here.org_id
    wanted = [sitting.papers["Speech report"].document_id]
    order_pack(inside, org_id, sitting.case_id, wanted, CASEWORKER)
    with pytest.raises(Conflict, match="pack-coming"):
        order_pack(inside, org_id, sitting.case_id, wanted, CASEWORKER)
    sitting.here.settle()


def test_a_pack_lies_sealed_and_its_file_is_named_after_nobody(sitting: Sitting) -> None:
    made = sitting.order("Speech report")
    with sitting.here.node.inside.blobs.open(sitting.here.org_id, made.blob) as blob:
        assert blob.read(14) == b"age-encryption"
    answer = sitting.browser().get(f"/panel/packs/{made.pack_id}/file?keep=1")
    assert 'filename="panel-pack.pdf"' in answer.headers["Content-Disposition"]
    for word in sitting.held.name.split():
        assert word not in answer.headers["Content-Disposition"]
    assert sitting.book("panel-pack.made") >= 1


def test_papers_are_ticked_and_numbered_again_where_something_is_wrong(sitting: Sitting) -> None:
    client = sitting.browser()
    path = f"/cases/{sitting.case_id}/panel"
    client.get(path)
    speech = sitting.papers["Speech report"].document_id
    answer = client.post(path, {"question": "assess", f"place-{speech}": "7"})
    assert answer.status_code == 422
    assert "Choose at least one paper." in words(answer)
    assert re.search(rf'name="place-{speech}"[^>]*value="7"', answer.text)


def test_a_number_that_another_paper_has_moves_it_and_one_number_for_two_is_refused(
    fresh: Sitting,
) -> None:
    client, path = fresh.browser(), f"/cases/{fresh.case_id}/panel"
    page = client.get(path).text
    shown = dict(re.findall(r'name="shown-([^"]+)" value="(\d+)"', page))
    first, second = sorted(shown, key=lambda one: int(shown[one]))[:2]
    sent = {"papers": [first, second], "question": "assess"}
    sent |= {f"shown-{one}": number for one, number in shown.items()}
    both = client.post(path, sent | {f"place-{one}": "7" for one in (first, second)})
    assert both.status_code == 422
    assert words(both).count("Two papers were given the same number.") == 3  # summary, and at each
    moved = {f"place-{first}": shown[first], f"place-{second}": shown[first]}
    assert client.post(path, sent | moved).status_code == 302
    assert fresh.latest.documents == (second, first)
    fresh.here.settle()


def test_nobody_else_of_the_council_sees_the_page(sitting: Sitting) -> None:
    for role in (Role.PANEL_MEMBER, Role.ORGANISATION_ADMINISTRATOR, Role.HEAD):
        answer = sitting.here.client(role).get(f"/cases/{sitting.case_id}/panel")
        assert answer.status_code == 403
