"""The command line ``senx``. Exit codes are listed in ``exchange.cli.output`` and docs/cli.md."""

from exchange.cli.main import main

__all__ = ["main"]
