"""What the journal knows of platforms that do not answer, and which alerts were given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables; nothing that exists changes."""
    op.create_table(
        "outages",
        sa.Column("platform", sa.String(20), primary_key=True),
        sa.Column("since", sa.String(32), nullable=False),
        sa.Column("next_probe", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("key", sa.String(160), primary_key=True),
        sa.Column("given_at", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """A journal is never taken back: an older version refuses it instead."""
    raise RuntimeError("the journal has no way back: keep the version that wrote it, or a later one")
