"""Lists of pupils: one whose columns are asked about, one that differs, one that is read."""

from __future__ import annotations

import io

from exchange.ports.imports import Plan
from exchange.services.imports.begin import begin_import, given
from exchange.services.imports.keep import choose, keep_import
from exchange.services.imports.mapping import settle
from exchange.services.imports.model import Import
from exchange.services.people.account import Account
from tests.browser.furnish import SENCO
from tests.browser.stories.stage import Stage, Story

_HEADS = "Surname;Forename;DOB;Sex;SEN status;Primary need"
_ROWS = ("Hollowmere;Ann;03/04/2015;F;SEN Support;{need}", "Hollowmere;Zoë;05/06/2015;F;Wave 3;")


def _begun(stage: Stage, account: Account, need: str = "Autism") -> Import:
    primary = stage.live["primary"]
    text = "\r\n".join((_HEADS, *_ROWS)).format(need=need)
    files = [("class.csv", io.BytesIO(text.encode("cp1252")))]
    inside, reader = primary.node.inside, primary.node.lists()
    return begin_import(inside, primary.org_id, account.account_id, files, reader, SENCO)


def _chosen(stage: Stage, account: Account, need: str = "Autism") -> Import:
    primary = stage.live["primary"]
    inside, org_id, reader = primary.node.inside, primary.org_id, primary.node.lists()
    begun = _begun(stage, account, need)
    plan = Plan(orders={"0/2": "dmy"}, no_upn="UN3")
    look = reader.look(given(inside, org_id, begun.files), plan, {})
    return choose(inside, org_id, settle(inside, org_id, begun, look, plan, reader), {1, 2})


def _columns(stage: Stage, account: Account) -> str:
    return f"/imports/{_begun(stage, account).import_id}/columns"


def _choose(stage: Stage, account: Account) -> str:
    return f"/imports/{_chosen(stage, account).import_id}/pupils"


def _done(stage: Stage, account: Account) -> str:
    primary = stage.live["primary"]
    found = _chosen(stage, account)
    keep_import(primary.node.inside, primary.org_id, found, primary.node.lists(), SENCO)
    return f"/imports/{found.import_id}"


def _check(stage: Stage, account: Account) -> str:
    """The child is here already, and this list names another need."""
    _done(stage, account)
    return f"/imports/{_chosen(stage, account, 'SLCN').import_id}/check"


def _pupil(stage: Stage, account: Account) -> str:
    return _check(stage, account).replace("/check", "/pupils/1")


STORIES = (
    Story("imports.columns", "primary", _columns, whose=True),
    Story("imports.choose", "primary", _choose, whose=True),
    Story("imports.check", "primary", _check, whose=True),
    Story("imports.pupil", "primary", _pupil, whose=True),
    Story("imports.page", "primary", _done, whose=True),
)
