"""Steps of a pack on the pages: a paper, the next school, sending, and its arrival there."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

from exchange.services.attach import NewDocument, attach
from tests.exchange.services.town import PDF, SENCO
from tests.exchange.web.pupils.helping import errors_of, pupil_at, submit
from tests.exchange.web.site import Client, Place, Site


def attached(place: Place, folder: Path, pupil_id: str, type_: str, title: str) -> str:
    file = folder / f"{title}.pdf"
    file.write_bytes(PDF + f"% {title} {pupil_id}\n".encode())
    new = NewDocument(file, type_, "Dr A. Invented", date(2026, 5, 1), title)
    done = attach(place.node.inside, place.node.inspector, place.org_id, pupil_id, new, SENCO)
    return done.document.document_id


def chosen(client: Client, pupil_id: str, confirmation: str = "8204002") -> Any:
    path = f"/pupils/{pupil_id}/destination/confirm"
    client.get(f"{path}?urn=999002")
    return client.post(path, {"urn": "999002", "confirmation": confirmation, "role": "senco"})


def ready(place: Place, client: Client, folder: Path, **more: Any) -> tuple[str, str]:
    pupil_id = pupil_at(place, **more)
    document = attached(place, folder, pupil_id, "ep-report", "EP report")
    done = chosen(client, pupil_id)
    assert done.status_code == 302, errors_of(done.text)
    return pupil_id, document


def sent(client: Client, pupil_id: str) -> str:
    done = submit(client, f"/pupils/{pupil_id}/send")
    assert done.status_code == 302, errors_of(done.text)
    return str(done.headers["Location"]).rpartition("/")[2]


def arrived(own: Site, client: Client, bundle: str, steps: int = 3) -> None:
    """Let the workers go on until the pack has come so far; the receipts take their time."""
    for _ in range(60):
        own.settle()
        if client.get(f"/transfers/{bundle}/state").get_json()["done"] >= steps:
            return
        time.sleep(0.2)
    raise AssertionError("it never arrived")
