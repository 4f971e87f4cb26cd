"""The published schemas."""

from __future__ import annotations

from pathlib import Path

import click

from exchange.cli.output import typed_errors
from schemas.export import export as export_schemas


@click.group("schema")
def schema() -> None:
    """The records and signed documents, for other programs."""


@schema.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@typed_errors
def export(folder: Path) -> None:
    """Write each schema as JSON Schema 2020-12 into FOLDER."""
    written = export_schemas(folder)
    click.echo(f"Wrote {len(written)} schemas to {folder}")
