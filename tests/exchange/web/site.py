"""Live organisations with pages: real homes, keys, database and worker, in this process.

    with made_site(tmp_path) as site:          # a primary and a secondary, each on its own node
        primary = site["primary"]
        page = primary.client(Role.SENCO).get("/leavers")
        site.settle()                          # both workers go round until nothing is due

A client's requests carry the session of a person with those roles, second factor shown. Nothing
is mocked; only gunicorn is left out: each node's delivery face listens, over TLS, in a thread.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.serving import make_server

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.people.account import Account, Post, add_account, new_account
from exchange.services.people.session import open_session
from exchange.settings import Settings
from exchange.web.app import create_app
from exchange.web.gate import COOKIE
from exchange.wiring import Node, entry_of
from exchange.wiring.pages import parts_of
from exchange.wiring_outward import make_app
from keys.directory import DatedIdentifier, DirectoryEditor
from keys.directory.entry import read_row
from keys.ssh_keys import SshPrivateKey
from schemas.strict_json import loads
from tests.exchange.web.moulds import mould
from tests.journeys.machine import free_ports

BASE = "https://pages.example"
DSL_PASSPHRASE = "safeguarding lead passphrase"
ADMIN = Actor("Ada Admin", "node-administrator")
_numbers = itertools.count(1)


class Compiled(BytecodeCache):
    """Templates as code, by their names and sources: not compiled anew for each of many sites."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is kept of a template."""
        if (known := self._kept.get(bucket.key)) is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


@dataclass
class Place:
    """One node with one organisation (or several), its pages and its worker."""

    node: Node
    org_id: str
    name: str

    @cached_property
    def app(self) -> Flask:
        app = create_app(parts_of(self.node, base_url=BASE))
        app.config["TESTING"] = False
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.jinja_env.bytecode_cache = _compiled
        return app

    def person(self, *roles: Role, org_id: str | None = "", name: str = "") -> Account:
        """Return a new active account with posts in this organisation (None: of the node)."""
        number = next(_numbers)
        where = self.org_id if org_id == "" else org_id
        account = new_account(
            name or f"Person {number}",
            f"person{number}@example.org",
            tuple(Post(where, role) for role in roles),
            "active",
        )
        with self.node.inside.store.unit(NODE) as unit:
            add_account(self.node.inside, unit, account)
            unit.audit.record(ADMIN, "account.made", "account", account.account_id)
            unit.commit()
        return account

    def client(self, *roles: Role, strong: bool = True, account: Account | None = None) -> Client:
        """Return a browser in which a person with these roles is signed in; none: nobody is."""
        client = self.app.test_client(use_cookies=True)
        wrapped = Client(client)
        if account is None and roles:
            node_only = set(roles) <= {Role.NODE_ADMINISTRATOR}
            account = self.person(*roles, org_id=None if node_only else "")
        if account is not None:
            token = open_session(self.node.inside, account, strong=strong)
            client.set_cookie(COOKIE, token, domain="pages.example", secure=True)
            wrapped.account = account
        return wrapped

    def settle(self, rounds: int = 6) -> int:
        """Let the worker go round until nothing is started; return how much was."""
        worker = self.node.worker()
        started = 0
        for _ in range(rounds):
            now = worker.round_and_settle()
            started += now
            if not now:
                break
        return started


@dataclass
class Client:
    """A browser without scripts: it follows redirects, and sends the token of its last form."""

    raw: FlaskClient
    account: Account | None = None
    last: str = ""

    def get(self, path: str, **more: Any) -> Any:
        answer = self.raw.get(path, base_url=BASE, **more)
        if answer.mimetype == "text/html":
            self.last = answer.text
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post a form as the page that was got last would: its token comes along."""
        token = csrf(self.last)
        sent = {**({"csrf_token": token} if token else {}), **(data or {})}
        answer = self.raw.post(
            path, data=sent, base_url=BASE, headers={"Referer": BASE + path}, **more
        )
        if answer.mimetype == "text/html":
            self.last = answer.text
        return answer

    def follow(self, answer: Any) -> Any:
        """Follow redirects to a page."""
        while answer.status_code in (301, 302, 303):
            answer = self.get(answer.headers["Location"])
        return answer


def csrf(page: str) -> str:
    """Return the form token that stands in a page, or nothing."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return found.group(1) if found else ""


@dataclass
class Site:
    """Several places that know each other."""

    places: dict[str, Place]

    def __getitem__(self, name: str) -> Place:
        return self.places[name]

    def settle(self, rounds: int = 6) -> None:
        """Let all workers go round until nothing is due."""
        for _ in range(rounds):
            if not sum(place.settle(1) for place in self.places.values()):
                return


PLACES = {
    "primary": ("Elm Grove Primary School", "school", {"urn": "999001", "laestab": "8202001"}),
    "secondary": ("Riverside Academy", "school", {"urn": "999002", "laestab": "8204002"}),
    "council": ("Larkshire Council", "la", {"la": "820"}),
    "agency": ("Larkshire Therapies", "agency", {"ods": "RXX99"}),
}


@contextmanager
def made_site(folder: Path, *names: str) -> Iterator[Site]:
    """Make nodes for the named places (primary and secondary by default) that know each other."""
    with ExitStack() as stack:
        key = SshPrivateKey.generate()
        wanted = names or ("primary", "secondary")
        places = {name: _place(folder, name, key, stack) for name in wanted}
        editor = DirectoryEditor()
        for place in places.values():
            editor.put(read_row(loads(entry_of(place.node, place.org_id))), _now())
        data, signature = editor.sign(key, _now())
        for place in places.values():
            place.node.directory.install(data, signature)
        yield Site(places)


def _place(folder: Path, name: str, key: SshPrivateKey, stack: ExitStack) -> Place:
    """Make a node with one organisation; its delivery face listens in a thread of this process."""
    title, kind, numbers = PLACES[name]
    port = free_ports(1)[0]
    settings = Settings(
        directory_key=key.public.line,
        listen=f"127.0.0.1:{port}",
        public_url=f"https://127.0.0.1:{port}",
        allow_private_endpoints=True,
    )
    identifiers = tuple(DatedIdentifier(scheme, value) for scheme, value in numbers.items())
    made = mould(title, kind, identifiers, DSL_PASSPHRASE if kind == "school" else None)
    node = made.copied(folder / name, settings, _now())
    _listen(node, port, stack)
    return Place(node, made.org_id, title)


def _listen(node: Node, port: int, stack: ExitStack) -> None:
    tls = (str(node.home.tls_certificate), str(node.home.tls_key))
    app = make_app(node.home, node.settings)
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
