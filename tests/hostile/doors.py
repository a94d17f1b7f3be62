"""All the doors. A new parser is a new entry: ``test_every_door_is_listed.py`` fails until it is."""

from __future__ import annotations

from hostile.door import Door, Room, judged
from hostile.pastell_doors import PASTELL
from hostile.platform_doors import CALLS, Call
from hostile.reader_doors import READERS

DOORS: tuple[Door, ...] = (*(call.door() for call in (*CALLS, *PASTELL)), *READERS)
BY_NAME = {door.name: door for door in DOORS}

__all__ = ["BY_NAME", "CALLS", "DOORS", "Call", "Door", "Room", "judged"]
