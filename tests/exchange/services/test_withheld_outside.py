"""What is withheld is in no byte that leaves by a link or as a guest copy, whatever was decided.

Nor is it in the words of a PDF made from what goes: those are read, since its bytes are packed.
"""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdfminer.high_level import extract_text

from adapters.readable import TypstRenderer
from exchange.bundle.outer import read_outer
from exchange.domain.disclosure import Wanted
from exchange.errors import Refused
from exchange.services.approve import ask_release
from exchange.services.guest_copy import Guest, make_guest_copy, take_away
from exchange.services.links.shares import SUMMARY
from exchange.services.readable_copy import PATH
from keys import age
from keys.links import LinkSecret
from schemas.pupil import Names
from tests.exchange.services.desk import Desk, every_byte, members_of
from tests.exchange.services.filled import ACTS, COST, COST_IN_WORDS, KEYS, PLACE, fill
from tests.exchange.services.links.world import HILL, World, token_of, waiting
from tests.exchange.services.policies import (
    POLICY,
    Policy,
    Seen,
    act,
    lived,
    require_told_alike,
)
from tests.exchange.services.town import PRIMARY, SENCO, Town

GUEST = Guest("Ravi Hill", "SENCO", "Hill Special School")
AT_HILL = {"name": HILL.name, "urn": HILL.urn}
Acts = list[tuple[str, tuple[str, str]]]
_acts = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(ACTS)), max_size=6)
_wholes = st.sampled_from([None, "agrees", "refuses"])
_some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def words(pdf: bytes) -> bytes:
    """Return what a PDF says, without the blanks and line ends of its setting."""
    return re.sub(r"\s+", "", extract_text(io.BytesIO(pdf))).encode()


def lived_records(desk: Desk, acts: Acts, place: dict[str, str]) -> dict[str, list[str]]:
    """Keep every record, and let people say what they say of it; return what each thing says."""
    found = fill(desk, place)
    for key, (kind, what) in acts:
        act(desk, f"{desk.pupil_id}/{key}", kind, what)
    return found


def require_kept(found: dict[str, list[str]], seen: Seen, plain: bytes, read: bytes) -> None:
    """Demand that nothing of what stays is in the bytes, nor in the words of the PDF."""
    for ref, marks in found.items():
        goes = seen.get(ref, ("", ""))[0] == "allowed"
        for mark in marks:
            assert (mark.encode() in plain) is goes, (ref, mark, seen.get(ref))
            if not goes:
                assert in_words(mark) not in read, (ref, mark, seen.get(ref))


def in_words(mark: str) -> bytes:
    """Return what tells of it in a PDF."""
    return COST_IN_WORDS.encode() if mark == COST else mark.encode()


@_some
@given(policy=POLICY, acts=_acts, whole=_wholes)
def test_no_share_and_no_pack_behind_a_link_holds_it(
    town_keys: Path, policy: Policy, acts: Acts, whole: Wanted | None
) -> None:
    world = World(Town(town_keys), TypstRenderer())
    desk = Desk(world.town, world.leaver())
    filed = lived(desk, policy, whole)
    found = lived_records(desk, acts, AT_HILL)
    seen = desk.preview()
    there = waiting(world.send(desk.pupil_id, leave_undecided=True))
    secret = LinkSecret.from_text(token_of(there.address))
    marks, blobs = there.link.marks, world.town.primary.blobs
    with blobs.open(PRIMARY, marks.blob) as share:
        plain = secret.open(share).read()
    with blobs.open(PRIMARY, marks.pack_blob) as pack:
        plain += every_byte(secret.open(read_outer(pack).payload).read())  # type: ignore[arg-type]
    visit = world.come_in(there.address, there.link)
    with world.door.share(visit) as opened:
        read = words(b"".join(opened.read(SUMMARY)))
    assert b"AnnaOak" in read
    require_told_alike(filed, seen, plain)
    require_kept(found, seen, plain, read)
    assert not any(one.title in read for one in filed if seen[one.ref][0] != "allowed")


@_some
@given(policy=POLICY, acts=_acts, whole=_wholes)
def test_no_guest_copy_holds_it(
    town_keys: Path, policy: Policy, acts: Acts, whole: Wanted | None
) -> None:
    town = Town(town_keys)
    pupil_id = town.leaver()
    town.choose(pupil_id)
    desk = Desk(town, pupil_id)
    filed = lived(desk, policy, whole)
    found = lived_records(desk, acts, PLACE)
    seen = desk.preview()
    inside = town.primary.inside
    made = make_guest_copy(
        inside, PRIMARY, pupil_id, GUEST, SENCO, leave_undecided=True, renderer=TypstRenderer()
    )
    _, source = take_away(inside, PRIMARY, made.copy_id, SENCO)
    with source:
        outer = read_outer(io.BytesIO(source.read()))
    archive = age.open_seekable(outer.payload, [age.ScryptIdentity(made.passphrase)]).read()
    read = words(members_of(archive)[PATH])
    assert b"AnnaOak" in read
    require_told_alike(filed, seen, every_byte(archive))
    require_kept(found, seen, every_byte(archive), read)
    assert not any(one.title in read for one in filed if seen[one.ref][0] != "allowed")


def test_the_words_of_a_pdf_are_read(town_keys: Path) -> None:
    """Else the searches above would find nothing whatever it said."""
    world = World(Town(town_keys), TypstRenderer())
    desk = Desk(world.town, world.leaver())
    found = lived_records(desk, [], AT_HILL)
    seen = desk.preview()
    there = waiting(world.send(desk.pupil_id, leave_undecided=True))
    with world.door.share(world.come_in(there.address, there.link)) as opened:
        read = words(b"".join(opened.read(SUMMARY)))
    records = {ref: marks for ref, marks in found.items() if "/" in ref}
    going = [ref for ref in records if seen.get(ref, ("", ""))[0] == "allowed"]
    assert len(going) > 5
    for ref in going:
        assert all(in_words(mark) in read for mark in records[ref]), ref


def test_a_guest_copy_waits_for_the_head_and_for_the_twin_check_as_a_pack_does(town: Town) -> None:
    pupil_id = town.ready()
    ask_release(town.primary.inside, PRIMARY, pupil_id, "", "account-jo", SENCO)
    with pytest.raises(Refused, match="release-waits"):
        make_guest_copy(town.primary.inside, PRIMARY, pupil_id, GUEST, SENCO)
    ann = town.leaver(1, names=Names(surname="Elm", forename="Ann"))
    born = {"date_of_birth": date(2015, 3, 10)}
    town.leaver(2, names=Names(surname="Elm", forename="Ben"), **born)
    town.attach(ann, b"Ben Elm likes maps.", "strategies")
    town.choose(ann)
    with pytest.raises(Refused, match="twin-check-open"):
        make_guest_copy(town.primary.inside, PRIMARY, ann, GUEST, SENCO)
