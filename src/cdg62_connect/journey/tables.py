"""The journal's tables. Their history is in ``migrations/``; this is how they stand today."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0002"
"""The revision that this version of the software writes."""

metadata = MetaData()

dossiers = Table(
    "dossiers",
    metadata,
    Column("id_depot", String(80), primary_key=True),
    Column("siren", String(9), nullable=False, server_default=""),
    Column("stage", String(20), nullable=False),
    Column("progress", String(20), nullable=False),
    Column("problem", Text, nullable=False, server_default=""),
    Column("received_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("due_at", String(32)),
    Column("waits", Text, nullable=False, server_default="{}"),
    Column("holder", String(32), nullable=False, server_default=""),
)
Index("dossiers_due", dossiers.c.due_at)

events = Table(
    "events",
    metadata,
    Column("id_depot", String(80), ForeignKey("dossiers.id_depot"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    CheckConstraint("seq > 0"),
)

numbers = Table(
    "numbers",
    metadata,
    Column("siren", String(9), primary_key=True),
    Column("numero", String(15), primary_key=True),
    Column("id_depot", String(80), nullable=False),
    Column("reserved_at", String(32), nullable=False),
)
"""Acte numbers ever given out, per authority: S2LOW refuses one that was used, even in error."""

outages = Table(
    "outages",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("since", String(32), nullable=False),
    Column("next_probe", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("given_at", String(32), nullable=False),
)
"""Alerts already given: each is given once for as long as it lasts."""
