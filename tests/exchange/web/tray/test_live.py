"""Uploads to a node that runs: nothing of them lies anywhere in clear; a kill leaves nothing."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from exchange.domain.access import Role
from exchange.services.tray.upload import Upload, in_tray
from exchange.web.gate import COOKIE
from tests.browser.kit import LiveNode, street

pytestmark = pytest.mark.journey
MARKER = b"MARKER-" + secrets.token_hex(8).encode()
BLOCK = (MARKER + b" and more, ").ljust(4096, b".") * 16
PARTS = 192
"""Blocks of 64 KiB: 12 MB, far more than any buffer."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNode]:
    with street(tmp_path_factory.mktemp("live"), ["primary"]) as made:
        yield made["primary"]


class Browser:
    """A signed-in person's requests, byte by byte."""

    def __init__(self, node: LiveNode) -> None:
        self.node = node
        self.host = urlsplit(node.url).netloc
        token = node.session(node.person(Role.SENCO))
        self.cookies = {COOKIE: token}
        page = self.ask("GET", "/tray")
        self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]  # type: ignore[index]

    def headers(self, **more: str) -> dict[str, str]:
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": f"{self.node.url}/tray",
            "Accept": "application/json",
            **more,
        }

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=120)
        connection.request(method, path, body, self.headers(**headers))
        said = connection.getresponse()
        for line in said.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        answer = Answer(said.status, said.read().decode("utf-8", "replace"))
        connection.close()
        return answer

    def put(self, name: str, body: Any, size: int) -> Answer:
        told = {"X-CSRFToken": self.token, "X-File-Name": name, "Content-Length": str(size)}
        return self.ask("PUT", "/tray/files", body, **told)

    def post(self, body: Iterator[bytes], size: int, edge: str) -> Answer:
        kind = f"multipart/form-data; boundary={edge}"
        told = {"Content-Type": kind, "Content-Length": str(size)}
        return self.ask("POST", "/tray/files", body, **told)


class Answer:
    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def tray(node: LiveNode) -> tuple[Upload, ...]:
    with node.node.inside.store.reading(node.org_id) as unit:
        return in_tray(unit)


def blobs(node: LiveNode) -> set[str]:
    return set(node.node.blobs.names(node.org_id))


def processes(node: LiveNode) -> list[psutil.Process]:
    assert node.process is not None
    parent = psutil.Process(node.process.pid)
    return [parent, *parent.children(recursive=True)]


def open_files(node: LiveNode) -> Iterator[Path]:
    """Yield what the node's processes have open, files without a name among them."""
    for process in processes(node):
        with suppress(OSError, psutil.Error):
            yield from Path(f"/proc/{process.pid}/fd").iterdir()


def on_disk(node: LiveNode) -> Iterator[Path]:
    for folder in {Path(tempfile.gettempdir()), Path("/var/tmp"), node.root}:
        for place, folders, names in os.walk(folder):
            # What the tests themselves write is not the node's.
            folders[:] = [one for one in folders if not one.startswith("pytest-of-")]
            yield from (Path(place, name) for name in names)


def in_clear(paths: Iterator[Path], size: int = 1 << 26) -> list[str]:
    found = []
    for path in paths:
        with suppress(OSError, ValueError):
            target = path.readlink() if path.is_symlink() else path
            if not path.is_file() or "/dev/" in str(target):
                continue
            with path.open("rb") as source:
                if MARKER in source.read(size):
                    found.append(str(target))
    return found


def watched(node: LiveNode, found: list[str]) -> Iterator[bytes]:
    """Yield a large body; in its middle, look everywhere."""
    for number in range(PARTS):
        if number == PARTS // 2:
            time.sleep(0.5)  # what was sent has been read by now
            found += in_clear(open_files(node))
            found += in_clear(on_disk(node))
        yield BLOCK


def test_a_large_upload_lies_nowhere_in_clear(node: LiveNode) -> None:
    browser, found = Browser(node), list[str]()
    answer = browser.put("large.txt", watched(node, found), PARTS * len(BLOCK))
    assert answer.status == 201, answer.text
    assert found == []
    assert in_clear(on_disk(node)) == []


def test_nor_does_a_large_part_of_a_form(node: LiveNode) -> None:
    browser, found, edge = Browser(node), list[str](), "edge-7f3a"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{browser.token}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="form.txt"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    ).encode()
    tail = f"\r\n--{edge}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        yield from watched(node, found)
        yield tail

    size = len(head) + PARTS * len(BLOCK) + len(tail)
    answer = browser.post(body(), size, edge)
    assert answer.status in (302, 303), answer.text
    assert found == []
    assert in_clear(on_disk(node)) == []
    assert "form.txt" in {one.file_name for one in tray(node)}


def test_the_marker_would_be_found(tmp_path: Path) -> None:
    """The search itself: a file without a name, as a spooling parser would make it."""
    with tempfile.TemporaryFile() as spooled:
        spooled.write(BLOCK)
        spooled.flush()
        own = Path(f"/proc/{os.getpid()}/fd").iterdir()
        assert in_clear(own)


def breaking(after: int, act: Callable[[], None]) -> Iterator[bytes]:
    for number in range(PARTS):
        if number == after:
            act()
        yield BLOCK


def test_a_connection_that_breaks_leaves_nothing(node: LiveNode) -> None:
    browser = Browser(node)
    before, had = blobs(node), len(tray(node))

    def cut() -> None:
        raise ConnectionAbortedError

    with suppress(ConnectionAbortedError):
        browser.put("broken.txt", breaking(PARTS // 2, cut), PARTS * len(BLOCK))
    time.sleep(2)
    assert blobs(node) == before
    assert len(tray(node)) == had
    assert in_clear(open_files(node)) == []


def test_two_at_once_are_kept_once_and_others_apart(node: LiveNode) -> None:
    browser = Browser(node)
    had = len(tray(node))
    answers: dict[int, Answer] = {}

    def send(number: int) -> None:
        name = "same.txt" if number < 2 else f"other-{number}.txt"
        answers[number] = browser.put(name, iter([BLOCK] * 32), 32 * len(BLOCK))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.status for one in answers.values()) == [200, 201, 201, 201]
    assert answers[0].json["upload"] == answers[1].json["upload"]
    assert len(tray(node)) == had + 3


@pytest.mark.fault
def test_killed_in_the_middle_nothing_is_left_and_all_else_goes_on(node: LiveNode) -> None:
    browser = Browser(node)
    whole = browser.put("whole.txt", b"whole", 5)
    assert whole.status in (200, 201)
    before, had = blobs(node), {one.upload_id for one in tray(node)}

    def kill() -> None:
        time.sleep(0.5)
        for process in processes(node):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    with suppress(OSError, http.client.HTTPException):
        browser.put("killed.txt", breaking(PARTS // 2, kill), PARTS * len(BLOCK))
    assert node.process is not None
    node.process.wait(30)
    assert blobs(node) == before
    assert {one.upload_id for one in tray(node)} == had
    assert in_clear(on_disk(node)) == []
    node.start()
    again = Browser(node).put("killed.txt", iter([BLOCK]), len(BLOCK))
    assert again.status == 201
    until = time.monotonic() + 60
    while any(one.waits for one in tray(node) if one.upload_id == again.json["upload"]):
        assert time.monotonic() < until, "the worker goes on; what it was at waits for its lease"
        time.sleep(0.3)
