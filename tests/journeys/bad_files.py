"""Files that are refused, each with markers in it that must come up nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.journeys.markers import full_ctf
from tests.schemas import record_examples

New = Callable[[str], str]
"""Makes a marker, told where it is planted."""


def bad_tables(new: New, pupil: str) -> list[bytes]:
    return [
        f"{new('column')},type\n{new('cell')},x\n".encode(),
        f"pupil,type,path,author,date\n{pupil},ep-report,x,y,{new('date')}\n".encode(),
        f"pupil,type,path\n{pupil},ep-report,{new('path')}\n".encode(),
        f"pupil,type,path\n{new('latin')}\xe9,a,b\n".encode("latin-1"),
        f'pupil,type,path\n"{new("open quote")},a,b'.encode() + b"\0\n",
    ]


def bad_ctfs(new: New) -> list[bytes]:
    found = []
    for name, bad in (("UPN", "A801200015009"), ("DOB", ""), ("DOB", "{}"), ("Gender", "{}"),
                      ("Surname", ""), ("UPN", "{}")):  # fmt: skip
        root = full_ctf()
        row = root.findall(".//Pupil")[0]
        for one in row.iter("Surname", "Street", "PhoneNo", "MiddleNames"):
            one.text = new("a refused row")
        row.find(name).text = bad.format(new(f"bad {name}"))
        found.append(etree.tostring(root))
    whole = etree.tostring(full_ctf())
    marker = new("not XML").encode()
    found += [
        marker + b" is no XML",
        b"<!DOCTYPE CTfile [<!ENTITY x '%b'>]><CTfile/>" % marker,
        whole[: len(whole) // 2] + b"<%b" % marker,
        b"<%b/>" % marker,
        whole.replace(b"25.0", marker),
        b"",
    ]
    return found


def bad_records(new: New, pupil: str) -> list[bytes]:
    good = record_examples.register(subject=pupil)
    changes: list[dict[str, Any]] = [
        {"written": new("date")},
        {"provision": new("code") * 20},
        {"needs": new("list")},
        {"schema": f"sen.{new('schema')}/1.0"},
        {"subject": new("subject")},
        {"critical": [new("critical")], new("unknown"): 1},
        {"subject": "00000000-0000-4000-8000-000000000000", "written": "2026-05-20"},
    ]
    found = [json.dumps(good | one).encode() for one in changes]
    marker = new("not JSON")
    found += [
        f'{{"{marker}": 1, "{marker}": 2}}'.encode(),
        f"{marker}".encode(),
        f'{{"schema": "{marker}'.encode(),
        f'["{marker}\\ud800"]'.encode(),
        marker.encode("utf-16"),
    ]
    return found
