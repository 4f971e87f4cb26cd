"""The statement: every rule of its form, one bad case each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from schemas.base import RecordRefused, dump, load
from schemas.codes import code_set
from schemas.recipient import InboxName
from schemas.statement import BundleKind, FileRole, Statement
from tests.schemas.examples import (
    BUNDLE,
    DIGEST,
    DOCUMENTS,
    KEY,
    OTHER_BUNDLE,
    OTHER_PUPIL,
    PRIMARY,
    file_entry,
    recipient,
    statement,
)
from tests.schemas.verdicts import only, problems


def with_file(**changes: Any) -> dict[str, Any]:
    """Return a statement whose fourth file has these changes."""
    base = {"id": DOCUMENTS[3], "path": "data/documents/new.pdf"}
    return statement(files=[*statement()["files"], file_entry(**{**base, **changes})])


def test_it_loads_into_types() -> None:
    made = load(Statement, statement(supersedes=OTHER_BUNDLE, in_reply_to=OTHER_BUNDLE))
    assert made.kind is BundleKind.TRANSFER
    assert made.recipients[0].inbox is InboxName.GENERAL
    assert made.issued == datetime(2026, 6, 20, 9, 30, tzinfo=UTC)
    roles = [entry.role for entry in made.files]
    assert roles == [FileRole.TAG, FileRole.RECORD, FileRole.DOCUMENT]
    assert made.files[0].subject is None
    assert dump(made) == statement(supersedes=OTHER_BUNDLE, in_reply_to=OTHER_BUNDLE)


@pytest.mark.parametrize("name", sorted(set(statement()) - {"schema"}))
def test_every_field_is_required(name: str) -> None:
    value = statement()
    del value[name]
    assert ("missing", f"/{name}") in problems(value)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"id": BUNDLE.upper()}, "wrong-form", "/id"),
        ({"id": DOCUMENTS[0]}, "wrong-form", "/id"),  # a UUID, but not version 7
        ({"id": BUNDLE + "\n"}, "too-long", "/id"),
        ({"release_id": "00000000-0000-0000-0000-000000000000"}, "wrong-form", "/release_id"),
        ({"release_id": "{" + PRIMARY[1:]}, "wrong-form", "/release_id"),
        ({"nonce": "AB" * 32}, "wrong-form", "/nonce"),
        ({"nonce": "ab" * 31}, "too-short", "/nonce"),
        ({"kind": "gossip"}, "not-in-set", "/kind"),
        ({"kind": "Transfer"}, "not-in-set", "/kind"),
        ({"purpose": "curiosity"}, "not-in-set", "/purpose"),
        ({"lawful_basis": "because"}, "not-in-set", "/lawful_basis"),
        ({"issued": "2026-06-20T09:30:00+00:00"}, "wrong-form", "/issued"),
        ({"issued": "2026-06-20T09:30:00.5Z"}, "wrong-form", "/issued"),
        ({"issued": "2026-06-20t09:30:00z"}, "wrong-form", "/issued"),
        ({"issued": "2026-06-20T09:30:60Z"}, "wrong-form", "/issued"),
        ({"issued": "2026-02-30T09:30:00Z"}, "not-a-day", "/issued"),
        ({"issued": 1780000000}, "wrong-type", "/issued"),
        ({"expires": "2026-06-20T09:30:00Z"}, "expires-early", "/expires"),
        ({"supersedes": BUNDLE}, "refers-to-itself", "/supersedes"),
        ({"in_reply_to": BUNDLE}, "refers-to-itself", "/in_reply_to"),
        ({"in_reply_to": None}, "wrong-type", "/in_reply_to"),
        ({"directory_version": -1}, "out-of-range", "/directory_version"),
        ({"directory_version": True}, "wrong-type", "/directory_version"),
        ({"directory_version": 3.0}, "wrong-type", "/directory_version"),
        ({"directory_version": "3"}, "wrong-type", "/directory_version"),
        ({"directory_sha256": DIGEST[:-1] + "g"}, "wrong-form", "/directory_sha256"),
        ({"schemas": ["sen.pupil/1.0", "sen.pupil/1.0"]}, "repeated", "/schemas/1"),
        ({"schemas": ["sen.pupil/1.0", "pupil/1.0"]}, "wrong-form", "/schemas/1"),
        ({"schemas": []}, "schema-unlisted", "/files/1/type"),
        ({"files": []}, "too-short", "/files"),
        ({"stanzas": []}, "too-short", "/stanzas"),
        ({"stanzas": [{"type": "X25519", "count": 0}]}, "out-of-range", "/stanzas/0/count"),
        ({"stanzas": [{"type": "X 25519", "count": 1}]}, "wrong-form", "/stanzas/0/type"),
        (
            {"stanzas": [{"type": "X25519", "count": 1}] * 2},
            "stanza-repeated",
            "/stanzas/1/type",
        ),
        ({"recipients": []}, "too-short", "/recipients"),
        ({"recipients": [recipient(keys=[])]}, "too-short", "/recipients/0/keys"),
        ({"recipients": [recipient(keys=[KEY, KEY])]}, "repeated", "/recipients/0/keys/1"),
        ({"recipients": [recipient(keys=[KEY[:-1] + "B"])]}, "wrong-form", "/recipients/0/keys/0"),
        ({"recipients": [recipient(keys=[KEY + "="])]}, "too-long", "/recipients/0/keys/0"),
        ({"recipients": [recipient(inbox="head")]}, "not-in-set", "/recipients/0/inbox"),
        ({"kind": "cp-file"}, "inbox-mixed", "/recipients/0/inbox"),
    ],
)
def test_a_bad_field(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(statement(**changes)) == (code, path)


def test_no_organisation_and_no_key_twice() -> None:
    twice = statement(recipients=[recipient(), recipient()])
    assert problems(twice) == (
        ("recipient-repeated", "/recipients/1/org_id"),
        ("key-repeated", "/recipients/1/keys/0"),
        ("key-repeated", "/recipients/1/keys/1"),
    )


def test_recipients_share_one_inbox() -> None:
    other = recipient(org_id=PRIMARY, inbox="dsl", keys=["SHA256:" + "c" * 42 + "E"])
    assert only(statement(recipients=[recipient(), other])) == (
        "inbox-mixed",
        "/recipients/1/inbox",
    )


def test_a_cp_file_goes_to_the_dsl() -> None:
    assert not problems(statement(kind="cp-file", recipients=[recipient(inbox="dsl")]))


GOOD_PATHS = [
    "data/documents/a",
    "data/documents/_x-1.tar.gz",
    "data/documents/0002-EP-report.PDF",
    "data/documents/con-report.pdf",
    "data/documents/" + "x" * 240,
]


@pytest.mark.parametrize("path", GOOD_PATHS)
def test_a_path_of_the_bag(path: str) -> None:
    assert not problems(with_file(path=path))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a.pdf",
        "/data/documents/a.pdf",
        "data/documents/",
        "data/documents/../a.pdf",
        "data/documents/..",
        "data/documents/a..pdf",
        "data/documents/.a",
        "data/documents/a.",
        "data/documents/a ",
        "data/documents/-rf",
        "data/documents/sub/a.pdf",
        "data/documents//a.pdf",
        "data\\documents\\a.pdf",
        "data/documents/a\\b.pdf",
        "data/documents/a:b.pdf",
        "data/documents/a.pdf\n",
        "data/documents/a\u0000.pdf",
        "data/documents/café.pdf",
        "data/documents/cafe\u0301.pdf",
        "data/documents/ａ.pdf",
        "data/documents/a%2e.pdf",
        "data/documents/a~1.pdf",
        "C:data/documents/a.pdf",
        "Data/documents/a.pdf",
        "data/other/a.pdf",
        "statement.json",
        "statement.json.sig",
        "tagmanifest-sha256.txt",
        "fetch.txt",
        "data/documents/" + "x" * 241,
    ],
)
def test_no_path_of_the_bag(path: str) -> None:
    code, where = only(with_file(path=path))
    assert where == "/files/3/path"
    assert code in ("wrong-form", "too-long", "too-short")


@pytest.mark.parametrize("name", ["CON", "con.pdf", "Nul.tar.gz", "com1", "LPT9.txt", "aux.a.b"])
def test_no_device_name(name: str) -> None:
    assert only(with_file(path=f"data/documents/{name}")) == ("path-device", "/files/3/path")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"id": DOCUMENTS[0]}, "id-repeated", "id"),
        ({"path": "data/documents/0001-EP-REPORT.pdf"}, "path-repeated", "path"),
        ({"role": "attachment"}, "not-in-set", "role"),
        ({"path": "data/records/a.json"}, "path-role", "path"),
        ({"path": "data/records/a.pdf"}, "wrong-form", "path"),
        ({"path": "INDEX.htm"}, "path-role", "path"),
        ({"type": "sen.pupil/1.0"}, "type-role", "type"),
        ({"type": "tag"}, "type-role", "type"),
        ({"type": "EP report"}, "wrong-form", "type"),
        ({"media_type": "application/pdf; q=1"}, "wrong-form", "media_type"),
        ({"media_type": "pdf"}, "wrong-form", "media_type"),
        ({"subject": OTHER_PUPIL}, "other-subject", "subject"),
        ({"size": -1}, "out-of-range", "size"),
        ({"size": 2**53}, "out-of-range", "size"),
        ({"sha256": None}, "wrong-type", "sha256"),
        ({"authored": "2026-5-1"}, "wrong-form", "authored"),
        ({"authored": "2026-02-29"}, "not-a-day", "authored"),
        ({"title": "two\nlines"}, "wrong-form", "title"),
        ({"title": "spoof\u202efdp.exe"}, "wrong-form", "title"),
        ({"title": " \u00a0\u200b "}, "blank", "title"),
        ({"title": "x" * 201}, "too-long", "title"),
    ],
)
def test_a_bad_file(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(with_file(**changes)) == (code, f"/files/3/{path}")


def test_documents_and_records_have_a_subject_and_tags_have_none() -> None:
    value = statement()
    del value["files"][2]["subject"]
    value["files"][0]["subject"] = value["subject"]
    assert problems(value) == (
        ("subject-role", "/files/0/subject"),
        ("subject-role", "/files/2/subject"),
    )


def test_a_tag_lies_beside_data() -> None:
    value = statement()
    value["files"][0]["path"] = "data/documents/bagit.txt"
    assert only(value) == ("path-role", "/files/0/path")


def test_names_in_any_script_are_kept_as_they_are() -> None:
    title = "Cafe\u0301 – 特別支援 – تقرير – 🦊"
    assert load(Statement, with_file(title=title)).files[3].title == title


def test_the_kinds_are_those_of_the_code_set() -> None:
    assert {str(kind) for kind in BundleKind} == {each.code for each in code_set("bundle-kind")}


def test_instants_are_written_in_utc_whole_seconds_or_not_at_all() -> None:
    made = load(Statement, statement())
    summer = timezone(timedelta(hours=1))
    same = replace(made, issued=datetime(2026, 6, 20, 10, 30, tzinfo=summer))
    assert dump(same)["issued"] == "2026-06-20T09:30:00Z"
    for wrong in (
        datetime(2026, 6, 20, 9, 30),  # noqa: DTZ001
        datetime(2026, 6, 20, 9, 30, 0, 1, tzinfo=UTC),
    ):
        with pytest.raises(RecordRefused) as caught:
            dump(replace(made, issued=wrong))
        assert caught.value.problems == (("wrong-form", "/issued"),)


GUEST = "Ravi Hill, SENCO, Hill School"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"protection": "passphrase"}, "guest-protection", "/recipients/0/guest"),
        ({"recipients": [recipient(guest=GUEST)]}, "guest-protection", "/recipients/0/guest"),
        (
            {
                "protection": "passphrase",
                "recipients": [
                    recipient(guest=GUEST),
                    recipient(org_id=PRIMARY, guest=GUEST, keys=["SHA256:" + "c" * 42 + "E"]),
                ],
            },
            "guest-protection",
            "/recipients",
        ),
        (
            {
                "protection": "passphrase",
                "kind": "cp-file",
                "recipients": [recipient(guest=GUEST, inbox="dsl")],
            },
            "guest-cp",
            "/protection",
        ),
    ],
)
def test_a_passphrase_is_for_one_guest_and_never_for_child_protection(
    change: dict[str, Any], code: str, path: str
) -> None:
    assert (code, path) in problems(statement(**change))


def test_a_guest_copy_is_a_statement() -> None:
    told = statement(protection="passphrase", recipients=[recipient(guest=GUEST, keys=[KEY])])
    made = load(Statement, told)
    assert made.recipients[0].guest == GUEST
