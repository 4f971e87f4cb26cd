"""Protected move: domestic abuse, a witness, adoption. What the pages show of one is looked for in
tests/exchange/web/safeguarding/test_protected_everywhere.py."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.protection import Why
from exchange.errors import Refused, UsageError
from exchange.services.ask import ask_for_records, requests_of_ours, requests_to_us
from exchange.services.links.family_said import Told, take_in
from exchange.services.protect import hidden, protect, protection_of
from exchange.services.protected_move import choose_safe_destination, send_protected
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import Ruling, judge
from schemas.identifiers import Upn
from schemas.message import AskedChild, RecordsAnswer
from tests.exchange.services.town import (
    DSL_PASSPHRASE,
    PRIMARY,
    PROFILES,
    SECONDARY,
    SENCO,
    UPNS,
    Town,
)
from tests.lives.people import ADA, DEE, invited, parent

KNOWN = ("account-dee", "account-ada")


def protected(town: Town, why: Why = Why.DOMESTIC_ABUSE) -> str:
    pupil_id = town.leaver()
    protect(town.primary.inside, PRIMARY, pupil_id, why, KNOWN, DEE)
    return pupil_id


@pytest.mark.parametrize("why", list(Why))
@pytest.mark.parametrize("actor", [DEE, ADA])
def test_dsl_or_head_sets_it_for_each_reason(town: Town, why: Why, actor: object) -> None:
    pupil_id = town.leaver()
    protect(town.primary.inside, PRIMARY, pupil_id, why, KNOWN, actor)  # type: ignore[arg-type]
    with town.primary.store.reading(PRIMARY) as unit:
        known = protection_of(unit, pupil_id)
    assert known is not None
    assert known.why is why


def test_both_parents_links_end_in_the_same_moment(town: Town) -> None:
    pupil_id = town.ready()
    links = [invited(town, parent(town, pupil_id, name)) for name in ("Pat", "Sam")]
    protect(town.primary.inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, KNOWN, DEE)
    with town.primary.store.reading(PRIMARY) as unit:
        states = [unit.items.get("link", one.link.link_id).state for one in links]
    assert states == ["revoked", "revoked"]
    assert not any(town.primary.blobs.exists(PRIMARY, one.link.marks.blob) for one in links)


def test_nobody_of_the_family_is_invited_after_that(town: Town) -> None:
    pupil_id = protected(town)
    with pytest.raises(Refused, match="protected-move"):
        invited(town, parent(town, pupil_id, "Pat"))


def test_what_a_parent_said_before_is_still_known(town: Town) -> None:
    pupil_id = town.ready()
    member = parent(town, pupil_id, "Pat")
    take_in(town.primary.inside, PRIMARY, member, Told(views="Ask her.", how="telephone"), SENCO)
    protect(town.primary.inside, PRIMARY, pupil_id, Why.WITNESS, KNOWN, DEE)
    with town.primary.store.reading(PRIMARY) as unit:
        assert unit.items.get("family-member", member) is not None


def test_a_new_schools_request_goes_through_the_la_and_nobody_here_sees_it(town: Town) -> None:
    protected(town)
    child = AskedChild(
        surname="Oak", forename="Anna", date_of_birth=date(2015, 3, 9), upn=Upn.parse(UPNS[0])
    )
    ask_for_records(town.secondary.inside, SECONDARY, PRIMARY, child, None, "", SENCO)
    town.settle()
    with town.primary.store.reading(PRIMARY) as unit:
        assert requests_to_us(unit) == []
    with town.secondary.store.reading(SECONDARY) as unit:
        (ours,) = requests_of_ours(unit)
    assert ours.answer is RecordsAnswer.THROUGH_LA


def test_a_question_about_a_paper_is_answered_for_the_hidden_school_and_the_book_names_none(
    town: Town,
) -> None:
    pupil_id = protected(town)
    inside, name = town.primary.inside, PROFILES[SECONDARY].name
    paper = town.attach(pupil_id, type_="camhs-report").document.document_id
    ruling = Ruling(reason="named-recipient", by="Dr Odusanya", withhold=False, person="Their lead")
    with pytest.raises(UsageError, match="audience-missing"):
        judge(inside, PRIMARY, paper, ruling, DEE)
    choose_safe_destination(inside, PRIMARY, pupil_id, SECONDARY, name, KNOWN[0], DEE)
    judge(inside, PRIMARY, paper, ruling, DEE)
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    done = send_protected(inside, PRIMARY, pupil_id, Order(), KNOWN[0], DEE)
    assert paper in {one.ref for one in done.transfer.disclosed if one.decision.allowed}
    assert SECONDARY not in repr(town.primary.said("document.decided-to-release"))


def test_it_goes_from_lead_to_lead_and_the_other_senco_cannot_open_it(town: Town) -> None:
    pupil_id = protected(town)
    inside = town.primary.inside
    name = PROFILES[SECONDARY].name
    choose_safe_destination(inside, PRIMARY, pupil_id, SECONDARY, name, KNOWN[0], DEE)
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    done = send_protected(inside, PRIMARY, pupil_id, Order(), KNOWN[0], DEE)
    town.vault.lock_cp(PRIMARY)
    town.settle()
    assert town.secondary.arrival(done.transfer.bundle_id).state.value == "collected"
    with town.primary.store.reading(PRIMARY) as unit:
        assert hidden(unit, pupil_id, "account-jo")
