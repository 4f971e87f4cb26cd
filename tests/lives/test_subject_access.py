"""A copy for somebody who is entitled: all that may be given, and no word of the rest."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pikepdf
import pypdfium2
import pytest

from adapters.locking import PdfLocker
from adapters.papers import PaperMaker
from adapters.texts import DocumentTexts
from exchange.domain.clocks import NO_SCHOOL
from exchange.domain.family import Relationship, Responsibility
from exchange.domain.protection import Why
from exchange.errors import Conflict, Refused, UsageError
from exchange.services.edit_record import change_record
from exchange.services.links.members import end_member
from exchange.services.protect import protect
from exchange.services.record_disclosure import mark
from exchange.services.safeguarding.files import set_flag
from exchange.services.subject_access.contents import Holding, holding_of
from exchange.services.subject_access.giving import Copy, Decision, Means, decide_and_make
from exchange.services.subject_access.model import PUPIL, Authority, get_request, record_request
from keys.phrases import new_passphrase
from schemas.contact import Contact
from schemas.people import Address, Phone
from schemas.safeguarding import DslContact
from schemas.sen import OnePageProfile, TransitionPlan
from tests.exchange.services.advice.consulting import COUNCIL_BODY, Consulting
from tests.exchange.services.town import COUNCIL, DSL_PASSPHRASE, PRIMARY, SECONDARY, SENCO, Town
from tests.lives.people import DEE, parent

ASKED = date(2026, 6, 15)
MEANS = Means(PaperMaker(), PdfLocker())
OTHER_ADULT = Contact(
    order=2, surname="Other", forename="Sam", phones=(Phone(number="01632 960777"),)
)


def child(town: Town, **changes: object) -> str:
    """Return a pupil with a profile, an address, and a second adult among the contacts."""
    town.primary.inside = replace(town.primary.inside, texts=DocumentTexts())
    told = {"contacts": (OTHER_ADULT,), "address": Address(street="Mill Lane", town="Elmham")}
    pupil_id = town.leaver(**(told | changes))

    def made(_: OnePageProfile | None) -> OnePageProfile:
        return OnePageProfile(
            subject=pupil_id,
            written=date(2026, 5, 1),
            known_as="Anna",
            strengths=("Kind to small children",),
            support=("A quiet start", "Ring Sam Other first"),
        )

    change_record(town.primary.inside, PRIMARY, pupil_id, OnePageProfile, made, SENCO)
    return pupil_id


def ask(
    town: Town, pupil_id: str, who: str, authority: Authority = Authority.RESPONSIBILITY
) -> str:
    request = record_request(
        town.primary.inside, PRIMARY, pupil_id, who, authority, "Known at the gate.", ASKED, SENCO
    )
    return request.request_id


def held(town: Town, pupil_id: str, request_id: str, *, address: bool = False) -> Holding:
    with town.primary.store.reading(PRIMARY) as unit:
        request = get_request(unit, pupil_id, request_id)
        return holding_of(town.primary.inside, unit, request, address=address)


def lines(found: Holding) -> str:
    return repr([one.lines for one in found.sections])


def give(
    town: Town, pupil_id: str, request_id: str, *documents: str, passphrase: str = ""
) -> tuple[Copy, str]:
    phrase = passphrase or new_passphrase()
    decision = Decision(frozenset(documents), address=False)
    inside = town.primary.inside
    made = decide_and_make(inside, PRIMARY, pupil_id, request_id, decision, phrase, MEANS, SENCO)
    return made, phrase


def text_of(copy: Copy, phrase: str) -> str:
    with pypdfium2.PdfDocument(copy.content, password=phrase) as pdf:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_the_copy_holds_what_may_be_given_and_opens_with_its_passphrase_alone(town: Town) -> None:
    pupil_id = child(town)
    report = town.attach(pupil_id, b"The findings of Dr Invented.", "ep-report").document
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    made, phrase = give(town, pupil_id, request_id, report.document_id)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(made.content))
    assert b"findings" not in made.content
    with pikepdf.open(io.BytesIO(made.content), password=phrase) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert "Oak" not in str(pdf.docinfo.get("/Title", ""))
    told = text_of(made, phrase)
    for expected in ("Anna Oak", "Kind to small children", "findings of Dr Invented", "Pat Oak"):
        assert expected in told, expected
    for kept in ("Sam Other", "01632 960777", "Mill Lane"):
        assert kept not in told, kept


def test_of_what_must_not_be_known_there_is_no_word(town: Town) -> None:
    pupil_id = child(town)
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    town.attach(pupil_id, b"A case conference.", "cp-file")
    set_flag(
        town.primary.inside,
        PRIMARY,
        pupil_id,
        True,
        DslContact(name="Dee Lead", phone="01632 960002"),
        DEE,
    )
    town.attach(pupil_id, b"Social care.", "social-care-advice")
    town.attach(pupil_id, b"What one parent thinks.", "parent-views")
    town.attach(pupil_id, b"What I think.", "pupil-views")
    marked = town.attach(pupil_id, b"Strategies.", "strategies").document
    mark(town.primary.inside, PRIMARY, marked.document_id, "family", SENCO)
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    found = held(town, pupil_id, request_id)
    assert found.documents == ()
    made, phrase = give(town, pupil_id, request_id)
    told = text_of(made, phrase).lower()
    for secret in ("dee lead", "safeguarding", "social care", "views", "strategies", "conference"):
        assert secret not in told, secret
    with pytest.raises(Conflict, match="documents-changed"):
        give(town, pupil_id, request_id, marked.document_id)


def test_what_may_be_named_and_was_not_given_is_named(town: Town) -> None:
    pupil_id = child(town)
    town.attach(pupil_id, b"Findings.", "ep-report")
    town.attach(pupil_id, b"Risks.", "risk-assessment")
    made, phrase = give(town, pupil_id, ask(town, pupil_id, parent(town, pupil_id, "Pat Oak")))
    told = text_of(made, phrase).lower()
    assert "psycholog" in told
    assert "risk assessment" not in told


def test_the_pupils_own_views_go_to_the_pupil(town: Town) -> None:
    pupil_id = child(town)
    town.attach(pupil_id, b"What I think.", "pupil-views")
    town.attach(pupil_id, b"What one parent thinks.", "parent-views")
    request_id = ask(town, pupil_id, PUPIL, Authority.OWN)
    assert [one.document.type for one in held(town, pupil_id, request_id).documents] == [
        "pupil-views"
    ]


def test_a_paper_that_names_another_adult_is_pointed_out(town: Town) -> None:
    pupil_id = child(town)
    town.attach(pupil_id, b"Sam Other said so.", "behaviour")
    town.attach(pupil_id, b"A quiet week.", "attendance")
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    found = {one.document.type: one for one in held(town, pupil_id, request_id).documents}
    assert found["behaviour"].names_another
    assert not found["attendance"].names_another


def test_the_address_is_in_it_only_where_somebody_said_so(town: Town) -> None:
    pupil_id = child(town)
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    assert "Mill Lane" not in lines(held(town, pupil_id, request_id))
    assert "Mill Lane" in lines(held(town, pupil_id, request_id, address=True))


def test_a_protected_moves_destination_and_address_are_absent(town: Town) -> None:
    pupil_id = child(town, home_authority="825")
    inside = town.primary.inside

    def moving(_: TransitionPlan | None) -> TransitionPlan:
        return TransitionPlan(
            subject=pupil_id, written=date(2026, 6, 1), first_day="Meet at Riverside Academy"
        )

    change_record(inside, PRIMARY, pupil_id, TransitionPlan, moving, SENCO)
    town.choose(pupil_id, SECONDARY)
    town.send(pupil_id)
    town.settle()
    pat = parent(town, pupil_id, "Pat Oak")
    before = ask(town, pupil_id, pat)
    assert held(town, pupil_id, before).sent_to == ("Riverside Academy",)
    protect(inside, PRIMARY, pupil_id, Why.DOMESTIC_ABUSE, ("a", "b"), DEE)
    found = held(town, pupil_id, before, address=True)
    made, phrase = give(town, pupil_id, before)
    for told in (lines(found), text_of(made, phrase)):
        for secret in ("Riverside", "Buckinghamshire", "Mill Lane"):
            assert secret not in told, secret
    assert found.sent_to == ()


def test_who_was_asked_for_advice_is_told_to_who_decides_and_not_in_the_copy(town: Town) -> None:
    pupil_id = child(town)
    consulting = Consulting(town)
    asked = consulting.ask(pupil_id, body=COUNCIL_BODY, wanted_type="ep-report").request
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    assert held(town, pupil_id, request_id).asked == (), "nobody has had it yet"
    town.house(COUNCIL)
    town.settle()
    consulting.work()
    assert held(town, pupil_id, request_id).asked == (asked.body.name,)
    made, phrase = give(town, pupil_id, request_id)
    assert asked.body.name not in text_of(made, phrase)


@pytest.mark.parametrize(
    ("member", "authority"),
    [
        ({"responsibility": Responsibility.NO}, Authority.RESPONSIBILITY),
        ({"responsibility": Responsibility.NOT_KNOWN}, Authority.RESPONSIBILITY),
        ({"forbidden": True, "court_order": "An order."}, Authority.RESPONSIBILITY),
        ({"forbidden": True, "court_order": "An order."}, Authority.AUTHORISED),
        ({}, Authority.OWN),
    ],
)
def test_who_is_not_entitled_is_refused(
    town: Town, member: dict[str, object], authority: Authority
) -> None:
    pupil_id = town.leaver()
    who = parent(town, pupil_id, "Pat Oak", **member)
    with pytest.raises(Refused, match="not-entitled"):
        ask(town, pupil_id, who, authority)


def test_past_school_age_the_young_person_asks_or_a_decision_is_recorded(town: Town) -> None:
    pupil_id = town.leaver(date_of_birth=date(2009, 3, 9))
    who = parent(town, pupil_id, "Pat Oak", capacity="Best interests decision of May.")
    ask(town, pupil_id, who)
    own = parent(town, pupil_id, "Anna Oak", relationship=Relationship.YOUNG_PERSON)
    ask(town, pupil_id, own, Authority.OWN)
    with pytest.raises(Refused, match="not-entitled"):
        ask(town, pupil_id, own)


def test_who_was_entitled_and_is_not_any_more_gets_no_copy(town: Town) -> None:
    pupil_id = child(town)
    member_id = parent(town, pupil_id, "Pat Oak")
    request_id = ask(town, pupil_id, member_id)
    end_member(town.primary.inside, PRIMARY, member_id, SENCO)
    with pytest.raises(Refused) as refused:
        give(town, pupil_id, request_id)
    assert refused.value.code == "not-entitled"
    with town.primary.store.reading(PRIMARY) as unit:
        assert get_request(unit, pupil_id, request_id).sha256 == ""


def test_what_is_marked_while_the_copy_is_made_is_not_given(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil_id = child(town)
    report = town.attach(pupil_id, b"The findings.", "ep-report").document.document_id
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    pack = MEANS.maker.pack

    def slowly(*given: object) -> object:
        mark(town.primary.inside, PRIMARY, report, "family", SENCO)
        return pack(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(PaperMaker, "pack", lambda _, *given: slowly(*given))
    with pytest.raises(Conflict):
        give(town, pupil_id, request_id, report)


def test_a_name_alone_makes_nobody_the_one_who_asks(town: Town) -> None:
    numbers = ("01632 960111", "01632 960222", "01632 960333")
    names = (("Pat", "Oak"), ("Pat", "Oak"), ("Anna", "Oak"))
    contacts = tuple(
        Contact(order=at, surname=surname, forename=forename, phones=(Phone(number=number),))
        for at, ((forename, surname), number) in enumerate(zip(names, numbers, strict=True), 1)
    )
    pupil_id = child(town, contacts=contacts)
    as_parent = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    as_pupil = ask(town, pupil_id, PUPIL, Authority.OWN)
    for request_id in (as_parent, as_pupil):
        told = lines(held(town, pupil_id, request_id, address=True))
        assert "Oak" in told
        for number in numbers:
            assert number not in told, number


def test_both_clocks_run_from_the_day_it_was_asked(town: Town) -> None:
    pupil_id = town.leaver()
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    with town.primary.store.reading(PRIMARY) as unit:
        clocks = dict(get_request(unit, pupil_id, request_id).due(NO_SCHOOL))
    assert clocks == {"subject-access": date(2026, 7, 15), "record-access": date(2026, 7, 6)}


def test_who_asked_and_who_decided_are_kept_and_in_the_book_without_a_name(town: Town) -> None:
    pupil_id = child(town)
    request_id = ask(town, pupil_id, parent(town, pupil_id, "Pat Oak"))
    made, phrase = give(town, pupil_id, request_id)
    with town.primary.store.reading(PRIMARY) as unit:
        kept = get_request(unit, pupil_id, request_id)
    assert (kept.name, kept.decided_by, kept.decided_role) == ("Pat Oak", SENCO.name, "senco")
    assert kept.sha256 == made.sha256
    told = [one for one in town.primary.book() if one.object_kind == "subject-access"]
    assert [one.action for one in told] == ["subject-access.asked", "subject-access.given"]
    assert not any(word in repr(told) for word in ("Pat", "Oak", phrase))


def test_a_weak_passphrase_a_day_to_come_and_no_note_are_refused(town: Town) -> None:
    pupil_id = child(town)
    who = parent(town, pupil_id, "Pat Oak")
    request_id = ask(town, pupil_id, who)
    with pytest.raises(UsageError, match="passphrase-weak"):
        give(town, pupil_id, request_id, passphrase="password1")
    for note, day, code in (("", ASKED, "note-needed"), ("x", date(2030, 1, 1), "day-to-come")):
        with pytest.raises(UsageError, match=code):
            record_request(
                town.primary.inside,
                PRIMARY,
                pupil_id,
                who,
                Authority.RESPONSIBILITY,
                note,
                day,
                SENCO,
            )
