"""A pupil with two schools on the pages: recorded, previewed and sent apart, seen together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exchange.domain.access import Role
from exchange.domain.protection import Why
from exchange.ports import Actor, StoredDocument
from exchange.services.choose_destination import choose_destination
from exchange.services.preview import preview
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.second_registration import PURPOSE, second_of
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Place, Site, made_site

RIVER = "999002"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("two"), "primary", "secondary", "council") as made:
        yield made


def dual(place: Place, forename: str) -> str:
    """Return a pupil whose destination is the council, and whose second school is Riverside."""
    pupil_id = pupil_at(place, forename)
    choose_destination(
        place.node.inside, place.org_id, pupil_id, "820", "Larkshire Council", Actor("Jo", "senco")
    )
    answer = record(place, pupil_id)
    assert answer.status_code == 302, errors_of(answer.text)
    return pupil_id


def record(place: Place, pupil_id: str, name: str = "Riverside Academy") -> object:
    path = f"/pupils/{pupil_id}/second-school"
    return submit(
        senco(place), path, number=RIVER, confirmation=name, learned_on=["2", "3", "2026"]
    )


def test_the_second_school_stands_beside_the_first_with_its_date(site: Site) -> None:
    place = site["primary"]
    pupil_id = dual(place, "Twofold")
    page = senco(place).get(f"/pupils/{pupil_id}").text
    assert "Larkshire Council" in page
    assert "Riverside Academy" in page
    assert "23 March 2026" in page  # the 15th school day after 2 March
    board = senco(place).get("/leavers").text
    assert "Larkshire Council" in board
    assert "Second school:</span> Riverside Academy" in board


def test_it_is_previewed_and_sent_for_its_own_purpose(site: Site) -> None:
    place = site["primary"]
    pupil_id, client = dual(place, "Sender"), senco(place)
    seen = client.get(f"/pupils/{pupil_id}/preview?second=yes").text
    assert "The SENCO of Riverside Academy" in seen
    assert "Phase transfer" not in seen
    answer = submit(client, f"/pupils/{pupil_id}/send?second=yes")
    assert answer.status_code == 302, errors_of(answer.text)
    with place.node.inside.store.reading(place.org_id) as unit:
        (pack,) = unit.transfers.all(pupil_id)
        assert second_of(unit, pupil_id).packs == (pack.bundle_id,)
    assert pack.recipient == site["secondary"].org_id
    path = f"/pupils/{pupil_id}/second-school"
    page = client.get(path).text
    assert "Call it back before you choose another one" in page
    again = client.post(path, {"end": "yes"})
    assert again.status_code == 422
    assert "Recall it first" in again.text


def test_what_is_wrong_is_said_at_its_field(site: Site) -> None:
    place = site["primary"]
    pupil_id = pupil_at(place, "Mistake")
    answer = record(place, pupil_id, name="Riverside School")
    assert answer.status_code == 422
    assert any("name as the directory has it" in one for one in errors_of(answer.text))
    assert 'href="#confirmation"' in answer.text


def test_it_can_be_ended_and_is_gone_from_the_page(site: Site) -> None:
    place = site["primary"]
    pupil_id, client = dual(place, "Ended"), senco(place)
    client.get(f"/pupils/{pupil_id}/second-school")
    assert client.post(f"/pupils/{pupil_id}/second-school", {"end": "yes"}).status_code == 302
    assert "Riverside Academy" not in client.get(f"/pupils/{pupil_id}").text


def test_of_a_protected_move_nothing_of_it_is_shown(site: Site) -> None:
    place = site["primary"]
    pupil_id = dual(place, "Hidden")
    protect(
        place.node.inside,
        place.org_id,
        pupil_id,
        Why.DOMESTIC_ABUSE,
        ("a", "b"),
        Actor("Dee", "dsl"),
    )
    for role in (Role.SENCO, Role.HEAD, Role.SEN_ADMINISTRATOR):
        page = place.client(role).get(f"/pupils/{pupil_id}").text
        assert "Riverside Academy" not in page
        assert "Second school" not in page
    assert senco(place).get(f"/pupils/{pupil_id}/second-school").status_code == 422


def test_what_needs_a_decision_for_the_second_school_is_decided_for_it(site: Site) -> None:
    place = site["primary"]
    pupil_id, client, inside = dual(place, "Decided"), senco(place), place.node.inside
    now = inside.clock.now()
    made = StoredDocument(
        document_id="0d000000-0000-4000-8000-000000000001",
        pupil_id=pupil_id,
        blob="none",
        size=1,
        created_at=now,
        type="camhs-report",
        title="A report",
        author="",
        authored=None,
        media_type="application/pdf",
        file_name="a.pdf",
        sha256="0" * 64,
        crc32=0,
    )
    with inside.store.unit(place.org_id) as unit:
        unit.documents.add(made)
        unit.audit.record(Actor("Jo", "senco"), "test.added", "document", made.document_id)
        unit.commit()
    where = f"/pupils/{pupil_id}/decisions/{made.document_id}"
    assert "For which school?" in client.get(where).text
    with inside.store.reading(place.org_id) as unit:
        second = second_of(unit, pupil_id)
    assert second is not None
    told = {"reason": "named-recipient", "by": "Dr Odusanya", "person": "Sam"}
    answer = submit(client, where, **told)
    assert "For which school?" in " ".join(errors_of(answer.text))
    answer = submit(client, where, **told, school=second.destination.org_id)
    assert answer.status_code == 302, errors_of(answer.text)
    found = [
        preview(inside, place.org_id, pupil_id, order).disclosed
        for order in (Order(purpose="educational-record"), Order(purpose=PURPOSE, second=True))
    ]
    outcomes = [
        one.decision.outcome.value for rows in found for one in rows if one.ref == made.document_id
    ]
    assert outcomes == ["needs-decision", "allowed"]
