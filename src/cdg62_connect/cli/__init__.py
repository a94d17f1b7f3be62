"""The command line: ``cdg62-connect``. French for people, one JSON object for machines (``--json``)."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr
from typing import NoReturn


def main() -> None:
    """Run the command; a failure that we foresaw is one sentence on stderr and an exit code."""
    from cdg62_connect.errors import Cdg62Error, ConfigurationError
    from cdg62_connect.extras import extra

    if "_CDG62_CONNECT_COMPLETE" in os.environ:
        _complete()
    try:
        with extra("journey", needed_for="La commande cdg62-connect"):
            import rich as _rich
            import typer as _typer
        del _rich, _typer
        from cdg62_connect.cli.app import run

        run()
    except ConfigurationError as wrong:
        sys.stderr.write(f"{wrong}\n")
        raise SystemExit(2) from None
    except Cdg62Error as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(1) from None


def _complete() -> NoReturn:
    """Answer the shell, in the middle of a line being typed: an answer, or silence."""
    with redirect_stderr(io.StringIO()):
        try:
            from cdg62_connect.cli.app import run

            run()
        except Exception:  # noqa: BLE001 - the person is typing something else
            raise SystemExit(1) from None
    raise SystemExit(0)


__all__ = ["main"]
