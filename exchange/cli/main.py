"""The one visible table of commands."""

from __future__ import annotations

import click

from exchange.cli import (
    audit,
    directory,
    disclosure,
    dsl,
    inbox,
    intake,
    keys,
    node,
    open_file,
    outbox,
    pupils,
    schema,
    schools,
    seal_file,
)
from exchange.cli.discreet import Discreet


@click.group(
    cls=Discreet, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="sen-exchange", prog_name="senx")
def main() -> None:
    """Hand over what a child with special educational needs needs next."""


for command in (
    node.init,
    node.keygen,
    keys.keys,
    node.serve,
    directory.directory,
    intake.import_,
    pupils.pupil,
    pupils.pupils,
    intake.attach,
    pupils.destination,
    disclosure.wish,
    disclosure.mark,
    disclosure.decide,
    disclosure.preview,
    outbox.send,
    outbox.outbox,
    disclosure.explain,
    outbox.receipts,
    outbox.recall,
    inbox.inbox,
    inbox.show,
    inbox.accept,
    inbox.reject,
    inbox.load,
    dsl.dsl,
    inbox.destroy,
    audit.audit,
    schools.schools,
    schema.schema,
    seal_file.seal,
    open_file.verify,
    open_file.open_,
):
    main.add_command(command)
