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

HEAD = "0004"
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
    Column("scheduled_at", String(32), nullable=False, server_default=""),
    Column("wakes", Integer, nullable=False, server_default="0"),
    Column("remote", String(120), nullable=False, server_default=""),
    Column("remote_seen", String(120), nullable=False, server_default=""),
    Column("s2low", Integer, nullable=False, server_default="0"),
    Column("answers", String(40), nullable=False, server_default=""),
    Column("listen_at", String(32)),
)
"""One line per dossier. ``due_at`` was written at ``scheduled_at``; ``wakes`` counts how often somebody asked
for a look at once; ``remote`` is the element that carries it on a platform watched as a whole, and
``remote_seen`` the state it was last seen in. ``s2low`` is its transaction there, 0 without one; ``answers``
the message of the préfecture that it answers; ``listen_at`` when S2LOW is next asked what came about its acte."""
Index("dossiers_due", dossiers.c.due_at)
Index("dossiers_remote", dossiers.c.remote)
Index("dossiers_s2low", dossiers.c.s2low)
Index("dossiers_answers", dossiers.c.answers)
Index("dossiers_listen", dossiers.c.listen_at)

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

claims = Table(
    "claims",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("id_depot", String(80), nullable=False),
    Column("claimed_at", String(32), nullable=False),
)
"""Which dossier an element of a platform belongs to: one each, for ever."""

fleets = Table(
    "fleets",
    metadata,
    Column("entity", String(40), primary_key=True),
    Column("last_row", Integer, nullable=False),
    Column("listed_until", String(32), nullable=False),
    Column("read_at", String(32), nullable=False),
)
"""How far each entity of Pastell was read: its journal up to ``last_row``, its list up to ``listed_until``."""

listenings = Table(
    "listenings",
    metadata,
    Column("siren", String(9), primary_key=True),
    Column("read_at", String(32), nullable=False),
)
"""When the unread messages of each authority were last read."""

letters = Table(
    "letters",
    metadata,
    Column("message", Integer, primary_key=True),
    Column("siren", String(9), nullable=False),
    Column("id_depot", String(80), nullable=False),
    Column("sorte", Integer, nullable=False),
    Column("acte", Integer, nullable=False, server_default="0"),
    Column("numero", String(40), nullable=False, server_default=""),
    Column("seen_at", String(32), nullable=False),
    Column("unread", Integer, nullable=False),
)
"""Messages of the préfecture that S2LOW has listed as unread; ``id_depot`` is ``""`` for an acte that is not ours."""
