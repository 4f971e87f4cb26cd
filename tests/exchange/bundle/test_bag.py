"""The bag: strict reading of its tag files, our own and other people's."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.bundle import bag
from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer
from exchange.errors import BagError, BundleError, ContainerError
from tests.exchange.bundle.forge import Forgery, container
from tests.exchange.bundle.parties import NOW, OLD_TOOLS, find_signers, sealed

DIGEST = "0f" * 32
HASH = re.compile(rb"(?m)^[0-9a-f]{32,}[ \t]+\*?")


def test_what_is_made_is_read() -> None:
    files = (("data/documents/a.pdf", DIGEST), ("data/records/b.json", "ab" * 32))
    assert bag.parse_manifest(bag.manifest(files)) == files
    assert bag.parse_manifest(b"") == ()
    issued = datetime(2026, 7, 1, tzinfo=UTC)
    assert bag.parse_info(bag.info("an-id", "an-org", issued, [3, 4])) == (
        ("Bagging-Date", "2026-07-01"),
        ("External-Identifier", "an-id"),
        ("Payload-Oxum", "7.2"),
        ("Source-Organization", "an-org"),
    )
    bag.parse_declaration(bag.DECLARATION)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"{DIGEST}  a", "manifest-malformed"),
        (f"{DIGEST}  a\n\n", "manifest-malformed"),
        (f"{DIGEST} a\n", "manifest-malformed"),
        (f"{DIGEST}\ta\n", "manifest-malformed"),
        (f"{DIGEST}  a b\n", "manifest-malformed"),
        (f"{DIGEST}  \n", "manifest-malformed"),
        (f"{DIGEST.upper()}  a\n", "manifest-malformed"),
        (f"{DIGEST[1:]}  a\n", "manifest-malformed"),
        (f"{DIGEST}  a\r\n", "manifest-malformed"),
        (f"\ufeff{DIGEST}  a\n", "manifest-malformed"),
        (f"{DIGEST}  a\n{DIGEST}  a\n", "manifest-repeats"),
        (f"{DIGEST}  ./a\n", "name-parent"),
        (f"{DIGEST}  ~/a\n", "name-character"),
        (f"{DIGEST}  /etc/passwd\n", "name-absolute"),
        (f"{DIGEST}  data/%0a\n", "name-character"),
    ],
)
def test_manifest_that_could_be_read_in_two_ways(content: str, code: str) -> None:
    with pytest.raises(BundleError) as caught:
        bag.parse_manifest(content.encode())
    assert caught.value.code == code


@pytest.mark.parametrize(
    "content",
    [
        b"A: b",
        b"A : b\n",
        b"A:b\n",
        b"A: b\n  c\n",
        b"A: b\na: c\n",
        b": b\n",
        b"A: \n",
        b"\xe9: b\n",
    ],
)
def test_bag_info_that_could_be_read_in_two_ways(content: bytes) -> None:
    with pytest.raises(BagError) as caught:
        bag.parse_info(content)
    assert caught.value.code == "bag-info-malformed"


def bags(corpora: Path) -> list[Path]:
    found = sorted(path.parent for path in (corpora / "bagit").glob("v*/*/*/data"))
    assert len(found) > 30
    return found


def members_of(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(folder).as_posix() for path in files)
    ascii_names = (name.encode("ascii", "replace").decode() for name in names)
    return {name: path.read_bytes() for name, path in zip(ascii_names, files, strict=True)}


@pytest.mark.corpus
def test_every_bag_of_the_conformance_suite_is_refused_as_a_bundle(corpora: Path) -> None:
    """None has a statement; each must be refused with a code, whatever else it holds."""
    made = Forgery(sealed(to=(OLD_TOOLS,))[0], OLD_TOOLS)
    for folder in bags(corpora):
        members = members_of(folder)
        for extra in ({}, {name: made.members[name] for name in bag.LAST_MEMBERS}):
            made.plain = container({**members, **extra})
            made.seal_plain()
            made.mend_envelope()
            with pytest.raises(BundleError):
                open_bundle(
                    read_outer(io.BytesIO(made.build())),
                    opener=OLD_TOOLS,
                    find_signers=find_signers,
                    me=OLD_TOOLS.org_id,
                    inbox=OLD_TOOLS.inbox,
                    at=NOW,
                )


def verdict(folder: Path) -> str:
    """Read a foreign bag's tag files as strictly as our own; return ``read`` or the code."""
    manifests = sorted(folder.glob("*manifest-sha256.txt"))
    try:
        bag.parse_declaration(_read(folder / bag.BAGIT))
        bag.parse_info(_read(folder / bag.INFO))
        listed = dict(pair for path in manifests for pair in bag.parse_manifest(path.read_bytes()))
    except (BagError, ContainerError) as error:
        return error.code
    for name, digest in listed.items():
        if hashlib.sha256(_read(folder / name)).hexdigest() != digest:
            return "digest-mismatch"
    return "read" if manifests else "no-sha256-manifest"


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


@pytest.mark.corpus
def test_every_bag_of_the_conformance_suite_is_read_or_refused_with_a_code(corpora: Path) -> None:
    verdicts = {folder.relative_to(corpora / "bagit"): verdict(folder) for folder in bags(corpora)}
    read = {str(path) for path, code in verdicts.items() if code == "read"}
    assert not {path for path in read if "/valid/" not in path}
    assert {code for path, code in verdicts.items() if "v0" in str(path)} <= {"bagit-declaration"}
    assert verdicts[Path("v1.0/invalid/bagit-with-invalid-whitespace")] == "bagit-declaration"


@pytest.mark.corpus
def test_every_manifest_of_the_conformance_suite_is_read_or_refused(corpora: Path) -> None:
    """As though each were ours: declared in BagIt 1.0, its digests SHA-256."""
    codes: Counter[str] = Counter()
    for folder in bags(corpora):
        for path in folder.glob("*manifest-*.txt"):
            content = HASH.sub(f"{DIGEST}  ".encode(), path.read_bytes())
            try:
                listed = bag.parse_manifest(content)
            except (BagError, ContainerError) as error:
                codes[error.code] += 1
                continue
            codes["read"] += 1
            hostile = "out-of-scope" in folder.name and not folder.name.endswith("for-fetch")
            assert path.name.startswith("tag") or not hostile
            assert all((folder / name).resolve().is_relative_to(folder) for name, _ in listed)
    assert codes["read"] > 20
    assert codes.keys() >= {"name-parent", "name-absolute", "name-character", "manifest-repeats"}
