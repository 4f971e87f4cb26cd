"""What an outsider sent is scanned before anybody here sees it; its receipt says what was found."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.scanner import ClamdScanner
from exchange.services.advice.filing import Confirmed, file_report
from exchange.services.advice.model import State
from exchange.services.advice.receipting import NAMESPACE
from exchange.services.advice.reports import Step
from keys.sshsig import write_allowed_signers
from tests.adapters.clamav import EICAR, clamd, needs_clamd
from tests.exchange.services.advice.consulting import ABOUT, REPORT_PDF, Consulting
from tests.exchange.services.town import PRIMARY, SENCO


@needs_clamd
def test_nothing_is_receipted_or_filed_before_it_was_scanned(consulting: Consulting) -> None:
    asked = consulting.asked()
    visit = consulting.visit(asked)
    consulting.add(visit)
    consulting.add(visit, b"Notes of the visit.\n" + EICAR + b"\n", "notes.txt")
    consulting.desk.send(visit, ABOUT)
    consulting.scanner = ClamdScanner(Path("/nowhere/clamd.socket"))
    consulting.work()
    (report,) = consulting.reports()
    assert (report.step, report.receipt) == (Step.CHECKING, "")
    with pytest.raises(Exception, match="report-not-ready"):
        file_report(consulting.inside, PRIMARY, report.report_id, _looked(report.pupil_id), SENCO)
    assert [one for one, _, _ in consulting.letters()].count("agency-received") == 0
    with clamd() as daemon:
        consulting.scanner = ClamdScanner(daemon.socket)
        consulting.town.clock.pass_(hours=1)
        consulting.work()
    (report,) = consulting.reports()
    assert report.step is Step.WAITING
    assert [(one.outcome, one.why) for one in report.files] == [
        ("clean", ""),
        ("refused", "document-infected"),
    ]
    sent = consulting.view(consulting.visit(asked))["sent"]
    assert [one["outcome"] for one in sent[0]["files"]] == ["clean", "refused"]  # type: ignore[index]
    assert [one for one, _, _ in consulting.letters()].count("agency-file-refused") == 1
    made = file_report(
        consulting.inside, PRIMARY, report.report_id, _looked(report.pupil_id), SENCO
    )
    with consulting.inside.store.reading(PRIMARY) as unit:
        assert [unit.documents.get(one).file_name for one in made] == ["report.pdf"]
    assert consulting.request(asked.request.request_id).state is State.FILED


def _looked(pupil_id: str) -> Confirmed:
    return Confirmed(pupil_id, looked=True, compared=("name", "born"))


@pytest.mark.stock
@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen: nothing to compare")
def test_who_keeps_the_receipt_verifies_it_with_stock_tools(
    consulting: Consulting, tmp_path: Path
) -> None:
    """As the text of the receipt says: the three files that the page hands out, and our key."""
    asked = consulting.asked()
    consulting.sends(consulting.visit(asked), REPORT_PDF)
    with consulting.door.share(consulting.visit(asked)) as share:
        content = b"".join(share.read("receipt-1.json"))
        (tmp_path / "receipt.sig").write_bytes(b"".join(share.read("receipt-1.json.sig")))
    signers = consulting.town.organisation(PRIMARY).allowed_signers()
    (tmp_path / "signers").write_text(write_allowed_signers(signers))
    assert _verified(tmp_path, content)
    told = json.loads(content)
    told["files"][0]["sha256"] = "0" * 64
    assert not _verified(tmp_path, json.dumps(told).encode())


def _verified(folder: Path, content: bytes) -> bool:
    files = ["-f", str(folder / "signers"), "-s", str(folder / "receipt.sig")]
    when = "-Overify-time=20260701120000Z"
    command = ["ssh-keygen", "-Y", "verify", when, "-I", PRIMARY, "-n", NAMESPACE, *files]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    return done.returncode == 0
