"""The published editions of READ-ME.txt and INDEX.htm, which travel unsealed beside the payload.

They are the first thing that a person opens, so they must be ours: a reader takes a bundle only
with an edition of this table. An edition once published never changes; a new text is a new line.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from exchange.errors import ContainerError

README_NAME = "READ-ME.txt"
INDEX_NAME = "INDEX.htm"
MAX_SIZE = 64 * 1024
"""No edition is larger, in bytes."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One published edition, by the SHA-256 (hex) of its two files."""

    number: int
    readme_sha256: str
    index_sha256: str


EDITIONS = (
    Edition(
        1,
        "7caf0038042cd06a075c9edcec93341ad69ab6c5740fba21c0bb3d91ae218f58",
        "46f3548f3b50c5b53df1f9c66a7249e1f6c778dd44f53481c9321bba4b349677",
    ),
)

CURRENT = EDITIONS[-1]
"""What new bundles carry."""


@cache
def current_files() -> tuple[bytes, bytes]:
    """Return READ-ME.txt and INDEX.htm of the current edition."""
    folder = resources.files("exchange.bundle") / "edition"
    return (folder / README_NAME).read_bytes(), (folder / INDEX_NAME).read_bytes()


def find_edition(readme: bytes, index: bytes) -> Edition:
    """Return the edition that both files are.

    :raises ContainerError: ``edition-unknown``: not published by us; it may be a forgery.
    """
    digests = hashlib.sha256(readme).hexdigest(), hashlib.sha256(index).hexdigest()
    for edition in EDITIONS:
        if (edition.readme_sha256, edition.index_sha256) == digests:
            return edition
    raise ContainerError(
        "edition-unknown",
        "/members/0",
        "Do not follow what its READ-ME says. Update this software; if that does not help, "
        "ask the sender, by a number you already know, to send it again.",
    )


def commands(system: str) -> tuple[str, ...]:
    """Return the command lines that the current READ-ME.txt gives for one system, in order.

    :param system: the heading in it, such as ``LINUX``.
    """
    lines = current_files()[0].decode("ascii").splitlines()
    found: list[str] = []
    for line in lines[lines.index(system) + 1 :]:
        if line and not line.startswith(" "):
            break
        if line.startswith("    "):
            found.append(line.strip())
    return tuple(found)
