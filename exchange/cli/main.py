"""The one visible table of commands."""

from __future__ import annotations

import click

from exchange.cli.discreet import Discreet
from exchange.cli.late import LateCommands

COMMANDS = {
    "init": ("node", "init"),
    "keygen": ("node", "keygen"),
    "keys": ("keys", "keys"),
    "serve": ("node", "serve"),
    "doctor": ("doctor", "doctor"),
    "directory": ("directory", "directory"),
    "import": ("importing", "import_"),
    "pupil": ("pupils", "pupil"),
    "pupils": ("pupils", "pupils"),
    "attach": ("intake", "attach"),
    "destination": ("pupils", "destination"),
    "wish": ("disclosure", "wish"),
    "mark": ("disclosure", "mark"),
    "decide": ("disclosure", "decide"),
    "preview": ("disclosure", "preview"),
    "whose": ("whose", "whose"),
    "send": ("outbox", "send"),
    "outbox": ("outbox", "outbox"),
    "explain": ("disclosure", "explain"),
    "receipts": ("outbox", "receipts"),
    "recall": ("outbox", "recall"),
    "inbox": ("inbox", "inbox"),
    "show": ("inbox", "show"),
    "accept": ("inbox", "accept"),
    "reject": ("inbox", "reject"),
    "load": ("inbox", "load"),
    "dsl": ("dsl", "dsl"),
    "destroy": ("inbox", "destroy"),
    "people": ("people", "people"),
    "audit": ("audit", "audit"),
    "schools": ("schools", "schools"),
    "schema": ("schema", "schema"),
    "adapters": ("adapters_table", "adapters"),
    "seal": ("seal_file", "seal"),
    "verify": ("open_file", "verify"),
    "open": ("open_file", "open_"),
}
"""Name -> module of this room and what it is called there; loaded when it is used."""


@click.group(
    cls=Discreet, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="sen-exchange", prog_name="senx")
def main() -> None:
    """Hand over what a child with special educational needs needs next."""


main.commands = LateCommands(COMMANDS)
