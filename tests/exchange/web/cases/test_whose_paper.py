"""Advice is asked from a case: a paper that may be another child's waits until somebody looked."""

from __future__ import annotations

import io
from dataclasses import replace

from exchange.ports import Actor
from exchange.services.keep_pupil import add_pupil
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from schemas.pupil import Names
from tests.exchange.services.town import pupil_record
from tests.exchange.web.cases.council import Council, day_fields, today

WHO = Actor("Lee Case", "la-caseworker")


def test_who_asks_from_a_case_is_led_to_where_they_say_whose_it_is(fresh: Council) -> None:
    fresh.asked(4)
    browser, now, place = fresh.browser(), today(), fresh.here
    browser.get(fresh.at("/child"))
    browser.post(fresh.at("/child"), {"pupil": "new"})
    browser.get(fresh.at("/decide/assess"))
    yes = {"known": "0", "yes": "yes", **day_fields("decided", now)}
    browser.post(fresh.at("/decide/assess"), yes)
    inside, pupil = place.node.inside, str(fresh.only.pupil_id)
    other = replace(pupil_record(5), names=Names(surname="Ash", forename="Ben"))
    add_pupil(inside, place.org_id, other, WHO)
    content = io.BytesIO(b"Ben Ash likes maps.")
    made = receive(inside, place.org_id, content, NewUpload("a.txt"), WHO).upload
    checker = TrayChecker(inside, place.node.inspector, None, place.node.cleaner)
    checker.advance(place.org_id, made.upload_id)
    filing = Filing(pupil, "sen-support-plan")
    paper = file_upload(inside, place.org_id, made.upload_id, filing, WHO).document.document_id
    page = browser.get(fresh.at("/advice/psychology/ask?find=elm+grove")).text
    choose = page.partition('">Elm Grove Primary School<')[0].rpartition('href="')[2]
    browser.get(choose)
    told = {
        "person": "Dr Ama Osei",
        "role": "educational psychologist",
        "type": "ep-report",
        "question": "What helps?",
        "consent_by": "Mrs Oak, mother",
        "consent_how": "spoken",
        "shared": [paper],
        **day_fields("consent_on", now),
    }
    refused = browser.post(choose, told).text
    assert f'href="/pupils/{pupil}/twins"' in refused
    assert f"{paper}." not in refused, "no id stands for a document"
