"""What was done for a pupil: documents that they had once are part of it."""

from __future__ import annotations

from exchange.services.move_document import move_document, remove_document
from exchange.services.tell_history import history_of
from tests.exchange.services.town import PRIMARY, SENCO, Town

KIND = "Educational psychologist's report"


def told(town: Town, pupil_id: str) -> list[tuple[str, str]]:
    with town.primary.store.reading(PRIMARY) as unit:
        return [(one.action, one.about) for one in history_of(unit, pupil_id, "")]


def test_a_document_that_was_removed_stays_in_the_history_by_its_kind(town: Town) -> None:
    pupil_id = town.leaver()
    document = town.attach(pupil_id, b"Findings.", "ep-report").document
    remove_document(town.primary.inside, PRIMARY, pupil_id, document.document_id, SENCO)
    found = told(town, pupil_id)
    assert [action for action, _ in found if action.startswith("document.")] == [
        "document.removed",
        "document.attached",
    ]
    assert {about for action, about in found if action.startswith("document.")} == {KIND}


def test_a_document_that_was_moved_is_told_of_where_it_was(town: Town) -> None:
    wrong, right = town.leaver(), town.leaver(1)
    document = town.attach(wrong, b"Findings.", "ep-report").document
    moved = move_document(town.primary.inside, PRIMARY, wrong, document.document_id, right, SENCO)
    about = dict(told(town, wrong))
    assert about["document.moved"] == about["document.attached"] == KIND
    assert "document.moved" not in {action for action, _ in told(town, right)}
    assert moved.pupil_id == right
