"""Pupils come in: one bad row stops one pupil, nobody is there twice, twins stay two."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import date

import pytest

from adapters.formats.pupils_ctf import CtfPupils
from exchange.errors import BagError, Conflict, ExchangeError, FormatError, NotFound, Wrapped
from exchange.ports import StoredPupil
from exchange.services.keep_pupil import (
    Accept,
    Kept,
    add_pupil,
    all_of_theirs,
    import_pupils,
    keep_record,
    only_new,
    slot_of,
    subject_of,
)
from schemas.base import load_bytes
from schemas.pupil import Names, Pupil
from tests.adapters.ctf_cases import FILES, OTHER_UPN, UPN, ctf, pupil
from tests.exchange.services.town import OTHER, PRIMARY, SENCO, Town, pupil_record

TWIN = {"DOB": "<DOB>2015-03-09</DOB>", "Surname": "<Surname>Oak</Surname>"}
NO_UPN = {"UPN": ""}
REASON = "<UPNunknown>UN3</UPNunknown>"
ANN = pupil_record().subject
SOMEBODY = "99999999-5555-4555-8555-555555555555"
PROFILE = {"schema": "sen.one-page-profile/1.0", "known_as": "Sam", "written": "2026-05-01"}


def import_(town: Town, data: bytes, accept: Accept = only_new) -> list[Kept]:
    inside = town.primary.inside
    source = io.BytesIO(data)
    return list(import_pupils(inside, CtfPupils(), PRIMARY, source, "ctf", SENCO, accept))


def outcomes(kept: Sequence[Kept]) -> list[str]:
    return [one.outcome for one in kept]


def codes(kept: Kept) -> list[str]:
    return [error.code for error in kept.errors]


def names(pupils: Sequence[StoredPupil]) -> list[str]:
    return sorted(load_bytes(Pupil, one.record).names.forename for one in pupils)


def test_a_pupil_is_added_with_records_and_a_line_in_the_book(town: Town) -> None:
    (kept,) = import_(town, ctf(pupil()))
    assert (kept.position, kept.outcome, kept.errors) == (1, "added", ())
    (stored,) = town.primary.pupils()
    assert (stored.pupil_id, stored.upn, stored.origin) == (kept.pupil_id, UPN, "ctf")
    (entry,) = town.primary.said("pupil.imported")
    assert (entry.object_id, dict(entry.detail)) == (kept.pupil_id, {"outcome": "added"})


BAD_ROWS = {
    "wrong UPN": (pupil(UPN="<UPN>A801200015001</UPN>"), "UPN"),
    "UPN of letters": (pupil(UPN="<UPN>MARKER-A-B-CD</UPN>"), "UPN"),
    "no date of birth": (pupil(DOB=""), "DOB"),
    "a date that no calendar has": (pupil(DOB="<DOB>2015-02-30</DOB>"), "DOB"),
    "no surname": (pupil(Surname=""), "Surname"),
    "no UPN and no reason": (pupil(**NO_UPN), "UPN"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_stops_only_that_pupil(town: Town, name: str) -> None:
    row, field = BAD_ROWS[name]
    good = pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>", Forename="<Forename>Ben</Forename>")
    kept = import_(town, ctf(row, good))
    assert outcomes(kept) == ["refused", "added"]
    error = kept[0].errors[0]
    assert error.code
    assert f"Pupil[1]/{field}" in error.path
    assert error.hint
    assert names(town.primary.pupils()) == ["Ben"]
    (entry,) = town.primary.said("pupil.imported", "refused")
    assert entry.object_id == "pupil-1"
    assert entry.detail["codes"] == ",".join(sorted(codes(kept[0])))


def test_without_a_upn_a_reason_is_enough(town: Town) -> None:
    (kept,) = import_(town, ctf(pupil(REASON, **NO_UPN)))
    assert kept.outcome == "added"
    (stored,) = town.primary.pupils()
    assert stored.upn is None
    assert load_bytes(Pupil, stored.record).upn_unknown == "UN3"


def test_reading_a_file_twice_makes_nobody_twice(town: Town) -> None:
    data = (FILES / "full.xml").read_bytes()
    first = import_(town, data)
    assert {*outcomes(first)} == {"added"}
    before = town.primary.snapshot()
    town.clock.pass_(days=1)
    again = import_(town, data)
    assert {*outcomes(again)} == {"unchanged"}
    assert [one.pupil_id for one in again] == [one.pupil_id for one in first]
    assert town.primary.snapshot() == before


def test_those_without_upn_are_not_made_twice_either(town: Town) -> None:
    data = ctf(pupil(REASON, **NO_UPN))
    first, again = import_(town, data)[0], import_(town, data)[0]
    assert (again.outcome, again.pupil_id) == ("unchanged", first.pupil_id)


def test_a_change_in_the_file_stays_a_difference_until_somebody_says_yes(town: Town) -> None:
    (first,) = import_(town, ctf(pupil()))
    assert first.pupil_id is not None
    chosen = town.choose(first.pupil_id)
    changed = ctf(pupil("<Email>a@example.org</Email>", Forename="<Forename>Anna</Forename>"))
    (again,) = import_(town, changed)
    assert (again.outcome, again.left) == ("updated", ("pupil/names/forename",))
    assert names(town.primary.pupils()) == ["Ann"]
    (again,) = import_(town, changed, all_of_theirs)
    assert (again.outcome, again.pupil_id) == ("updated", first.pupil_id)
    (stored,) = town.primary.pupils()
    assert names([stored]) == ["Anna"]
    assert load_bytes(Pupil, stored.record).email == "a@example.org"
    assert stored.destination == chosen


def test_a_file_that_is_silent_takes_nothing_away(town: Town) -> None:
    import_(town, ctf(pupil("<Email>a@example.org</Email>")))
    (again,) = import_(town, ctf(pupil()), all_of_theirs)
    assert again.outcome == "unchanged"
    (stored,) = town.primary.pupils()
    assert load_bytes(Pupil, stored.record).email == "a@example.org"


def test_a_upn_of_another_child_is_nobodys(town: Town) -> None:
    """Never on one identifier alone: UPN and nothing else agrees."""
    import_(town, ctf(pupil()))
    other = pupil(
        Surname="<Surname>Elm</Surname>",
        Forename="<Forename>Bo</Forename>",
        DOB="<DOB>2014-01-01</DOB>",
    )
    (kept,) = import_(town, ctf(other), all_of_theirs)
    assert (kept.outcome, codes(kept)) == ("refused", ["pupil-unclear"])
    assert names(town.primary.pupils()) == ["Ann"]


def test_a_upn_that_comes_later_finds_the_child_who_had_none(town: Town) -> None:
    (first,) = import_(town, ctf(pupil(REASON, **NO_UPN)))
    (again,) = import_(town, ctf(pupil()))
    assert (again.outcome, again.pupil_id) == ("updated", first.pupil_id)
    (stored,) = town.primary.pupils()
    record = load_bytes(Pupil, stored.record)
    assert str(record.upn) == stored.upn
    assert record.upn_unknown is None


def test_twins_with_consecutive_upns_stay_two(town: Town) -> None:
    twins = ctf(
        pupil(**TWIN),
        pupil(**TWIN, UPN=f"<UPN>{OTHER_UPN}</UPN>", Forename="<Forename>Amy</Forename>"),
    )
    assert outcomes(import_(town, twins)) == ["added", "added"]
    assert names(town.primary.pupils()) == ["Amy", "Ann"]
    assert outcomes(import_(town, twins)) == ["unchanged", "unchanged"]


def test_twins_without_upns_stay_two(town: Town) -> None:
    twins = ctf(
        pupil(REASON, **TWIN, **NO_UPN),
        pupil(REASON, **TWIN, **NO_UPN, Forename="<Forename>Amy</Forename>"),
    )
    for outcome in ("added", "unchanged"):
        assert outcomes(import_(town, twins)) == [outcome, outcome]
    assert len(town.primary.pupils()) == 2


def test_twins_who_share_their_first_forename_stay_two(town: Town) -> None:
    """Two brothers called Muhammad, told apart by their middle names; neither has a UPN yet."""
    brothers = ctf(
        *(
            pupil(
                REASON + f"<BasicDetails><MiddleNames>{middle}</MiddleNames></BasicDetails>",
                **TWIN,
                **NO_UPN,
                Forename="<Forename>Muhammad</Forename>",
            )
            for middle in ("Ali", "Omar")
        )
    )
    for outcome in ("added", "unchanged"):
        assert outcomes(import_(town, brothers)) == [outcome, outcome]
    middle = {load_bytes(Pupil, one.record).names.middle_names for one in town.primary.pupils()}
    assert middle == {"Ali", "Omar"}


def test_one_row_never_overwrites_another_of_the_same_file(town: Town) -> None:
    """Two who cannot be told apart: the second is left to a person, not laid over the first."""
    same = pupil(REASON, **NO_UPN)
    changed = pupil(REASON + "<EnrolStatus>C</EnrolStatus>", **NO_UPN)
    first, second = import_(town, ctf(same, changed))
    assert (first.outcome, second.outcome) == ("added", "refused")
    assert codes(second) == ["pupil-repeated"]
    assert second.errors[0].path == "/pupil/2"
    (stored,) = town.primary.pupils()
    assert load_bytes(Pupil, stored.record).enrol_status is None


def test_a_upn_twice_in_one_file_stops_the_second(town: Town) -> None:
    kept = import_(town, ctf(pupil(), pupil(Forename="<Forename>Eve</Forename>")))
    assert outcomes(kept) == ["added", "refused"]
    assert names(town.primary.pupils()) == ["Ann"]


def test_another_organisation_of_the_node_knows_none_of_them(town: Town) -> None:
    import_(town, ctf(pupil()))
    assert town.other.pupils() == []
    with pytest.raises(NotFound), town.other.store.reading(OTHER) as unit:
        unit.pupils.get(town.primary.pupils()[0].pupil_id)


BAD_FILES = {
    "not XML": b"UPN,Surname\nMARKER,MARKER\n",
    "has a DOCTYPE": b'<!DOCTYPE CTfile [<!ENTITY x "MARKER">]>' + ctf(pupil()),
    "empty": b"",
    "another document": b"<html><body>MARKER</body></html>",
    "no header": b"<CTfile><CTFpupilData/></CTfile>",
    "a version from before time": ctf(pupil()).replace(b"25.0", b"3.0"),
    "a binary": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_leaves_nothing(town: Town, name: str) -> None:
    town.primary.store.organisations()
    before = town.primary.snapshot()
    with pytest.raises(FormatError) as error:
        import_(town, BAD_FILES[name])
    assert error.value.code
    assert error.value.hint
    assert "MARKER" not in str(error.value) + error.value.hint
    assert town.primary.snapshot() == before


def test_a_file_that_breaks_off_keeps_the_pupils_before_the_break(town: Town) -> None:
    whole = ctf(pupil(), pupil(UPN=f"<UPN>{OTHER_UPN}</UPN>", Forename="<Forename>Ben</Forename>"))
    with pytest.raises(FormatError):
        import_(town, whole[: whole.index(b"Ben") + 3])
    assert names(town.primary.pupils()) == ["Ann"]


def test_by_hand(town: Town) -> None:
    pupil_id = town.leaver()
    (stored,) = town.primary.pupils()
    assert (stored.pupil_id, stored.origin) == (pupil_id, "hand")
    (entry,) = town.primary.said("pupil.added")
    assert entry.object_id == pupil_id
    assert entry.detail == {}


def test_by_hand_the_same_upn_again(town: Town) -> None:
    town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(Conflict) as error:
        town.leaver(0, subject=SOMEBODY)
    assert (error.value.code, error.value.path) == ("pupil-exists", "/upn")
    assert town.primary.snapshot() == before


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"upn": None}, "/upn"),
        ({"upn_unknown": "UN3"}, "/upn"),
        ({"upn": None, "upn_unknown": "MARKER"}, "/upn_unknown"),
        ({"sex": "MARKER"}, "/sex"),
        ({"names": Names(surname="", forename="Ann")}, "/names/surname"),
        ({"names": Names(surname="Oak\nMARKER", forename="Ann")}, "/names/surname"),
        ({"date_of_birth": date(1815, 3, 9)}, "/date_of_birth"),
        ({"subject": "MARKER"}, "/subject"),
    ],
)
def test_by_hand_a_record_that_breaks_its_schema(
    town: Town, changes: dict[str, object], path: str
) -> None:
    before = town.primary.snapshot()
    with pytest.raises(Wrapped) as error:
        add_pupil(town.primary.inside, PRIMARY, pupil_record(**changes), SENCO)
    assert error.value.path.startswith(path)
    assert "MARKER" not in str(error.value) + error.value.hint
    assert error.value.__cause__ is None
    assert town.primary.snapshot() == before


def profile(pupil_id: str, **changes: object) -> bytes:
    return json.dumps({**PROFILE, "subject": pupil_id, **changes}).encode()


def test_a_record_is_kept_and_its_successor_takes_its_place(town: Town) -> None:
    pupil_id = town.leaver()
    first = keep_record(town.primary.inside, PRIMARY, pupil_id, profile(pupil_id), SENCO)
    assert (first.slot, first.schema_id) == ("one-page-profile", PROFILE["schema"])
    before = town.primary.snapshot()
    again = keep_record(town.primary.inside, PRIMARY, pupil_id, profile(pupil_id), SENCO)
    assert again == first
    assert town.primary.snapshot() == before
    content = profile(pupil_id, known_as="Sammy")
    second = keep_record(town.primary.inside, PRIMARY, pupil_id, content, SENCO)
    with town.primary.store.reading(PRIMARY) as unit:
        assert unit.records.of_pupil(pupil_id) == [second]
    assert len(town.primary.said("record.kept")) == 2


RECORDS_REFUSED = {
    "of somebody else": (
        profile("99999999-5555-4555-8555-555555555555"),
        BagError,
        "other-subject",
    ),
    "not JSON": (b"MARKER", Wrapped, ""),
    "of a schema that nobody knows": (b'{"schema":"sen.MARKER/1.0"}', Wrapped, ""),
    "of a later world": (
        profile(pupil_record().subject, schema="sen.one-page-profile/2.0"),
        Wrapped,
        "schema-too-new",
    ),
    "with a hole": (profile(pupil_record().subject, known_as=None), Wrapped, ""),
    "of no pupil": (
        json.dumps({"schema": "sen.envelope/1.0", "sender": "MARKER"}).encode(),
        ExchangeError,
        "",
    ),
}


@pytest.mark.parametrize("name", RECORDS_REFUSED)
def test_a_record_that_is_refused(town: Town, name: str) -> None:
    content, kind, code = RECORDS_REFUSED[name]
    pupil_id = town.leaver()
    before = town.primary.snapshot()
    with pytest.raises(kind) as error:
        keep_record(town.primary.inside, PRIMARY, pupil_id, content, SENCO)
    assert isinstance(error.value, ExchangeError)
    assert not code or error.value.code == code
    assert "MARKER" not in str(error.value) + error.value.hint
    assert town.primary.snapshot() == before


def test_the_pupil_s_own_record_is_not_kept_as_a_further_one(town: Town) -> None:
    pupil_id = town.leaver()
    (stored,) = town.primary.pupils()
    with pytest.raises(FormatError, match="record-kind"):
        keep_record(town.primary.inside, PRIMARY, pupil_id, stored.record, SENCO)


def test_a_record_for_a_pupil_who_is_not_here(town: Town) -> None:
    nobody = pupil_record(3).subject
    with pytest.raises(NotFound, match="pupil-unknown"):
        keep_record(town.primary.inside, PRIMARY, nobody, profile(nobody), SENCO)


def test_slot_and_subject_of_a_record() -> None:
    record = pupil_record()
    assert slot_of(record) == "pupil"
    assert subject_of(profile(record.subject)) == record.subject
