"""Attacks on the members of a container: added, missing, misnamed, of another child."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.bundle import bag
from exchange.errors import BundleError
from schemas.records import RECORDS
from tests.exchange.bundle.forge import Forgery, container
from tests.exchange.bundle.parties import (
    PDF,
    TWIN,
    document,
    opened,
    record,
    sealed,
)
from tests.exchange.bundle.test_attacks import REPORT, code_of


def with_member(name: str, content: bytes, before: str) -> Callable[[Forgery], None]:
    def change(made: Forgery) -> None:
        members = {}
        for known, data in made.members.items():
            if known == before:
                members[name] = content
            members[known] = data
        made.members = members

    return change


def without(name: str) -> Callable[[Forgery], None]:
    return lambda made: made.members.pop(name) and None


@pytest.mark.parametrize(
    "change",
    [
        with_member("data/documents/0002-x.pdf", b"%PDF", "INDEX.htm"),
        with_member("data/extra.exe", b"MZ", "INDEX.htm"),
        with_member("fetch.txt", b"http://10.0.0.1/ 4 data/documents/x.pdf\n", "INDEX.htm"),
        with_member("manifest-md5.txt", b"", "INDEX.htm"),
        with_member("notes.txt", b"", "bagit.txt"),
        without(REPORT),
        without("data/records/profile-1.json"),
        without("bagit.txt"),
        without("INDEX.htm"),
        without("statement.json"),
    ],
)
def test_member_added_or_missing(change: Callable[[Forgery], None]) -> None:
    made = Forgery(sealed()[0])
    change(made)
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) in {"members-differ", "statement-differs"}


def test_tagmanifest_missing() -> None:
    made = Forgery(sealed()[0])
    del made.members[bag.TAGMANIFEST]
    made.plain = container(made.members)
    made.seal_plain()
    made.mend_envelope()
    assert code_of(made.build()) == "members-differ"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("data/documents/../../../x", "name-too-deep"),
        ("../x", "name-parent"),
        ("data\\documents\\x", "name-backslash"),
        ("data/documents/nul.pdf", "name-device"),
        ("data/documents/0001-REPORT.pdf", "name-collision"),
        ("Data/documents/x.pdf", "name-collision"),
    ],
)
def test_member_that_would_escape_or_collide(name: str, code: str) -> None:
    made = Forgery(sealed()[0])
    with_member(name, b"x", "INDEX.htm")(made)
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == code


def test_member_listed_in_the_statement_that_is_not_there() -> None:
    made = Forgery(sealed()[0])
    made.restate(
        lambda value: value["files"].insert(
            5, value["files"][4] | {"id": TWIN, "path": "data/documents/x"}
        )
    )
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "members-differ"


def test_member_added_to_the_outside() -> None:
    made = Forgery(sealed()[0])
    made.outside["run-me.exe"] = b"MZ"
    assert code_of(made.build()) == "members-differ"


def test_document_of_another_subject_in_the_statement() -> None:
    made = Forgery(sealed()[0])
    made.restate(lambda value: value["files"][4].update(subject=TWIN))
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "other-subject"


def test_document_of_another_subject_behind_a_valid_digest() -> None:
    """A record of the twin, hashed, listed and signed in good order by the sender."""
    made = Forgery(sealed()[0])
    path = "data/records/profile-1.json"
    twin = made.members[path].replace(b"5b1c2d3e-4f50-4a61-8b72-9c83ad94be05", TWIN.encode())
    made.replace_file(path, twin)
    made.seal()
    made.mend_envelope()
    bundle = opened(made.build())
    for read in (lambda: list(bundle.records(RECORDS)), lambda: bundle.verify_contents(RECORDS)):
        with pytest.raises(BundleError) as caught:
            read()
        assert (caught.value.code, caught.value.path) == ("other-subject", "/files/3/subject")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "json-syntax"),
        (b'{"schema":"sen.statement/1.0"}', "schema-unknown"),
        (b'{"schema":"sen.sen-register/1.0"}', "missing"),
        (b'{"schema":"sen.one-page-profile/9.0"}', "schema-too-new"),
    ],
)
def test_record_that_is_not_what_the_statement_calls_it(content: bytes, code: str) -> None:
    raw, _ = sealed(record(1, content), document(1, PDF))
    bundle = opened(raw)
    with pytest.raises(BundleError) as caught:
        list(bundle.records(RECORDS))
    assert caught.value.code == code
    assert caught.value.path.startswith("/files/3")


def test_record_of_another_type_than_listed() -> None:
    raw, _ = sealed(record(type="sen.pupil/1.0"), document(1, PDF))
    with pytest.raises(BundleError) as caught:
        opened(raw).verify_contents(RECORDS)
    assert (caught.value.code, caught.value.path) == ("schema-mismatch", "/files/3/type")


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        (bag.BAGIT, lambda c: c.replace(b"1.0", b"0.97"), "bagit-declaration"),
        (bag.BAGIT, lambda c: b"\xef\xbb\xbf" + c, "bagit-declaration"),
        (bag.INFO, lambda c: c.replace(b"Oxum: ", b"Oxum: 9"), "bag-differs"),
        (bag.INFO, lambda c: c + b"Contact-Name: x\n", "bag-differs"),
        (bag.INFO, lambda c: c + b"  folded\n", "bag-info-malformed"),
        (bag.MANIFEST, lambda c: b"0" * 64 + c[64:], "bag-differs"),
        (bag.MANIFEST, lambda c: b"", "bag-differs"),
        (bag.MANIFEST, lambda c: c + c, "manifest-repeats"),
        (bag.MANIFEST, lambda c: c + b"0" * 64 + b"  ../../x\n", "name-parent"),
        (bag.MANIFEST, lambda c: c.replace(b"  data", b" *data"), "manifest-malformed"),
        (bag.MANIFEST, lambda c: c.replace(b"\n", b"\r\n"), "manifest-malformed"),
        (bag.TAGMANIFEST, lambda c: b"0" * 64 + c[64:], "bag-differs"),
        (bag.TAGMANIFEST, lambda c: c[: c.rindex(b"\n", 0, -1) + 1], "bag-differs"),
        (bag.INDEX, lambda c: c.replace(b"<h1>", b"<h2>"), "digest-mismatch"),
    ],
)
def test_bag_that_disagrees_with_the_statement(
    name: str, change: Callable[[bytes], bytes], code: str
) -> None:
    """The sender's own signature over it does not help: the bag is a function of the statement."""
    made = Forgery(sealed()[0])
    made.members[name] = change(made.members[name])
    if name != bag.INDEX and name != bag.TAGMANIFEST:

        def restate(value: dict) -> None:  # type: ignore[type-arg]
            made_size = len(made.members[name])
            for entry in value["files"]:
                if entry["path"] == name:
                    entry["size"] = made_size

        made.restate(restate)
    if name != bag.INDEX:
        made.mend_tagmanifest()
    if name == bag.TAGMANIFEST:
        made.members[name] = change(made.members[name])
    made.plain = container(made.members)
    made.seal_plain()
    made.mend_envelope()
    assert code_of(made.build()) == code
