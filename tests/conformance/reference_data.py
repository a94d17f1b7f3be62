"""The samples and the schemas published by others: looked for beside the recordings, and no part of the project."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from conformance.recordings import ABSENT, place

__all__ = ["ABSENT", "SAMPLES", "data", "samples"]

SAMPLES = Path("samples")


def data() -> Path | None:
    """The folder that holds them, ``None`` when it is not there."""
    found = place()
    folder = found.parents[1] if found is not None else None
    return folder if folder is not None and (folder / SAMPLES).is_dir() else None


@lru_cache(maxsize=1)
def samples() -> dict[str, Path]:
    """Every sample, by its path from the folder of samples."""
    folder = data()
    if folder is None:
        return {}
    root = folder / SAMPLES
    return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
