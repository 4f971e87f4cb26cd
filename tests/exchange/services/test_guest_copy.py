"""Guest copies: what is in them, who can open them, and how the stock tool does."""

from __future__ import annotations

import hashlib
import io
import math
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from exchange.bundle.guest import check_guest, guest_keys, key_id
from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer, verify_outer
from exchange.bundle.sealing import seal
from exchange.domain.protection import Why
from exchange.errors import (
    BundleError,
    Conflict,
    DecisionNeeded,
    DestinationRefused,
    NotFound,
    Refused,
    SealingError,
    UsageError,
)
from exchange.services import guest_copy
from exchange.services.explain import explain_any
from exchange.services.guest_copy import KIND, Guest, GuestCopy, make_guest_copy, take_away
from exchange.services.links.answers import take
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import mark, wish
from exchange.services.trust import sender_keys
from keys import age
from keys.errors import AgeNoMatch
from keys.phrases import ALPHABET, new_passphrase
from schemas.recipient import InboxName, Protection
from schemas.statement import BundleKind
from tests.exchange.services.desk import DSL
from tests.exchange.services.town import PDF, PRIMARY, SECONDARY, SENCO, Town
from tests.keys.age.test_stock import run_on_terminal

GUEST = Guest("Ravi Hill", "SENCO", "Riverside Academy")


def make(town: Town, pupil_id: str, **more: object) -> GuestCopy:
    return make_guest_copy(town.primary.inside, PRIMARY, pupil_id, GUEST, SENCO, **more)  # type: ignore[arg-type]


def content(town: Town, made: GuestCopy) -> bytes:
    bundle_id, source = take_away(town.primary.inside, PRIMARY, made.copy_id, SENCO)
    assert bundle_id == made.bundle_id
    with source:
        return source.read()


def plain(sealed: bytes, passphrase: str) -> bytes:
    outer = read_outer(io.BytesIO(sealed))
    return age.open_seekable(outer.payload, [age.ScryptIdentity(passphrase)]).read()


def test_passphrases_have_eighty_bits_and_more() -> None:
    made = {new_passphrase() for _ in range(300)}
    assert len(made) == 300
    signs = {len(one.replace("-", "")) for one in made}
    assert signs == {20}
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert 20 * math.log2(len(ALPHABET)) > 80
    assert {sign for one in made for sign in one if sign != "-"} == set(ALPHABET)


def test_copy_is_sealed_to_its_passphrase_alone(town: Town) -> None:
    made = make(town, town.ready())
    sealed = content(town, made)
    outer = read_outer(io.BytesIO(sealed))
    verify_outer(outer, sender_keys(town.directory()), town.clock.now())
    outer.payload.seek(0)
    (stanza,) = age.read_header(outer.payload).stanzas
    assert stanza.type == "scrypt"
    (to,) = outer.envelope.recipients
    assert (to.guest, outer.envelope.protection) == (GUEST.line, Protection.PASSPHRASE)
    assert to.keys == (key_id(stanza),)
    with pytest.raises(AgeNoMatch):
        plain(sealed, "another passphrase")
    inside = plain(sealed, made.passphrase)
    assert PDF in inside
    assert GUEST.line.encode() in zipfile.ZipFile(io.BytesIO(inside)).read("INDEX.htm")


def test_no_organisation_takes_a_guest_copy_for_its_own(town: Town) -> None:
    sealed = content(town, make(town, town.ready()))
    for org_id in (PRIMARY, SECONDARY):
        with pytest.raises(BundleError) as caught:
            open_bundle(
                read_outer(io.BytesIO(sealed)),
                opener=town.vault.opener(org_id, "general"),
                find_signers=sender_keys(town.directory()),
                me=org_id,
                inbox=InboxName.GENERAL,
                at=town.clock.now(),
            )
        assert caught.value.code == "not-for-us"


