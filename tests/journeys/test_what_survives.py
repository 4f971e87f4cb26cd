"""CTF and CSV in, a pack between two live nodes, CTF and CSV out: field by field, what is left.

The account stands in docs/adapters/what-survives.md and is compared line by line. To write it anew:
``python -m tests.journeys.test_what_survives``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from exchange.domain.access import Role
from exchange.services.accept import accept
from exchange.services.choose_destination import choose_destination
from exchange.services.keep_pupil import import_pupils
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from tests.exchange.services.town import SENCO
from tests.exchange.web.imports.walking import begun, kept, post
from tests.exchange.web.site import Site, made_site
from tests.journeys.survival import CTF, PAGE, account, list_file, page


def carried(folder: Path) -> tuple[bytes, str]:
    """Return the CTF and the table that come out of the second of two nodes."""
    with made_site(folder) as site:
        _ctf_in(site)
        _list_in(site)
        _across(site)
        client = site["secondary"].client(Role.SENCO)
        client.get("/arrivals")
        xml = client.post("/arrivals/export.xml", {}).data
        client.get("/arrivals")
        text = client.post("/arrivals/export.csv", {}).data.decode("utf-8-sig")
    return xml, text


def _ctf_in(site: Site) -> None:
    place = site["primary"]
    inside, node = place.node.inside, place.node
    taken = import_pupils(inside, node.ctf("UN1"), place.org_id, CTF.open("rb"), "ctf", SENCO)
    assert {one.outcome for one in taken} == {"added"}


def _list_in(site: Site) -> None:
    client = site["primary"].client(Role.SENCO)
    where = begun(client, list_file())
    assert post(client, f"{where}/columns", no_upn="UN3").status_code == 302
    post(client, f"{where}/pupils", pupil=["1"])
    assert "1 pupil is new" in kept(client, where)


def _across(site: Site) -> None:
    """Send everybody, as two workers carry it over TLS; accept all there."""
    here, there = site["primary"], site["secondary"]
    inside = here.node.inside
    with inside.store.reading(here.org_id) as unit:
        pupils = [one.pupil_id for one in unit.pupils.all()]
    for one in pupils:
        choose_destination(inside, here.org_id, one, "999002", "Riverside Academy", SENCO)
        send(inside, here.org_id, one, Order(), SENCO, leave_undecided=True)
    site.settle(20)
    with there.node.inside.store.reading(there.org_id) as unit:
        arrived = [one.bundle_id for one in unit.arrivals.all()]
    assert len(arrived) == len(pupils)
    for bundle in arrived:
        accept(there.node.inside, there.org_id, bundle, SENCO)


def test_the_account_of_what_survives_is_true(tmp_path: Path) -> None:
    xml, text = carried(tmp_path)
    told = page(account(xml, text))
    assert told == PAGE.read_text("utf-8")
    for before, after in (
        ("<Email>sean@example.org</Email>", ""),
        ("<Email>sean@example.org</Email>", "<Email>jean@example.org</Email>"),
        ("<Workplace>", "<Shift>late</Shift><Workplace>"),
        ('unit="UK"', 'unit="EU"'),
    ):
        assert before.encode() in xml
        assert page(account(xml.replace(before.encode(), after.encode()), text)) != told
    with pytest.raises(AssertionError):  # the rank of one need beside the other
        account(
            _swapped(xml, b"<SENtypeRank>1</SENtypeRank>", b"<SENtypeRank>2</SENtypeRank>"), text
        )


def _swapped(data: bytes, one: bytes, other: bytes) -> bytes:
    return data.replace(one, b"<x/>", 1).replace(other, one, 1).replace(b"<x/>", other, 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        PAGE.write_text(page(account(*carried(Path(made)))), "utf-8")
