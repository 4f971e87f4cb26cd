"""Valid records as JSON values, made fresh on each call; tests change one thing at a time."""

from __future__ import annotations

from typing import Any

BUNDLE = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
OTHER_BUNDLE = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e10"
PUPIL = "5b1c2d3e-4f50-4a61-8b72-9c83ad94be05"
OTHER_PUPIL = "6c2d3e4f-5061-4b72-9c83-ad94be05cf16"
PRIMARY = "11111111-1111-4111-8111-111111111111"
SECONDARY = "22222222-2222-4222-8222-222222222222"
DOCUMENTS = tuple(f"3333333{n}-3333-4333-8333-333333333333" for n in range(8))
KEY = "SHA256:" + "A" * 43
OTHER_KEY = "SHA256:" + "b" * 42 + "E"
DIGEST = "0f" * 32


def recipient(**changes: Any) -> dict[str, Any]:
    return {"org_id": SECONDARY, "inbox": "general", "keys": [KEY, OTHER_KEY], **changes}


def file_entry(**changes: Any) -> dict[str, Any]:
    return {
        "id": DOCUMENTS[0],
        "path": "data/documents/0001-ep-report.pdf",
        "role": "document",
        "type": "ep-report",
        "media_type": "application/pdf",
        "subject": PUPIL,
        "title": "Educational psychologist's report",
        "author": "Dr Nkechi Öztürk",
        "authored": "2026-05-01",
        "issued": "2026-05-04",
        "size": 48_213,
        "sha256": DIGEST,
        **changes,
    }


def statement(**changes: Any) -> dict[str, Any]:
    record = file_entry(
        id=DOCUMENTS[1],
        path="data/records/pupil.json",
        role="record",
        type="sen.pupil/1.0",
        media_type="application/json",
    )
    tag = {
        "id": DOCUMENTS[2],
        "path": "bagit.txt",
        "role": "tag",
        "type": "tag",
        "media_type": "text/plain",
        "size": 55,
        "sha256": DIGEST,
    }
    return {
        "schema": "sen.statement/1.0",
        "id": BUNDLE,
        "release_id": "44444444-4444-4444-8444-444444444444",
        "nonce": "ab" * 32,
        "kind": "transfer",
        "subject": PUPIL,
        "sender": PRIMARY,
        "recipients": [recipient()],
        "stanzas": [{"type": "mlkem768x25519", "count": 2}],
        "purpose": "phase-transfer",
        "lawful_basis": "public-task",
        "issued": "2026-06-20T09:30:00Z",
        "expires": "2026-09-20T09:30:00Z",
        "directory_version": 3,
        "directory_sha256": DIGEST,
        "schemas": ["sen.pupil/1.0"],
        "files": [tag, record, file_entry()],
        **changes,
    }


def envelope(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "sen.envelope/1.0",
        "id": BUNDLE,
        "sender": PRIMARY,
        "recipients": [recipient()],
        "inbox": "general",
        "issued": "2026-06-20T09:30:00Z",
        "payload_size": 51_234,
        "payload_sha256": DIGEST,
        "statement_sha256": DIGEST,
        "readme_sha256": DIGEST,
        "index_sha256": DIGEST,
        **changes,
    }


def receipt(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "sen.receipt/1.0",
        "bundle_id": BUNDLE,
        "payload_sha256": DIGEST,
        "sender": PRIMARY,
        "responder": SECONDARY,
        "kind": "collected",
        "seq": 1,
        "previous": None,
        "issued": "2026-06-20T10:00:00Z",
        "key_id": KEY,
        **changes,
    }
