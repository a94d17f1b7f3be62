"""Alembic's entry: the connection is handed over by :mod:`cdg62_connect.journey.store`."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
