"""A protected move: nothing of it is shown, written or sent but to the two who know."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from adapters.transports.memory import MemoryTransport
from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.domain.protection import Protection, Why
from exchange.domain.transfer import State
from exchange.errors import Conflict, NotFound, Refused, StoreError, Wrapped
from exchange.ports import Actor, Parcel
from exchange.services.deliver import Deliverer
from exchange.services.people.account import Post, add_account, new_account, put_account
from exchange.services.preview import explain, preview
from exchange.services.protect import (
    change_people,
    hidden,
    protect,
    protected_pupils,
    request_goes_through_la,
    shown,
    unprotect,
)
from exchange.services.protected_move import choose_safe_destination, send_protected
from exchange.services.queue_bundle import Order
from exchange.services.receive import Receiver
from schemas.statement import BundleKind
from tests.exchange.services.test_deliver import ByThis
from tests.exchange.services.town import (
    COUNCIL,
    DSL_PASSPHRASE,
    OTHER,
    PDF,
    PRIMARY,
    PROFILES,
    SECONDARY,
    Town,
)

DEE, ADA, KIM = Actor("dee", "dsl"), Actor("ada", "head"), Actor("kim", "dsl")
DEES, ADAS, KIMS = "account-of-dee", "account-of-ada", "account-of-kim"
KNOWN = (DEES, ADAS)


def protected(town: Town, pupil_id: str, actor: Actor = DEE) -> Protection:
    return protect(town.primary.inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, KNOWN, actor)


def chosen(town: Town, pupil_id: str, to: str = SECONDARY) -> None:
    choose_safe_destination(
        town.primary.inside, PRIMARY, pupil_id, to, PROFILES[to].name, DEES, DEE
    )


def unlocked(town: Town) -> None:
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)


def sent(town: Town, to: str = SECONDARY) -> str:
    pupil_id = town.ready()
    protected(town, pupil_id)
    chosen(town, pupil_id, to)
    unlocked(town)
    done = send_protected(town.primary.inside, PRIMARY, pupil_id, Order(), DEES, DEE)
    return done.transfer.bundle_id


@pytest.mark.parametrize("role", ["senco", "sen-administrator", "teacher", "machine"])
def test_only_dsl_and_head_protect(town: Town, role: str) -> None:
    pupil_id = town.ready()
    with pytest.raises(Refused, match="not-for-this-role"):
        protected(town, pupil_id, Actor("jo", role))
    with town.primary.store.reading(PRIMARY) as unit:
        assert not hidden(unit, pupil_id, KIMS)


@pytest.mark.parametrize("actor", [DEE, ADA])
def test_the_destination_is_forgotten_and_hidden_from_all_but_two(town: Town, actor: Actor) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id, actor)
    assert town.primary.pupil(pupil_id).destination is None
    with town.primary.store.reading(PRIMARY) as unit:
        seen = {name: not hidden(unit, pupil_id, name) for name in (*KNOWN, KIMS, "", "dee")}
        assert protected_pupils(unit) == {pupil_id}
        assert request_goes_through_la(unit, pupil_id)
    assert seen == {DEES: True, ADAS: True, KIMS: False, "": False, "dee": False}


def test_what_waited_to_leave_never_does(town: Town) -> None:
    bundle_id = town.sent()
    pupil_id = town.primary.transfer(bundle_id).pupil_id
    protected(town, str(pupil_id))
    assert town.primary.transfer(bundle_id).state is State.RECALLED
    town.settle()
    assert not town.holes.packs


def test_all_that_waits_is_stopped_by_the_commit_that_protects(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails right after it: nobody can protect the move a second time."""
    first = town.sent()
    pupil_id = str(town.primary.transfer(first).pupil_id)
    town.attach(pupil_id, PDF + b"% newer\n")
    update = town.send(pupil_id, update=True).transfer.bundle_id

    def full(org_id: str, blob: str) -> None:
        raise StoreError("blob-unwritable")

    with monkeypatch.context() as at:
        at.setattr(town.primary.blobs, "delete", full)
        with pytest.raises(StoreError):
            protected(town, pupil_id)
    with pytest.raises(Conflict, match="protected-already"):
        protected(town, pupil_id)
    town.settle()
    assert [town.primary.transfer(one).state for one in (first, update)] == [State.RECALLED] * 2
    assert not town.holes.packs


