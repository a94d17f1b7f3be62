"""A file that lives for the time of one call."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cdg62_connect.simulator.pastell.peers.ports import PeerFile, World


@contextmanager
def landed(world: World, name: str, content: bytes, content_type: str) -> Generator[PeerFile]:
    """``content`` as a file, in the folder of the simulator when it has one."""
    if world.folder is not None:
        world.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=world.folder, ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "contenu"
        path.write_bytes(content)
        yield PeerFile(name, path, content_type)
