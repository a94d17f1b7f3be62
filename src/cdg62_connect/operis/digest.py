"""What tells a repeated deposit from another one under the same name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cdg62_connect.errors import HostileInput
from cdg62_connect.operis.disk import blocks, on_disk, open_regular
from cdg62_connect.operis.names import MANIFESTS


def manifest_digest(folder: Path) -> str:
    """The SHA-256 of a lot's manifests; ``""`` when there is none.

    Raises:
        StillHeld: another program holds one: it would be taken for another deposit.
        ConfigurationError: the disk does not answer.
    """
    digest = hashlib.sha256()
    found = False
    with on_disk(folder):
        for name in sorted(MANIFESTS):
            try:
                with open_regular(folder / name) as source:
                    for block in blocks(source):
                        digest.update(block)
            except (FileNotFoundError, HostileInput):
                continue
            found = True
    return digest.hexdigest() if found else ""
