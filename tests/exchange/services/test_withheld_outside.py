"""What is withheld is in no byte that leaves by a link or as a guest copy, whatever was decided."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.bundle.outer import read_outer
from exchange.domain.disclosure import Wanted
from exchange.errors import Refused
from exchange.services.approve import ask_release
from exchange.services.guest_copy import Guest, make_guest_copy, take_away
from keys import age
from keys.links import LinkSecret
from schemas.pupil import Names
from tests.exchange.services.desk import Desk, every_byte
from tests.exchange.services.links.world import World, token_of, waiting
from tests.exchange.services.test_disclosure_in_packs import _WHO, _policy
from tests.exchange.services.town import PRIMARY, SENCO, Town

GUEST = Guest("Ravi Hill", "SENCO", "Hill Special School")
Policy = list[tuple[str, list[tuple[str, str]]]]


def lived(desk: Desk, policy: Policy, whole: Wanted | None) -> list[str]:
    """Let people say what the policy has them say; return the documents' ids."""
    if whole:
        desk.wish(desk.pupil_id, whole)
    ids = []
    for number, (type_, acts) in enumerate(policy):
        ref = desk.attach(type_, f"MARKER-{number}-BYTES", f"MARKER-{number}-TITLE")
        ids.append(ref)
        for act, what in acts:
            desk.town.clock.pass_(seconds=1)
            if act == "mark":
                desk.mark(ref, what)
            elif act == "judge":
                desk.judge(ref, what, _WHO.get(what, SENCO))
            else:
                desk.wish(ref, what)  # type: ignore[arg-type]
    return ids


def traces(number: int, ref: str) -> tuple[bytes, bytes, bytes]:
    """Return all by which a document could be told in plain bytes."""
    return f"MARKER-{number}-BYTES".encode(), f"MARKER-{number}-TITLE".encode(), ref.encode()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=_policy, whole=st.sampled_from([None, "agrees", "refuses"]))
def test_no_share_and_no_pack_behind_a_link_holds_it(
    town_keys: Path, policy: Policy, whole: Wanted | None
) -> None:
    world = World(Town(town_keys))
    desk = Desk(world.town, world.leaver())
    ids = lived(desk, policy, whole)
    seen = desk.preview()
    there = waiting(world.send(desk.pupil_id, leave_undecided=True))
    secret = LinkSecret.from_text(token_of(there.address))
    marks, blobs = there.link.marks, world.town.primary.blobs
    with blobs.open(PRIMARY, marks.blob) as share:
        plain = secret.open(share).read()
    with blobs.open(PRIMARY, marks.pack_blob) as pack:
        plain += every_byte(secret.open(read_outer(pack).payload).read())  # type: ignore[arg-type]
    for number, ref in enumerate(ids):
        goes = seen[ref][0] == "allowed"
        found = [trace for trace in traces(number, ref) if trace in plain]
        assert bool(found) is goes


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=_policy, whole=st.sampled_from([None, "agrees", "refuses"]))
def test_no_guest_copy_holds_it(town_keys: Path, policy: Policy, whole: Wanted | None) -> None:
    town = Town(town_keys)
    pupil_id = town.leaver()
    town.choose(pupil_id)
    desk = Desk(town, pupil_id)
    ids = lived(desk, policy, whole)
    seen = desk.preview()
    inside = town.primary.inside
    made = make_guest_copy(inside, PRIMARY, pupil_id, GUEST, SENCO, leave_undecided=True)
    _, source = take_away(inside, PRIMARY, made.copy_id, SENCO)
    with source:
        outer = read_outer(io.BytesIO(source.read()))
    archive = age.open_seekable(outer.payload, [age.ScryptIdentity(made.passphrase)]).read()
    plain = every_byte(archive)
    for number, ref in enumerate(ids):
        goes = seen[ref][0] == "allowed"
        found = [trace for trace in traces(number, ref) if trace in plain]
        assert bool(found) is goes


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
