"""A looked-after child: where the child is placed, and how contact is arranged, stay by default."""

from __future__ import annotations

import io
import json

import pytest

from exchange.bundle.outer import read_outer
from exchange.domain.disclosure import Outcome
from exchange.errors import Conflict, Refused
from exchange.ports import Actor
from exchange.services import send as sending
from exchange.services.guest_copy import Guest, make_guest_copy, take_away
from exchange.services.record_disclosure import Ruling, judge, mark
from keys import age
from schemas.base import load_bytes
from schemas.contact import Contact
from schemas.people import Address, Phone
from schemas.pupil import ExtraElement, LookedAfter, Pupil
from tests.exchange.services.desk import Desk, every_byte, opened
from tests.exchange.services.town import COUNCIL, OTHER, PRIMARY, SENCO, Town
from tests.lives.people import DEE

PLACED = Address(paon="7", street="MARKER-PLACEMENT-LANE", town="Elmham", post_code="LK9 9ZZ")
CARER = Contact(
    order=1,
    surname="Carer",
    forename="Fay",
    relationship="FOM",
    responsibility=False,
    address_as_pupil=True,
    phones=(Phone(number="01632 960888"),),
    email="marker-carer@example.org",
)
MOTHER = Contact(
    order=2,
    surname="Oak",
    forename="Mo",
    court_order=True,
    arrangements="MARKER-CONTACT: an hour on Saturdays at the centre.",
    address=Address(street="MARKER-BIRTH-HOME"),
)
EXTRA = ExtraElement(within="", xml="<Placement>MARKER-EXTRA</Placement>")
SECRETS = ("MARKER-", "01632 960888", "01632 960999", "marker-", "LK9 9ZZ")
KEPT = ("Fay", "Carer", '"court_order"')


@pytest.fixture
def desk(town: Town) -> Desk:
    pupil_id = town.leaver(
        looked_after=LookedAfter(in_care=True, care_authority="820"),
        address=PLACED,
        phones=(Phone(number="01632 960999"),),
        email="marker-child@example.org",
        contacts=(CARER, MOTHER),
        extras=(EXTRA,),
        home_authority="820",
    )
    town.choose(pupil_id)
    return Desk(town, pupil_id)


def home(desk: Desk, **order: object) -> tuple[str, str]:
    return desk.preview(**order)[f"{desk.pupil_id}/pupil/home"]


def secrets_in(plain: bytes) -> list[str]:
    return [one for one in SECRETS if one.encode() in plain]


def released(desk: Desk, actor: Actor = DEE) -> None:
    ref = f"{desk.pupil_id}/pupil/home"
    desk.judge(ref, "placement-released", actor, by="Sol Worker")


def test_no_byte_of_the_pack_tells_where_the_child_lives_or_how_contact_is_arranged(
    desk: Desk,
) -> None:
    assert home(desk) == ("withheld", "placement-kept")
    pack = opened(desk.town, desk.send())
    assert secrets_in(pack.plain) == []
    for kept in KEPT:
        assert kept.encode() in pack.plain, kept
    (pupil,) = [one for one in pack.records if isinstance(one, Pupil)]
    assert pupil.looked_after == LookedAfter(in_care=True, care_authority="820")
    assert pupil.home_authority == "820"


def test_it_goes_once_the_social_workers_word_is_recorded(desk: Desk) -> None:
    released(desk)
    assert home(desk) == ("allowed", "placement-released")
    assert len(secrets_in(opened(desk.town, desk.send()).plain)) == len(SECRETS)


def test_who_only_prepares_cannot_record_that_word(desk: Desk) -> None:
    ruling = Ruling(reason="placement-released", by="Sol", withhold=False)
    inside, clerk = desk.town.primary.inside, Actor("Cleo", "sen-administrator")
    with pytest.raises(Refused, match="role-cannot-decide"):
        judge(inside, PRIMARY, f"{desk.pupil_id}/pupil/home", ruling, clerk)


def test_a_later_decision_to_withhold_ends_the_release(desk: Desk) -> None:
    released(desk)
    desk.town.clock.pass_(seconds=1)
    desk.judge(f"{desk.pupil_id}/pupil/home", "not-needed")
    assert home(desk) == ("withheld", "not-needed")
    assert secrets_in(opened(desk.town, desk.send()).plain) == []


