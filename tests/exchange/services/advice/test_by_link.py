"""Advice by link: asked, read, answered, corrected, passed on, declined."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.errors import Conflict, DisclosureRefused, NotFound, Refused, UsageError
from exchange.services.advice.filing import EARLIER, Confirmed, file_report, report_record
from exchange.services.advice.model import State
from exchange.services.advice.receipting import NAMESPACE, words_of
from exchange.services.advice.reports import Report, Step, newer_than
from exchange.services.advice.standing import cancel, chase, overdue, remind, remind_by_machine
from exchange.services.links.agency_about import NOT_THESE, ONLY
from exchange.services.links.model import LinkState
from exchange.services.record_disclosure import mark
from keys.age import encrypt
from keys.sshsig import verify
from tests.exchange.services.advice.consulting import ABOUT, REPORT_PDF, Consulting
from tests.exchange.services.town import PDF, PRIMARY, SENCO
from tests.exchange.services.tray.papers import pdf_saying, scan

YES = ("name", "born")


def confirm(consulting: Consulting, report: Report, **changes: object) -> tuple[str, ...]:
    told = Confirmed(**({"pupil_id": report.pupil_id, "looked": True} | changes))  # type: ignore[arg-type]
    return file_report(consulting.inside, PRIMARY, report.report_id, told, SENCO)


def test_the_body_sees_the_question_and_what_was_chosen_and_no_more(
    consulting: Consulting,
) -> None:
    pupil_id = consulting.town.leaver()
    chosen = consulting.town.attach(pupil_id, PDF + b"% chosen\n").document
    consulting.town.attach(pupil_id, PDF + b"% other\n", "sen-support-plan")
    asked = consulting.ask(pupil_id, shared=(chosen.document_id,))
    visit = consulting.visit(asked)
    view = consulting.view(visit)
    assert view["question"] == "What helps her to follow instructions?"
    assert [one["number"] for one in view["documents"]] == ["1"]  # type: ignore[index, union-attr]
    with consulting.door.papers(visit) as papers:
        assert b"".join(papers.read("1")) == PDF + b"% chosen\n"
        with pytest.raises(NotFound):
            papers.about("2")
    everything = consulting.plain_of(visit) + json.dumps(view).encode()
    assert b"% other" not in everything
    assert b"A801200015001" not in everything  # no UPN: name and day of birth are enough
    assert consulting.request(asked.request.request_id).state is State.SENT


def test_coming_in_starts_the_bodys_clock(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.door.answer(visit, "opened", {})
    consulting.work()
    request = consulting.request(asked.request.request_id)
    assert request.state is State.OPENED
    assert request.received_on == consulting.town.clock.now().date()


def test_what_is_marked_not_for_them_is_refused_and_nothing_is_made(
    consulting: Consulting,
) -> None:
    pupil_id = consulting.town.leaver()
    paper = consulting.town.attach(pupil_id).document.document_id
    mark(consulting.inside, PRIMARY, paper, "health", SENCO)
    blobs = consulting.town.primary.blob_names()
    with pytest.raises(DisclosureRefused) as refused:
        consulting.ask(pupil_id, shared=(paper,))
    assert refused.value.code == "advice-withheld"
    assert consulting.town.primary.blob_names() == blobs
    assert consulting.items("link") == []


@pytest.mark.parametrize("kind", ["risk-assessment", "safeguarding-flag", "provision-map-costed"])
def test_what_may_be_chosen_is_a_list_of_its_own(consulting: Consulting, kind: str) -> None:
    pupil_id = consulting.town.leaver()
    paper = consulting.town.attach(pupil_id, PDF, kind).document.document_id
    if kind == "risk-assessment":
        assert consulting.ask(pupil_id, shared=(paper,)).request.shared == (paper,)
    else:
        with pytest.raises(DisclosureRefused):
            consulting.ask(pupil_id, shared=(paper,))


def test_another_pupils_document_is_none(consulting: Consulting) -> None:
    theirs = consulting.town.attach(consulting.town.leaver(1)).document.document_id
    with pytest.raises(NotFound):
        consulting.ask(consulting.town.leaver(0), shared=(theirs,))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"question": " "}, "/question"),
        ({"due_on": date(2026, 6, 30)}, "/due_on"),
    ],
)
def test_a_request_is_whole(consulting: Consulting, changes: dict[str, object], path: str) -> None:
    with pytest.raises(UsageError) as refused:
        consulting.ask(consulting.town.leaver(), **changes)
    assert refused.value.path == path


def test_a_report_is_sealed_scanned_receipted_confirmed_and_filed(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    report = consulting.sends(visit)
    assert report.step is Step.WAITING
    assert [one.outcome for one in report.files] == ["unscanned"]
    assert consulting.request(asked.request.request_id).state is State.ANSWERED
    with consulting.inside.store.reading(PRIMARY) as unit:
        before = unit.documents.of_pupil(report.pupil_id)
    assert len(before) == 1  # a person files; nothing lies with the pupil by itself
    documents = confirm(consulting, report)
    with consulting.inside.store.reading(PRIMARY) as unit:
        made = unit.documents.get(documents[0])
        record = report_record(unit, report.pupil_id, documents[0])
    assert (made.type, made.author, made.authored) == ("slt-report", "Sam Reed", ABOUT.written)
    assert record is not None
    assert record.authors[0].registration is not None
    assert record.question == "What helps her to follow instructions?"
    assert consulting.request(asked.request.request_id).state is State.FILED


def test_the_receipt_is_signed_after_the_check_and_names_nobody(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.add(visit, name="Anna Oak report.pdf")
    consulting.desk.send(visit, ABOUT)
    assert consulting.view(consulting.visit(asked))["sent"] == []
    consulting.work()
    view = consulting.view(consulting.visit(asked))
    sent = view["sent"][0]  # type: ignore[index]
    assert sent["checked"]  # type: ignore[index, call-overload]
    with consulting.door.share(consulting.visit(asked)) as share:
        content = b"".join(share.read("receipt-1.json"))
        signature = b"".join(share.read("receipt-1.json.sig"))
        text = b"".join(share.read("receipt-1.txt"))
    us = consulting.town.organisation(PRIMARY).allowed_signers()
    verify(content, signature, NAMESPACE, us, consulting.town.clock.now())
    assert sent["words"] == words_of(content)  # type: ignore[index, call-overload]
    assert words_of(content).encode() in text
    assert b"Oak" not in content + text
    digest = consulting.reports()[-1].files[0].sha256
    assert digest in content.decode()
    assert [one for one, _, _ in consulting.letters()].count("agency-received") == 1


def test_a_second_sending_replaces_and_keeps_the_first(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    first = confirm(consulting, consulting.sends(visit))
    later = replace(ABOUT, written=date(2026, 7, 1))
    newer = consulting.sends(visit, REPORT_PDF + b"\n% corrected\n", later)
    assert newer.version == 2
    second = confirm(consulting, newer)
    with consulting.inside.store.reading(PRIMARY) as unit:
        old, new = unit.documents.get(first[0]), unit.documents.get(second[0])
        record = report_record(unit, newer.pupil_id, second[0])
    assert old.title.endswith(EARLIER)
    assert [one.not_for for one in old.said.marks] == ["everybody"]
    assert new.said.marks == ()
    assert record is not None
    assert record.replaces == first[0]


def test_the_first_version_never_takes_the_place_of_the_corrected_one(
    consulting: Consulting,
) -> None:
    visit = consulting.visit(consulting.asked())
    first = consulting.sends(visit)
    newer = consulting.sends(visit, REPORT_PDF + b"\n% corrected\n", ABOUT)
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert [one.report_id for one in newer_than(unit, first)] == [newer.report_id]
        assert newer_than(unit, newer) == []
    (filed,) = confirm(consulting, newer)
    with pytest.raises(Conflict) as refused:
        confirm(consulting, first)
    assert refused.value.code == "report-superseded"
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert unit.documents.get(filed).said.marks == ()


def test_a_link_stays_open_for_fourteen_days_after_the_first_sending(
    consulting: Consulting,
) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    sent_at = consulting.town.clock.now()
    consulting.sends(visit)
    assert consulting.link_of(asked).expires_at == sent_at + timedelta(days=14)
    consulting.town.clock.pass_(days=13)
    again = consulting.visit(asked)
    consulting.sends(again, REPORT_PDF + b"\n% later\n")
    assert consulting.link_of(asked).expires_at == sent_at + timedelta(days=14)
    consulting.town.clock.pass_(days=2)
    consulting.work()
    assert consulting.link_of(asked).state is LinkState.ENDED
    with pytest.raises(NotFound):
        consulting.door.ask(asked.address.rpartition("/")[2])


@pytest.mark.parametrize(
    ("mode", "whom", "barred"),
    [
        (NOT_THESE, ("parents",), {"family"}),
        (
            ONLY,
            ("senco", "local-authority"),
            {"dsl", "head", "staff", "family", "health", "social-worker"},
        ),
        (ONLY, ("senco", "parents"), {"dsl", "head", "staff", "la", "health", "social-worker"}),
    ],
)
def test_the_authors_wish_is_a_mark_from_the_first_moment_on(
    consulting: Consulting, mode: str, whom: tuple[str, ...], barred: set[str]
) -> None:
    asked = consulting.asked()
    wish = replace(ABOUT, readers=mode, whom=whom)
    report = consulting.sends(consulting.visit(asked), about=wish)
    documents = confirm(consulting, report)
    with consulting.inside.store.reading(PRIMARY) as unit:
        made = unit.documents.get(documents[0])
    assert {one.not_for for one in made.said.marks} == barred
    assert {one.role for one in made.said.marks} == {"author"}


def test_a_link_alone_never_says_whose_it_is(consulting: Consulting) -> None:
    asked = consulting.asked()
    report = consulting.sends(consulting.visit(asked), scan())
    with pytest.raises(UsageError) as refused:
        confirm(consulting, report)
    assert refused.value.code == "match-thin"
    assert confirm(consulting, report, compared=YES)


def test_a_report_that_names_somebody_else_is_not_confirmed_by_a_tick(
    consulting: Consulting,
) -> None:
    consulting.town.leaver(1)
    asked = consulting.asked()
    text = pdf_saying("Report on Annb Oak", "born 10 March 2015")
    report = consulting.sends(consulting.visit(asked), text)
    with pytest.raises(UsageError):
        confirm(consulting, report)


def test_a_file_that_was_exchanged_on_the_disk_is_refused(consulting: Consulting) -> None:
    """Who can write to the disk seals another file to the school in place of what was sent."""
    visit = consulting.visit(consulting.asked())
    consulting.add(visit)
    consulting.desk.send(visit, ABOUT)
    house = consulting.town.primary
    blob = str(consulting.items("agency-upload")[0].clear["blob"])
    house.blobs.delete(PRIMARY, blob)
    with house.blobs.create(PRIMARY, blob) as writer:
        with encrypt(writer.file, consulting.keys(PRIMARY)) as sealed:
            sealed.write(REPORT_PDF + b"% another")
        writer.commit()
    consulting.work()
    report = consulting.reports()[0]
    assert [(one.outcome, one.why) for one in report.files] == [("refused", "document-changed")]
    assert report.step is Step.SET_ASIDE
    assert consulting.items("upload") == []


def test_nobody_looked_nobody_files(consulting: Consulting) -> None:
    report = consulting.sends(consulting.visit(consulting.asked()))
    with pytest.raises(UsageError) as refused:
        confirm(consulting, report, looked=False)
    assert refused.value.code == "match-unconfirmed"


def test_a_colleague_gets_their_own_link_and_the_first_ends_as_chosen(
    consulting: Consulting,
) -> None:
    for keep, state in ((True, LinkState.OPEN), (False, LinkState.REVOKED)):
        asked = consulting.asked(int(keep))
        visit = consulting.visit(asked)
        told = {
            "name": "Kim Vale",
            "role": "therapist",
            "mail": f"kim{keep}@t.example",
            "phone": "0163",
        }
        consulting.desk.pass_on(visit, told, keep=keep)
        consulting.work()
        request = consulting.request(asked.request.request_id)
        assert len(request.links) == 2
        assert consulting.link(request.links[0]).state is state
        theirs = consulting.link(request.links[1])
        assert (theirs.state, theirs.person.name) == (LinkState.OPEN, "Kim Vale")
        letter = [one for one in consulting.letters() if one[1] == told["mail"]][-1]
        assert letter[0] == "link-agency"
        newer = consulting.come_in(letter[2]["link"], theirs)
        assert consulting.desk.files(newer) == []
        assert consulting.town.primary.said("advice.passed-on")


def test_declining_ends_the_link_and_tells_the_asker(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    with pytest.raises(UsageError):
        consulting.desk.decline(visit, " ")
    consulting.desk.decline(visit, "Not in our area.")
    consulting.work()
    request = consulting.request(asked.request.request_id)
    assert request.state is State.DECLINED
    assert request.answers[-1].text == "Not in our area."
    assert consulting.link_of(asked).state is LinkState.REVOKED
    assert [one for one, _, _ in consulting.letters()].count("agency-declined") == 1


def test_the_overdue_are_reminded_without_a_name_until_somebody_stops_it(
    consulting: Consulting,
) -> None:
    asked = consulting.asked(due_on=date(2026, 7, 3))
    request_id = asked.request.request_id
    assert remind_by_machine(consulting.inside, PRIMARY) == 0
    consulting.town.clock.pass_(days=5)
    with consulting.inside.store.reading(PRIMARY) as unit:
        late = overdue(unit, consulting.town.clock.now().date())
    assert [one.request_id for one in late] == [request_id]
    assert remind_by_machine(consulting.inside, PRIMARY) == 1
    assert remind_by_machine(consulting.inside, PRIMARY) == 0
    with pytest.raises(Refused):
        remind(consulting.inside, PRIMARY, request_id, SENCO)
    told = [one for one in consulting.letters() if one[0] == "agency-reminder"]
    assert len(told) == 1
    assert "Oak" not in json.dumps(told)
    consulting.town.clock.pass_(days=20)
    chase(consulting.inside, PRIMARY, request_id, SENCO, on=False)
    assert remind_by_machine(consulting.inside, PRIMARY) == 0
    remind(consulting.inside, PRIMARY, request_id, SENCO)


def test_a_cancelled_request_opens_and_takes_nothing(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.add(visit)
    consulting.desk.keep_draft(visit, {"author": "Sam"})
    consulting.desk.send(visit, ABOUT)
    consulting.add(visit, name="second.pdf")
    cancel(consulting.inside, PRIMARY, asked.request.request_id, "Moved away", SENCO)
    for step in (
        lambda: consulting.desk.files(consulting.door.visit(visit.cookie)),
        lambda: consulting.add(visit),
        lambda: consulting.desk.send(visit, ABOUT),
    ):
        with pytest.raises(NotFound):
            step()
    consulting.work()  # what was sent a moment before it was cancelled, too
    assert consulting.reports() == []
    assert consulting.items("agency-draft") == []
    consulting.town.clock.pass_(hours=2)
    consulting.work()
    assert consulting.items("agency-upload") == []
    assert consulting.request(asked.request.request_id).state is State.CANCELLED


def test_receipt_words_tell_two_receipts_apart() -> None:
    assert words_of(b"one") != words_of(b"two")
    assert len(words_of(b"one").split()) == 6
