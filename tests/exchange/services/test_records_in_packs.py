"""Records in packs, whatever was decided of them: what stays is in no byte, nor are its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.domain.disclosure import Speaker, Wanted
from schemas.base import load
from schemas.records import RECORDS
from tests.exchange.services.desk import DSL, Desk, opened
from tests.exchange.services.town import COUNCIL, HEAD, OTHER, PROFILES, SECONDARY, SENCO, Town
from tests.schemas import record_examples as examples

LETTERS = ("A", "B", "D", "F", "K")
PLACE = {"name": PROFILES[SECONDARY].name, "urn": "999002"}
ORDERS = {
    SECONDARY: ("phase-transfer", "school-consultation"),
    OTHER: ("phase-transfer",),
    COUNCIL: ("ehc-needs-assessment", "educational-record"),
}
ACTS = (
    *(("mark", one) for one in ("school", "la", "family")),
    *(
        ("judge", one)
        for one in (
            "serious-harm",
            "harm-no-longer",
            "not-needed",
            "withholding-lifted",
            "head-withholds",
            "statutory-duty",
            "objection-answered",
            "safeguarding",
            "named-in-section-i",
            "invited-to-review",
            "placement-released",
        )
    ),
    *(("family", one) for one in ("agrees", "refuses")),
    *(("pupil", one) for one in ("agrees", "refuses")),
)
WHO = {
    "head-withholds": HEAD,
    "statutory-duty": HEAD,
    "objection-answered": HEAD,
    "safeguarding": DSL,
}


def said_in_review(mark: str) -> dict[str, Any]:
    return examples.review(parent_view=f"MARK-{mark}-family", pupil_view=f"MARK-{mark}-pupil")


def written(pupil_id: str, document: str) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Return records by the reference that is decided about, and all that only they say."""
    costs = dict(examples.plan()["provision"][0], hourly_rate_pence=98_765)
    cycle = dict(examples.plan()["cycles"][0], do="MARK-plan-do", review=said_in_review("cycle"))
    plan = examples.plan(provision=[costs], cycles=[cycle], reviews=[said_in_review("plan")])
    ehc = examples.ehc_plan(
        reference="MARK-ehc-plan-reference",
        names_school=PLACE,
        document=document,
        sections=[{"section": one, "text": f"MARK-section-{one}"} for one in LETTERS],
    )
    review = examples.annual_review(
        progress="MARK-annual-progress",
        child_views="MARK-annual-pupil",
        family_views="MARK-annual-family",
    )
    told = {
        "one-page-profile": (examples.profile(hopes="MARK-profile"), ["MARK-profile"]),
        "safeguarding-flag": (
            examples.safeguarding(dsl={"name": "MARK-lead", "phone": "01632 960002"}),
            ["MARK-lead"],
        ),
        "transition-plan": (examples.transition(worries="MARK-move"), ["MARK-move"]),
        "sen-support-plan": (plan, ["MARK-plan-do"]),
        "annual-review": (review, ["MARK-annual-progress"]),
        "ehc-plan": (ehc, ["MARK-ehc-plan-reference"]),
    }
    return {
        f"{pupil_id}/{slot}": (dict(one, subject=pupil_id), marks)
        for slot, (one, marks) in told.items()
    }


def traces(pupil_id: str) -> dict[str, list[str]]:
    """Return what only a part of a record says."""
    parts = {
        "sen-support-plan/parent-views": ["MARK-plan-family", "MARK-cycle-family"],
        "sen-support-plan/pupil-views": ["MARK-plan-pupil", "MARK-cycle-pupil"],
        "sen-support-plan/provision-map-costed": ["98765"],
        "annual-review/parent-views": ["MARK-annual-family"],
        "annual-review/pupil-views": ["MARK-annual-pupil"],
        **{f"ehc-plan/{one}": [f"MARK-section-{one}"] for one in LETTERS},
    }
    return {f"{pupil_id}/{key}": marks for key, marks in parts.items()}


def act(desk: Desk, ref: str, kind: str, what: str) -> None:
    desk.town.clock.pass_(seconds=1)
    if kind == "mark":
        desk.mark(ref, what)
    elif kind == "judge":
        desk.judge(ref, what, WHO.get(what, SENCO))
    else:
        desk.wish(ref, what, kind)  # type: ignore[arg-type]


def filled(town: Town, to: str) -> tuple[Desk, dict[str, list[str]]]:
    """Return a pupil with every record, and what each thing of them says."""
    pupil_id = town.leaver()
    town.choose(pupil_id, to)
    desk = Desk(town, pupil_id)
    document = desk.attach("ehc-plan", "MARK-plan-file")
    found = {document: ["MARK-plan-file", document], **traces(pupil_id)}
    for ref, (record, marks) in written(pupil_id, document).items():
        desk.keep(load(RECORDS, record))  # type: ignore[arg-type]
        found[ref] = marks
    return desk, found


_keys = st.sampled_from(
    [
        *(f"ehc-plan/{one}" for one in LETTERS),
        *(one.partition("/")[2] for one in traces("")),
        *(one.partition("/")[2] for one in written("", "0" * 36)),
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.data(),
    to=st.sampled_from(sorted(ORDERS)),
    acts=st.lists(st.tuples(_keys, st.sampled_from(ACTS)), max_size=8),
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
    for key, (kind, what) in acts:
        act(desk, f"{desk.pupil_id}/{key}", kind, what)
    purpose = data.draw(st.sampled_from(ORDERS[to]))
    seen = desk.preview(purpose=purpose)
    sent = desk.send(leave=True, purpose=purpose)
    pack = opened(desk.town, sent)
    for ref, marks in found.items():
        goes = seen.get(ref, ("", ""))[0] == "allowed"
        for mark in marks:
            assert (mark.encode() in pack.plain) is goes, (ref, mark, seen.get(ref))
    assert desk.explained(sent) == seen


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
    assert b"98765" not in opened(desk.town, desk.send(leave=True)).plain


def test_a_council_gets_them(town: Town) -> None:
    desk, _ = filled(town, COUNCIL)
    sent = desk.send(leave=True, purpose="ehc-needs-assessment")
    assert b"98765" in opened(town, sent).plain
