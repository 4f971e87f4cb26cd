"""What a sceptic looks at when a story has ended: rows, receipts, books, and every file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from exchange.audit import verify as verify_chain
from exchange.bundle.receipting import parse_receipt, receipt_sha256
from exchange.domain.transfer import State
from tests.journeys.town import House

Direction = Literal["issued", "received"]
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_EXPECTED = re.compile(
    r"settings\.json|node\.db(-wal|-shm|\.lock)?|worker\.lock|directory\.(json|seen|lock|[0-9a-f]+\.sig)"
    r"|entries/[0-9a-f-]{36}\.json|keys/[^/]+|tls/(certificate|key)\.pem"
    r"|blobs/[0-9a-f-]{36}/[0-9a-f]+"
)


def receipt_kinds(
    house: House, bundle_id: str, counterparty: str, direction: Direction, org_id: str = ""
) -> list[str]:
    """Return the kinds of the receipts of one bundle, in order, having checked their chain."""
    with house.node.inside.store.reading(org_id or house.org_id) as unit:
        stored = list(unit.receipts.of(bundle_id, counterparty, direction))
    previous = None
    for number, one in enumerate(stored, start=1):
        receipt = parse_receipt(one.content)
        assert (receipt.seq, receipt.previous, receipt.bundle_id) == (number, previous, bundle_id)
        previous = receipt_sha256(one.content)
    return [one.kind for one in stored]


def same_receipts(sender: House, recipient: House, bundle_id: str) -> None:
    """Both ends hold the same receipts of one bundle, byte for byte."""
    with recipient.node.inside.store.reading(recipient.org_id) as unit:
        issued = [one.content for one in unit.receipts.of(bundle_id, sender.org_id, "issued")]
    with sender.node.inside.store.reading(sender.org_id) as unit:
        heard = [one.content for one in unit.receipts.of(bundle_id, recipient.org_id, "received")]
    assert issued == heard


def books_add_up(house: House) -> None:
    """The audit chain of every organisation of a node, and the node's own, verify."""
    for org_id in [*house.org_ids, "node"]:
        with house.node.inside.store.reading(org_id) as unit:
            entries = list(unit.audit.entries())
        assert entries
        assert verify_chain(entries, org_id) is None


def actions(house: House, action: str, org_id: str = "") -> list[str]:
    """Return the objects of each entry of one action, refusals left out."""
    with house.node.inside.store.reading(org_id or house.org_id) as unit:
        return [
            one.object_id
            for one in unit.audit.entries()
            if one.action == action and one.outcome == "done"
        ]


def orphans(house: House) -> set[str]:
    """Return blobs that no row names."""
    found: set[str] = set()
    for org_id in house.org_ids:
        node = house.node
        there = set(node.blobs.names(org_id))
        with node.inside.store.reading(org_id) as unit:
            named = {one.blob for one in unit.transfers.all()}
            named |= {one.blob for one in unit.arrivals.all()}
            for pupil in unit.pupils.all():
                named |= {one.blob for one in unit.documents.of_pupil(pupil.pupil_id)}
        found |= there - named
    return found


def kept_blobs_are_wanted(house: House) -> None:
    """No contents outlive the state that they were kept for."""
    gone = {State.DESTROYED, State.REJECTED, State.RECALLED, State.EXPIRED}
    for org_id in house.org_ids:
        with house.node.inside.store.reading(org_id) as unit:
            past = [one.blob for one in unit.transfers.all() if one.state in gone]
            past += [
                one.blob
                for one in unit.arrivals.all()
                if one.state in (State.DESTROYED, State.REJECTED)
            ]
        assert not set(past) & set(house.node.blobs.names(org_id))


def strange_files(house: House) -> list[str]:
    """Return what lies in a home that is neither state nor sealed bytes: temporary files."""
    root = house.root
    there = (str(one.relative_to(root)) for one in root.rglob("*") if one.is_file())
    return [one for one in there if not _EXPECTED.fullmatch(one)]


def disguises(marker: str) -> dict[str, bytes]:
    """Return the ways in which a marker could lie in a file without being sealed.

    Base64 has three, as a marker may begin at any byte of a group of three; of each only the
    characters that the marker alone decides are sought. ASCII markers look the same in
    URL-encoding unless every character is escaped, which is sought as well.
    """
    plain = marker.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": marker.encode("utf-16-le"),
        "utf-16-be": marker.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "url": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "reversed": plain[::-1],
    }
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        # Six bits a character: those that hold a bit of what lies before or after are left out.
        first, last = (shift * 8 + 5) // 6, (shift + len(plain)) * 8 // 6
        found[f"base64+{shift}"] = coded[first:last]
        found[f"base64url+{shift}"] = coded[first:last].translate(_URL_SAFE)
    return found


def files_below(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        else:
            yield from (one for one in place.rglob("*") if one.is_file() and not one.is_symlink())


def seek(markers: Iterable[str], content: bytes) -> list[str]:
    """Return ``marker as encoding`` for each that is in ``content``."""
    return [
        f"{marker} as {name}"
        for marker in markers
        for name, needle in disguises(marker).items()
        if needle in content
    ]


def seek_files(markers: Iterable[str], places: Iterable[Path]) -> list[str]:
    """Return where markers lie, in contents or names of files below ``places``."""
    wanted = list(markers)
    found = []
    for file in files_below(places):
        hits = seek(wanted, file.read_bytes()) + seek(wanted, str(file).encode())
        found += [f"{file}: {hit}" for hit in hits]
    return found