def test_what_left_at_the_very_moment_is_asked_back(town: Town) -> None:
    bundle_id = town.sent()
    pupil_id = str(town.primary.transfer(bundle_id).pupil_id)

    class Protecting(MemoryTransport):
        """The lead protects after the bytes went out and before the answer came."""

        def deliver(self, parcel: Parcel, content: BinaryIO) -> None:
            super().deliver(parcel, content)
            if parcel.bundle_id == bundle_id:
                protected(town, pupil_id)

    Deliverer(town.primary.inside, ByThis(Protecting(town.holes))).advance(PRIMARY, bundle_id)
    (notice,) = [one for one in town.primary.transfers() if one.kind == "recall"]
    assert notice.in_reply_to == bundle_id
    town.settle(10)
    assert town.secondary.arrival(bundle_id).state is State.DESTROYED


def test_nobody_chooses_sends_or_previews_the_ordinary_way(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    for attempt in (
        lambda: town.choose(pupil_id),
        lambda: town.send(pupil_id),
        lambda: town.send(pupil_id, transport="folder", target="stick"),
        lambda: preview(town.primary.inside, PRIMARY, pupil_id, Order()),
    ):
        with pytest.raises(Refused, match="protected-move"):
            attempt()


def test_another_dsl_is_not_one_of_the_two(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    inside = town.primary.inside
    name = PROFILES[SECONDARY].name
    with pytest.raises(Refused, match="not-one-of-the-two"):
        choose_safe_destination(inside, PRIMARY, pupil_id, SECONDARY, name, KIMS, KIM)
    chosen(town, pupil_id)
    with pytest.raises(Refused, match="not-one-of-the-two"):
        send_protected(inside, PRIMARY, pupil_id, Order(), KIMS, KIM)


def test_it_never_goes_by_folder(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    chosen(town, pupil_id)
    unlocked(town)
    order = Order(transport="folder", target="stick")
    with pytest.raises(Refused, match="protected-way"):
        send_protected(town.primary.inside, PRIMARY, pupil_id, order, DEES, DEE)


def test_from_lead_to_lead_it_wants_the_senders_own_key(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    chosen(town, pupil_id)
    with pytest.raises(Wrapped, match="compartment-locked"):
        send_protected(town.primary.inside, PRIMARY, pupil_id, Order(), DEES, DEE)
    assert not [one for one in town.primary.transfers() if one.state is State.QUEUED]


def test_the_whole_pack_goes_to_the_other_lead_alone(town: Town) -> None:
    bundle_id = sent(town)
    town.settle()
    arrival = town.secondary.arrival(bundle_id)
    assert arrival.state is State.COLLECTED  # the worker there cannot open it, nor can the SENCO
    town.vault.unlock_cp(SECONDARY, DSL_PASSPHRASE)
    Receiver(town.secondary.inside, {}).advance(SECONDARY, PRIMARY, bundle_id)
    assert town.secondary.arrival(bundle_id).state is State.VERIFIED


def test_through_the_council_it_goes_to_the_council(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    chosen(town, pupil_id, COUNCIL)
    done = send_protected(town.primary.inside, PRIMARY, pupil_id, Order(), DEES, DEE)
    assert (done.transfer.recipient, done.transfer.inbox) == (COUNCIL, "general")


def test_one_recipient(town: Town) -> None:
    bundle_id = sent(town)
    pupil_id = str(town.primary.transfer(bundle_id).pupil_id)
    with pytest.raises(Conflict, match="destination-in-use"):
        chosen(town, pupil_id, COUNCIL)


def test_a_school_without_a_leads_inbox_cannot_be_chosen(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    with pytest.raises(Refused, match="destination-no-key"):
        chosen(town, pupil_id, OTHER)


def test_lists_and_explanations_know_nothing_of_it(town: Town) -> None:
    plain, bundle_id = town.sent(1), sent(town)
    with town.primary.store.reading(PRIMARY) as unit:
        everything = list(unit.transfers.all())
        by_person = {
            person: [one.bundle_id for one in shown(unit, everything, person)]
            for person in (*KNOWN, KIMS, "jo", "")
        }
    assert by_person["jo"] == by_person[KIMS] == by_person[""] == [plain]
    assert set(by_person[DEES]) == set(by_person[ADAS]) == {plain, bundle_id}
    inside = town.primary.inside
    for person in ("", "dee", KIMS):
        with pytest.raises(NotFound, match="transfer-unknown"):
            explain(inside, PRIMARY, bundle_id, person)
    assert explain(inside, PRIMARY, bundle_id, ADAS).recipient == SECONDARY


def test_the_clear_book_never_names_the_recipient(town: Town) -> None:
    bundle_id = sent(town)
    town.settle()
    town.vault.unlock_cp(SECONDARY, DSL_PASSPHRASE)
    Receiver(town.secondary.inside, {}).advance(SECONDARY, PRIMARY, bundle_id)
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.VERIFIED
    book = json.dumps(
        [(one.action, one.object_id, dict(one.detail)) for one in town.primary.book()]
    )
    assert "receipt.verified" in book
    assert SECONDARY not in book


def test_an_ordinary_pack_still_names_its_recipient_in_the_book(town: Town) -> None:
    town.accepted()
    told = [one for one in town.primary.book() if SECONDARY in one.detail.values()]
    assert {one.action for one in told} >= {
        "transfer.queued",
        "transfer.delivered",
        "receipt.accepted",
    }


def test_child_protection_goes_the_same_way(town: Town, tmp_path: Path) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    chosen(town, pupil_id)
    unlocked(town)
    town.attach(pupil_id, type_="cp-file")
    order = Order(kind=BundleKind.CP_FILE, purpose="safeguarding")
    done = send_protected(town.primary.inside, PRIMARY, pupil_id, order, DEES, DEE)
    assert (done.transfer.inbox, done.transfer.recipient) == ("dsl", SECONDARY)


def test_other_people_can_be_named_when_one_leaves(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    change_people(town.primary.inside, PRIMARY, pupil_id, (KIMS, ADAS), ADAS, ADA)
    with town.primary.store.reading(PRIMARY) as unit:
        assert hidden(unit, pupil_id, DEES)
        assert not hidden(unit, pupil_id, KIMS)


def test_a_third_person_cannot_name_themselves_while_one_of_the_two_is_there(town: Town) -> None:
    inside = town.primary.inside
    account = new_account("dee", "dee@example.org", (Post(PRIMARY, Role.DSL),), "active")
    with inside.store.unit(NODE) as unit:
        add_account(inside, unit, account)
        unit.audit.record(ADA, "account.made", "account", account.account_id)
        unit.commit()
    pupil_id = town.ready()
    pair = (account.account_id, ADAS)
    protect(inside, PRIMARY, pupil_id, Why.WITNESS, pair, DEE)
    with pytest.raises(Refused, match="not-one-of-the-two"):
        change_people(inside, PRIMARY, pupil_id, (KIMS, ADAS), KIMS, KIM)
    with inside.store.unit(NODE) as unit:
        put_account(inside, unit, replace(account, state="suspended"))
        unit.audit.record(ADA, "account.suspended", "account", account.account_id)
        unit.commit()
    change_people(inside, PRIMARY, pupil_id, (KIMS, ADAS), KIMS, KIM)


def test_a_mistake_ends_and_a_sent_pack_does_not(town: Town) -> None:
    mistaken = town.ready(1)
    protected(town, mistaken)
    with pytest.raises(Refused, match="not-one-of-the-two"):
        unprotect(town.primary.inside, PRIMARY, mistaken, KIMS, KIM)
    unprotect(town.primary.inside, PRIMARY, mistaken, ADAS, ADA)
    town.choose(mistaken)
    bundle_id = sent(town)
    pupil_id = str(town.primary.transfer(bundle_id).pupil_id)
    with pytest.raises(Conflict, match="protected-pack-sent"):
        unprotect(town.primary.inside, PRIMARY, pupil_id, DEES, DEE)


def test_it_cannot_be_protected_twice(town: Town) -> None:
    pupil_id = town.ready()
    protected(town, pupil_id)
    with pytest.raises(Conflict, match="protected-already"):
        protected(town, pupil_id)
