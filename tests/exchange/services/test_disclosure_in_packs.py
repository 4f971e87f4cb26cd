"""What is withheld is in no sealed pack; the preview, the pack and the explanation agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.domain.disclosure import Outcome, Wanted
from exchange.errors import (
    Conflict,
    DecisionNeeded,
    DisclosureRefused,
    NotFound,
    Wrapped,
)
from exchange.services import send as sending
from exchange.services.preview import explain, preview
from exchange.services.queue_bundle import Order
from schemas.statement import BundleKind
from tests.exchange.services.desk import DSL, Desk, opened
from tests.exchange.services.policies import POLICY, Policy, lived, require_told_alike
from tests.exchange.services.town import (
    DSL_PASSPHRASE,
    HEAD,
    OTHER,
    PRIMARY,
    SECONDARY,
    Town,
)


@pytest.fixture
def desk(town: Town) -> Desk:
    pupil_id = town.leaver()
    town.choose(pupil_id)
    return Desk(town, pupil_id)


# Generated policies, real packs


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=POLICY, whole=st.sampled_from([None, "agrees", "refuses"]))
def test_nothing_withheld_is_in_a_pack_whatever_was_decided(
    town_keys: Path, policy: Policy, whole: Wanted | None
) -> None:
    town = Town(town_keys)
    pupil_id = town.leaver()
    town.choose(pupil_id)
    desk = Desk(town, pupil_id)
    filed = lived(desk, policy, whole)
    seen = desk.preview()
    waiting = {one.ref for one in filed if seen[one.ref][0] == "needs-decision"}
    if waiting:
        with pytest.raises(DecisionNeeded) as error:
            desk.send()
        assert all(ref in error.value.hint for ref in waiting)
    sent = desk.send(leave=True)
    pack = opened(desk.town, sent)
    going = {one.ref for one in filed if seen[one.ref][0] == "allowed"}
    assert pack.ids == going
    require_told_alike(filed, seen, pack.plain)
    assert desk.explained(sent) == seen
    told = explain(town.primary.inside, PRIMARY, sent.transfer.bundle_id)
    assert {one.ref for one in told.disclosed if one.ref in told.went} == going


# One by one


def test_an_ordinary_pack_needs_nobody(desk: Desk) -> None:
    for type_ in ("profile", "sen-support-plan", "ep-report", "pep", "other", "attendance"):
        desk.attach(type_, type_)
    assert {one for one, _ in desk.preview().values()} == {"allowed"}
    assert desk.send().outcome == "queued"


def test_sending_is_refused_until_the_clinician_has_named_who_may_read(desk: Desk) -> None:
    ref = desk.attach("camhs-report", "MARKER-CAMHS")
    error = desk.refused()
    assert error.code == "decision-needed"
    assert f"{ref} (clinician)" in error.hint
    assert "CAMHS" not in error.hint
    desk.judge(ref, "named-recipient", by="Dr Odusanya", person="Sam Senco")
    sent = desk.send()
    assert opened(desk.town, sent).ids == {ref}
    told = explain(desk.town.primary.inside, PRIMARY, sent.transfer.bundle_id)
    (row,) = [one for one in told.disclosed if one.ref == ref]
    assert (row.decision.by, row.decision.code) == ("Dr Odusanya", "named-recipient")


def test_a_release_does_not_follow_the_pupil_to_another_school(desk: Desk) -> None:
    ref = desk.attach("camhs-report", "MARKER")
    desk.judge(ref, "named-recipient")
    assert desk.preview()[ref][0] == "allowed"
    desk.town.choose(desk.pupil_id, OTHER)
    assert desk.preview()[ref] == ("needs-decision", "named-people-only")


def test_what_waits_stays_behind_and_the_rest_goes_on_time(desk: Desk) -> None:
    waits, goes = desk.attach("camhs-report", "MARKER-WAITS"), desk.attach("ep-report", "GOES")
    sent = desk.send(leave=True)
    pack = opened(desk.town, sent)
    assert pack.ids == {goes}
    assert b"MARKER-WAITS" not in pack.plain
    assert [one.document_id for one in sent.waiting] == [waits]
    (entry,) = desk.town.primary.said("document.waits")
    assert (entry.object_id, entry.detail["code"]) == (waits, "named-people-only")
    desk.judge(waits, "named-recipient")
    assert opened(desk.town, desk.send(update=True)).ids == {goes, waits}


def test_the_explanation_is_of_the_day_and_later_decisions_do_not_change_it(desk: Desk) -> None:
    ref = desk.attach("ep-report", "MARKER")
    sent = desk.send()
    before = desk.explained(sent)
    desk.town.clock.pass_(days=365)
    desk.mark(ref, "school")
    desk.judge(ref, "serious-harm")
    assert desk.preview()[ref] == ("withheld", "serious-harm")
    assert desk.explained(sent) == before
    assert before[ref] == ("allowed", "may-receive")


def test_what_was_withheld_since_goes_into_no_later_pack(desk: Desk) -> None:
    ref = desk.attach("ep-report", "MARKER-LATER")
    desk.send()
    desk.mark(ref, "school")
    with pytest.raises(Conflict, match="already-sent"):
        desk.send()
    assert b"MARKER-LATER" not in opened(desk.town, desk.send(update=True)).plain


def test_a_mark_set_while_the_pack_is_sealed_stops_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = desk.attach("ep-report", "MARKER")
    real = sending.queue_bundle

    def meanwhile(*told: object) -> object:
        made = real(*told)  # type: ignore[arg-type]
        desk.mark(ref, "school")
        return made

    monkeypatch.setattr(sending, "queue_bundle", meanwhile)
    blobs = desk.town.primary.blob_names()
    with pytest.raises(Conflict, match="decided-meanwhile"):
        desk.send()
    assert desk.town.primary.transfers() == []
    assert desk.town.primary.blob_names() == blobs


def test_marks_are_taken_off_again(desk: Desk) -> None:
    ref = desk.attach("ep-report", "MARKER")
    desk.mark(ref, "999002")
    desk.mark(ref, SECONDARY)
    assert desk.preview()[ref] == ("withheld", "marked-not-for")
    assert len(desk.town.primary.said("document.marked")) == 1, "the same mark twice is one"
    desk.mark(ref, SECONDARY, remove=True)
    assert desk.preview()[ref][0] == "allowed"
    with pytest.raises(NotFound, match="mark-unknown"):
        desk.mark(ref, SECONDARY, remove=True)


def test_the_head_answers_an_objection_to_what_must_go(desk: Desk) -> None:
    ref = desk.attach("attainment", "MARKER")
    desk.wish(desk.pupil_id, "refuses")
    assert f"{ref} (head)" in desk.refused().hint
    desk.judge(ref, "statutory-duty", HEAD, by="Ada Head")
    told = preview(desk.town.primary.inside, PRIMARY, desk.pupil_id, Order()).disclosed
    (row,) = [one for one in told if one.ref == ref]
    assert row.decision.allowed
    assert row.decision.warnings == ("family-disagrees",)
    assert desk.send().outcome == "queued"


def test_agreement_is_no_lawful_basis(desk: Desk) -> None:
    desk.attach("ep-report", "MARKER")
    desk.wish(desk.pupil_id, "agrees")
    sent = desk.send()
    told = explain(desk.town.primary.inside, PRIMARY, sent.transfer.bundle_id)
    assert (told.purpose, told.lawful_basis) == ("phase-transfer", "public-task")
    assert b"agrees" not in opened(desk.town, sent).plain


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"lawful_basis": "vital-interests"}, "basis-unfit"),
        ({"purpose": "school-consultation", "lawful_basis": "consent"}, "basis-unfit"),
    ],
)
def test_purpose_and_basis_that_do_not_fit(desk: Desk, order: dict[str, str], code: str) -> None:
    with pytest.raises(DisclosureRefused) as error:
        desk.send(**order)
    assert error.value.code == code


def test_a_purpose_that_is_none(desk: Desk) -> None:
    with pytest.raises(Wrapped) as error:
        desk.send(purpose="curiosity")
    assert (error.value.code, error.value.path) == ("code-unknown", "/purpose")


# Child protection


def test_a_cp_files_title_is_in_nothing_that_others_may_read(desk: Desk) -> None:
    for school in (PRIMARY, SECONDARY):
        desk.town.vault.unlock_cp(school, DSL_PASSPHRASE)
    ref = desk.attach("cp-file", "MARKER-CP", "MARKER-CP-TITLE")
    desk.attach("ep-report", "MARKER-EP")
    for kind in (BundleKind.TRANSFER, BundleKind.CP_FILE):
        sent = desk.send(kind=kind)
        (row,) = [one for one in sent.transfer.disclosed if one.ref == ref]
        assert row.title == ""
        assert row.decision.allowed is (kind is BundleKind.CP_FILE)
    assert desk.preview(kind=BundleKind.CP_FILE)[ref] == ("allowed", "may-receive")
    desk.judge(ref, "serious-harm", DSL)
    assert desk.preview(kind=BundleKind.CP_FILE)[ref] == ("withheld", "serious-harm")


def test_explaining_what_was_never_sent(desk: Desk) -> None:
    with pytest.raises(NotFound):
        explain(desk.town.primary.inside, PRIMARY, desk.pupil_id)


def test_a_preview_changes_nothing(desk: Desk) -> None:
    desk.attach("camhs-report", "MARKER")
    before = desk.town.primary.snapshot()
    seen = desk.preview()
    assert Outcome.NEEDS_DECISION.value in {outcome for outcome, _ in seen.values()}
    assert desk.town.primary.snapshot() == before
