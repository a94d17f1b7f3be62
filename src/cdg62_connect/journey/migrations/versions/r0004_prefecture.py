"""Listening after the accusé de réception: whose each transaction is, when to look again, what is unread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TRANSACTION = """
UPDATE dossiers SET s2low = COALESCE((
  SELECT json_extract(sent.payload, '$.transaction') FROM events AS sent
  WHERE sent.id_depot = dossiers.id_depot AND sent.kind = 'transmitted' ORDER BY sent.seq DESC LIMIT 1), 0)
"""

_LISTEN = """
UPDATE dossiers SET listen_at = changed_at WHERE s2low <> 0
  AND EXISTS (SELECT 1 FROM events WHERE events.id_depot = dossiers.id_depot AND kind = 'acknowledged')
  AND NOT EXISTS (SELECT 1 FROM events WHERE events.id_depot = dossiers.id_depot AND kind IN ('cancelled', 'refused'))
"""


def upgrade() -> None:
    """Add columns with defaults and two tables; actes that have their accusé are listened to from now on."""
    op.add_column("dossiers", sa.Column("s2low", sa.Integer, nullable=False, server_default="0"))
    op.add_column("dossiers", sa.Column("answers", sa.String(40), nullable=False, server_default=""))
    op.add_column("dossiers", sa.Column("listen_at", sa.String(32)))
    op.create_index("dossiers_s2low", "dossiers", ["s2low"])
    op.create_index("dossiers_answers", "dossiers", ["answers"])
    op.create_index("dossiers_listen", "dossiers", ["listen_at"])
    op.create_table(
        "listenings",
        sa.Column("siren", sa.String(9), primary_key=True),
        sa.Column("read_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "letters",
        sa.Column("message", sa.Integer, primary_key=True),
        sa.Column("siren", sa.String(9), nullable=False),
        sa.Column("id_depot", sa.String(80), nullable=False),
        sa.Column("sorte", sa.Integer, nullable=False),
        sa.Column("acte", sa.Integer, nullable=False, server_default="0"),
        sa.Column("numero", sa.String(40), nullable=False, server_default=""),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("unread", sa.Integer, nullable=False),
    )
    op.execute(_TRANSACTION)
    op.execute(_LISTEN)


def downgrade() -> None:
    """A journal is never taken back: an older version refuses it instead."""
    raise RuntimeError("the journal has no way back: keep the version that wrote it, or a later one")