@pytest.mark.stock
def test_stock_tools_open_it(town: Town, tmp_path: Path) -> None:
    made = make(town, town.ready())
    (tmp_path / "pack.zip").write_bytes(content(town, made))
    subprocess.run(["unzip", "-q", "pack.zip"], cwd=tmp_path, check=True)
    target = tmp_path / "bag.zip"
    command = ["age", "-d", "-o", str(target), str(tmp_path / "payload.age")]
    run_on_terminal(command, made.passphrase, 1)
    bag = tmp_path / "bag"
    bag.mkdir()
    subprocess.run(["unzip", "-q", str(target)], cwd=bag, check=True)
    checked = subprocess.run(
        ["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=bag, check=False
    )
    assert checked.returncode == 0
    (document,) = (bag / "data/documents").iterdir()
    assert hashlib.sha256(document.read_bytes()).digest() == hashlib.sha256(PDF).digest()


def test_passphrase_is_kept_nowhere(town: Town) -> None:
    made = make(town, town.ready())
    with town.primary.store.reading(PRIMARY) as unit:
        kept = repr(list(unit.items.all(KIND))) + repr(list(unit.audit.entries()))
    assert made.passphrase not in kept
    assert made.passphrase not in repr(made)
    for name in town.primary.blob_names():
        assert made.passphrase.encode() not in town.primary.blobs.open(PRIMARY, name).read()


def test_what_is_withheld_is_in_no_byte(town: Town) -> None:
    pupil_id = town.ready()
    kept = town.attach(pupil_id, PDF + b"% hidden marker\n", "slt-report").document
    mark(town.primary.inside, PRIMARY, kept.document_id, "school", SENCO)
    made = make(town, pupil_id)
    inside = plain(content(town, made), made.passphrase)
    for hint in (b"hidden marker", kept.document_id.encode(), b"slt-report"):
        assert hint not in inside


def test_the_file_waits_a_day_and_goes(town: Town) -> None:
    made = make(town, town.ready())
    before = town.primary.blob_names()
    town.clock.pass_(hours=24)
    with pytest.raises(NotFound):
        take_away(town.primary.inside, PRIMARY, made.copy_id, SENCO)
    take(town.primary.inside)
    assert len(town.primary.blob_names()) == len(before) - 1
    with town.primary.store.reading(PRIMARY) as unit:
        item = unit.items.get(KIND, made.copy_id)
    assert item.state == "gone"
    assert item.content is not None
    assert item.content["guest"] == GUEST.line  # what was said and to whom stays provable


def test_each_taking_away_is_in_the_book(town: Town) -> None:
    made = make(town, town.ready())
    content(town, made)
    content(town, made)
    assert len(town.primary.said("guest-copy.taken")) == 2


def test_what_must_not_be_a_guest_copy_is_none(town: Town) -> None:
    pupil_id = town.ready()
    with pytest.raises(Refused) as caught:
        make(town, pupil_id, order=Order(kind=BundleKind.CP_FILE))
    assert caught.value.code == "guest-cp"
    with pytest.raises(DestinationRefused):
        make(town, town.leaver(1))
    with pytest.raises(UsageError):
        make_guest_copy(town.primary.inside, PRIMARY, pupil_id, Guest("a\nb", " ", "School"), SENCO)
    with town.primary.store.reading(PRIMARY) as unit:
        (paper,) = unit.documents.of_pupil(pupil_id)
    wish(town.primary.inside, PRIMARY, paper.document_id, {"family": "refuses"}, SENCO)
    with pytest.raises(DecisionNeeded):
        make(town, pupil_id)
    protect(
        town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, ("a@x.example", "b@x.example"), DSL
    )
    with pytest.raises(Refused) as caught:
        make(town, pupil_id, leave_undecided=True)
    assert caught.value.code == "protected-move"


def test_a_copy_made_before_a_move_was_protected_is_out_of_reach(town: Town) -> None:
    pupil_id = town.ready()
    made = make(town, pupil_id)
    protect(
        town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, ("a@x.example", "b@x.example"), DSL
    )
    with pytest.raises(Refused):
        take_away(town.primary.inside, PRIMARY, made.copy_id, SENCO)


def test_guest_is_alone_and_never_of_child_protection() -> None:
    one, two = guest_keys("A, b, c", new_passphrase()), guest_keys("D, e, f", new_passphrase())
    check_guest([one], BundleKind.TRANSFER)
    for recipients, kind in (([one, two], BundleKind.TRANSFER), ([one], BundleKind.CP_FILE)):
        with pytest.raises(SealingError):
            check_guest(recipients, kind)


def test_no_copy_is_made_for_a_school_that_is_the_destination_no_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, inside = town.ready(), town.primary.inside

    def sealed_slowly(*told: object, **more: object) -> object:
        with inside.store.unit(PRIMARY) as unit:
            pupil = unit.pupils.get(who)
            assert pupil.destination is not None
            elsewhere = replace(pupil.destination, org_id=PRIMARY)
            unit.pupils.update(replace(pupil, destination=elsewhere))
            unit.audit.record(SENCO, "pupil.destination-chosen", "pupil", who)
            unit.commit()
        return seal(*told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(guest_copy, "seal", sealed_slowly)
    with pytest.raises(Conflict) as caught:
        make(town, who)
    assert caught.value.code == "destination-changed"
    with town.primary.store.reading(PRIMARY) as unit:
        assert not list(unit.items.all(KIND))


def test_why_it_went_is_told_afterwards(town: Town) -> None:
    pupil_id = town.ready()
    inside = town.primary.inside
    with town.primary.store.reading(PRIMARY) as unit:
        (paper,) = unit.documents.of_pupil(pupil_id)
    mark(inside, PRIMARY, paper.document_id, "school", SENCO)
    made = make(town, pupil_id)
    mark(inside, PRIMARY, paper.document_id, "school", SENCO, remove=True)
    guest_copy.remove_waiting(inside, PRIMARY, made.copy_id)  # what was decided outlives the file
    for ref in (made.copy_id, made.bundle_id):
        told = explain_any(inside, PRIMARY, ref)
        found = {one.ref: one.decision for one in told.disclosed}
        assert (told.recipient, told.purpose) == (SECONDARY, "phase-transfer")
        assert found[paper.document_id].code == "marked-not-for"
        assert paper.document_id not in told.went
    protect(inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("dee", "ada"), DSL)
    with pytest.raises(NotFound, match="transfer-unknown"):
        explain_any(inside, PRIMARY, made.copy_id)
    assert explain_any(inside, PRIMARY, made.copy_id, "dee").recipient == SECONDARY
