"""The command line: ``cdg62-connect``. French for people, one JSON object for machines (``--json``)."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; a failure that we foresaw is one sentence on stderr and an exit code."""
    from cdg62_connect.errors import Cdg62Error, ConfigurationError
    from cdg62_connect.extras import extra

    try:
        with extra("journey", needed_for="La commande cdg62-connect"):
            import rich as _rich
            import typer as _typer
        del _rich, _typer
        from cdg62_connect.cli.app import app

        app()
    except ConfigurationError as wrong:
        sys.stderr.write(f"{wrong}\n")
        raise SystemExit(2) from None
    except Cdg62Error as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(1) from None


__all__ = ["main"]
