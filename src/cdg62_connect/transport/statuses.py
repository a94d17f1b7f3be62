"""The HTTP statuses that mean the same on every platform, and never reach a reader."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cdg62_connect.errors import (
    AuthenticationRefused,
    InvalidRequest,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
)
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport.answer import Answer
from cdg62_connect.transport.redaction import quotation
from cdg62_connect.transport.request import Kind
from cdg62_connect.transport.retry import retry_after_seconds

_LONGEST_QUOTE = 4096
_QUOTED_TYPES = ("text/plain", "application/json", "application/problem+json")


def refusal_of(
    answer: Answer, *, reason: str, now: datetime, secrets: Iterable[Secret]
) -> PlatformError | None:
    """The error that the status alone decides, or ``None`` when it is for the reader to say.

    A gateway's 502, 503 or 504 says nothing of what became of an effect behind it.
    """
    status = answer.status
    if status not in {401, 407, 413, 429, 502, 503, 504}:
        return None
    said = f"HTTP {status} {reason}".strip()
    if quoted := _quoted(answer, secrets):
        said = f"{said} : {quoted}"
    where = {"platform": answer.platform, "operation": answer.operation, "said": said}
    if status in {401, 407}:
        return AuthenticationRefused(**where)
    if status == 413:
        return InvalidRequest("La demande est trop volumineuse pour la plateforme.", **where)
    if status != 429 and answer.kind is Kind.EFFECT:
        return OutcomeUnknown("La plateforme n'a pas rendu compte de l'envoi.", **where)
    asked = retry_after_seconds(answer.headers.get("Retry-After"), now=now)
    return Unavailable(**where, retry_after=asked)


def _quoted(answer: Answer, secrets: Iterable[Secret]) -> str:
    """What the body says, when it is short words and not a page."""
    if answer.content_type not in _QUOTED_TYPES:
        return ""
    try:
        return quotation(answer.body(_LONGEST_QUOTE), secrets=secrets)
    except PlatformError:
        return ""
