"""Remote keys: each a function of the deposit and the attempt, so that a lost one can be computed again."""

from __future__ import annotations

import hashlib
import re

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def parapheur_key(id_depot: str, *, attempt: int) -> str:
    """The ``DossierID`` under which iParapheur knows the dossier: at most 64 safe characters.

    The first attempt uses ``id_depot`` as it is when it fits; a later one, asked for by a person after a
    final refusal, carries its number.
    """
    name = id_depot if attempt == 1 else f"{id_depot}-{attempt}"
    if _SAFE.fullmatch(name):
        return name
    readable = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:43]
    if not readable[:1].isalnum():
        readable = "d" + readable[1:]
    return f"{readable}_{hashlib.sha256(name.encode()).hexdigest()[:20]}"
