"""What may be shown of an exchange: never a secret, never a line that passes for another."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from cdg62_connect.settings.secret import Secret

HIDDEN = "•••"

_TELLING_NAME = re.compile(r"pass|pwd|secret|token|hash|nou?nce|login|user|key|auth|sign", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,10}")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_ORIGIN = re.compile(r"[a-z]+://[^/?]*")


def shown_url(url: str) -> str:
    """Path and query of ``url``; only short numbers under names that promise nothing keep their value."""
    path, _, query_string = url.partition("?")
    if origin := _ORIGIN.match(path):
        path = path[origin.end() :]
    query = "&".join(
        f"{name}={value if _PLAIN_NUMBER.fullmatch(value) and not _TELLING_NAME.search(name) else HIDDEN}"
        for name, value in parse_qsl(query_string, keep_blank_values=True)
    )
    return one_word(f"{path}?{query}" if query else path)


def one_word(text: str) -> str:
    """``text`` without white space or control characters: one field of a log line stays one field."""
    return _UNPRINTABLE.sub("_", text)


def quotation(content: bytes, *, secrets: Iterable[Secret], longest: int = 300) -> str:
    """The beginning of what a platform said, on one line, without our own secrets should it repeat them."""
    text = _UNPRINTABLE.sub(" ", content.decode("utf-8", errors="replace")).strip()
    for secret in secrets:
        if value := secret.reveal():
            text = text.replace(value, HIDDEN)
    return text if len(text) <= longest else text[: longest - 1] + "…"


class QuietQueries(logging.Filter):
    """Hides query values from what urllib3 logs on its own, at DEBUG, of each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, its URLs redacted."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                shown_url(arg) if isinstance(arg, str) and "?" in arg else arg for arg in record.args
            )
        return True


def quiet_libraries() -> None:
    """Put :class:`QuietQueries` on the loggers that write URLs. Asked for several times, done once."""
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, QuietQueries) for each in logger.filters):
            logger.addFilter(QuietQueries())
