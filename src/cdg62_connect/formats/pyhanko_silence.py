"""pyHanko logs tracebacks for what is, here, an ordinary verdict: its loggers are shut while we use it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager

_LOGGERS = tuple(logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator"))
_lock = threading.Lock()
_inside = 0
_levels: tuple[int, ...] = ()


@contextmanager
def silenced() -> Generator[None]:
    """Shut pyHanko's loggers within the block; the last block to end gives them back as they were."""
    global _inside, _levels
    with _lock:
        _inside += 1
        if _inside == 1:
            _levels = tuple(logger.level for logger in _LOGGERS)
            for logger in _LOGGERS:
                logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                for logger, level in zip(_LOGGERS, _levels, strict=True):
                    logger.setLevel(level)
