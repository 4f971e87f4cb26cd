"""Records in packs, whatever was decided of them: what stays is in no byte, nor are its parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.domain.disclosure import Speaker, Wanted
from tests.exchange.services.desk import DSL, Desk, opened
from tests.exchange.services.filled import ACTS, COST, KEYS, filled
from tests.exchange.services.policies import act
from tests.exchange.services.town import COUNCIL, HEAD, OTHER, SECONDARY, Town

FILE, COPY = "file", "copy"
"""The EHC plan as a file, and the same bytes as another kind of document."""
ORDERS = {
    SECONDARY: ("phase-transfer", "school-consultation"),
    OTHER: ("phase-transfer",),
    COUNCIL: ("ehc-needs-assessment", "educational-record"),
}


_keys = st.sampled_from((*KEYS, FILE, COPY))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.data(),
    to=st.sampled_from(sorted(ORDERS)),
    acts=st.lists(
        st.tuples(st.sampled_from((*KEYS, FILE, COPY)), st.sampled_from(ACTS)), max_size=8
    ),
    whole=st.sampled_from(
        [None, ("family", "refuses"), ("pupil", "refuses"), ("family", "agrees")]
    ),
)
def test_nothing_of_a_record_that_stays_is_in_a_pack(
    town_keys: Path,
    data: st.DataObject,
    to: str,
    acts: list[tuple[str, tuple[str, str]]],
    whole: tuple[Speaker, Wanted] | None,
) -> None:
    desk, found = filled(Town(town_keys), to)
    if whole:
        desk.wish(desk.pupil_id, whole[1], whole[0])
    file = next(iter(found))
    copy = desk.attach("other", "MARK-plan-file")
    for key, (kind, what) in acts:
        files = {FILE: file, COPY: copy}
        act(desk, files.get(key) or f"{desk.pupil_id}/{key}", kind, what)
    purpose = data.draw(st.sampled_from(ORDERS[to]))
    seen = desk.preview(purpose=purpose)
    sent = desk.send(leave=True, purpose=purpose)
    pack = opened(desk.town, sent)
    found |= {copy: [copy], file: [file]}
    either = any(seen[one][0] == "allowed" for one in (file, copy))
    assert (b"MARK-plan-file" in pack.plain) is either
    for ref, marks in found.items():
        goes = seen.get(ref, ("", ""))[0] == "allowed"
        for mark in marks:
            assert (mark.encode() in pack.plain) is goes, (ref, mark, seen.get(ref))
    assert desk.explained(sent) == seen
    harmed = {ref for ref, (_, code) in seen.items() if code == "serious-harm"}
    if harmed & {file, copy, f"{desk.pupil_id}/ehc-plan"}:
        assert b"MARK-plan-file" not in pack.plain
        assert b"MARK-section" not in pack.plain


# Words of the family and the pupil within a record; costs


@pytest.fixture
def desk(town: Town) -> Desk:
    return filled(town, SECONDARY)[0]


def test_what_a_parent_said_in_a_review_does_not_go_against_their_wish(desk: Desk) -> None:
    ref = f"{desk.pupil_id}/sen-support-plan"
    assert desk.preview()[f"{ref}/parent-views"] == ("allowed", "said-in-review")
    desk.wish(ref, "refuses")
    desk.town.clock.pass_(seconds=1)
    desk.judge(ref, "statutory-duty", HEAD)
    seen = desk.preview()
    assert seen[ref] == ("allowed", "statutory-duty")
    assert seen[f"{ref}/parent-views"] == ("withheld", "author-refuses")
    assert seen[f"{ref}/pupil-views"] == ("allowed", "said-in-review")
    plain = opened(desk.town, desk.send(leave=True)).plain
    assert b"MARK-plan-do" in plain
    assert b"MARK-plan-pupil" in plain
    for kept in (b"MARK-plan-family", b"MARK-cycle-family"):
        assert kept not in plain
    desk.judge(f"{ref}/parent-views", "safeguarding", DSL)
    assert desk.preview()[f"{ref}/parent-views"] == ("allowed", "safeguarding")


def test_a_remark_about_a_school_can_be_kept_from_it(desk: Desk) -> None:
    ref = f"{desk.pupil_id}/sen-support-plan/parent-views"
    desk.judge(ref, "about-somebody-else")
    assert b"MARK-plan-family" not in opened(desk.town, desk.send(leave=True)).plain


def test_costs_are_for_a_council_alone_and_no_decision_opens_them(desk: Desk) -> None:
    ref = f"{desk.pupil_id}/sen-support-plan/provision-map-costed"
    desk.judge(ref, "withholding-lifted")
    assert desk.preview()[ref] == ("withheld", "not-for-role")
    assert COST.encode() not in opened(desk.town, desk.send(leave=True)).plain


def test_a_council_gets_them(town: Town) -> None:
    desk, _ = filled(town, COUNCIL)
    sent = desk.send(leave=True, purpose="ehc-needs-assessment")
    assert COST.encode() in opened(town, sent).plain
