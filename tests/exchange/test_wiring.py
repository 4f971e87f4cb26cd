"""The composition roots: what they join and refuse, and what the outward one cannot reach."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from exchange.errors import (
    Conflict,
    ExchangeError,
    SettingsError,
    TransportRefused,
    Wrapped,
)
from exchange.ports import Actor
from exchange.settings import Home, Settings, load
from exchange.wiring import (
    NewNode,
    NewOrganisation,
    Node,
    add_organisation,
    entry_of,
    make_directory_key,
    open_node,
    read_directory_key,
    set_up,
)
from exchange.wiring.inner import TransportTable
from exchange.wiring_outward import limits_of, make_app
from keys.directory import DatedIdentifier, Endpoint
from tests.exchange.services.town import SECONDARY, Town

ADMIN = Actor("admin", "node-administrator")
PASSPHRASE = "seven quiet words for one small node"
SCHOOL = NewOrganisation(
    "Elm Grove", "school", (DatedIdentifier("urn", "999001"),), key_class="classic"
)


def made(place: Path, **settings: object) -> Home:
    new = Settings(**settings)  # type: ignore[arg-type]
    return set_up(place / "home", NewNode(new, place / "node.key"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def node(home: Home) -> Node:
    return open_node(home.root)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_is_private(home: Home) -> None:
    assert mode(home.root) == 0o700
    for one in home.root.rglob("*"):
        if one.is_dir() and one.parent == home.root:
            assert mode(one) == 0o700, one.name
    key = home.node_key(load(home))
    assert key is not None
    assert mode(key) == 0o600
    assert not key.is_relative_to(home.root)


def test_a_home_twice(home: Home, tmp_path: Path) -> None:
    before = {one: one.stat().st_mtime_ns for one in home.root.rglob("*")}
    with pytest.raises(Conflict, match="home-exists"):
        set_up(home.root, NewNode(Settings(), tmp_path / "other.key"))
    assert {one: one.stat().st_mtime_ns for one in home.root.rglob("*")} == before
    assert not (tmp_path / "other.key").exists()


def test_the_node_key_may_not_lie_in_what_it_protects(tmp_path: Path) -> None:
    root = tmp_path / "home"
    for inside in (root / "node.key", root / "keys" / "k", tmp_path / "x" / ".." / "home" / "k"):
        with pytest.raises(SettingsError, match="node-key-inside"):
            set_up(root, NewNode(Settings(), inside))
    assert not root.exists()


FAILURES = {
    "a key file that exists": ({}, "node-key-exists"),
    "a setting that cannot be": ({"listen": "MARKER"}, "setting-invalid"),
    "a host that is none": ({"public_url": "https://MARKER\u00e9.de"}, "tls-hosts-invalid"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_set_up_that_fails_can_be_repeated(tmp_path: Path, name: str) -> None:
    settings, code = FAILURES[name]
    key = tmp_path / "node.key"
    if code == "node-key-exists":
        key.write_bytes(b"somebody's key")
    with pytest.raises(ExchangeError) as error:
        made(tmp_path, **settings)
    assert not code or error.value.code == code
    assert "MARKER" not in str(error.value) + error.value.hint
    if code == "node-key-exists":
        assert key.read_bytes() == b"somebody's key", "never another's key"
        key.unlink()
    assert not key.exists()
    assert open_node(made(tmp_path).root).settings.listen == Settings().listen


def test_no_home(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="home-missing"):
        open_node(tmp_path)


def test_a_key_that_is_not_this_node_s(tmp_path: Path) -> None:
    home = made(tmp_path)
    key = tmp_path / "node.key"
    content = bytearray(key.read_bytes())
    content[0] ^= 1
    key.write_bytes(bytes(content))
    with pytest.raises(Wrapped) as error:
        open_node(home.root)
    assert error.value.code == "node-key-wrong"
    assert content.hex() not in str(error.value)
    key.unlink()
    with pytest.raises(Wrapped, match="node-key-missing"):
        open_node(home.root)


def test_a_passphrase_instead_of_a_file(tmp_path: Path) -> None:
    root = tmp_path / "home"
    with pytest.raises(Wrapped, match="passphrase-weak"):
        set_up(root, NewNode(Settings(), passphrase="short"))
    set_up(root, NewNode(Settings(), passphrase=PASSPHRASE))
    assert open_node(root, PASSPHRASE).settings.node_key == ""
    assert open_node(root, ask=lambda: PASSPHRASE).home.root == root.resolve()
    with pytest.raises(Wrapped, match="passphrase-wrong") as error:
        open_node(root, "MARKER " + PASSPHRASE)
    assert "MARKER" not in str(error.value)
    assert PASSPHRASE not in repr(NewNode(Settings(), passphrase=PASSPHRASE))


def test_an_organisation_its_sheets_and_its_entry(node: Node) -> None:
    org_id, sheets = add_organisation(node, SCHOOL, ADMIN)
    assert org_id in node.inside.store.organisations()
    assert [one.inbox for one in sheets] == ["general"]
    entry = json.loads(entry_of(node, org_id))
    assert org_id in entry["entry"]
    again = open_node(node.home.root)
    assert list(again.vault.organisations()) == [org_id]
    with pytest.raises(Wrapped, match="organisation-exists"):
        add_organisation(again, replace(SCHOOL, org_id=org_id), ADMIN)
    with pytest.raises(SettingsError, match="entry-missing"):
        entry_of(node, SECONDARY)


def test_a_second_organisation_is_at_home_at_once(tmp_path: Path) -> None:
    node = open_node(made(tmp_path).root)
    ids = [add_organisation(node, SCHOOL, ADMIN)[0] for _ in range(2)]
    assert sorted(node.inside.store.organisations()) == sorted(ids)


def test_the_limits_of_the_settings_hold_everywhere(tmp_path: Path) -> None:
    home = made(tmp_path, max_document_bytes=100, max_bundle_bytes=5000)
    node = open_node(home.root)
    paper = tmp_path / "paper.txt"
    paper.write_text("x" * 101)
    with pytest.raises(ExchangeError, match="document-too-large"):
        node.inspector.inspect(paper)
    assert node.inside.limits == limits_of(load(home))
    assert node.inside.limits.bundle_bytes == 5000


def test_which_transport_carries(town: Town, tmp_path: Path) -> None:
    folders = MappingProxyType({"stick": str(tmp_path)})
    table = TransportTable(Settings(folders=folders), town.vault)
    school = town.organisation(SECONDARY)
    assert type(table.of(SECONDARY, school, "https", "")).__name__ == "HttpsTransport"
    assert type(table.of(SECONDARY, school, "folder", "stick")).__name__ == "FolderTransport"
    for recipient, transport, target, code in (
        (school, "folder", "MARKER", "folder-unknown"),
        (school, "pigeon", "", "transport-unknown"),
        (replace(school, endpoint=None), "https", "", "no-endpoint"),
    ):
        with pytest.raises(TransportRefused) as error:
            table.of(SECONDARY, recipient, transport, target)
        assert error.value.code == code
        assert "MARKER" not in str(error.value) + error.value.hint


def test_private_addresses_need_the_setting(town: Town) -> None:
    """A directory entry must not lead this node into its own network."""
    school = replace(town.organisation(SECONDARY), endpoint=Endpoint("https://127.0.0.1:9"))
    transport = TransportTable(Settings(), town.vault).of(SECONDARY, school, "https", "")
    with pytest.raises(ExchangeError, match="private-endpoint"):
        transport.receipts(SECONDARY, SECONDARY, "x", 0)


def test_the_worker_s_folders_and_errands(tmp_path: Path) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    url = "https://directory.example/directory.json"
    home = made(tmp_path, folders=MappingProxyType({"stick": str(place)}), directory_url=url)
    worker = open_node(home.root).worker()
    assert worker.round_and_settle() == 0
    errands = {
        *("sweep", "directory", "tidy", "imports", "answers", "advice", "family-pages"),
        *("cases", "case-digest", "review-digest"),
    }
    assert {one.name for one in worker._errands} == errands


def test_the_directory_key(tmp_path: Path) -> None:
    path = tmp_path / "directory.key"
    line = make_directory_key(path)
    assert mode(path) == 0o600
    assert read_directory_key(path).public.line == line
    with pytest.raises(Conflict, match="file-exists"):
        make_directory_key(path)
    assert read_directory_key(path).public.line == line
    with pytest.raises(SettingsError, match="key-unreadable"):
        read_directory_key(tmp_path / "MARKER")
    path.write_text("MARKER")
    with pytest.raises(Wrapped) as error:
        read_directory_key(path)
    assert "MARKER" not in str(error.value)


def test_the_outward_app_is_made_without_any_key(home: Home) -> None:
    settings = replace(load(home), public_url="https://elm.example")
    client = make_app(home, settings).test_client()
    assert client.get("/").status_code in (200, 404)
    assert client.post("/v1/deliveries", base_url="https://elm.example").status_code >= 400


PROBE = """
import sys
import exchange.wiring_outward
import exchange.faces.delivery.app
assert "exchange.services.arrive" in sys.modules
reached = {"exchange.bundle.opening", "keys.keyring", "exchange.wiring"} & set(sys.modules)
reached |= {name for name in sys.modules if name.startswith("keys.keyring")}
sys.exit(" ".join(sorted(reached)) or 0)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_the_outward_process_can_reach_neither_opening_nor_keyring() -> None:
    """Law 1, in a fresh interpreter: not in any module that importing it brings along."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_outward_process_refuses_to_start_without_an_address(
    home: Home, tmp_path: Path
) -> None:
    for root, said in ((home.root, "setting-invalid /public_url"), (tmp_path, "home-missing")):
        done = run("-m", "exchange.wiring_outward", "--home", str(root))
        assert done.returncode == 3
        assert said in done.stderr
        assert "Traceback" not in done.stderr
