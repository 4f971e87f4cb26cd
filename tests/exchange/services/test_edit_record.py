"""Two people write at once: the second is told, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exchange.errors import Conflict, NotFound, Refused, UsageError, Wrapped
from exchange.services.edit_document import (
    Details,
    details_version,
    document_of,
    edit_document,
)
from exchange.services.edit_record import (
    change_pupil,
    change_record,
    current_pupil,
    current_record,
    problems_of,
    require_version,
    version_of,
)
from exchange.services.tell_history import history_of
from schemas.base import dump
from schemas.identifiers import Upn
from schemas.pupil import Names, Pupil
from schemas.sen import OnePageProfile
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, UPNS, Town, uuid

TODAY = date(2026, 7, 1)


def profile(pupil_id: str, **more: object) -> OnePageProfile:
    told: dict[str, object] = {"subject": pupil_id, "known_as": "Annie", "written": TODAY}
    return OnePageProfile(**(told | more))  # type: ignore[arg-type]


def kept(town: Town, pupil_id: str) -> OnePageProfile | None:
    with town.primary.store.reading(PRIMARY) as unit:
        return current_record(unit, pupil_id, OnePageProfile)


def test_a_change_is_kept_and_noted_once(town: Town) -> None:
    who = town.leaver()
    inside = town.primary.inside
    for _ in range(2):
        change_record(inside, PRIMARY, who, OnePageProfile, lambda _: profile(who), SENCO)
    assert kept(town, who) == profile(who)
    assert len(town.primary.said("record.kept")) == 1


def test_the_second_of_two_writers_is_told_and_the_first_stays(town: Town) -> None:
    who, inside = town.leaver(), town.primary.inside
    change_record(inside, PRIMARY, who, OnePageProfile, lambda _: profile(who), SENCO)
    began = version_of(dump(profile(who)))

    def saving(hopes: str):  # type: ignore[no-untyped-def]
        def change(now: OnePageProfile | None) -> OnePageProfile:
            assert now is not None
            require_version(version_of(dump(now)), began, "/profile")
            return replace(now, hopes=hopes)

        return change

    change_record(inside, PRIMARY, who, OnePageProfile, saving("first"), SENCO)
    before = town.primary.snapshot()
    with pytest.raises(Conflict) as error:
        change_record(inside, PRIMARY, who, OnePageProfile, saving("second"), SENCO)
    assert error.value.code == "record-changed"
    assert town.primary.snapshot() == before
    assert kept(town, who) == profile(who, hopes="first")


def test_what_breaks_its_schema_is_not_kept(town: Town) -> None:
    who, inside = town.leaver(), town.primary.inside
    wrong = profile(who, known_as="")
    assert problems_of(wrong) == (("too-short", "/known_as"),)
    with pytest.raises(Wrapped):
        change_record(inside, PRIMARY, who, OnePageProfile, lambda _: wrong, SENCO)
    assert kept(town, who) is None


def test_a_pupil_of_another_school_is_not_here(town: Town) -> None:
    who = town.leaver()
    inside = town.secondary.inside
    with pytest.raises(NotFound):
        change_record(inside, SECONDARY, who, OnePageProfile, lambda _: profile(who), SENCO)
    with pytest.raises(NotFound):
        change_pupil(inside, SECONDARY, who, lambda one: one, SENCO)


def test_a_pupil_changes_and_two_never_share_a_upn(town: Town) -> None:
    first, second = town.leaver(0), town.leaver(1)
    inside = town.primary.inside

    def called(now: Pupil) -> Pupil:
        return replace(now, names=Names(surname="Oak", forename="Anna", known_as="Annie"))

    change_pupil(inside, PRIMARY, first, called, SENCO)
    with town.primary.store.reading(PRIMARY) as unit:
        assert current_pupil(unit, first).names.display == "Annie Oak"
    taken = Upn.parse(UPNS[0])
    with pytest.raises(Conflict) as error:
        change_pupil(inside, PRIMARY, second, lambda now: replace(now, upn=taken), SENCO)
    assert error.value.code == "pupil-exists"


def details(**more: object) -> Details:
    told: dict[str, object] = {
        "type": "ep-report",
        "title": "Report",
        "author": "Dr A. Invented",
        "authored": date(2026, 5, 1),
    }
    return Details(**(told | more))  # type: ignore[arg-type]


def test_a_document_is_described_anew_by_one_writer_at_a_time(town: Town) -> None:
    who, inside = town.leaver(), town.primary.inside
    document = town.attach(who).document
    began = details_version(document)
    changed = edit_document(
        inside, PRIMARY, who, document.document_id, details(type="slt-report"), began, SENCO
    )
    assert (changed.type, changed.sha256) == ("slt-report", document.sha256)
    with pytest.raises(Conflict):
        edit_document(
            inside, PRIMARY, who, document.document_id, details(title="Mine"), began, SENCO
        )
    assert len(town.primary.said("document.described")) == 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"type": "cp-file"}, Refused),
        ({"type": "no-such"}, Wrapped),
        ({"authored": date(2027, 1, 1)}, UsageError),
        ({"title": "x" * 201}, UsageError),
        ({"author": "a\u202eb"}, UsageError),
    ],
)
def test_details_that_cannot_be_are_refused(
    town: Town, wrong: dict[str, object], error: type[Exception]
) -> None:
    who = town.leaver()
    document = town.attach(who).document
    with pytest.raises(error):
        edit_document(
            town.primary.inside,
            PRIMARY,
            who,
            document.document_id,
            details(**wrong),
            details_version(document),
            SENCO,
        )


def test_another_pupils_document_is_unknown(town: Town) -> None:
    mine, other = town.leaver(0), town.leaver(1)
    document = town.attach(mine).document
    with town.primary.store.reading(PRIMARY) as unit, pytest.raises(NotFound):
        document_of(unit, other, document.document_id)
    with town.primary.store.reading(PRIMARY) as unit, pytest.raises(NotFound):
        document_of(unit, mine, uuid(99))


def test_history_tells_of_one_pupil_and_no_other(town: Town) -> None:
    sent = town.sent(0)
    town.ready(1)
    who = town.primary.transfer(sent).pupil_id or ""
    with town.primary.store.reading(PRIMARY) as unit:
        told = history_of(unit, who, "somebody")
    actions = [one.action for one in told]
    assert actions.count("pupil.added") == 1
    assert actions.count("transfer.queued") == 1
    assert "document.attached" in actions
    assert all(one.who for one in told)
