"""A key that was put aside before a pack was made signs nothing about it, whatever the date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchange.domain.transfer import State
from exchange.errors import TrustError
from exchange.services.judge_receipt import apply_receipt
from exchange.services.receive import WORKER
from schemas.receipt import ReceiptKind
from tests.exchange.services.signing import Responder
from tests.exchange.services.town import PRIMARY, SECONDARY, Town


def test_a_receipt_dated_before_its_pack(changing_town: Town) -> None:
    """Somebody finds a key on a disk that the school threw away a year ago."""
    town = changing_town
    thrown_away, then = town.vault.node_signer(SECONDARY), town.clock.now()
    town.keyring.rotate_signing(SECONDARY, town.clock.pass_(hours=1), overlap=timedelta(days=1))
    town.enrol(SECONDARY)
    town.reload_keys()
    town.clock.pass_(days=30)
    responder = Responder(town, town.primary.advance(town.sent()))
    forged = responder.write(ReceiptKind.COLLECTED, by=thrown_away, issued=then)
    inside, bundle_id = town.primary.inside, responder.transfer.bundle_id
    with pytest.raises(TrustError, match="receipt-signature"):
        apply_receipt(inside, PRIMARY, bundle_id, forged, WORKER)
    honest = responder.next(ReceiptKind.COLLECTED)
    assert apply_receipt(inside, PRIMARY, bundle_id, honest, WORKER).state is State.COLLECTED
