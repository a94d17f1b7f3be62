"""The first journal: dossiers, their append-only events, the ledger of acte numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and the triggers that make events and numbers append-only."""
    op.create_table(
        "dossiers",
        sa.Column("id_depot", sa.String(80), primary_key=True),
        sa.Column("siren", sa.String(9), nullable=False, server_default=""),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("progress", sa.String(20), nullable=False),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("due_at", sa.String(32)),
        sa.Column("waits", sa.Text, nullable=False, server_default="{}"),
        sa.Column("holder", sa.String(32), nullable=False, server_default=""),
    )
    op.create_index("dossiers_due", "dossiers", ["due_at"])
    op.create_table(
        "events",
        sa.Column("id_depot", sa.String(80), sa.ForeignKey("dossiers.id_depot"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.CheckConstraint("seq > 0"),
    )
    op.create_table(
        "numbers",
        sa.Column("siren", sa.String(9), primary_key=True),
        sa.Column("numero", sa.String(15), primary_key=True),
        sa.Column("id_depot", sa.String(80), nullable=False),
        sa.Column("reserved_at", sa.String(32), nullable=False),
    )
    for table in ("events", "numbers"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    """A journal is never taken back: an older version refuses it instead."""
    raise RuntimeError("the journal has no way back: keep the version that wrote it, or a later one")
