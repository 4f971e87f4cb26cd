"""The attacker's workshop: takes bundles apart, changes them, puts them together again.

It knows what an insider knows (a recipient's keys, hence the file key) and signs with whatever
key a test hands it; some tests hand it the sender's own, to see that one check holds alone.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from exchange.bundle import bag, editions, zipformat
from exchange.bundle.limits import Limits
from exchange.bundle.outer import PAYLOAD_NAME, read_outer
from exchange.bundle.zipreader import ZipReader
from exchange.bundle.zipwriter import Member
from keys import age
from keys.age.header import write_header
from keys.interfaces import Stanza
from schemas import strict_json
from tests.exchange.bundle.parties import SCHOOL, SENDER, Party


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def container(members: dict[str, bytes], *, deflate: bool = True) -> bytes:
    """Return a canonical ZIP whose names nobody checks."""
    made = [
        Member.of(name, data, compress=deflate and not name.endswith(".pdf"))
        for name, data in members.items()
    ]
    entries = zipformat.lay_out(
        (one.name, one.method, one.crc32, one.compressed_size, one.size) for one in made
    )
    bodies = (
        zipformat.local_header(e) + (m.data or b"") for e, m in zip(entries, made, strict=True)
    )
    return b"".join(bodies) + zipformat.directory(entries)


class Forgery:
    """A bundle in parts. Change any, then :meth:`build`.

    ``members`` are the inner ones; ``outside`` the outer ones but for payload and envelope;
    ``stanzas`` and ``file_key`` make the age header; ``envelope`` is its JSON.
    """

    def __init__(self, raw: bytes, insider: Party = SCHOOL) -> None:
        outer = read_outer(io.BytesIO(raw))
        self.envelope: dict[str, Any] = cast(
            dict[str, Any], strict_json.loads(outer.envelope_bytes)
        )
        self.envelope_signature = outer.signature
        self.payload = outer.payload.read()
        header = age.read_header(io.BytesIO(self.payload))
        self.stanzas: list[Stanza] = list(header.stanzas)
        self.file_key = next(filter(None, (one.unwrap(self.stanzas) for one in insider.identities)))
        plain = insider.open(cast(BinaryIO, io.BytesIO(self.payload)))
        self.plain = plain.read()
        reader = ZipReader(io.BytesIO(self.plain), Limits(), deflate=True)
        self.members = {entry.name: reader.read(entry, 1 << 30) for entry in reader.entries}
        readme, index = editions.current_files()
        self.outside = {editions.README_NAME: readme, editions.INDEX_NAME: index}

    @property
    def statement(self) -> dict[str, Any]:
        return cast(dict[str, Any], strict_json.loads(self.members[bag.STATEMENT]))

    def restate(self, change: Callable[[dict[str, Any]], object], author: Party = SENDER) -> None:
        """Change the statement and let ``author`` sign it anew."""
        value = self.statement
        change(value)
        self.members[bag.STATEMENT] = strict_json.dumps(value)
        self.sign_statement(author)

    def sign_statement(self, author: Party, namespace: str = "sen-bundle@v1") -> None:
        self.members[bag.SIGNATURE] = author.sign(self.members[bag.STATEMENT], namespace)

    def replace_file(self, path: str, content: bytes, author: Party = SENDER) -> None:
        """Change one file and everything that names its digest, statement included."""
        self.members[path] = content

        def change(value: dict[str, Any]) -> None:
            for entry in value["files"]:
                if entry["path"] == path:
                    entry |= {"sha256": sha256(content), "size": len(content)}
            self.mend_manifest(value)

        self.restate(change, author)

    def mend_manifest(self, value: dict[str, Any]) -> None:
        """Make manifest and bag-info agree with the statement ``value``, and it with them."""
        data = [entry for entry in value["files"] if entry["role"] != "tag"]
        self.members[bag.MANIFEST] = bag.manifest((e["path"], e["sha256"]) for e in data)
        oxum = f"{sum(e['size'] for e in data)}.{len(data)}"
        info = self.members[bag.INFO].split(b"\n")
        info[2] = f"Payload-Oxum: {oxum}".encode()
        self.members[bag.INFO] = b"\n".join(info)
        for entry in value["files"]:
            if entry["role"] == "tag":
                content = self.members[entry["path"]]
                entry |= {"sha256": sha256(content), "size": len(content)}

    def mend_tagmanifest(self) -> None:
        names = [name for name in self.members if "/" not in name and name != bag.TAGMANIFEST]
        listed = ((name, sha256(self.members[name])) for name in names)
        self.members[bag.TAGMANIFEST] = bag.manifest(listed)

    def seal(self) -> None:
        """Make plain container and payload anew, under the header and file key as they are."""
        self.mend_tagmanifest()
        self.plain = container(self.members)
        self.seal_plain()

    def plain_with(self, name: str, packed: bytes, size: int) -> bytes:
        """Return the plain container with one member's deflated bytes and declared size."""
        made = {each: Member.of(each, data) for each, data in self.members.items()}
        made[name] = Member(name, zipformat.DEFLATED, 0, len(packed), size, packed)
        entries = zipformat.lay_out(
            (one.name, one.method, one.crc32, one.compressed_size, one.size)
            for one in made.values()
        )
        bodies = (zipformat.local_header(e) + (made[e.name].data or b"") for e in entries)
        return b"".join(bodies) + zipformat.directory(entries)

    def seal_plain(self) -> None:
        nonce = os.urandom(16)
        sealer = age.ChunkSealer(self.file_key, nonce)
        out = bytearray(age.sealed_size(len(self.plain)))
        sealer.seal_into(memoryview(self.plain), memoryview(out), last=True)
        self.payload = write_header(self.stanzas, self.file_key) + nonce + bytes(out)

    def address(self, *parties: Party) -> None:
        """Wrap the file key to others."""
        keys = [key for party in parties for key in party.recipients]
        self.stanzas = [stanza for key in keys for stanza in key.wrap(self.file_key)]

    def mend_envelope(self, carrier: Party = SENDER, **changes: Any) -> None:
        """Make the envelope agree with what is there, but for ``changes``; ``carrier`` signs."""
        self.envelope |= {
            "payload_size": len(self.payload),
            "payload_sha256": sha256(self.payload),
            "statement_sha256": sha256(self.members.get(bag.STATEMENT, b"")),
        } | changes
        self.envelope_signature = carrier.sign(self.envelope_bytes, "sen-envelope@v1")

    @property
    def envelope_bytes(self) -> bytes:
        return strict_json.dumps(self.envelope)

    def build(self) -> bytes:
        """Return the bundle as its parts are now."""
        members = self.outside | {
            PAYLOAD_NAME: self.payload,
            "envelope.json": self.envelope_bytes,
            "envelope.json.sig": self.envelope_signature,
        }
        return container(members, deflate=False)
