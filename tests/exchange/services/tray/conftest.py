"""A primary school with a tray: real screening and reading, stores in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from adapters.cleaner import DocumentCleaner
from adapters.inspector import ContentInspector
from adapters.texts import DocumentTexts
from exchange.ports import Scanner
from exchange.services.inside import Inside
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filed, Filing, file_upload
from exchange.services.tray.receive import NewUpload, Received, receive
from exchange.services.tray.upload import Upload, get_upload
from schemas.identifiers import Upn
from schemas.pupil import Names
from tests.exchange.services.town import PRIMARY, SENCO, Town

INSPECTOR = ContentInspector()
CLEANER = DocumentCleaner(INSPECTOR)


@dataclass
class Tray:
    """What people and the worker do with uploads at the primary school."""

    town: Town
    scanner: Scanner | None = None

    @property
    def inside(self) -> Inside:
        return self.town.primary.inside

    def checker(self) -> TrayChecker:
        return TrayChecker(self.inside, INSPECTOR, self.scanner, CLEANER, chance=lambda: 0.0)

    def put(self, content: bytes, name: str = "report.pdf", **more: object) -> Received:
        new = NewUpload(name, **more)  # type: ignore[arg-type]
        return receive(self.inside, PRIMARY, io.BytesIO(content), new, SENCO)

    def settle(self) -> None:
        checker = self.checker()
        while due := checker.due(PRIMARY):
            for one in due:
                checker.advance(PRIMARY, one)

    def checked(self, content: bytes, name: str = "report.pdf", **more: object) -> Upload:
        made = self.put(content, name, **more).upload
        self.settle()
        return self.get(made.upload_id)

    def get(self, upload_id: str) -> Upload:
        with self.inside.store.reading(PRIMARY) as unit:
            return get_upload(unit, upload_id)

    def file(
        self, upload: Upload, pupil_id: str, type_: str = "ep-report", **more: object
    ) -> Filed:
        filing = Filing(pupil_id, type_, **more)  # type: ignore[arg-type]
        return file_upload(self.inside, PRIMARY, upload.upload_id, filing, SENCO)

    def child(
        self, number: int, forename: str, surname: str, born: date, known_as: str | None = None
    ) -> str:
        upn = Upn.compose(la="801", establishment="2001", year=2015, serial=f"{number:03d}")
        return self.town.leaver(
            number,
            names=Names(surname=surname, forename=forename, known_as=known_as),
            date_of_birth=born,
            upn=upn,
        )

    def entries(self, action: str, outcome: str = "done") -> list[dict[str, str]]:
        """Return what the book says of an action."""
        return [dict(one.detail) for one in self.town.primary.said(action, outcome)]

    def blobs(self) -> int:
        return len(list(self.inside.blobs.names(PRIMARY)))  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def texts() -> Iterator[DocumentTexts]:
    reader = DocumentTexts()
    yield reader
    reader.close()


@pytest.fixture
def tray(town: Town, texts: DocumentTexts, tmp_path: Path) -> Tray:
    house = town.primary
    house.inside = replace(house.inside, texts=texts)
    return Tray(town)
