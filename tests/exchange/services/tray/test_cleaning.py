"""Cleaned copies of what lies in the tray: on wish, in place of the original, or not at all."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest

from exchange.errors import Refused
from exchange.services.tray.file_upload import ask_clean
from exchange.services.tray.upload import Stage, Upload
from tests.exchange.services.town import PRIMARY, SENCO
from tests.exchange.services.tray.conftest import Tray
from tests.exchange.services.tray.papers import docx_saying, pdf_saying, scripted

BORN = date(2015, 3, 9)
REPORT = pdf_saying("Educational psychology report", "Ann Oak was seen on 3 May 2026.")
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DELETED_CELL = f'<w:ftr xmlns:w="{WORD}"><w:tcPr><w:cellDel w:author="x"/></w:tcPr></w:ftr>'
UNDECIDED = docx_saying("Targets", more=[("word/footer1.xml", DELETED_CELL.encode())])
"""A deleted cell under tracked changes: only Word can work out what is left."""


def test_scripts_are_kept_cleaned_or_not_at_all(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    found = tray.checked(scripted(REPORT), "a.pdf")
    assert found.active == ("pdf-javascript",)
    with pytest.raises(Refused, match="active-content"):
        tray.file(found, ann)
    ask_clean(tray.inside, PRIMARY, found.upload_id, SENCO)
    tray.settle()
    cleaned = tray.get(found.upload_id)
    assert (cleaned.stage, cleaned.active) == (Stage.READY, ())
    assert "pdf-javascript" in cleaned.removed
    assert tray.blobs() == 1, "the original is not kept"
    document = tray.file(cleaned, ann).document
    with tray.inside.blobs.open(PRIMARY, document.blob) as source:
        kept = tray.inside.vault.compartment(PRIMARY, "general").opener.open(source).read()
    assert b"JavaScript" not in kept
    assert document.sha256 != found.sha256
    (told,) = tray.entries("document.attached")
    assert "pdf-javascript" in told["removed"]


def test_remarks_are_named_and_may_stay(tray: Tray) -> None:
    remarks = (
        b'<w:comments xmlns:w="x"><w:comment><w:p><w:t>hm</w:t></w:p></w:comment></w:comments>'
    )
    relation = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="a" Target="comments.xml" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/comments"/></Relationships>'
    )
    content = docx_saying(
        "Targets",
        more=[("word/comments.xml", remarks), ("word/_rels/document.xml.rels", relation)],
    )
    ann = tray.child(0, "Ann", "Oak", BORN)
    found = tray.checked(content, "plan.docx")
    assert found.tells == ("office-comments",)
    assert tray.file(found, ann, "sen-support-plan").new


def cleaned(tray: Tray, upload: Upload) -> Upload:
    ask_clean(tray.inside, PRIMARY, upload.upload_id, SENCO)
    tray.settle()
    return tray.get(upload.upload_id)


def test_what_only_tells_and_cannot_be_cleaned_may_be_filed_as_it_is(tray: Tray) -> None:
    ann = tray.child(0, "Ann", "Oak", BORN)
    found = tray.checked(UNDECIDED, "plan.docx")
    assert found.tells == ("office-tracked-changes",)
    after = cleaned(tray, found)
    assert (after.stage, after.code) == (Stage.READY, "document-not-cleanable")
    assert "Accept the tracked changes" in after.hint
    assert (after.sha256, after.tells) == (found.sha256, found.tells), "nothing was lost"
    assert tray.entries("upload.not-cleaned") == [{"code": "document-not-cleanable"}]
    assert tray.file(after, ann, "sen-support-plan").document.sha256 == found.sha256


def test_what_acts_and_cannot_be_cleaned_is_refused(tray: Tray) -> None:
    with pikepdf.open(io.BytesIO(scripted(REPORT))) as made:
        made.Root.Perms = pikepdf.Dictionary()
        out = io.BytesIO()
        made.save(out)
    ann = tray.child(0, "Ann", "Oak", BORN)
    after = cleaned(tray, tray.checked(out.getvalue()))
    assert (after.stage, after.code) == (Stage.REFUSED, "document-not-cleanable")
    with pytest.raises(Refused, match="upload-not-ready"):
        tray.file(after, ann)
