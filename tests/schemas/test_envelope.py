"""The envelope: what is outside agrees in itself."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.base import dump, load
from schemas.envelope import Envelope
from schemas.recipient import InboxName
from tests.schemas.examples import DIGEST, PRIMARY, envelope, recipient
from tests.schemas.verdicts import only, problems


def test_it_loads_and_comes_back() -> None:
    made = load(Envelope, envelope(inbox="dsl", recipients=[recipient(inbox="dsl")]))
    assert made.inbox is InboxName.DSL
    assert dump(made) == envelope(inbox="dsl", recipients=[recipient(inbox="dsl")])


@pytest.mark.parametrize("name", sorted(set(envelope()) - {"schema"}))
def test_every_field_is_required(name: str) -> None:
    value = envelope()
    del value[name]
    assert problems(value) == (("missing", f"/{name}"),)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"inbox": "dsl"}, "inbox-mixed", "/recipients/0/inbox"),
        ({"inbox": "DSL"}, "not-in-set", "/inbox"),
        ({"payload_size": 0}, "out-of-range", "/payload_size"),
        ({"payload_size": 1.5}, "wrong-type", "/payload_size"),
        ({"payload_sha256": DIGEST.upper()}, "wrong-form", "/payload_sha256"),
        ({"statement_sha256": None}, "wrong-type", "/statement_sha256"),
        ({"sender": PRIMARY.replace("-", "")}, "too-short", "/sender"),
        ({"recipients": {}}, "wrong-type", "/recipients"),
        ({"issued": "2026-06-20"}, "wrong-form", "/issued"),
    ],
)
def test_a_bad_field(changes: dict[str, Any], code: str, path: str) -> None:
    assert only(envelope(**changes)) == (code, path)


def test_one_key_belongs_to_one_organisation() -> None:
    value = envelope(recipients=[recipient(), recipient(org_id=PRIMARY)])
    assert {code for code, _ in problems(value)} == {"key-repeated"}
    same = envelope(recipients=[recipient(), recipient(keys=["SHA256:" + "c" * 42 + "E"])])
    assert only(same) == ("recipient-repeated", "/recipients/1/org_id")
