"""The receipt that the sender of a report keeps: what came when, what was found, signed by us.

It names no pupil and no file: it may be passed on to those who count or pay. Each file is told by
its digest, so that who has the file can prove that it is the one. The words say the same as the
digest of the receipt, short enough to be compared by telephone.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from exchange.services.advice.reports import Report, ReportFile
from exchange.services.inside import Inside
from exchange.services.links.pack_view import instant_words, size_words
from exchange.services.trust import organisation
from schemas import strict_json
from schemas.strict_json import JsonValue

NAMESPACE = "sen-upload-receipt@v1"
SCHEMA = "sen.upload-receipt/1.0"
_WORDS = 6
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No letter or digit that is taken for another."""

_OUTCOMES = {
    "clean": "checked for viruses, nothing found",
    "unscanned": "received, not checked for viruses",
    "refused": "not taken",
}


def with_receipt(inside: Inside, org_id: str, report: Report) -> Report:
    """Return a report with its signed receipt."""
    now = inside.clock.now()
    us = organisation(inside.directory(), org_id, now).name
    signer = inside.vault.signer(org_id, now)
    files: list[JsonValue] = [_file(one) for one in report.files]
    content = strict_json.dumps(
        {
            "schema": SCHEMA,
            "organisation": us,
            "org_id": org_id,
            "request": report.request_id,
            "sending": report.report_id,
            "version": report.version,
            "received": report.came_at.isoformat(),
            "checked": now.isoformat(),
            "key_id": signer.key_id,
            "files": files,
        }
    )
    signature = signer.sign(content, NAMESPACE)
    words = words_of(content)
    return replace(
        report,
        receipt=base64.b64encode(content).decode("ascii"),
        receipt_signature=base64.b64encode(signature).decode("ascii"),
        receipt_words=words,
        receipt_text=_text(us, org_id, report, words, instant_words(now)),
    )


def words_of(content: bytes) -> str:
    """Return what two people compare by telephone: six groups of four, 120 bits of the digest."""
    number = int.from_bytes(hashlib.sha256(content).digest(), "big") >> (256 - 20 * _WORDS)
    letters = []
    for _ in range(4 * _WORDS):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    text = "".join(reversed(letters))
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _file(one: ReportFile) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {
        "sha256": one.sha256,
        "size": one.size,
        "outcome": one.outcome,
    }
    return told | ({"code": one.why} if one.why else {})


def _text(us: str, org_id: str, report: Report, words: str, checked: str) -> str:
    lines = [
        f"RECEIPT of {us}",
        "",
        f"Received {instant_words(report.came_at)}, checked {checked}.",
        f"Request {report.request_id}, version {report.version}.",
        "",
    ]
    for number, one in enumerate(report.files, start=1):
        lines += [
            f"File {number}: {size_words(one.size)}, {_OUTCOMES.get(one.outcome, one.outcome)}",
            f"  SHA-256 {one.sha256}",
        ]
    lines += [
        "",
        f"Verification words: {words}",
        "",
        "To verify it by telephone, ring the organisation by a number that you know and compare",
        "the words. To verify it by machine, check the signature beside the JSON file:",
        f"  ssh-keygen -Y verify -n {NAMESPACE} -f allowed_signers -I {org_id}",
        "The organisation's public key stands in the directory of SEN Exchange.",
        "",
    ]
    return "\n".join(lines)
