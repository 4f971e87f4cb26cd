"""What the page of an import says of children who are taken, though something is to be noted."""

from __future__ import annotations

from datetime import timedelta

from exchange.domain.clocks import london_day
from tests.adapters.mis.lists import text
from tests.exchange.web.imports.walking import begun, ctf, kept, page, post, stored, upn
from tests.exchange.web.pupils.helping import senco
from tests.exchange.web.site import Site


def test_whose_provision_begins_next_term_is_ticked_and_shown_with_its_day(site: Site) -> None:
    place, client = site["primary"], senco(site["primary"])
    begins = london_day(place.node.inside.clock.now()) + timedelta(days=60)
    day = f"{begins.day} {begins:%B %Y}"
    where = begun(client, ctf(("Juniper", "Ola", "K"), since=begins.isoformat()))
    shown = page(client, f"{where}/pupils").text
    assert f"SEN support begins on {day}" in shown
    assert 'value="1" checked' in shown
    post(client, f"{where}/pupils", pupil=["1"])
    assert "1 pupil is new" in kept(client, where)
    assert f'"provision_starts":"{begins.isoformat()}"' in stored(place)

    heads = ("Surname", "Forename", "Date of birth", "Sex", "UPN", "SEN status", "SEN start date")
    who = ("Larchwood", "Bo", "03/04/2015", "F", upn("Larchwood"))
    rows = ((*who, "N", "25/09/2020"), (*who, "E", f"{begins:%d/%m/%Y}"))
    where = begun(client, text(heads, *rows))
    post(client, f"{where}/columns")
    shown = page(client, f"{where}/pupils").text
    assert f"begins on {day}" in shown
    assert 'value="1" checked' in shown


def test_what_is_kept_as_it_was_and_what_is_said_of_the_file(site: Site) -> None:
    client = senco(site["primary"])
    need = "<SENneeds><SENneed><SENtype>QQX</SENtype></SENneed></SENneeds>"
    data = ctf(("Mapleton", "Ida", "K"), ("Nuthall", "Una", "K"), more="<Email>?</Email>")
    data = data.replace(b"</SENhistory>", need.encode() + b"</SENhistory>", 1)
    where = begun(client, data.replace(b"<Estab>4002</Estab>", b"<Estab/>"))
    shown = page(client, f"{where}/pupils").text
    assert shown.count("meant for a council and names no school") == 1
    assert shown.count("The type of a need is not known") == 1
    assert shown.count("Something could not be read; it is kept as it was") == 2
    assert "left out" not in shown
    post(client, f"{where}/pupils", pupil=["1"])
    assert "1 pupil is new" in kept(client, where)
    assert "<SENtype>QQX</SENtype>" in stored(site["primary"])
