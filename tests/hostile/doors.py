"""All the doors. A new parser is a new entry: ``test_every_door_is_listed.py`` fails until it is."""

from __future__ import annotations

from hostile.door import Door, Room, judged
from hostile.format_doors import FORMATS
from hostile.found_doors import FOUND
from hostile.platform_doors import CALLS, Call
from hostile.reader_doors import READERS
from hostile.rest_doors import REST
from hostile.s2low_doors import S2LOW
from hostile.verdict_doors import VERDICTS

DOORS: tuple[Door, ...] = (
    *(call.door() for call in (*CALLS, *S2LOW, *FOUND)),
    *READERS,
    *REST,
    *FORMATS,
    *VERDICTS,
)
BY_NAME = {door.name: door for door in DOORS}

__all__ = ["BY_NAME", "CALLS", "DOORS", "Call", "Door", "Room", "judged"]
