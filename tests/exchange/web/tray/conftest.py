"""A primary school's pages with pupils in it, and its worker."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from exchange.domain.access import Role
from exchange.ports import Scanner
from exchange.services.keep_pupil import add_pupil
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.upload import Upload, get_upload, in_tray
from schemas.pupil import Names
from tests.exchange.services.town import SENCO, pupil_record
from tests.exchange.web.site import BASE, Client, Place, Site, made_site

BORN = date(2015, 3, 9)


@dataclass
class Desk:
    """The primary school, one signed-in person, and the worker."""

    place: Place
    client: Client
    scanner: Scanner | None = None

    @property
    def inside(self) -> Any:
        return self.place.node.inside

    def child(self, forename: str, surname: str, born: date = BORN, **names: str) -> str:
        import uuid

        record = pupil_record(
            0,
            subject=str(uuid.uuid4()),
            names=Names(surname=surname, forename=forename, **names),
            date_of_birth=born,
            upn=None,
            upn_unknown="UN1",
        )
        return add_pupil(self.inside, self.place.org_id, record, SENCO)

    def settle(self) -> None:
        node = self.place.node
        checker = TrayChecker(self.inside, node.inspector, self.scanner, node.cleaner)
        while due := checker.due(self.place.org_id):
            for one in due:
                checker.advance(self.place.org_id, one)

    def post(self, *files: tuple[str, bytes], **fields: str) -> Any:
        """Post files as a form without a script does."""
        if 'name="csrf_token"' not in self.client.last:
            self.client.get("/tray")
        listed = [(io.BytesIO(content), name) for name, content in files]
        data = {**fields, "files": listed}
        return self.client.post("/tray/files", data, content_type="multipart/form-data")

    def put(self, content: bytes, name: str, **headers: str) -> Any:
        """Send a file as the script does."""
        from urllib.parse import quote

        if 'name="csrf_token"' not in self.client.last:
            self.client.get("/tray")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.last)
        assert token is not None
        return self.client.raw.put(
            "/tray/files",
            data=content,
            base_url=BASE,
            headers={
                "Referer": f"{BASE}/tray",
                "X-CSRFToken": token.group(1),
                "X-File-Name": quote(name, safe=""),
                "Accept": "application/json",
                **headers,
            },
        )

    def checked(self, content: bytes, name: str = "report.pdf", **headers: str) -> Upload:
        answer = self.put(content, name, **headers)
        assert answer.status_code == 201, answer.text
        self.settle()
        return self.get(answer.json["upload"])

    def get(self, upload_id: str) -> Upload:
        with self.inside.store.reading(self.place.org_id) as unit:
            return get_upload(unit, upload_id)

    def tray(self) -> tuple[Upload, ...]:
        with self.inside.store.reading(self.place.org_id) as unit:
            return in_tray(unit)

    def documents(self, pupil_id: str) -> list[Any]:
        with self.inside.store.reading(self.place.org_id) as unit:
            return list(unit.documents.of_pupil(pupil_id))


@pytest.fixture(scope="module")
def one_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("site"), "primary") as made:
        yield made


@pytest.fixture
def desk(one_site: Site) -> Desk:
    place = one_site["primary"]
    return Desk(place, place.client(Role.SENCO))
