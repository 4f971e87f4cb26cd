"""What a child-protection pack is called is kept for the DSL alone, at both ends."""

from __future__ import annotations

import pytest

from exchange.domain.transfer import State
from exchange.errors import Wrapped
from exchange.services.kept_statement import as_signed
from exchange.services.show_pack import view_pack
from exchange.services.summarise_pack import read_pack
from schemas.base import load_bytes
from schemas.statement import BundleKind, FileRole, Statement
from tests.exchange.services.town import (
    DSL_PASSPHRASE,
    HEAD,
    PDF,
    PRIMARY,
    SECONDARY,
    House,
    Town,
)

CP_PDF = PDF + b"% cp\n"
TRACES = (b"cp-file.pdf", b'"title"', b'"author"', b"Dr A. Invented", b'"document"')


@pytest.fixture
def unlocked(town: Town) -> Town:
    for org_id in (PRIMARY, SECONDARY):
        town.vault.unlock_cp(org_id, DSL_PASSPHRASE)
    return town


def sent_cp(town: Town, *contents: bytes) -> str:
    pupil_id = town.ready()
    for content in contents or (CP_PDF,):
        town.attach(pupil_id, content, "cp-file")
    return town.send(pupil_id, kind=BundleKind.CP_FILE).transfer.bundle_id


def types(house: House, kept: bytes) -> list[str]:
    statement = load_bytes(Statement, as_signed(house.inside, house.org_id, kept))
    return [one.type for one in statement.files if one.role is FileRole.DOCUMENT]


def test_neither_end_keeps_titles_under_the_general_keys(unlocked: Town) -> None:
    town = unlocked
    bundle_id = sent_cp(town)
    town.settle()
    arrival = town.secondary.arrival(bundle_id)
    assert arrival.state is State.VERIFIED
    ends = (
        (town.primary, town.primary.transfer(bundle_id).statement),
        (town.secondary, arrival.statement),
    )
    for house, kept in ends:
        assert not [trace for trace in TRACES if trace in kept]
        assert types(house, kept) == ["cp-file"]
        town.vault.lock_cp(house.org_id)
        with pytest.raises(Wrapped, match="compartment-locked"):
            types(house, kept)


def test_the_pack_goes_its_way_while_both_dsls_are_away(unlocked: Town) -> None:
    town = unlocked
    bundle_id = sent_cp(town)
    for org_id in (PRIMARY, SECONDARY):
        town.vault.lock_cp(org_id)
    town.settle()
    assert town.primary.transfer(bundle_id).state is State.COLLECTED


def test_the_same_is_told_from_an_update(unlocked: Town) -> None:
    town = unlocked
    bundle_id = sent_cp(town)
    (transfer,) = town.primary.transfers()
    assert town.send(transfer.pupil_id or "", kind=BundleKind.CP_FILE).outcome == "unchanged"
    town.attach(transfer.pupil_id or "", CP_PDF + b"% more\n", "cp-file")
    order = {"kind": BundleKind.CP_FILE}
    update = town.send(transfer.pupil_id or "", update=True, **order).transfer
    assert update.supersedes == bundle_id
    town.settle()
    seen = view_pack(
        town.secondary.inside, SECONDARY, town.secondary.arrival(update.bundle_id), HEAD
    )
    documents = [one for one in seen.files if one.type == "cp-file"]
    assert sorted(one.new for one in documents) == [False, True]


def test_a_pack_that_names_a_leads_pack_as_its_earlier_one_opens(unlocked: Town) -> None:
    town = unlocked
    bundle_id = sent_cp(town)
    town.settle()
    town.vault.lock_cp(SECONDARY)
    second = town.send(town.ready(1), supersedes=bundle_id).transfer.bundle_id
    town.settle()
    page = read_pack(town.secondary.inside, SECONDARY, second, HEAD)
    assert [one.new for one in page.documents] == [False], "what is new cannot be told"


def test_other_packs_are_kept_as_they_were(town: Town) -> None:
    bundle_id = town.sent()
    kept = town.primary.transfer(bundle_id).statement
    assert as_signed(town.primary.inside, PRIMARY, kept) == kept
    assert kept.startswith(b"{")
