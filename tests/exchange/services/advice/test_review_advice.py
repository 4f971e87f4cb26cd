"""What a sceptic asks of advice: wishes of bytes we have, two at once, a door that is not heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.protection import Why
from exchange.errors import Conflict, NotFound, Refused, StorageFull, StoreError, UsageError
from exchange.services.advice import asking, filing, passing
from exchange.services.advice.asking import ask_again
from exchange.services.advice.filing import Confirmed, file_report
from exchange.services.advice.hearing import drop_unheard
from exchange.services.advice.reports import Step
from exchange.services.advice.working import AdviceWorker
from exchange.services.links import answers
from exchange.services.links.agency_about import NOT_THESE
from exchange.services.links.model import LinkState
from exchange.services.protect import protect
from exchange.services.record_disclosure import mark
from tests.exchange.services.advice.consulting import (
    ABOUT,
    COUNCIL_BODY,
    REPORT_PDF,
    Consulting,
)
from tests.exchange.services.links.world import INVITER
from tests.exchange.services.town import DSL_PASSPHRASE, PRIMARY, SECONDARY, SENCO
from tests.lives.people import DEE

WISH = replace(ABOUT, readers=NOT_THESE, whom=("parents",))


def confirmed(pupil_id: str, **changes: object) -> Confirmed:
    told: dict[str, object] = {"looked": True, "compared": ("name", "born")}
    return Confirmed(pupil_id, **(told | changes))  # type: ignore[arg-type]


def test_a_wish_holds_for_bytes_that_were_filed_before_without_it(consulting: Consulting) -> None:
    asked = consulting.asked()
    pupil_id = asked.request.pupil_id
    first = consulting.town.attach(pupil_id, REPORT_PDF, "slt-report").document
    mark(consulting.inside, PRIMARY, first.document_id, "health", SENCO)
    report = consulting.sends(consulting.visit(asked), about=WISH)
    made = file_report(consulting.inside, PRIMARY, report.report_id, confirmed(pupil_id), SENCO)
    assert made == (first.document_id,)
    with consulting.inside.store.reading(PRIMARY) as unit:
        marks = unit.documents.get(first.document_id).said.marks
    assert [one.not_for for one in marks] == ["health", "family"]


def test_what_was_sent_waits_for_its_answer_to_be_heard(consulting: Consulting) -> None:
    """The face takes reports while the node inside is down for a night."""
    visit = consulting.visit(consulting.asked())
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    consulting.town.clock.pass_(hours=9)
    assert drop_unheard(consulting.inside, PRIMARY) == 0
    AdviceWorker(consulting.inside, consulting.means).round()
    consulting.work()
    assert [(one.step, len(one.files)) for one in consulting.reports()] == [(Step.WAITING, 1)]


@pytest.mark.parametrize(
    "error",
    [Conflict("item-changed"), StoreError("store-busy"), StorageFull()],
    ids=["changed", "busy", "full"],
)
def test_what_was_said_outlives_a_moment_without_room_or_time(
    consulting: Consulting, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    taken = answers.agency_said

    def once(*given: object) -> None:
        monkeypatch.setattr(answers, "agency_said", taken)
        raise error

    visit = consulting.visit(consulting.asked())
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    monkeypatch.setattr(answers, "agency_said", once)
    consulting.take()
    assert consulting.reports() == []
    consulting.work()
    assert [one.step for one in consulting.reports()] == [Step.WAITING]
    assert consulting.items("link-answer") == []


def test_a_report_is_filed_once_and_with_one_pupil(
    consulting: Consulting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people look at the same page; the second decides while the first one's work is kept."""
    other = consulting.town.leaver(1)
    report = consulting.sends(consulting.visit(consulting.asked()))
    kept = filing._keep

    def slowly(*given: object) -> None:
        monkeypatch.setattr(filing, "_keep", kept)
        with pytest.raises(Conflict):
            file_report(consulting.inside, PRIMARY, report.report_id, confirmed(other), SENCO)
        told = confirmed(report.pupil_id)
        file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)
        kept(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(filing, "_keep", slowly)
    told = confirmed(report.pupil_id)
    with pytest.raises(Conflict):
        file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)
    assert consulting.reports()[0].pupil_id == report.pupil_id
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert list(unit.documents.of_pupil(other)) == []


def test_a_report_takes_the_place_of_no_child_protection_file(consulting: Consulting) -> None:
    asked = consulting.asked()
    pupil_id = asked.request.pupil_id
    consulting.town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    secret = consulting.town.attach(pupil_id, b"A case conference.", "cp-file").document
    report = consulting.sends(consulting.visit(asked))
    told = confirmed(pupil_id, replaces=secret.document_id)
    with pytest.raises(NotFound):
        file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.get(secret.document_id).said.marks == ()


@pytest.mark.parametrize("way", ["ask", "again", "colleague"])
def test_a_move_protected_while_a_link_is_sealed_leaves_no_link(
    consulting: Consulting, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    asked = consulting.asked()
    pupil_id, sealed = asked.request.pupil_id, asking.carry_by_link
    visit = consulting.visit(asked)

    def slowly(*given: object) -> object:
        made = sealed(*given)  # type: ignore[arg-type]
        protect(consulting.inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("one", "two"), DEE)
        return made

    monkeypatch.setattr(asking, "carry_by_link", slowly)
    monkeypatch.setattr(passing, "carry_by_link", slowly)
    if way == "ask":
        with pytest.raises(Refused):
            consulting.ask(pupil_id)
    elif way == "again":
        with pytest.raises(Refused):
            ask_again(
                consulting.inside,
                PRIMARY,
                asked.request.request_id,
                SENCO,
                means=consulting.means,
                inviter=INVITER,
            )
    else:
        told = {"name": "Kim", "role": "therapist", "mail": "kim@t.example", "phone": "0163"}
        consulting.desk.pass_on(visit, told, keep=True)
        consulting.work()
    links = [one.state for one in consulting.items("link")]
    assert links == [LinkState.REVOKED.value]
    assert consulting.items("advice-passing") == []


def test_a_number_of_somebody_else_than_the_body_named_is_refused(consulting: Consulting) -> None:
    pupil_id = consulting.town.leaver()
    with pytest.raises(UsageError) as refused:
        consulting.ask(pupil_id, body=replace(COUNCIL_BODY, org_id=SECONDARY))
    assert refused.value.code == "name-unclear"
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert list(unit.transfers.all()) == []
    named = replace(COUNCIL_BODY, name="larkshire  COUNCIL")
    assert consulting.ask(pupil_id, body=named).request.body.name == "Larkshire Council"
