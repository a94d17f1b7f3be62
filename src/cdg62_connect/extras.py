"""Optional dependencies: a missing one is named, with the command that installs it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from cdg62_connect.errors import MissingExtra


@contextmanager
def extra(name: str, *, needed_for: str) -> Generator[None]:
    """Turn a failed import within the block into :class:`MissingExtra`.

    Args:
        name: the extra that holds the library (``"journey"``, ``"simulator"``…).
        needed_for: what the user was trying to do, in French.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("cdg62_connect"):
            raise
        raise MissingExtra(name, needed_for=needed_for) from missing
