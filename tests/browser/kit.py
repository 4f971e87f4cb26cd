"""Live nodes with pages for the browser: real homes, real ``senx serve``, a real mail sink.

    with street(folder) as made:
        primary = made["primary"]          # a school; made["secondary"] is another
        primary.url                        # its pages; primary.share_url: those behind links
        primary.person(Role.SENCO)         # an account with that post
        made.mails                         # what the mail sink took

Homes are made in this process, through the same wiring as the commands, for speed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.people.account import Account
from exchange.services.people.session import open_session
from exchange.settings import Settings
from exchange.wiring import (
    NewNode,
    Node,
    add_organisation,
    entry_of,
    open_node,
    set_up,
)
from keys.directory import DirectoryEditor
from keys.directory.entry import read_row
from keys.ssh_keys import SshPrivateKey
from schemas.strict_json import loads
from tests.adapters.oidc_house import Provider, provider
from tests.browser.parties import (
    ASHDYKE,
    ASHDYKE_URN,
    BRAMBLE,
    BRAMBLE_URN,
    COUNCIL,
    organisation,
    write_register,
)
from tests.exchange.web.site import Place
from tests.journeys.machine import free_ports, wait_for

__all__ = [
    "ASHDYKE",
    "ASHDYKE_URN",
    "BRAMBLE",
    "BRAMBLE_URN",
    "COUNCIL",
    "EVERYBODY",
    "LiveNode",
    "Street",
    "street",
]

ADMIN = Actor("Ada Admin", "node-administrator")
EVERYBODY = ("primary", "secondary", "council", "agency")
"""The nodes of a whole street."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "VIRTUAL_ENV", "PYTHONPATH", "TMPDIR")


class Letterbox:
    """What the mail sink took."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """Return those to an address, oldest first."""
        return [one for one in self.mails if address in str(one["To"])]


@dataclass
class LiveNode:
    """One node, with one organisation."""

    root: Path
    settings: Settings
    org_id: str
    name: str
    process: subprocess.Popen[bytes] | None = None
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the pages for signed-in people are."""
        return self.settings.pages_url

    @property
    def share_url(self) -> str:
        """Where the pages behind links are."""
        return self.settings.share_url

    @property
    def log(self) -> Path:
        return self.root.with_suffix(".log")

    @cached_property
    def node(self) -> Node:
        """The node opened in this process, next to those that run."""
        return open_node(self.root)

    @property
    def place(self) -> Place:
        """What the tests of the pages know it as."""
        return Place(self.node, self.org_id, self.name)

    def person(self, *roles: Role, name: str = "") -> Account:
        """Return a new account with these posts here; the same one for the same name."""
        if name and name in self.accounts:
            return self.accounts[name]
        alone = set(roles) <= {Role.NODE_ADMINISTRATOR}
        made = self.place.person(*roles, org_id=None if alone else "", name=name)
        self.accounts[name or made.name] = made
        return made

    def session(self, account: Account) -> str:
        """Return the token of a session in which a second factor was shown."""
        return open_session(self.node.inside, account, strong=True)

    def senx(self, *arguments: str, given: str = "") -> str:
        """Run ``senx`` on this home and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "exchange.cli", *arguments],
            input=given,
            env={**_environment(), "SENX_HOME": str(self.root)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"senx {arguments[0]}: {done.stderr[-600:]}"
        return done.stdout

    def start(self) -> None:
        """Start worker, delivery face, pages and share pages; wait until they answer."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start them, as an operator would, and wait for nothing."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "exchange.cli", "serve", "--home", str(self.root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until its pages and its share pages answer."""
        for what, url in (("pages", self.url), ("share pages", self.share_url)):
            wait_for(f"{what} of {self.name}; log: {self.tail()}", partial(_answers, url))

    def end(self) -> None:
        """Tell its processes to end."""
        if self.process is not None:
            self.process.terminate()

    def stop(self) -> None:
        """Stop all of its processes; kill those that do not end."""
        if self.process is None:
            return
        self.end()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def tail(self) -> str:
        """Return the end of its log."""
        return self.log.read_text("utf-8", "replace")[-1500:] if self.log.exists() else "(none)"


@dataclass
class Street:
    """Nodes that know each other, and the mail sink that all post to."""

    nodes: dict[str, LiveNode]
    letters: Letterbox
    provider: Provider

    def __getitem__(self, name: str) -> LiveNode:
        return self.nodes[name]

    def run(self, *names: str) -> None:
        """Start those of these nodes that do not run; return when all of them answer."""
        fresh = [self.nodes[one] for one in names if self.nodes[one].process is None]
        for one in fresh:
            one.begin()
        for one in fresh:
            one.wait()

    def close(self) -> None:
        """Stop every node."""
        for one in self.nodes.values():
            one.end()
        for one in self.nodes.values():
            one.stop()


@contextmanager
def street(
    folder: Path,
    names: Sequence[str] = ("primary", "secondary"),
    asleep: Sequence[str] = (),
) -> Iterator[Street]:
    """Make nodes and let them know each other; run them, but for those that are asleep."""
    with ExitStack() as stack:
        letters = Letterbox()
        sink = Controller(letters, hostname="127.0.0.1", port=free_ports(1)[0])
        sink.start()
        stack.callback(sink.stop)
        house = stack.enter_context(provider())
        key = SshPrivateKey.generate()
        made = {name: _made(folder, name, key, sink.port, house) for name in names}
        editor = DirectoryEditor()
        now = datetime.now(UTC).replace(microsecond=0)
        for one in made.values():
            editor.put(read_row(loads(entry_of(one.node, one.org_id))), now)
        data, signature = editor.sign(key, now)
        register = folder / "register.csv"
        write_register(register)
        here = Street(made, letters, house)
        stack.callback(here.close)
        for one in made.values():
            one.node.directory.install(data, signature)
            one.senx("schools", "import", str(register))
        here.run(*(name for name in names if name not in asleep))
        yield here


def _sign_in_file(folder: Path, house: Provider) -> Path:
    """Write down who else may say who somebody is, outside of any home."""
    path = folder / "sign-in.json"
    trusted = {
        **{"code": "work", "label": "Marlshire Schools", "issuer": house.issuer},
        **{"client_id": "sen", "client_secret": "secret", "mfa": "amr", "mfa_values": ["mfa"]},
        "trusts_email": True,
    }
    path.write_text(json.dumps([trusted]), encoding="utf-8")
    return path


def _made(folder: Path, name: str, key: SshPrivateKey, mail_port: int, house: Provider) -> LiveNode:
    delivery, pages, share = free_ports(3)
    settings = Settings(
        directory_key=key.public.line,
        listen=f"127.0.0.1:{delivery}",
        public_url=f"https://127.0.0.1:{delivery}",
        allow_private_endpoints=True,
        poll_seconds=0.3,
        pages_listen=f"127.0.0.1:{pages}",
        pages_url=f"http://localhost:{pages}",
        share_listen=f"127.0.0.1:{share}",
        share_url=f"http://localhost:{share}",
        mail_host="127.0.0.1",
        mail_port=mail_port,
        mail_tls="none",
        mail_from="exchange@example.org",
        sign_in_file=str(_sign_in_file(folder, house)),
    )
    home = set_up(folder / name, NewNode(settings, folder / f"{name}.node-key"))
    new = organisation(name)
    org_id, _ = add_organisation(open_node(home.root), new, ADMIN)
    return LiveNode(home.root, replace(settings), org_id, new.name)


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
