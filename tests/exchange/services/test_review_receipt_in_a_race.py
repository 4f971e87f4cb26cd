"""A person accepts while the worker lays earlier receipts into the folder: none is forgotten."""

from __future__ import annotations

from pathlib import Path

from adapters.transports.folder import Folder
from exchange.ports import SignedReceipt
from exchange.services.accept import accept
from exchange.services.collect_folder import FolderCollector
from exchange.services.receive import Receiver
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, Town


class BusyFolder(Folder):
    """A folder into which the first receipts take so long that a person accepts meanwhile."""

    town: Town
    accepted = False

    def put_receipt(self, bundle_id: str, seq: int, receipt: SignedReceipt) -> None:
        super().put_receipt(bundle_id, seq, receipt)
        if seq == 2 and not self.accepted:
            self.accepted = True
            accept(self.town.secondary.inside, SECONDARY, bundle_id, SENCO)


def test_accepted_while_receipts_are_laid_down(town: Town, tmp_path: Path) -> None:
    house = town.secondary
    folder = BusyFolder("stick", tmp_path, settle=0)
    folder.town, folder.accepted = town, True
    bundle_id, content = town.packed()
    (tmp_path / f"{bundle_id}.zip").write_bytes(content)
    collector = FolderCollector(house.store, house.desk, folder, town.directory)
    assert [one for _ in range(3) for one in collector.collect()] == [(bundle_id, None)]
    receiver = Receiver(house.inside, {"stick": folder})
    for _ in range(2):
        receiver.advance(SECONDARY, PRIMARY, bundle_id)
    folder.accepted = False
    receiver.advance(SECONDARY, PRIMARY, bundle_id)
    assert house.arrival(bundle_id).due_at is not None, "the worker must look again"
    receiver.advance(SECONDARY, PRIMARY, bundle_id)
    assert (tmp_path / f"{bundle_id}.3.receipt.json").exists()
    assert house.arrival(bundle_id).due_at is None
