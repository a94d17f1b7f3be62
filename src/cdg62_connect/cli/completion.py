"""What the shell proposes: dossiers of the journal, authorities of the configuration.

A person waits at the keyboard: the configuration and the journal are read as plain TOML and SQLite, without
the libraries that check them, and whatever goes wrong is no proposal.
"""

from __future__ import annotations

import os
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import typer

from cdg62_connect.errors import ConfigurationError

CONFIG_VARIABLE = "CDG62_CONNECT_CONFIG"
DEFAULT_NAME = "cdg62-connect.toml"
JOURNAL_FILE = "journal.sqlite3"

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")

T = TypeVar("T")

_MOST = 200
_PATIENCE = 0.2  # seconds, for a journal that somebody writes to

_ALL = "1"
_IN_COURSE = "due_at IS NOT NULL"
_BLOCKED = "stage = 'BLOCKED'"


def dossiers(ctx: typer.Context, incomplete: str) -> list[str]:
    """Every dossier of the journal, the latest first."""
    return _proposed(lambda: _dossiers(ctx, incomplete, _ALL))


def dossiers_in_course(ctx: typer.Context, incomplete: str) -> list[str]:
    """The dossiers in course, the latest first."""
    return _proposed(lambda: _dossiers(ctx, incomplete, _IN_COURSE))


def blocked_dossiers(ctx: typer.Context, incomplete: str) -> list[str]:
    """The dossiers that wait for a person, the latest first."""
    return _proposed(lambda: _dossiers(ctx, incomplete, _BLOCKED))


def authorities(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The SIREN of each authority, with its name."""

    def named() -> list[tuple[str, str]]:
        listed = _configuration(ctx)[1]["autorites"]
        return [(str(one["siren"]), str(one["nom"])) for one in listed if one["siren"].startswith(incomplete)]

    return _proposed(named)


def show(ctx: typer.Context, _parameter: object, value: bool | str | None) -> None:
    """``--show-completion``: the script of this shell."""
    if value and not ctx.resilient_parsing:
        from typer.completion import get_completion_script  # pyright: ignore[reportPrivateImportUsage] # no other way

        shell, program = _shell(value), str(ctx.find_root().info_name)
        script = get_completion_script(prog_name=program, complete_var=variable(program), shell=shell)
        typer.echo(script)
        raise typer.Exit


def install(ctx: typer.Context, _parameter: object, value: bool | str | None) -> None:
    """``--install-completion``: the same, put where this shell looks for it."""
    if value and not ctx.resilient_parsing:
        from typer.completion import install as put  # pyright: ignore[reportPrivateImportUsage] # no other way

        try:
            shell, path = put(shell=_shell(value))
        except OSError as refused:
            raise ConfigurationError(
                f"{refused.filename or 'Le fichier du shell'} ne peut pas être écrit : {refused.strerror}. "
                "Copiez vous-même ce que donne --show-completion."
            ) from None
        typer.echo(f"La complétion de {shell} est écrite dans {path}.")
        typer.echo("Elle agira dans les prochains terminaux.")
        raise typer.Exit


def variable(program: str) -> str:
    """The variable by which a shell asks ``program`` what may follow."""
    return f"_{program.replace('-', '_').upper()}_COMPLETE"


def _shell(value: bool | str) -> str:
    """The shell that calls us, else the one of this account; a scheduled task has neither."""
    import shellingham

    if isinstance(value, str):
        return value
    try:
        calling = str(shellingham.detect_shell()[0])
    except (shellingham.ShellDetectionFailure, OSError):
        calling = ""
    for found in (calling, Path(os.environ.get("SHELL", "")).name):
        if found in SHELLS:
            return found
    raise ConfigurationError(
        "Le shell qui appelle n'est pas reconnu : lancez cette commande depuis bash, zsh, fish ou PowerShell, "
        "ou nommez-le par la variable SHELL."
    )


def _proposed(find: Callable[[], list[T]]) -> list[T]:
    try:
        return find()
    except Exception:  # noqa: BLE001 - in the middle of a line being typed, there is nothing to say
        return []


def _configuration(ctx: typer.Context) -> tuple[Path, dict[str, Any]]:
    path = Path(ctx.params.get("config") or os.environ.get(CONFIG_VARIABLE, DEFAULT_NAME))
    return path.resolve().parent, tomllib.loads(path.read_text(encoding="utf-8"))


def _dossiers(ctx: typer.Context, incomplete: str, which: str) -> list[str]:
    folder, content = _configuration(ctx)
    path = folder / content["journal"]["dossier"] / JOURNAL_FILE
    query = (
        f"SELECT id_depot FROM dossiers WHERE {which} AND substr(id_depot, 1, ?) = ? "  # noqa: S608 - ours
        "ORDER BY received_at DESC LIMIT ?"
    )
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as journal:
        return [row[0] for row in journal.execute(query, (len(incomplete), incomplete, _MOST))]
