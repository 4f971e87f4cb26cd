"""``senx serve`` with pages, in real processes: the passphrase, a fall, new keys, the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from exchange.settings import Home, Settings, load, save
from tests.exchange.cli.house import senx
from tests.journeys.machine import free_ports, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
WORDS = "four random words MARKER-51d0"
PAGES = "exchange.wiring.pages"


@dataclass
class Served:
    home: Path
    words: Path
    pages: str
    share: str
    process: subprocess.Popen[bytes]
    log: Path

    def child(self, module: str) -> psutil.Process:
        """Return the process that runs a module: the one that was started, not its workers."""
        found = self.pids(module)
        assert len(found) == 1, self.log.read_text()
        return psutil.Process(found.pop())

    def pids(self, module: str) -> set[int]:
        """Return who runs a module now; one that has ended is not among them."""
        children = psutil.Process(self.process.pid).children()
        with suppress(psutil.NoSuchProcess):
            return {one.pid for one in children if module in " ".join(one.cmdline())}
        return set()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    home, words = folder / "home", folder / "words"
    words.write_text(WORDS + "\n")
    pages, share = free_ports(2)
    done = senx(
        *("init", "--home", home, "--passphrase-file", words, "--poll-seconds", "0.5"),
        *("--pages-url", f"http://localhost:{pages}", "--pages-listen", f"127.0.0.1:{pages}"),
        *("--share-url", f"http://localhost:{share}", "--share-listen", f"127.0.0.1:{share}"),
    )
    assert done.code == 0, done.err
    keygen(home, words, "Elm Grove", "999001")
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "exchange.cli", "serve", "--home", home,
             "--passphrase-file", words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    made = Served(
        home, words, f"http://localhost:{pages}", f"http://localhost:{share}", process, log
    )
    try:
        wait_for("pages and share face", lambda: status(made.pages) == status(made.share) == 200)
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def keygen(home: Path, words: Path, name: str, urn: str) -> None:
    done = senx(
        *("keygen", "--home", home, "--passphrase-file", words, "--name", name, "--urn", urn),
        *("--class", "classic", "--recovery-sheets", home.parent / f"sheets-{urn}"),
    )
    assert done.code == 0, done.err


def test_the_passphrase_is_in_no_argument_and_no_environment(served: Served) -> None:
    parent = psutil.Process(served.process.pid)
    for one in (parent, *parent.children(recursive=True)):
        assert "MARKER" not in " ".join(one.cmdline())
        assert "MARKER" not in "".join(one.environ().values())
    assert "MARKER" not in served.log.read_text("utf-8", "replace")


def test_the_faces_hold_no_keyring_open_and_the_pages_do_answer(served: Served) -> None:
    share = served.child("exchange.wiring_outward")
    for one in (share, *share.children(recursive=True)):
        assert not any("/keys/" in file.path for file in one.open_files())
    assert status(served.pages) == 200


def test_pages_that_fall_are_started_again(served: Served) -> None:
    before = served.child(PAGES)
    own = before.children(recursive=True)
    # The master first: else it starts a new worker, which answers in its place until it sees that
    # its parent is gone.
    for one in (before, *own):
        one.kill()
    wait_for("the pages to be started again", lambda: served.pids(PAGES) - {before.pid})
    wait_for("the pages to answer", lambda: status(served.pages) == 200)
    assert served.child(PAGES).pid != before.pid
    assert "pages ended code=-9" in served.log.read_text()


def test_a_worker_of_pages_ends_with_its_master(served: Served) -> None:
    before = served.child(PAGES)
    own = before.children(recursive=True)
    assert own
    before.kill()
    _, alive = psutil.wait_procs(own, timeout=60)
    assert not alive
    wait_for("the pages to be started again", lambda: served.pids(PAGES) - {before.pid})
    wait_for("the pages to answer", lambda: status(served.pages) == 200)


def test_pages_take_up_new_keys_without_a_restart(served: Served) -> None:
    before = served.child(PAGES).pid
    keygen(served.home, served.words, "Oak Hill", "999002")

    def renewed() -> bool:
        status(served.pages)
        return "senx.pages keys changed" in served.log.read_text()

    wait_for("the pages to take up the keys", renewed)
    assert served.child(PAGES).pid == before
    assert status(served.pages) == 200


def test_a_part_without_an_address_is_refused(served: Served) -> None:
    said = senx("serve", "--home", served.home, "--passphrase-file", served.words, "--part", "face")
    assert said.code == 2
    assert "part-without-address" in said.err


def test_at_the_end_nothing_is_left(served: Served) -> None:
    children = psutil.Process(served.process.pid).children(recursive=True)
    assert len(children) >= 2
    served.process.terminate()
    assert served.process.wait(60) == 0
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    assert status(served.pages) == 0


def test_pages_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    home = tmp_path / "home"
    done = senx("init", "--home", home, "--pages-url", f"http://localhost:{port}",
                "--pages-listen", f"127.0.0.1:{port}")  # fmt: skip
    assert done.code == 0
    assert load(Home(home)).pages_url
    process = subprocess.Popen(
        [sys.executable, "-m", "exchange.wiring.pages", "--home", home, "--watch-stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://localhost:{port}"
    wait_for("the pages", lambda: status(url) == 200)
    assert process.stdin is not None
    process.stdin.close()  # as the kernel does when the parent is gone
    assert process.wait(60) == 0
    assert status(url) == 0


@pytest.mark.parametrize("given", [{}, {"pages_url": "https://pages.example", "node_key": "gone"}])
def test_pages_that_cannot_open_say_a_code_and_end(tmp_path: Path, given: dict[str, str]) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    save(home, Settings(**given))  # type: ignore[arg-type]
    done = subprocess.run(
        [sys.executable, "-m", "exchange.wiring.pages", "--home", home.root],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"setting-invalid" in done.stderr or b"code=" in done.stderr
