"""A report of the tray is filed as a whole or not at all, whenever its node is killed."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest

from exchange.domain.disclosure import EVERYBODY
from exchange.services.advice.filing import EARLIER, report_record
from exchange.services.advice.unrequested import CameBy, file_unrequested
from exchange.services.tray.receive import NewUpload, receive
from tests.exchange.services.advice.consulting import ABOUT, REPORT_PDF, Consulting
from tests.exchange.services.advice.test_versions import LABEL, stands
from tests.exchange.services.town import PRIMARY, SENCO

CORRECTED = REPORT_PDF + b"\n% corrected\n"


class Killed(BaseException):
    """What a kill -9 is to the code: nothing catches it."""


@dataclass(eq=False)
class Dying:
    """A store that is there for so many commits and no more."""

    store: Any
    commits: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def unit(self, org_id: str) -> Any:
        return _Unit(self.store.unit(org_id), self)


@dataclass(eq=False)
class _Unit:
    one: Any
    dying: Dying

    def __enter__(self) -> _Unit:
        self.one = self.one.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self.one.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.one, name)

    def commit(self) -> None:
        if not self.dying.commits:
            raise Killed
        self.dying.commits -= 1
        self.one.commit()


def came(consulting: Consulting, content: bytes) -> str:
    made = receive(consulting.inside, PRIMARY, io.BytesIO(content), NewUpload("a.pdf"), SENCO)
    consulting.work()
    return made.upload.upload_id


@pytest.mark.parametrize("commits", [0, 1])
def test_the_version_before_stays_or_gives_way(consulting: Consulting, commits: int) -> None:
    pupil_id = consulting.town.leaver()
    told = CameBy(pupil_id, ABOUT, "mail", looked=True)
    inside = consulting.inside
    first = file_unrequested(inside, PRIMARY, came(consulting, REPORT_PDF), told, SENCO).document_id
    upload, told = came(consulting, CORRECTED), replace(told, replaces=first)
    dying = replace(inside, store=Dying(inside.store, commits))
    try:
        file_unrequested(dying, PRIMARY, upload, told, SENCO)
    except Killed:
        with inside.store.reading(PRIMARY) as unit:
            assert [one.document_id for one in unit.documents.of_pupil(pupil_id)] == [first]
        assert stands(consulting, first) == (LABEL, [])
        file_unrequested(inside, PRIMARY, upload, told, SENCO)
    with inside.store.reading(PRIMARY) as unit:
        (second,) = (
            one.document_id for one in unit.documents.of_pupil(pupil_id) if one.document_id != first
        )
        record = report_record(unit, pupil_id, second)
    assert stands(consulting, second) == (LABEL, [])
    assert stands(consulting, first) == (LABEL + EARLIER, [EVERYBODY])
    assert record is not None
    assert record.replaces == first
