"""One run of our own code, as a process of its own: ``seal`` or ``open`` a prepared folder."""

from __future__ import annotations

import sys
from pathlib import Path

from exchange.bundle.extracting import extract
from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer, verify_outer
from exchange.bundle.sealing import hash_source, seal_to_path
from tests.exchange.bundle.parties import (
    NOW,
    OLD_TOOLS,
    SENDER,
    document,
    find_signers,
    particulars,
)


def seal(folder: Path, known: bool) -> None:
    """Seal every file of ``in``; ``known`` digests are taken from a list, as the store has them."""
    sources = []
    listed = (folder / "digests").read_text().splitlines() if known else []
    for number, path in enumerate(sorted((folder / "in").iterdir())):
        if known:
            size, sha256, crc32 = listed[number].split()
        else:
            digests = hash_source(path)
            size, sha256, crc32 = str(digests.size), digests.sha256, str(digests.crc32)
        told = {"size": int(size), "sha256": sha256, "crc32": int(crc32)}
        sources.append(document(number, b"", open=_opener(path), **told))
    out = folder / "ours.zip"
    seal_to_path(out, particulars(), sources, [OLD_TOOLS.keys()], SENDER)


def list_digests(folder: Path) -> None:
    """Note what the store would know of the files."""
    found = map(hash_source, sorted((folder / "in").iterdir()))
    lines = (f"{each.size} {each.sha256} {each.crc32}\n" for each in found)
    (folder / "digests").write_text("".join(lines))


def unseal(folder: Path) -> None:
    """Verify all, open all, write all durably."""
    with (folder / "ours.zip").open("rb", buffering=0) as file:
        outer = read_outer(file)
        verify_outer(outer, find_signers, NOW)
        bundle = open_bundle(
            outer,
            opener=OLD_TOOLS,
            find_signers=find_signers,
            me=OLD_TOOLS.org_id,
            inbox=OLD_TOOLS.inbox,
            at=NOW,
        )
        extract(bundle, folder / "out")


def _opener(path: Path):  # type: ignore[no-untyped-def]
    return lambda: path.open("rb", buffering=0)


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "open":
        unseal(where)
    else:
        seal(where, known=what == "seal-known")
