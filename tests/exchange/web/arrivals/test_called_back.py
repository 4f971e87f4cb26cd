"""A pack that was accepted and is called back: the school deletes it, and the sender hears so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from exchange.domain.access import Role
from exchange.domain.family import Relationship, Responsibility
from exchange.domain.transfer import State
from exchange.services.attach import NewDocument, attach
from exchange.services.class_sheet import groups, put_group
from exchange.services.keep_pupil import add_pupil
from exchange.services.links.members import Member, add_member
from exchange.services.loaded_records import loaded_into
from exchange.services.recall import recall
from tests.exchange.services.town import PDF, SENCO, pupil_record
from tests.exchange.web.arrivals.conftest import School, full
from tests.exchange.web.arrivals.test_packs import arrival, ok
from tests.exchange.web.site import Place


def accepted(schools: School, number: int) -> tuple[str, str]:
    """Return a pack that the secondary took in on its pages, and the child's id there."""
    bundle = schools.arrived(number, *full())
    client = schools.secondary.client(Role.SENCO)
    ok(client, f"/arrivals/{bundle}/accept")
    assert client.post(f"/arrivals/{bundle}/accept", {}).status_code == 302
    with schools.secondary.node.inside.store.reading(schools.secondary.org_id) as unit:
        return bundle, loaded_into(unit, bundle)


def call_back(schools: School, bundle: str) -> None:
    place = schools.primary
    schools.hear(bundle)
    recall(place.node.inside, place.org_id, bundle, SENCO)
    schools.site.settle()
    assert arrival(schools.secondary, bundle).attention == "recall-asked"


def holds(place: Place, pupil_id: str) -> bool:
    with place.node.inside.store.reading(place.org_id) as unit:
        return any(one.pupil_id == pupil_id for one in unit.pupils.all())


def test_the_school_deletes_all_of_it_and_the_sender_hears(schools: School) -> None:
    place = schools.secondary
    inside = place.node.inside
    bundle, pupil_id = accepted(schools, 0)
    put_group(inside, place.org_id, None, "7R", (), (pupil_id,), SENCO)
    with inside.store.reading(place.org_id) as unit:
        blobs = [one.blob for one in unit.documents.of_pupil(pupil_id)]
    assert blobs
    client = place.client(Role.SENCO)
    assert client.get(f"/arrivals/{bundle}/delete").status_code == 409, "nobody asked for it"
    call_back(schools, bundle)
    assert "Delete it here, and tell the school" in ok(client, f"/arrivals/{bundle}")
    page = ok(client, f"/arrivals/{bundle}/delete")
    assert "The child's record at your school is deleted too, with 1 document" in page
    administrator = place.client(Role.SEN_ADMINISTRATOR)
    assert administrator.get(f"/arrivals/{bundle}/delete").status_code == 403
    assert "Delete it here" not in ok(administrator, f"/arrivals/{bundle}")
    assert client.post(f"/arrivals/{bundle}/delete", {}).status_code == 302
    board = ok(client, "/arrivals")
    assert "It is deleted here" in board
    assert "Annie Oak" not in board
    assert not holds(place, pupil_id)
    assert not any(inside.blobs.exists(place.org_id, one) for one in blobs)
    assert not inside.blobs.exists(place.org_id, arrival(place, bundle).blob)
    assert client.get(f"/pupils/{pupil_id}").status_code == 404
    assert "Annie Oak" not in ok(client, "/class-sheet")
    with inside.store.reading(place.org_id) as unit:
        assert [one.pupils for one in groups(unit)] == [frozenset()]
    schools.hear(bundle)
    with schools.primary.node.inside.store.reading(schools.primary.org_id) as unit:
        assert unit.transfers.get(bundle).state is State.DESTROYED
        kinds = [one.kind for one in unit.receipts.of(bundle, place.org_id, "received")]
    assert kinds[-1] == "destroyed"


def test_of_a_child_whom_the_school_knew_a_person_tells_apart_what_goes(schools: School) -> None:
    place = schools.secondary
    own = add_pupil(place.node.inside, place.org_id, pupil_record(1), SENCO)
    bundle, pupil_id = accepted(schools, 1)
    assert pupil_id == own
    refused(schools, bundle, pupil_id, "had a record of this child before")


def test_what_the_school_began_since_is_not_deleted_unseen(schools: School) -> None:
    bundle, pupil_id = accepted(schools, 2)
    place = schools.secondary
    parent = Member("", pupil_id, "Ana Oak", Relationship.PARENT, Responsibility.YES)
    add_member(place.node.inside, place.org_id, parent, SENCO)
    refused(schools, bundle, pupil_id, "has worked with this child")


def test_a_pack_that_was_not_called_back_keeps_the_child(schools: School) -> None:
    """The update alone is called back: what the first pack brought is not deleted with it."""
    bundle, pupil_id = accepted(schools, 4)
    first, client = schools.primary, schools.secondary.client(Role.SENCO)
    with first.node.inside.store.reading(first.org_id) as unit:
        theirs = unit.transfers.get(bundle).pupil_id
    schools.attach(theirs, PDF + b"% more\n", "ot-report")
    update = schools.send(theirs, update=True)
    ok(client, f"/arrivals/{update}/accept")
    assert client.post(f"/arrivals/{update}/accept", {}).status_code == 302
    refused(schools, update, pupil_id, "a pack that was not called back rest on it")
    assert arrival(schools.secondary, bundle).attention is None
    call_back(schools, bundle)
    for one in (update, bundle):
        ok(client, f"/arrivals/{one}/delete")
        assert client.post(f"/arrivals/{one}/delete", {}).status_code == 302
        assert arrival(schools.secondary, one).state is State.DESTROYED
    assert not holds(schools.secondary, pupil_id)


def test_the_schools_own_paper_is_not_deleted_unseen(schools: School, tmp_path: Path) -> None:
    bundle, pupil_id = accepted(schools, 3)
    place, path = schools.secondary, tmp_path / "own.pdf"
    path.write_bytes(PDF + b"% our own report\n")
    new = NewDocument(path, "ep-report", "Dr O", date(2026, 5, 1))
    attach(place.node.inside, place.node.inspector, place.org_id, pupil_id, new, SENCO)
    refused(schools, bundle, pupil_id, "papers of your own")


def refused(schools: School, bundle: str, pupil_id: str, why: str) -> None:
    client = schools.secondary.client(Role.SENCO)
    call_back(schools, bundle)
    page = ok(client, f"/arrivals/{bundle}/delete")
    assert why in page.replace("&#39;", "'")
    assert "Delete it</button>" not in page
    assert f"/pupils/{pupil_id}" in page
    ok(client, f"/arrivals/{bundle}/questions")
    answer = client.post(f"/arrivals/{bundle}/delete", {})
    assert answer.status_code == 422
    assert "Answer the school in words" in answer.text
    assert holds(schools.secondary, pupil_id)
    assert arrival(schools.secondary, bundle).state is State.IMPORTED
