"""What came for the lead and is called back: it can only be deleted there, and the sender hears."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from exchange.domain.access import Role
from exchange.domain.protection import Why
from exchange.domain.transfer import State
from exchange.ports import Actor, Arrival, StoredDocument, Transfer
from exchange.services.accept import accept
from exchange.services.load_pack import load_pack
from exchange.services.loaded_records import loaded_into
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from tests.exchange.services.town import PDF
from tests.exchange.web.pupils.helping import fields, submit
from tests.exchange.web.safeguarding.test_safeguarding_pages import MARKER, attach, lead, made
from tests.exchange.web.site import DSL_PASSPHRASE, Client, Place, Site

NUMBERS = iter(range(8))
ASKS = "Primary School has called this pack back"
DELETE = "Delete it here, and tell the school"


@dataclass
class Two:
    """A lead who sends about a child, and the lead who receives."""

    site: Site
    dsl: Client
    other: Client
    pupil: str

    @property
    def here(self) -> Place:
        return self.site["primary"]

    @property
    def there(self) -> Place:
        return self.site["secondary"]

    def packs(self) -> list[Transfer]:
        with self.here.node.inside.store.reading(self.here.org_id) as unit:
            return [one for one in unit.transfers.all(self.pupil) if one.kind != "recall"]

    def sends(self, path: str = "send") -> str:
        """Send what the lead has; return the path of its page at the other lead."""
        before = {one.bundle_id for one in self.packs()}
        answer = submit(self.dsl, f"/safeguarding/pupils/{self.pupil}/{path}")
        assert answer.status_code == 303, answer.text
        self.opens()
        (made,) = {one.bundle_id for one in self.packs()} - before
        return f"/safeguarding/arrivals/{made}"

    def opens(self) -> None:
        """Let what is on its way arrive, and the other lead open it."""
        self.site.settle()
        self.other.get("/safeguarding")
        assert self.other.post("/safeguarding/arrivals").status_code == 303
        self.site.settle()

    def hears(self, path: str) -> State:
        """Let the sender ask for receipts; return what it knows."""
        bundle, inside = path.rpartition("/")[2], self.here.node.inside
        with inside.store.unit(self.here.org_id) as unit:
            unit.transfers.schedule(bundle, inside.clock.now(), 0)
            unit.commit()
        self.site.settle()
        return next(one.state for one in self.packs() if one.bundle_id == bundle)

    def answers(self, path: str, answer: str) -> None:
        assert submit(self.other, path, answer=answer).status_code == 303

    def calls_back(self, path: str) -> None:
        self.hears(path)
        page = f"/safeguarding/pupils/{self.pupil}/packs/{path.rpartition('/')[2]}/recall"
        assert submit(self.dsl, page).status_code == 303
        self.opens()
        assert self.arrival(path).attention == "recall-asked"

    def arrival(self, path: str) -> Arrival:
        with self.there.node.inside.store.reading(self.there.org_id) as unit:
            return unit.arrivals.by_bundle(path.rpartition("/")[2])

    def child_there(self, path: str) -> str:
        with self.there.node.inside.store.reading(self.there.org_id) as unit:
            return loaded_into(unit, path.rpartition("/")[2])

    def has_child(self, pupil_id: str) -> bool:
        with self.there.node.inside.store.reading(self.there.org_id) as unit:
            return any(one.pupil_id == pupil_id for one in unit.pupils.all())

    def files(self, pupil_id: str) -> list[StoredDocument]:
        """Return the child's files there, through a room like the lead's own."""
        node = self.there.node
        node.inside.vault.unlock_cp(self.there.org_id, DSL_PASSPHRASE)
        try:
            with node.inside.store.reading(self.there.org_id) as unit:
                return [one for one in unit.documents.of_pupil(pupil_id) if one.compartment == "cp"]
        finally:
            node.inside.vault.lock_cp(self.there.org_id)

    def deletes(self, path: str) -> str:
        """Go through the page, the question and the answer; return what was asked."""
        page = self.other.get(path).text
        assert ASKS in page
        assert DELETE in page
        assert 'value="load"' not in page
        asked = self.other.get(f"{path}?step=delete").text
        answer = self.other.post(f"{path}?step=delete", fields(asked))
        assert answer.status_code == 303, answer.text
        assert "It is deleted here, and" in self.other.follow(answer).text
        return asked


@pytest.fixture
def two(site: Site) -> Two:
    place = site["primary"]
    pupil = made(place, next(NUMBERS), "Wilhelmina", "Thistlewood")
    return Two(site, lead(place), lead(site["secondary"]), pupil)


def test_an_accepted_file_is_deleted_and_the_sender_hears(two: Two) -> None:
    attach(two.dsl, two.pupil)
    path = two.sends()
    assert DELETE not in two.other.get(path).text
    nobody_asked = two.other.get(f"{path}?step=delete")
    assert nobody_asked.status_code == 303
    two.answers(path, "accept")
    stale = fields(two.other.get(path).text)
    two.calls_back(path)
    assert "The pack was called back." in two.other.get("/safeguarding").text
    for answer in ("accept", "load", "not-our-pupil"):  # from a page that was drawn before
        refused = two.other.post(path, {**stale, "answer": answer})
        assert refused.status_code == 200
        assert "It can only be deleted here" in refused.text
        assert two.arrival(path).state is State.ACCEPTED
    blob = two.arrival(path).blob
    asked = two.deletes(path)
    assert "gets a signed receipt" in asked
    assert two.arrival(path).state is State.DESTROYED
    assert not two.there.node.blobs.exists(two.there.org_id, blob)
    assert ASKS not in two.other.get(path).text
    assert two.other.post(f"{path}?step=delete", fields(asked)).status_code == 303, "once more"
    assert two.hears(path) is State.DESTROYED
    page = f"/safeguarding/pupils/{two.pupil}"
    assert "The school signed that it deleted its copy." in two.dsl.get(page).text
    recall = two.dsl.get(f"{page}/packs/{path.rpartition('/')[2]}/recall").text
    assert "signed that it deleted its copy" in recall


def test_of_a_kept_file_all_of_it_goes_with_the_child_whom_it_made(two: Two) -> None:
    attach(two.dsl, two.pupil)
    path = two.sends()
    two.answers(path, "load")
    child = two.child_there(path)
    (paper,) = two.files(child)
    two.calls_back(path)
    asked = two.deletes(path)
    assert "because of it, is deleted too, with 1 document" in asked
    assert not two.has_child(child)
    assert not two.there.node.blobs.exists(two.there.org_id, paper.blob)
    assert two.hears(path) is State.DESTROYED


def test_what_another_pack_or_a_person_brought_stays(two: Two) -> None:
    attach(two.dsl, two.pupil, PDF + b"first")
    first = two.sends()
    two.answers(first, "load")
    child = two.child_there(first)
    own = PDF + b"theirs as well"
    attach(two.other, child, own)
    for content in (own, PDF + MARKER):
        attach(two.dsl, two.pupil, content)
    second = two.sends()
    two.answers(second, "load")
    assert len(two.files(child)) == 3
    two.calls_back(second)
    two.calls_back(first)
    asked = two.deletes(second)
    assert "1 document that your school kept from it" in asked
    assert "child&#39;s record" not in asked
    assert len(two.files(child)) == 2
    two.deletes(first)
    assert [one.file_name for one in two.files(child)] == ["meeting notes.pdf"]
    assert two.has_child(child)
    assert two.hears(first) is State.DESTROYED


def test_where_deleting_was_broken_off_it_can_be_done_again(two: Two) -> None:
    attach(two.dsl, two.pupil)
    path = two.sends()
    two.answers(path, "load")
    two.calls_back(path)
    two.there.node.blobs.delete(two.there.org_id, two.arrival(path).blob)
    two.deletes(path)
    assert two.hears(path) is State.DESTROYED


@pytest.fixture
def protected(two: Two) -> str:
    """A protected pack that the other lead keeps; return its page."""
    assert two.dsl.account is not None
    head = two.here.person(Role.HEAD, name="Ada Thistle")
    pair = (two.dsl.account.account_id, head.account_id)
    who = Actor("Dee", "dsl")
    protect(two.here.node.inside, two.here.org_id, two.pupil, Why.WITNESS, pair, who)
    page = f"/safeguarding/pupils/{two.pupil}/destination"
    typed = {"number": "999002", "confirmation": "Riverside Academy"}
    assert submit(two.dsl, page, **typed).status_code == 303
    path = two.sends("send-protected")
    two.answers(path, "load")
    return path


def test_a_protected_pack_goes_with_the_child_whom_it_made(two: Two, protected: str) -> None:
    child = two.child_there(protected)
    two.calls_back(protected)
    assert "because of it, is deleted too" in two.deletes(protected)
    assert not two.has_child(child)
    assert two.hears(protected) is State.DESTROYED


def test_a_protected_pack_sweeps_no_child_protection_file_away(two: Two, protected: str) -> None:
    attach(two.dsl, two.pupil)
    file = two.sends()
    two.answers(file, "load")
    child = two.child_there(protected)
    two.calls_back(protected)
    asked = two.other.get(f"{protected}?step=delete").text
    assert "What must go cannot be told apart here" in asked
    assert "Delete it</button>" not in asked
    two.other.get(protected)
    refused = two.other.post(f"{protected}?step=delete", {})
    assert refused.status_code == 200
    assert "There is a problem" in refused.text
    assert two.arrival(protected).state is State.IMPORTED
    assert len(two.files(child)) == 1
    two.calls_back(file)
    two.deletes(file)
    assert two.files(child) == []
    two.deletes(protected)
    assert not two.has_child(child)


def test_a_file_beside_a_main_pack_goes_and_the_child_stays(two: Two) -> None:
    inside, org_id = two.there.node.inside, two.there.org_id
    senco = Actor("Jo", "senco")
    main = send(
        two.here.node.inside, two.here.org_id, two.pupil, Order(), senco, leave_undecided=True
    ).transfer.bundle_id
    two.site.settle()
    accept(inside, org_id, main, senco)
    child = load_pack(inside, org_id, main, {}, senco)
    attach(two.dsl, two.pupil)
    path = two.sends()
    two.answers(path, "load")
    assert two.child_there(path) == child
    two.calls_back(path)
    asked = two.deletes(path)
    assert "1 document that your school kept from it" in asked
    assert two.files(child) == []
    assert two.has_child(child)
