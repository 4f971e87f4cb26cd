"""Reviews as the tests of their pages begin them, write them and save them."""

from __future__ import annotations

import io
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exchange.domain.clocks import london_day
from exchange.services.keep_pupil import add_pupil, keep_record
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from schemas.base import dump_bytes
from schemas.ehc import EhcPlan, EhcStatus
from schemas.pupil import Names
from tests.exchange.services.town import PDF, SENCO, pupil_record
from tests.exchange.web.site import Client, Place

TODAY = london_day(datetime.now(UTC))
HELD = TODAY - timedelta(days=2)


def with_plan(
    school: Place,
    number: int,
    authority: str = "820",
    issued: date = TODAY - timedelta(days=340),
    nc_year: str = "4",
    **changes: object,
) -> str:
    inside, here = school.node.inside, school.org_id
    pupil_id = add_pupil(inside, here, pupil_record(number, nc_year=nc_year, **changes), SENCO)
    plan = EhcPlan(subject=pupil_id, authority=authority, status=EhcStatus.FINAL, issued=issued)
    keep_record(inside, here, pupil_id, dump_bytes(plan), SENCO)
    return pupil_id


def no_number(forename: str) -> dict[str, Any]:
    names = Names(surname="Ash", forename=forename)
    return {"subject": str(uuid.uuid4()), "names": names, "upn": None, "upn_unknown": "UN1"}


def paper_of(school: Place, pupil_id: str) -> str:
    inside, here = school.node.inside, school.org_id
    taken = receive(inside, here, io.BytesIO(PDF), NewUpload("a.pdf", pupil_id=pupil_id), SENCO)
    upload = taken.upload.upload_id
    TrayChecker(inside, school.node.inspector, None, school.node.cleaner).advance(here, upload)
    filing = Filing(pupil_id, "ep-report", title="Report of May")
    return file_upload(inside, here, upload, filing, SENCO).document.document_id


def day(name: str, value: date) -> dict[str, list[str]]:
    return {name: [str(value.day), str(value.month), str(value.year)]}


def begun(senco: Client, pupil_id: str, when: date = HELD) -> str:
    senco.get(f"/pupils/{pupil_id}/review")
    answer = senco.post(
        f"/pupils/{pupil_id}/review", {"kind": "annual", **day("meeting", when), "place": "Library"}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def opened(client: Client, path: str) -> dict[str, str]:
    """Open a page; return what its form says of what its writer has seen."""
    answer = client.get(path)
    assert answer.status_code == 200
    return {"version": version_in(answer.text)}


def version_in(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\w+)"', page)
    return found.group(1) if found else ""


def seen_in(page: str) -> dict[str, str]:
    """Return by what a page says whom it shows."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    return {"seen": found.group(1)} if found else {}


def posted(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, opened(client, path) | data)


def saved(client: Client, path: str, data: dict[str, Any]) -> Any:
    answer = posted(client, path, data)
    assert answer.status_code == 303, re.findall(r"error-message[^<]*<[^<]*<[^<]*", answer.text)
    return client.follow(answer)


def finished(senco: Client, pupil_id: str) -> str:
    review = begun(senco, pupil_id)
    saved(senco, f"{review}/people", {"name": "Dr Ida Moss", "invited_as": "health"})
    saved(senco, f"{review}/held", {**day("meeting", HELD), "came": ["0"]})
    saved(
        senco,
        f"{review}/report",
        {
            "recommendation": "amend",
            "sections": ["E", "F"],
            "child_views": "I like <the> small group.",
            "author_role": "SENCO",
            "finish": "yes",
        },
    )
    return review