def test_the_release_is_of_one_school(desk: Desk) -> None:
    released(desk)
    desk.town.choose(desk.pupil_id, OTHER)
    assert home(desk) == ("withheld", "placement-kept")


def test_the_council_is_told_where_the_child_lives(desk: Desk) -> None:
    desk.town.choose(desk.pupil_id, COUNCIL)
    assert home(desk, purpose="educational-record") == ("allowed", "home-needed")


def test_a_guest_copy_holds_no_more_than_a_pack(desk: Desk) -> None:
    inside = desk.town.primary.inside
    guest = Guest("Ravi Hill", "SENCO", "Hill Special School")
    made = make_guest_copy(inside, PRIMARY, desk.pupil_id, guest, SENCO, leave_undecided=True)
    _, source = take_away(inside, PRIMARY, made.copy_id, SENCO)
    with source:
        outer = read_outer(io.BytesIO(source.read()))
    archive = age.open_seekable(outer.payload, [age.ScryptIdentity(made.passphrase)]).read()
    plain = every_byte(archive)
    assert secrets_in(plain) == []
    assert b"Fay" in plain


def test_a_child_who_lives_at_home_is_reached_by_the_next_school(town: Town) -> None:
    pupil_id = town.leaver(address=PLACED, contacts=(MOTHER,), looked_after=None)
    town.choose(pupil_id)
    desk = Desk(town, pupil_id)
    assert home(desk) == ("allowed", "home-needed")
    assert b"MARKER-PLACEMENT-LANE" in opened(town, desk.send()).plain
    mark(town.primary.inside, PRIMARY, f"{pupil_id}/pupil/home", "school", SENCO)
    assert home(desk) == ("withheld", "marked-not-for")
    assert secrets_in(opened(town, desk.send(update=True)).plain) == []


def test_a_serious_harm_decision_about_the_address_is_absolute(town: Town) -> None:
    pupil_id = town.leaver(address=PLACED)
    town.choose(pupil_id, COUNCIL)
    desk = Desk(town, pupil_id)
    desk.judge(f"{pupil_id}/pupil/home", "serious-harm", by="Dr Odusanya")
    desk.town.clock.pass_(seconds=1)
    desk.judge(f"{pupil_id}/pupil/home", "withholding-lifted")
    assert home(desk, purpose="educational-record") == ("withheld", "serious-harm")


def test_an_address_that_is_marked_while_the_pack_is_sealed_stops_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil_id = town.leaver(address=PLACED)
    town.choose(pupil_id)
    real = sending.queue_bundle

    def meanwhile(*told: object) -> object:
        made = real(*told)  # type: ignore[arg-type]
        mark(town.primary.inside, PRIMARY, f"{pupil_id}/pupil/home", "school", SENCO)
        return made

    monkeypatch.setattr(sending, "queue_bundle", meanwhile)
    with pytest.raises(Conflict, match="decided-meanwhile"):
        town.send(pupil_id)
    assert town.primary.transfers() == []


def test_where_nothing_is_known_of_the_home_there_is_nothing_to_decide(town: Town) -> None:
    pupil_id = town.leaver(looked_after=LookedAfter(in_care=True))
    town.choose(pupil_id)
    assert f"{pupil_id}/pupil/home" not in Desk(town, pupil_id).preview()


def test_the_book_says_that_it_stayed_and_not_where(desk: Desk) -> None:
    desk.send()
    told = json.dumps([dict(one.detail) for one in desk.town.primary.book()])
    assert "placement-kept" in told
    assert secrets_in(told.encode()) == []


def test_social_care_advice_waits_for_the_lead_and_the_pep_goes(desk: Desk) -> None:
    advice = desk.attach("social-care-advice", "MARKER-ADVICE")
    pep = desk.attach("pep", "TARGETS")
    seen = desk.preview()
    assert seen[advice] == ("needs-decision", "only-if-needed")
    assert seen[pep][0] == Outcome.ALLOWED.value
    pack = opened(desk.town, desk.send(leave=True))
    assert secrets_in(pack.plain) == []
    assert load_bytes(Pupil, desk.town.primary.pupil(desk.pupil_id).record).address == PLACED
