"""A protected move: no page of the sender's area tells anybody else where the child goes."""

from __future__ import annotations

from pathlib import Path

from exchange.domain.access import Role
from exchange.domain.protection import Why
from exchange.ports import Actor
from exchange.services.edit_record import current_record
from exchange.services.protect import protect
from schemas.ehc import EhcPlan
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Site
from tests.exchange.web.transfers.walking import arrived, attached, ready, sent

TELLS = ("Riverside", "999002", "8204002", "820/4002")


def test_where_a_protected_child_goes_is_on_no_page(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, report = ready(place, client, tmp_path)
    bundle = sent(client, who)
    arrived(own, client, bundle)
    assert "Riverside" in client.get(f"/pupils/{who}").text
    submit(client, f"/pupils/{who}/wishes", about="pack", family="agrees")
    with place.node.inside.store.reading(place.org_id) as unit:
        going = unit.pupils.get(who).destination
    assert going is not None
    letter = attached(place, tmp_path, who, "camhs-report", "Letter")
    submit(
        client,
        f"/pupils/{who}/decisions/{letter}",
        reason="named-recipient",
        by="Dr Clinician",
        person="Mx SENCO",
    )
    submit(client, f"/pupils/{who}/documents/{letter}/marks", not_for=going.org_id)
    plan = f"/pupils/{who}/records/ehc-plan"
    named = {"names_school-name": "Riverside Academy", "names_school-urn": "999002"}
    done = submit(client, plan, authority="820", status="final", **named)
    assert done.status_code == 302, errors_of(done.text)
    for path in (plan, f"/pupils/{who}/documents/{letter}", f"/pupils/{who}/decisions/{letter}"):
        assert "Riverside" in client.get(path).text, path
    dsl, head = place.person(Role.DSL), place.person(Role.HEAD)
    known = (dsl.account_id, head.account_id)
    actor = Actor(dsl.name, "dsl")
    protect(place.node.inside, place.org_id, who, Why.DOMESTIC_ABUSE, known, actor)
    for role in (Role.SENCO, Role.SEN_ADMINISTRATOR, Role.HEAD):
        other = place.client(role)
        for path in (
            "/leavers",
            "/leavers?show=attention",
            f"/pupils/{who}",
            f"/pupils/{who}/history",
            f"/pupils/{who}/preview",
            f"/pupils/{who}/destination",
            f"/pupils/{who}/destination/confirm?urn=999002",
            f"/pupils/{who}/send",
            f"/pupils/{who}/wishes",
            f"/pupils/{who}/decisions/{report}",
            f"/pupils/{who}/documents/{report}",
            f"/pupils/{who}/documents/{report}/marks",
            f"/pupils/{who}/documents/{letter}",
            f"/pupils/{who}/documents/{letter}/marks",
            f"/pupils/{who}/decisions/{letter}",
            plan,
            f"/pupils/{who}/records/transition-plan",
            f"/pupils/{who}/profile/print",
            f"/transfers/{bundle}",
            f"/transfers/{bundle}/state",
            f"/transfers/{bundle}/why",
            f"/transfers/{bundle}/questions",
            f"/transfers/{bundle}/recall",
        ):
            page = other.get(path).text
            assert not [one for one in TELLS if one in page], (role, path)
    for path in (f"/transfers/{bundle}", f"/transfers/{bundle}/why"):
        assert client.get(path).status_code == 404
    assert "This move is protected" in client.get(f"/pupils/{who}").text
    assert submit(client, plan, reference="X/1").status_code == 302
    with place.node.inside.store.reading(place.org_id) as unit:
        kept = current_record(unit, who, EhcPlan)
    assert kept is not None
    assert kept.names_school is not None  # what was not shown is not lost


def test_nobody_sends_a_protected_child_from_here(own: Site, tmp_path: Path) -> None:
    place, client = own["primary"], senco(own["primary"])
    who, _ = ready(place, client, tmp_path)
    dsl, head = place.person(Role.DSL), place.person(Role.HEAD)
    actor = Actor(dsl.name, "dsl")
    known = (dsl.account_id, head.account_id)
    protect(place.node.inside, place.org_id, who, Why.WITNESS, known, actor)
    client.get("/leavers")
    assert client.post(f"/pupils/{who}/send").status_code == 422
    page = client.post("/leavers/send", {"pupil": [who]})
    assert "1 pack cannot go yet" in page.text
    choose = client.post(
        f"/pupils/{who}/destination/confirm",
        {"urn": "999002", "confirmation": "8204002", "role": "senco"},
    )
    assert choose.status_code == 422
    with place.node.inside.store.reading(place.org_id) as unit:
        assert unit.pupils.get(who).destination is None
        assert list(unit.transfers.all(who)) == []
    assert pupil_at(place)


def test_a_place_abroad_that_was_chosen_before_is_on_no_page(own: Site) -> None:
    place, client = own["primary"], senco(own["primary"])
    who = pupil_at(place, "Zinnia")
    told = {"kind": "outside-england", "name": "Ysgol y Bryn", "country": "Wales"}
    assert submit(client, f"/pupils/{who}/destination", **told).status_code == 302
    assert "Ysgol y Bryn" in client.get("/leavers").text
    dsl, head = place.person(Role.DSL), place.person(Role.HEAD)
    known = (dsl.account_id, head.account_id)
    protect(place.node.inside, place.org_id, who, Why.WITNESS, known, Actor(dsl.name, "dsl"))
    for role in (Role.SENCO, Role.SEN_ADMINISTRATOR, Role.HEAD):
        other = place.client(role)
        for path in ("/leavers", f"/pupils/{who}", f"/pupils/{who}/history"):
            assert "Ysgol y Bryn" not in other.get(path).text, (role, path)
