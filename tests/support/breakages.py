"""How an answer can break on its way, and which breakage each call of a route suffers."""

from __future__ import annotations

import os
from collections.abc import Sequence

BREAKAGES = ("couper", "tronquer", "html", "http_500", "http_502", "http_503")
UNDONE = tuple(one for one in BREAKAGES if one != "tronquer")
"""Those that can hide that a call was never carried out."""

EVERY_ONE = os.environ.get("CDG62_EXHAUSTIF") == "1"
"""Asked for before a release: nothing is left out of an enumeration."""


def broken(calls: Sequence[tuple[str, ...]], breakages: Sequence[str] = BREAKAGES) -> list[tuple[str, ...]]:
    """Each call with the connection cut and with one other breakage, in turn; with all under CDG62_EXHAUSTIF=1.

    The transport tells breakages apart, and its own tests see them all: what a route adds is what it does of a
    call whose outcome is unknown, or known to be none.
    """
    cut, *others = breakages
    return [
        (*call, breakage)
        for rank, call in enumerate(calls)
        for breakage in (breakages if EVERY_ONE else (cut, others[rank % len(others)]))
    ]
