"""New identity (adoption): two records that no search, import, pack or request ever joins."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

from exchange.domain.feeder import Likeness, likeness
from exchange.ports import ReadPupil
from exchange.services import new_identity
from exchange.services.accept import accept
from exchange.services.ask import candidates, who_of
from exchange.services.find_pupil import find_pupil
from exchange.services.keep_pupil import import_pupils
from exchange.services.load_pack import load_pack
from schemas.base import load_bytes
from schemas.identifiers import Upn
from schemas.message import AskedChild
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, UPNS, Town, pupil_record
from tests.lives.people import DEE

BORN = date(2015, 3, 9)
OLD = Names(surname="Oakley", forename="Joanna")
NEW = Names(surname="Rowan", forename="Joanna")


def both(town: Town) -> tuple[str, str]:
    old = town.leaver(names=OLD)
    fresh = pupil_record(1, names=NEW, upn=Upn.parse(UPNS[1]), date_of_birth=BORN)
    return old, new_identity.begin(town.primary.inside, PRIMARY, old, fresh, DEE)


class Import:
    """A file of another system that tells of some pupils (exchange.ports.PupilReader)."""

    def __init__(self, *pupils: Pupil) -> None:
        self._pupils = pupils

    def read(self, source: object) -> list[ReadPupil]:
        return [ReadPupil(number, one) for number, one in enumerate(self._pupils, start=1)]


def test_an_import_under_either_name_changes_only_that_record(town: Town) -> None:
    old, new = both(town)
    before = town.primary.pupil(new).record
    told = [pupil_record(0, names=OLD, nc_year="6", subject="0f0f0f0f-1111-4111-8111-111111111111")]
    (kept,) = import_pupils(
        town.primary.inside,
        Import(*told),
        PRIMARY,
        io.BytesIO(),
        "ctf",
        SENCO,  # type: ignore[arg-type]
    )
    assert kept.pupil_id == old
    assert town.primary.pupil(new).record == before


def test_an_import_that_knows_both_names_still_finds_no_second_record(town: Town) -> None:
    old, new = both(town)
    names = replace(NEW, former_surname="Oakley")
    told = pupil_record(
        3,
        names=names,
        date_of_birth=BORN,
        upn=None,
        upn_unknown="UN4",
        subject="0f0f0f0f-2222-4222-8222-222222222222",
    )
    (kept,) = import_pupils(
        town.primary.inside,
        Import(told),
        PRIMARY,
        io.BytesIO(),
        "ctf",
        SENCO,  # type: ignore[arg-type]
    )
    assert kept.pupil_id not in (old, new)


def test_a_late_pack_about_the_old_name_is_loaded_to_the_old_record(town: Town) -> None:
    pupil_id = town.leaver(names=OLD)
    town.choose(pupil_id)
    bundle_id = town.send(pupil_id).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    there = load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO)
    fresh = pupil_record(1, names=NEW, upn=Upn.parse(UPNS[1]), date_of_birth=BORN)
    new = new_identity.begin(town.secondary.inside, SECONDARY, there, fresh, DEE)
    before = town.secondary.pupil(new)
    town.attach(pupil_id)
    update = town.send(pupil_id, update=True).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, update, SENCO)
    assert load_pack(town.secondary.inside, SECONDARY, update, {}, SENCO) == there
    assert town.secondary.pupil(new) == before
    with town.secondary.store.reading(SECONDARY) as unit:
        assert not unit.documents.of_pupil(new)


def test_a_request_under_one_name_offers_only_that_record(town: Town) -> None:
    old, new = both(town)
    with town.primary.store.reading(PRIMARY) as unit:
        for pupil_id, other, names, upn in ((old, new, OLD, 0), (new, old, NEW, 1)):
            child = AskedChild(
                surname=names.surname,
                forename=names.forename,
                date_of_birth=BORN,
                upn=Upn.parse(UPNS[upn]),
            )
            found = {one.pupil_id: one.sure for one in candidates(unit, child)}
            assert found[pupil_id]
            assert not found.get(other, False)


def test_a_search_by_the_old_number_finds_only_the_old_record(town: Town) -> None:
    old, new = both(town)
    with town.primary.store.reading(PRIMARY) as unit:
        assert find_pupil(unit, UPNS[0]).pupil_id == old
        assert find_pupil(unit, UPNS[1]).pupil_id == new


def test_nothing_takes_the_two_for_one(town: Town) -> None:
    old, new = both(town)
    ours = [load_bytes(Pupil, town.primary.pupil(one).record) for one in (old, new)]
    assert likeness(who_of(ours[0]), who_of(ours[1])) is not Likeness.SAME
