"""What the route through Pastell keeps: whose each remote element is, and how far each entity was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns with defaults and two tables; nothing that exists changes."""
    op.add_column("dossiers", sa.Column("scheduled_at", sa.String(32), nullable=False, server_default=""))
    op.add_column("dossiers", sa.Column("wakes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("dossiers", sa.Column("remote", sa.String(120), nullable=False, server_default=""))
    op.add_column("dossiers", sa.Column("remote_seen", sa.String(120), nullable=False, server_default=""))
    op.create_index("dossiers_remote", "dossiers", ["remote"])
    op.create_table(
        "claims",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("id_depot", sa.String(80), nullable=False),
        sa.Column("claimed_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "fleets",
        sa.Column("entity", sa.String(40), primary_key=True),
        sa.Column("last_row", sa.Integer, nullable=False),
        sa.Column("listed_until", sa.String(32), nullable=False),
        sa.Column("read_at", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """A journal is never taken back: an older version refuses it instead."""
    raise RuntimeError("the journal has no way back: keep the version that wrote it, or a later one")
