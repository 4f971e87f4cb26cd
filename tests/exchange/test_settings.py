"""Settings: parsed once, refused by name; a node never runs on a guess."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType

import pytest

from exchange.errors import SettingsError
from exchange.settings import FILE_NAME, Home, Settings, check, load, save
from keys.ssh_keys import SshPrivateKey


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def written(home: Home, content: object) -> Home:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    home.settings_file.write_bytes(raw)
    return home


def refused(home: Home, code: str, path: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(home)
    assert (error.value.code, error.value.path) == (code, path)
    assert error.value.hint
    assert "MARKER" not in str(error.value) + error.value.hint
    assert error.value.__cause__ is None


EVERYTHING = Settings(
    node_key="/etc/senx/node.key",
    directory_key=SshPrivateKey.from_seed(bytes(32)).public.line,
    listen="0.0.0.0:443",
    public_url="https://elm.example",
    allow_private_endpoints=True,
    folders=MappingProxyType({"stick": "/media/stick"}),
    directory_url="https://directory.example/directory.json",
    poll_seconds=0.5,
    keep_days=30,
    max_document_bytes=1000,
    max_bundle_bytes=2000,
    scanner_socket="/run/clamav/clamd.ctl",
    pages_listen="127.0.0.1:9000",
    pages_url="https://pages.elm.example",
    share_listen="127.0.0.1:9001",
    share_url="https://open.elm.example",
    sign_in_file="/etc/senx/sign-in.json",
    session_idle_minutes=20,
    session_hours=8,
    mail_host="mail.elm.example",
    mail_port=465,
    mail_tls="tls",
    mail_from="no-reply@elm.example",
    mail_user="senx",
    mail_password_file="/etc/senx/mail-password",
    mail_ca_file="/etc/senx/mail-ca.pem",
)


def test_what_was_saved_is_loaded(home: Home) -> None:
    for settings in (Settings(), EVERYTHING):
        save(home, settings)
        assert load(home) == settings
    assert [one.name for one in home.root.iterdir()] == [FILE_NAME], "no half-written file stays"


def test_the_example_above_leaves_no_setting_out() -> None:
    for one in fields(Settings):
        assert getattr(EVERYTHING, one.name) != getattr(Settings(), one.name), one.name


def test_what_is_left_out_has_its_default(home: Home) -> None:
    assert load(written(home, {})) == Settings()
    assert load(written(home, {"keep_days": 7})) == replace(Settings(), keep_days=7)


def test_no_home(tmp_path: Path) -> None:
    refused(Home(tmp_path / "MARKER"), "home-missing", "/home")


def test_a_setting_that_nobody_knows(home: Home) -> None:
    refused(written(home, {"max_bundel_bytes": "MARKER"}), "setting-unknown", "/max_bundel_bytes")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("node_key", 1),
        ("listen", None),
        ("listen", "MARKER"),
        ("listen", "127.0.0.1"),
        ("listen", "127.0.0.1:99999"),
        ("listen", "127.0.0.1:MARKER"),
        ("public_url", ["MARKER"]),
        ("public_url", "http://MARKER.example"),
        ("public_url", "MARKER"),
        ("directory_key", "MARKER"),
        ("directory_url", "file:///MARKER"),
        ("allow_private_endpoints", "MARKER"),
        ("allow_private_endpoints", 1),
        ("folders", ["MARKER"]),
        ("folders", {"stick": 7}),
        ("folders", {"stick": ""}),
        ("folders", {"": "/MARKER"}),
        ("poll_seconds", True),
        ("poll_seconds", "MARKER"),
        ("poll_seconds", 0),
        ("poll_seconds", -1),
        ("keep_days", 1.5),
        ("keep_days", True),
        ("keep_days", 0),
        ("keep_days", 100_000),
        ("max_document_bytes", 0),
        ("max_bundle_bytes", -5),
    ],
)
def test_a_value_that_is_wrong(home: Home, name: str, value: object) -> None:
    refused(written(home, {name: value}), "setting-invalid", f"/{name}")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"MARKER",
        b"[]",
        b'"MARKER"',
        b'{"a":1,"a":2}',
        b"\xff",
        b'{"keep_days":NaN}',
        b'{"keep_days":' + b"9" * 400 + b"}",
    ],
)
def test_a_file_that_is_no_settings(home: Home, raw: bytes) -> None:
    with pytest.raises(SettingsError) as error:
        load(written(home, raw))
    assert error.value.code == "setting-invalid"
    assert error.value.path.startswith(f"/{FILE_NAME}")
    assert "MARKER" not in str(error.value) + error.value.hint


def test_a_folder_in_the_place_of_the_file(home: Home) -> None:
    home.settings_file.mkdir()
    refused(home, "setting-invalid", f"/{FILE_NAME}")


def test_the_defaults_and_a_home_by_default_stand(home: Home) -> None:
    """What `senx init` writes is what it reads, loopback face and all."""
    save(home, replace(Settings(), public_url="https://127.0.0.1:8443"))
    assert load(home).public_url == "https://127.0.0.1:8443"


def test_what_could_not_be_loaded_again_is_not_saved(home: Home) -> None:
    save(home, Settings(keep_days=5))
    bad = Settings(listen="MARKER")
    for attempt in (lambda: check(bad), lambda: save(home, bad)):
        with pytest.raises(SettingsError, match="setting-invalid at /listen"):
            attempt()
    assert load(home).keep_days == 5


def test_where_things_lie(home: Home) -> None:
    inside = [
        home.settings_file,
        home.database,
        home.blobs,
        home.keyring,
        home.directory,
        home.tls_certificate,
        home.tls_key,
        home.logs,
    ]
    assert len({*inside}) == len(inside)
    assert all(one.is_relative_to(home.root) for one in inside)


def test_the_node_key_lies_where_the_settings_say(home: Home) -> None:
    assert home.node_key(Settings()) is None
    assert home.node_key(Settings(node_key="/etc/senx.key")) == Path("/etc/senx.key")
    relative = home.node_key(Settings(node_key="../node.key"))
    assert relative == (home.root.parent / "node.key").resolve()


def test_the_scanner_s_socket_lies_in_the_home_or_where_it_says(home: Home) -> None:
    assert home.scanner_socket(Settings()) is None
    assert home.scanner_socket(Settings(scanner_socket="clamd")) == home.root / "clamd"
    absolute = Settings(scanner_socket="/run/clamav/clamd.ctl")
    assert home.scanner_socket(absolute) == Path("/run/clamav/clamd.ctl")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pages_url", "http://pages.elm.example"),
        ("pages_url", "https://pages.elm.example/some/path"),
        ("pages_url", "https://user@pages.elm.example"),
        ("share_url", "ftp://127.0.0.1"),
        ("pages_listen", "8080"),
        ("mail_tls", "maybe"),
        ("mail_port", 0),
        ("mail_from", "no reply@elm.example"),
        ("mail_from", "a@elm.example\nBcc: b@elm.example"),
        ("mail_host", "mail.elm.example\r\nQUIT"),
    ],
)
def test_settings_of_pages_and_mail_that_would_mislead(
    home: Home, name: str, value: object
) -> None:
    refused(written(home, {name: value}), "setting-invalid", f"/{name}")


def test_pages_on_this_machine_need_no_tls(home: Home) -> None:
    assert load(written(home, {"pages_url": "http://127.0.0.1:8080"})).pages_url
