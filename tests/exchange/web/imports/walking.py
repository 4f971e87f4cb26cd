"""Lists as a browser gives them to the pages, and the way through an import."""

from __future__ import annotations

import io
import re
import time
import zlib
from typing import Any

from schemas.identifiers import upn_check_letter
from tests.exchange.web.pupils.helping import fields
from tests.exchange.web.site import Client, Place

CLASS = (("Birchwood", "Ida", "K"), ("Cedarhill", "Una", ""), ("Dogwood", "Eva", "N"))


def upn(surname: str) -> str:
    """Return a good UPN for a surname."""
    told = f"82020012{zlib.crc32(surname.encode()) % 10**5:05d}"[:12]
    return upn_check_letter(told) + told


def ctf(*pupils: tuple[str, str, str], more: str = "", since: str = "2024-09-01") -> bytes:
    """Return a small invented CTF: surname, forename and SEN provision of each pupil.

    :param more: further elements of each; ``since``: the first day of each one's provision.
    """
    told = ""
    for number, (surname, forename, provision) in enumerate(pupils, start=1):
        sen = f"<SENprovision>{provision}</SENprovision>" if provision else ""
        history = f"<SEN><StartDate>{since}</StartDate>{sen}</SEN>" if sen else ""
        told += f"""<Pupil><UPN>{upn(surname)}</UPN>
        <Surname>{surname}</Surname><Forename>{forename}</Forename>
        <DOB>2015-04-{number % 27 + 1:02d}</DOB><Gender>F</Gender>
        {f"<SENhistory>{history}</SENhistory>" if history else ""}{more}</Pupil>"""
    return f"""<?xml version="1.0" encoding="utf-8"?>
    <CTfile><Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>
    <DateTime>2026-07-01T09:00:00</DateTime><DocumentQualifier>full</DocumentQualifier>
    <SourceSchool><LEA>820</LEA><Estab>2001</Estab><SchoolName>Elm</SchoolName>
    <AcademicYear>2026</AcademicYear></SourceSchool>
    <DestSchool><LEA>820</LEA><Estab>4002</Estab></DestSchool></Header>
    <CTFpupilData>{told}</CTFpupilData></CTfile>""".encode()


def uploaded(client: Client, *contents: bytes, name: str = "list.csv") -> Any:
    """Give files to the first page; return the answer."""
    client.get("/imports")
    files = [(io.BytesIO(one), f"{number}-{name}") for number, one in enumerate(contents)]
    return client.post("/imports", {"files": files}, content_type="multipart/form-data")


def begun(client: Client, *contents: bytes, name: str = "list.csv") -> str:
    """Give files to the first page; return where the import is."""
    answer = uploaded(client, *contents, name=name)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def page(client: Client, path: str) -> Any:
    """Get a page, over the one that waits until the list is read."""
    for _ in range(200):
        answer = client.follow(client.get(path))
        if "data-progress=" not in answer.text:
            return answer
        time.sleep(0.05)
    raise AssertionError("the list is not read")


def post(client: Client, path: str, **changed: Any) -> Any:
    """Send the last form of a page with something changed; return the answer."""
    sent = {**main_form(page(client, path).text), **changed}
    return client.post(path, {k: v for k, v in sent.items() if v is not None})


def main_form(text: str) -> dict[str, Any]:
    """Return the fields of the form that goes on, not of those that remove or ask again."""
    aside = r'<form method="post" action="[^"]*/remove".*?</form>'
    return fields(re.sub(aside, "", text, flags=re.DOTALL))


def kept(client: Client, where: str) -> str:
    """Confirm, wait until all are kept, and return the last page."""
    answer = client.follow(post(client, f"{where}/check"))
    if "data-progress=" in answer.text:
        answer = page(client, where)
    return str(answer.text)


def stored(place: Place) -> str:
    """Return all that is stored of pupils and their records."""
    told = []
    with place.node.inside.store.reading(place.org_id) as unit:
        for one in unit.pupils.all():
            told.append(one.record.decode())
            told += [record.record.decode() for record in unit.records.of_pupil(one.pupil_id)]
    return "".join(told)
