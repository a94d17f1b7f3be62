"""The journal's database file: SQLite, every commit forced to disk, its tables brought up to date at opening."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cdg62_connect.errors import JournalError
from cdg62_connect.extras import extra
from cdg62_connect.journey.locks import Taken, locked
from cdg62_connect.moments import reach

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import URL, Connection, Engine, create_engine, event, text
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.pool import NullPool

    from cdg62_connect.journey import tables


JOURNAL_FILE = "journal.sqlite3"

_PATIENCE = 60
"""Seconds that another process may take to bring the journal up to date."""


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """One transaction; what the disk refuses is told as such."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as refused:
        raise JournalError(
            f"Le journal ne peut pas être écrit ({refused.orig}). Vérifiez la place et les droits du disque ; "
            "rien n'est perdu, la prochaine passe reprendra."
        ) from refused


def open_database(path: Path) -> Engine:
    """The database of ``path``, made when it is not there; nothing is cached between transactions."""
    address = URL.create("sqlite", database=str(path))  # as it is: « ? » and « % » mean nothing in it
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    _ = (configure, begin)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return engine


def bring_up_to_date(engine: Engine, *, lock: Path) -> None:
    """Make or migrate the tables, one process at a time.

    Raises:
        JournalError: a later version of the software wrote this journal.
    """
    found = _revision(engine)
    if found == tables.HEAD:
        return
    with extra("journey", needed_for="Le journal des dossiers"):
        from alembic import command
        from alembic.config import Config
        from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", "cdg62_connect.journey:migrations")
    try:
        with locked(lock, patience=_PATIENCE):
            reach("journal.before:migration")
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                try:
                    command.upgrade(config, tables.HEAD)
                except CommandError:
                    raise JournalError(
                        f"Le journal est d'une version plus récente ({found}) que ce logiciel "
                        f"({tables.HEAD}) : mettez cdg62-connect à jour. Rien n'y a été changé."
                    ) from None
            reach("journal.after:migration")
    except Taken:
        raise JournalError(
            "Un autre processus met le journal à jour depuis une minute : réessayez."
        ) from None


def _revision(engine: Engine) -> str | None:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        exists = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
        if connection.scalar(exists) is None:
            return None
        return connection.scalar(text("SELECT version_num FROM alembic_version"))
