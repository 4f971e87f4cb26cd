"""The pages that people see: the published editions outside, the index of contents inside."""

from __future__ import annotations

import hashlib
from html.parser import HTMLParser

import pytest

from exchange.bundle import editions
from exchange.bundle.contents import Source
from exchange.bundle.index_page import page
from exchange.errors import ContainerError
from tests.exchange.bundle.parties import (
    PDF,
    SCHOOL,
    SENDER,
    SUBJECT,
    document,
    particulars,
    record,
)

HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;{facts}%s"
SYSTEMS = ("LINUX", "MACOS", "WINDOWS, COMMAND PROMPT (cmd)", "WINDOWS, POWERSHELL")


class Tags(HTMLParser):
    """Collects elements, attributes and text as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def index(*sources: Source, **names: str) -> str:
    called = {SENDER.org_id: names.get("sender", "Oakfield Primary")}
    return page(particulars(), SENDER.org_id, [SCHOOL.keys()], sources, called).decode()


def require_inert(html: str) -> Tags:
    found = Tags(html)
    assert not {"script", "img", "iframe", "object", "embed", "form", "link", "base"} & {
        *found.names
    }
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    links = [value or "" for name, value in found.attributes if name in ("href", "src")]
    assert not [link for link in links if ":" in link or link.startswith(("/", "."))]
    assert "default-src 'none'" in html
    assert 'lang="en-GB"' in html
    return found


def test_the_table_of_editions_ends_with_the_files_that_are_here() -> None:
    readme, index_page = editions.current_files()
    assert editions.find_edition(readme, index_page) is editions.CURRENT
    assert hashlib.sha256(readme).hexdigest() == editions.CURRENT.readme_sha256
    assert f"edition {editions.CURRENT.number}\n".encode() in readme
    assert f"edition {editions.CURRENT.number},".encode() in index_page
    assert max(len(readme), len(index_page)) <= editions.MAX_SIZE
    assert readme.isascii()
    assert b"\r" not in readme


def test_an_edition_that_nobody_published_is_refused() -> None:
    readme, index_page = editions.current_files()
    for notes in [(readme + b" ", index_page), (readme, b""), (index_page, readme)]:
        with pytest.raises(ContainerError) as caught:
            editions.find_edition(*notes)
        assert caught.value.code == "edition-unknown"


def test_the_read_me_has_commands_for_every_system() -> None:
    for system in SYSTEMS:
        typed = "\n".join(editions.commands(system))
        assert typed.count("ssh-keygen -Y verify -f SIGNERS -I SENDER -n sen-envelope@v1") == 1
        assert typed.count("ssh-keygen -Y verify -f SIGNERS -I SENDER -n sen-bundle@v1") == 1
        assert typed.count("age -d -i KEY.txt -o bag.zip pack/payload.age") == 1
        assert typed.count("manifest-sha256.txt") == 2
        verify, decrypt = typed.index("sen-envelope@v1"), typed.index("age -d")
        assert verify < decrypt < typed.index("sen-bundle@v1") < typed.index("tagmanifest")


def test_the_edition_is_inert() -> None:
    require_inert(editions.current_files()[1].decode())


def test_the_index_links_to_every_file_and_records_come_last() -> None:
    html = index(record(), document(1, PDF, title="EP report"), document(2, b"", title=None))
    found = require_inert(html)
    links = [value for name, value in found.attributes if name == "href"]
    assert links == [
        "data/documents/0001-report.pdf",
        "data/documents/0002-report.pdf",
        "data/records/profile-1.json",
        "statement.json",
    ]
    assert "3 files" in found.text
    assert "Oakfield Primary" in found.text
    assert SCHOOL.org_id in found.text
    assert "1 May 2026" in found.text
    assert "1 July 2026" in found.text
    assert SUBJECT not in html
    assert "777 bytes" in found.text


def test_the_index_escapes_whatever_people_write() -> None:
    told = {"title": HOSTILE, "author": HOSTILE}
    found = require_inert(index(document(1, PDF, **told), sender=HOSTILE))
    assert found.text.count(HOSTILE) == 3


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2_500_000, "2.5 MB")]
)
def test_sizes_are_shown_for_people(size: int, shown: str) -> None:
    assert f"<td>{shown}</td>" in index(document(1, b"", size=size))
