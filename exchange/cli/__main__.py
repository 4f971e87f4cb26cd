"""``python -m exchange.cli``: the same as ``senx``."""

from exchange.cli.main import main

main(prog_name="senx")
