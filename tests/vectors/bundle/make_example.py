"""Makes example/: the worked example of docs/bundle-format.md, and the blocks that show it there.

Run as ``python -m tests.vectors.bundle.make_example``. What is random in a real bundle is fixed
here, and only here: the statement's nonce, the ids of tag files, file key, ephemeral keys and
payload nonce. The suite checks that folder and document are what this makes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import textwrap
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from exchange.bundle import bag, zipformat
from exchange.bundle.outer import read_outer
from exchange.bundle.zipreader import ZipReader
from exchange.bundle.zipwriter import Member
from keys import age
from keys.age import bech32
from keys.age.header import write_header
from keys.interfaces import Stanza
from keys.sshsig import write_allowed_signers
from schemas import strict_json
from tests.exchange.bundle.forge import Forgery
from tests.exchange.bundle.parties import (
    BUNDLE_ID,
    OLD_TOOLS,
    SENDER,
    SUBJECT,
    document,
    record,
    sealed,
)

FOLDER = Path(__file__).parent / "example"
BUNDLE = FOLDER / f"{BUNDLE_ID}.zip"
DOCUMENT = Path(__file__).parents[3] / "docs" / "bundle-format.md"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
FILE_KEY = bytes(range(16))
PAYLOAD_NONCE = bytes(range(16, 32))


def x25519_stanza(recipient: str, ephemeral: bytes) -> Stanza:
    """Wrap the file key as age v1 says, "The X25519 recipient type"."""
    theirs = bech32.decode(recipient)[1]
    secret = X25519PrivateKey.from_private_bytes(ephemeral)
    share = secret.public_key().public_bytes_raw()
    shared = secret.exchange(X25519PublicKey.from_public_bytes(theirs))
    info = b"age-encryption.org/v1/X25519"
    key = HKDF(hashes.SHA256(), 32, share + theirs, info).derive(shared)
    body = ChaCha20Poly1305(key).encrypt(bytes(12), FILE_KEY, None)
    return Stanza("X25519", (base64.b64encode(share).rstrip(b"=").decode(),), body)


def parts() -> Forgery:
    """Seal the example as any bundle is sealed, then fix what chance decided."""
    files = (record(), document(1, PDF, title="Educational psychologist's report"))
    raw, _ = sealed(*files, to=(OLD_TOOLS,))
    made = Forgery(raw, OLD_TOOLS)

    def fix(value: dict[str, Any]) -> None:
        value["nonce"] = hashlib.sha256(b"an example is not random").hexdigest()
        for number, entry in enumerate(value["files"]):
            if entry["role"] == "tag":
                entry["id"] = f"{number:08x}-7777-4777-8777-777777777777"

    made.restate(fix)
    made.mend_tagmanifest()
    made.file_key = FILE_KEY
    made.stanzas = [
        x25519_stanza(str(key), hashlib.sha256(b"ephemeral %d" % number).digest())
        for number, key in enumerate(OLD_TOOLS.recipients)
    ]
    return made


def build(packed: dict[str, Member] | None = None) -> bytes:
    """Return the example bundle.

    :param packed: deflated members to use: another zlib deflates to other bytes.
    """
    made = parts()
    members = [
        Member.of(name, data, compress=not name.endswith(".pdf"))
        for name, data in made.members.items()
    ]
    if packed is not None:
        members = [packed[member.name] for member in members]
    listed = ((m.name, m.method, m.crc32, m.compressed_size, m.size) for m in members)
    entries = zipformat.lay_out(listed)
    placed = zip(entries, members, strict=True)
    bodies = (zipformat.local_header(entry) + (member.data or b"") for entry, member in placed)
    made.plain = b"".join(bodies) + zipformat.directory(entries)
    out = bytearray(age.sealed_size(len(made.plain)))
    sealer = age.ChunkSealer(FILE_KEY, PAYLOAD_NONCE)
    sealer.seal_into(memoryview(made.plain), memoryview(out), last=True)
    made.payload = write_header(made.stanzas, FILE_KEY) + PAYLOAD_NONCE + bytes(out)
    made.mend_envelope()
    return made.build()


def packed_members(raw: bytes) -> dict[str, Member]:
    """Return the inner members of a bundle with their bytes as they stand in the container."""
    plain = Forgery(raw, OLD_TOOLS).plain
    reader = ZipReader(io.BytesIO(plain), deflate=True)
    return {
        e.name: Member(
            e.name, e.method, e.crc32, e.compressed_size, e.size, plain[e.data_offset : e.end]
        )
        for e in reader.entries
    }


def side_files() -> dict[str, bytes]:
    """Return what a reader of the example needs beside the bundle."""
    secret = age.identity_from_seed("classic", OLD_TOOLS.seed("op"))
    signers = write_allowed_signers([SENDER.allowed()])
    return {"KEY.txt": f"{secret}\n".encode(), "SIGNERS": signers.encode()}


def blocks(raw: bytes) -> dict[str, str]:
    """Return the blocks of the document, by name."""
    outer = read_outer(io.BytesIO(raw))
    outside = ZipReader(io.BytesIO(raw))
    opened = Forgery(raw, OLD_TOOLS)
    inside = ZipReader(io.BytesIO(opened.plain), deflate=True)
    payload = outside.entry("payload.age")
    header = age.read_header(io.BytesIO(opened.payload))
    keys = [
        f"sender             {SENDER.org_id}",
        f"  signing key      {SENDER.ssh.public.line}",
        f"  key id           {SENDER.key_id}",
        f"recipient          {OLD_TOOLS.org_id}",
    ]
    for name, key in zip(("operational", "recovery"), OLD_TOOLS.recipients, strict=True):
        keys += [f"  {name:<16} {key}", f"  key id           {key.key_id}"]
    secret = side_files()["KEY.txt"].decode().strip()
    keys += [f"  secret key       {secret}", f"subject            {SUBJECT}"]
    return {
        "keys": "\n".join(keys),
        "outer-members": table(outside),
        "outer-local-header": dump(zipformat.local_header(payload)),
        "outer-central-header": dump(zipformat.central_header(payload)),
        "outer-end": dump(raw[-22:]),
        "age-header": opened.payload[: header.size].decode("ascii").rstrip("\n"),
        "inner-members": table(inside),
        "bag-info": opened.members[bag.INFO].decode().rstrip("\n"),
        "manifest": opened.members[bag.MANIFEST].decode().rstrip("\n"),
        "tagmanifest": opened.members[bag.TAGMANIFEST].decode().rstrip("\n"),
        "statement": strict_pretty(opened.members[bag.STATEMENT]),
        "statement-signature": opened.members[bag.SIGNATURE].decode().rstrip("\n"),
        "envelope": strict_pretty(outer.envelope_bytes),
        "envelope-signature": outer.signature.decode().rstrip("\n"),
        "digests": "\n".join(
            f"{hashlib.sha256(content).hexdigest()}  {name}"
            for name, content in [
                (BUNDLE.name, raw),
                ("payload.age", opened.payload),
                ("bag.zip", opened.plain),
                ("statement.json", opened.members[bag.STATEMENT]),
                ("envelope.json", outer.envelope_bytes),
            ]
        ),
    }


def strict_pretty(content: bytes) -> str:
    """Return JSON on many lines, for people."""
    return json.dumps(strict_json.loads(content), indent=1, ensure_ascii=False)


def table(reader: ZipReader) -> str:
    rows = [f"{'offset':>6} {'method':>6} {'packed':>6} {'size':>6} {'crc-32':>8}  name"]
    rows += [
        f"{e.offset:6} {e.method:6} {e.compressed_size:6} {e.size:6} {e.crc32:08x}  {e.name}"
        for e in reader.entries
    ]
    return "\n".join(rows)


def dump(content: bytes) -> str:
    return "\n".join(textwrap.wrap(content.hex(" "), 16 * 3 - 1))


def written(text: str, found: dict[str, str]) -> str:
    """Return the document with every block as it must be."""
    for name, block in found.items():
        pattern = rf"(<!-- example: {re.escape(name)} -->\n```[a-z]*\n).*?(\n```)"
        text, count = re.subn(
            pattern, lambda match, b=block: match[1] + b + match[2], text, flags=re.S
        )
        if count != 1:
            raise SystemExit(f"the document has {count} blocks called {name}")
    return text


def main() -> None:
    """Write folder and document anew."""
    FOLDER.mkdir(exist_ok=True)
    raw = build()
    BUNDLE.write_bytes(raw)
    for name, content in side_files().items():
        (FOLDER / name).write_bytes(content)
    DOCUMENT.write_text(written(DOCUMENT.read_text(), blocks(raw)))


if __name__ == "__main__":
    main()
