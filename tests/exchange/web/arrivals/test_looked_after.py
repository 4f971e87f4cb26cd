"""A designated teacher reads the PEP and the plans of looked-after children, and nothing else."""

from __future__ import annotations

import io
import uuid
from datetime import date

from exchange.domain.access import Role
from exchange.services.keep_pupil import add_pupil
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from schemas.pupil import LookedAfter, Names, Pupil
from tests.exchange.services.town import PDF, SENCO
from tests.exchange.web.site import Place, Site


def child(place: Place, surname: str, *, in_care: bool) -> str:
    record = Pupil(
        subject=str(uuid.uuid4()),
        names=Names(surname=surname, forename="Robin"),
        date_of_birth=date(2014, 3, 9),
        sex="F",
        upn_unknown="UN3",
        looked_after=LookedAfter(in_care=in_care),
    )
    return add_pupil(place.node.inside, place.org_id, record, SENCO)


def paper(place: Place, pupil: str, kind: str) -> str:
    """File a document of a type; return its address for a designated teacher."""
    inside, here = place.node.inside, place.org_id
    content = io.BytesIO(PDF + f"%{pupil}{kind}".encode())
    taken = receive(inside, here, content, NewUpload("a.pdf", pupil_id=pupil), SENCO)
    upload = taken.upload.upload_id
    TrayChecker(inside, place.node.inspector, None, place.node.cleaner).advance(here, upload)
    filing = Filing(pupil, kind, title=f"The {kind}")
    filed = file_upload(inside, here, upload, filing, SENCO).document
    return f"/looked-after/{pupil}/documents/{filed.document_id}"


def test_pep_and_plans_of_looked_after_children_and_nothing_else(site: Site) -> None:
    place = site["secondary"]
    cared_for, other = child(place, "Careful", in_care=True), child(place, "Homely", in_care=False)
    pep, plan = paper(place, cared_for, "pep"), paper(place, cared_for, "ehc-plan")
    closed = [paper(place, cared_for, kind) for kind in ("ep-report", "camhs-report", "other")]
    closed += [paper(place, other, "pep")]
    closed += [pep.replace(cared_for, other)]
    client = place.client(Role.DESIGNATED_TEACHER)
    page = client.get("/class-sheet").text
    for path in (pep, plan):
        assert path in page
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    for path in closed:
        assert path not in page
        assert client.get(path).status_code == 404
    assert "Homely" not in page
    with place.node.inside.store.reading(place.org_id) as unit:
        opened = [one for one in unit.audit.entries() if one.action == "document.opened"]
    assert [(one.object_id, one.role) for one in opened[-2:]] == [
        (path.rpartition("/")[2], "designated-teacher") for path in (pep, plan)
    ]


def test_other_roles_have_no_such_page(site: Site) -> None:
    place = site["secondary"]
    pep = paper(place, child(place, "Carefree", in_care=True), "pep")
    for role in (Role.TEACHER, Role.GOVERNOR, Role.SEN_ADMINISTRATOR):
        client = place.client(role)
        assert client.get(pep).status_code == 403
        if role is not Role.GOVERNOR:
            assert "PEP and plans" not in client.get("/class-sheet").text
