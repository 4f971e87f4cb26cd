"""A pack beside what stands here: what somebody wrote at this school is not replaced unasked."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from exchange.services.accept import accept
from exchange.services.keep_pupil import add_pupil, keep_record
from exchange.services.load_pack import load_pack
from exchange.services.loaded_records import contested, left_of
from schemas.base import SubjectRecord, dump_bytes, load_bytes
from schemas.pupil import Names, Pupil
from schemas.records import RECORDS
from schemas.sen import OnePageProfile
from tests.exchange.services.town import PDF, PRIMARY, SECONDARY, SENCO, Town, pupil_record

OURS = str(uuid.UUID("77777777-5555-4555-8555-555555555555"))


def profile(subject: str, words: str) -> OnePageProfile:
    return OnePageProfile(
        subject=subject, known_as="Anna", written=date(2026, 6, 1), important=(words,)
    )


def stored(town: Town, pupil_id: str, slot: str) -> SubjectRecord:
    with town.secondary.store.reading(SECONDARY) as unit:
        (found,) = [one for one in unit.records.of_pupil(pupil_id) if one.slot == slot]
    made = load_bytes(RECORDS, found.record)
    assert isinstance(made, SubjectRecord)
    return made


def pupil(town: Town, pupil_id: str) -> Pupil:
    with town.secondary.store.reading(SECONDARY) as unit:
        return load_bytes(Pupil, unit.pupils.get(pupil_id).record)


def left(town: Town, bundle_id: str) -> tuple[str, ...]:
    with town.secondary.store.reading(SECONDARY) as unit:
        return left_of(unit, bundle_id)[1]


def keep(town: Town, org_id: str, record: SubjectRecord) -> None:
    house = town.primary if org_id == PRIMARY else town.secondary
    keep_record(house.inside, org_id, record.subject, dump_bytes(record), SENCO)


def update(town: Town, mark: bytes) -> str:
    """Let the sender's next edition arrive and be accepted."""
    pupil_id = pupil_record().subject
    town.attach(pupil_id, PDF + mark, "ot-report")
    made = town.send(pupil_id, update=True).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, made, SENCO)
    return made


def test_what_the_school_knows_of_a_new_pupil_stays_and_the_rest_is_added(town: Town) -> None:
    """The admissions list has the names by which the school calls her; the pack knows more."""
    names = Names(surname="Oak", forename="Anna", known_as="Nan")
    add_pupil(town.secondary.inside, SECONDARY, pupil_record(subject=OURS, names=names), SENCO)
    sent = Names(surname="Oak", forename="Anna", known_as="Annie", middle_names="May")
    pupil_id = town.leaver(names=sent)
    town.attach(pupil_id)
    town.choose(pupil_id)
    bundle_id = town.send(pupil_id).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    assert load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO) == OURS
    here = pupil(town, OURS)
    assert (here.names.known_as, here.names.middle_names) == ("Nan", "May")
    assert left(town, bundle_id) == ("pupil",)
    with town.secondary.store.reading(SECONDARY) as unit:
        (one,) = contested(unit, OURS, replace(pupil_record(), names=names_of("Annie")), ())
    assert (one.field, one.ours, one.theirs) == ("pupil/names/known_as", "Nan", "Annie")
    load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO, theirs=("pupil",))
    assert pupil(town, OURS).names.known_as == "Annie"
    assert left(town, bundle_id) == ()


def names_of(known_as: str) -> Names:
    return Names(surname="Oak", forename="Anna", known_as=known_as)


def test_a_record_that_nobody_touched_here_gives_way_to_the_senders_newer_one(town: Town) -> None:
    keep_first = town.accepted()
    subject = pupil_record().subject
    pupil_id = load_pack(town.secondary.inside, SECONDARY, keep_first, {}, SENCO)
    keep(town, PRIMARY, profile(subject, "Her dog."))
    second = update(town, b"% two\n")
    load_pack(town.secondary.inside, SECONDARY, second, {}, SENCO)
    keep(town, PRIMARY, profile(subject, "Her dog, and chess."))
    third = update(town, b"% three\n")
    load_pack(town.secondary.inside, SECONDARY, third, {}, SENCO)
    found = stored(town, pupil_id, "one-page-profile")
    assert isinstance(found, OnePageProfile)
    assert found.important == ("Her dog, and chess.",)
    assert left(town, third) == ()


def test_a_record_that_was_written_here_stays_until_somebody_takes_theirs(town: Town) -> None:
    subject = pupil_record().subject
    first = town.accepted()
    pupil_id = load_pack(town.secondary.inside, SECONDARY, first, {}, SENCO)
    keep(town, SECONDARY, profile(pupil_id, "What she told us in September."))
    keep(town, PRIMARY, profile(subject, "What she said in June."))
    late = update(town, b"% late\n")
    load_pack(town.secondary.inside, SECONDARY, late, {}, SENCO)
    ours = stored(town, pupil_id, "one-page-profile")
    assert isinstance(ours, OnePageProfile)
    assert ours.important == ("What she told us in September.",)
    assert left(town, late) == ("one-page-profile",)
    load_pack(town.secondary.inside, SECONDARY, late, {}, SENCO, theirs=("one-page-profile",))
    theirs = stored(town, pupil_id, "one-page-profile")
    assert isinstance(theirs, OnePageProfile)
    assert theirs.important == ("What she said in June.",)
