"""A place to which nothing can be sent: what may go is decided as ever, given by hand, recorded."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pikepdf
import pytest

from adapters.readable import TypstRenderer
from exchange.bundle.outer import read_outer
from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.domain.destinations import Kind
from exchange.domain.protection import Why
from exchange.errors import DecisionNeeded, NotFound, Refused, UsageError
from exchange.services.approve import approvals, decide
from exchange.services.boards.leavers import LeaversSource
from exchange.services.by_hand import HandCopy, copies_by_hand, record_given
from exchange.services.guest_copy import Guest, GuestCopy, make_guest_copy, take_away
from exchange.services.let_go import _OWN_WORK
from exchange.services.outlook import outlook, why_not
from exchange.services.preview import preview
from exchange.services.printed_copy import KIND as PRINTED
from exchange.services.printed_copy import print_copy
from exchange.services.protect import protect
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import Ruling, judge
from exchange.services.settle_destination import Wanted, settle
from keys import age
from tests.exchange.services.desk import DSL
from tests.exchange.services.town import PDF, PRIMARY, SENCO, Town
from tests.lives.people import ADA, staff

BARN = Wanted(kind=Kind.PROVIDER, name="The Barn, Oakham")
YSGOL = Wanted(kind=Kind.OUTSIDE_ENGLAND, name="Ysgol y Bryn", country="Wales")
MR_HAY = Guest("Mr Hay", "Head of centre", "The Barn")


def going(town: Town, wanted: Wanted = BARN, *, confirmed: bool = True) -> str:
    """Return a pupil with a report who goes to a place that nobody vouches for."""
    inside = town.primary.inside
    pupil_id = town.leaver()
    town.attach(pupil_id)
    settle(inside, PRIMARY, pupil_id, wanted, staff(town, "jo", Role.SENCO), SENCO)
    head = staff(town, "Ada", Role.HEAD)
    with town.primary.store.reading(PRIMARY) as unit:
        asked = [one.approval_id for one in approvals(unit, "waiting")]
    for one in asked if confirmed else ():
        decide(inside, PRIMARY, one, head, ADA, yes=True)
    return pupil_id


def guest(town: Town, pupil_id: str) -> GuestCopy:
    return make_guest_copy(town.primary.inside, PRIMARY, pupil_id, MR_HAY, SENCO)


def printed(town: Town, pupil_id: str, **more: bool) -> bytes:
    inside = town.primary.inside
    return print_copy(inside, PRIMARY, pupil_id, MR_HAY, SENCO, Order(), TypstRenderer(), **more)


def copies(town: Town, pupil_id: str) -> list[HandCopy]:
    with town.primary.store.reading(PRIMARY) as unit:
        return copies_by_hand(unit, pupil_id)


def board_day(town: Town, pupil_id: str) -> date | None:
    source = LeaversSource(town.primary.inside)
    with town.primary.store.reading(PRIMARY) as unit:
        rows = source.everything(unit, date(2026, 7, 6))
        alone = source.row(unit, pupil_id, date(2026, 7, 6))
    assert alone is not None
    assert rows[pupil_id].by_hand == alone.by_hand
    return alone.by_hand


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (BARN, "The Barn, Oakham"),
        (YSGOL, "Ysgol y Bryn, Wales"),
        (Wanted(kind=Kind.COLLEGE, number="10012345", name="Larkshire College"), "Larkshire"),
    ],
)
def test_the_preview_decides_as_for_a_school_and_nothing_can_be_sent(
    town: Town, wanted: Wanted, name: str
) -> None:
    pupil_id = going(town, wanted)
    seen = outlook(town.primary.inside, PRIMARY, pupil_id, Order())
    assert seen.name.startswith(name)
    assert seen.by_hand
    assert not seen.stops
    assert {one.decision.code for one in seen.disclosed if one.type == "ep-report"} == {
        "may-receive"
    }
    reasons = why_not(town.primary.inside, PRIMARY, pupil_id, Order())
    assert [code for code, _ in reasons] == ["destination-by-hand"]


def test_nothing_leaves_before_a_second_person_confirmed_the_place(town: Town) -> None:
    pupil_id = going(town, confirmed=False)
    for make in (guest, printed):
        with pytest.raises(Refused, match="needs-second-person"):
            make(town, pupil_id)
    assert copies(town, pupil_id) == []


def test_a_guest_copy_holds_what_goes_and_what_was_decided_is_kept(town: Town) -> None:
    pupil_id = going(town)
    made = guest(town, pupil_id)
    _, source = take_away(town.primary.inside, PRIMARY, made.copy_id, SENCO)
    with source:
        outer = read_outer(io.BytesIO(source.read()))
        held = age.open_seekable(outer.payload, [age.ScryptIdentity(made.passphrase)]).read()
    assert PDF in held
    (one,) = copies(town, pupil_id)
    assert (one.kind, one.place, one.given) == ("guest-copy", "The Barn, Oakham", None)
    with town.primary.store.reading(PRIMARY) as unit:
        kept = unit.items.get("guest-copy", made.copy_id).content or {}
    assert kept["to"] == one.to
    assert len(kept["disclosed"]) == len(  # type: ignore[arg-type]
        preview(town.primary.inside, PRIMARY, pupil_id, Order()).disclosed
    )


def test_the_printed_summary_holds_records_alone_and_is_in_the_book(town: Town) -> None:
    pupil_id = going(town)
    with pikepdf.open(io.BytesIO(printed(town, pupil_id))) as pdf:
        assert len(pdf.pages) >= 1
    (entry,) = town.primary.said("printed-copy.made")
    with town.primary.store.reading(PRIMARY) as unit:
        kept = unit.items.get(PRINTED, entry.object_id).content or {}
    assert entry.detail["sha256"] == kept["sha256"]
    assert kept["guest"] == MR_HAY.line
    assert {one["what"] for one in kept["disclosed"]} == {"record"}  # type: ignore[index,union-attr]


def test_what_waits_stops_a_copy_and_a_release_is_for_this_place_alone(town: Town) -> None:
    pupil_id = going(town)
    report = town.attach(pupil_id, PDF + b"\n", "camhs-report").document.document_id
    with pytest.raises(DecisionNeeded):
        printed(town, pupil_id)
    assert printed(town, pupil_id, leave_undecided=True)
    ruling = Ruling("named-recipient", "Dr Odusanya", withhold=False, person="Mr Hay")
    judge(town.primary.inside, PRIMARY, report, ruling, SENCO)
    guest(town, pupil_id)
    settle(town.primary.inside, PRIMARY, pupil_id, YSGOL, "jo", SENCO)
    seen = preview(town.primary.inside, PRIMARY, pupil_id, Order())
    found = next(one for one in seen.disclosed if one.ref == report)
    assert found.decision.code == "named-people-only"


def test_that_it_was_given_is_said_with_its_day_and_stands_on_the_board(town: Town) -> None:
    pupil_id = going(town)
    guest(town, pupil_id)
    (one,) = copies(town, pupil_id)
    assert board_day(town, pupil_id) is None
    inside, today = town.primary.inside, london_day(town.clock.now())
    for day, code in ((today + timedelta(1), "day-ahead"), (date(2020, 1, 1), "day-before-made")):
        with pytest.raises(UsageError, match=code):
            record_given(inside, PRIMARY, pupil_id, one.copy_id, day, SENCO)
    with pytest.raises(NotFound):
        record_given(inside, PRIMARY, town.leaver(1), one.copy_id, today, SENCO)
    record_given(inside, PRIMARY, pupil_id, one.copy_id, today, SENCO)
    (after,) = copies(town, pupil_id)
    assert after.given is not None
    assert (after.given.day, after.given.by) == (today, SENCO.name)
    assert board_day(town, pupil_id) == today
    settle(inside, PRIMARY, pupil_id, YSGOL, "jo", SENCO)  # there, nothing was given
    assert board_day(town, pupil_id) is None
    assert len(copies(town, pupil_id)) == 1


def test_of_a_protected_move_nothing_is_given_and_nothing_stands_on_the_board(town: Town) -> None:
    pupil_id = going(town)
    guest(town, pupil_id)
    (one,) = copies(town, pupil_id)
    inside, today = town.primary.inside, london_day(town.clock.now())
    record_given(inside, PRIMARY, pupil_id, one.copy_id, today, SENCO)
    protect(inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("dsl", "deputy"), DSL)
    assert board_day(town, pupil_id) is None
    for make in (guest, printed):
        with pytest.raises(Refused, match="protected-move"):
            make(town, pupil_id)
    with pytest.raises(Refused, match="protected-move"):
        record_given(inside, PRIMARY, pupil_id, one.copy_id, today, SENCO)


def test_where_a_pack_can_be_sent_no_paper_is_printed(town: Town) -> None:
    with pytest.raises(Refused, match="printed-elsewhere-only"):
        printed(town, town.ready())


def test_a_school_that_made_a_copy_has_worked_with_the_record() -> None:
    assert {"by-hand", "guest-copy", PRINTED} <= set(_OWN_WORK)
