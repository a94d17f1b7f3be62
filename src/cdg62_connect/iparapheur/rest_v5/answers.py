"""Reading what iParapheur 5 answers: JSON, XML or a file, under a status that says most of it.

An error is JSON (``timestamp``, ``status``, ``error``, ``message``, ``path``, all optional) or has no body; there
is no code to tell one from another. What a proxy says in its stead (a page) proves nothing of an effect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import cast

from cdg62_connect.errors import OutcomeUnknown, PlatformError, Unavailable, UnreadableAnswer
from cdg62_connect.iparapheur.rest_v5.refusals import refusal
from cdg62_connect.transport import Answer, Kind

LIMIT = 32 * 1024 * 1024
"""Longest JSON or XML answer that is read, in bytes."""

_ERROR_LIMIT = 256 * 1024
_LONGEST_QUOTE = 400
_SPACES = re.compile(r"\s+")


def unusable(answer: Answer, message: str, *, said: str = "") -> PlatformError:
    """The error of an answer that tells nothing: an effect is then of unknown outcome."""
    if answer.kind is Kind.EFFECT:
        return OutcomeUnknown(
            f"{message} La demande a peut-être été exécutée.",
            platform=answer.platform,
            operation=answer.operation,
            said=said,
        )
    return UnreadableAnswer(message, platform=answer.platform, operation=answer.operation, said=said)


def quote(text: str) -> str:
    """What is kept of the platform's words in an error: one short readable line."""
    line = "".join(c if c.isprintable() else "�" for c in _SPACES.sub(" ", text).strip())
    return line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + "…"


def json_of(answer: Answer) -> object:
    """The JSON value of a success.

    Raises:
        Refused, AccessRefused: the platform said no (see ``refusals``).
        Unavailable: 500 and above, to a read.
        OutcomeUnknown: 500 and above, to an effect; or an answer that is not of the protocol.
        UnreadableAnswer: a redirection, a page, JSON that means nothing (to a read).
    """
    check_success(answer)
    value = _decoded(answer.body(LIMIT))
    if value is None:
        raise unusable(answer, "La réponse n'est pas du JSON.", said=_glimpse(answer))
    return value


def done(answer: Answer) -> None:
    """Pass when the answer is a success that says nothing more: an empty body, or JSON.

    Raises:
        PlatformError: as :func:`json_of`.
    """
    check_success(answer)
    body = answer.body(LIMIT)
    if body.strip() and _decoded(body) is None:
        raise unusable(answer, "La réponse n'est pas celle du parapheur.", said=_glimpse(answer))


def check_success(answer: Answer) -> None:
    """Pass when the status is a success.

    Raises:
        PlatformError: as :func:`json_of`.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        where = quote(answer.headers.get("Location", ""))
        raise unusable(
            answer, "Le parapheur renvoie vers une autre page.", said=f"HTTP {status}, Location : {where}"
        )
    body = _error_body(answer)
    said = _words(body)
    if status >= 500 and status != 507:
        raise _crashed(answer, said)
    if said is None:
        raise unusable(
            answer,
            f"Ce qui répond HTTP {status} n'est pas le parapheur.",
            said=quote(body[:2000].decode("utf-8", errors="replace")),
        )
    raise refusal(answer, quote(said))


def said_by(answer: Answer) -> str:
    """What an error says, in a few words; ``""`` when it says nothing."""
    return _words(_error_body(answer)) or ""


def _error_body(answer: Answer) -> bytes:
    try:
        return answer.body(_ERROR_LIMIT)
    except (UnreadableAnswer, OutcomeUnknown):
        return b"<"  # too long to be an error of the parapheur


def _words(body: bytes) -> str | None:
    """The message of an error object; ``""`` for an empty body, ``None`` when it is not an error object."""
    if not body.strip():
        return ""
    value = _decoded(body)
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, object]", value)
    for name in ("message", "error_description", "error", "title"):
        text = fields.get(name)
        if isinstance(text, str) and text.strip():
            return writable(text)
    return ""


def writable(text: str) -> str:
    """``text`` without halves of surrogate pairs, which JSON may escape and nothing else can write."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _decoded(body: bytes) -> object | None:
    reject: Callable[[str], object] = _reject_constant
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=reject)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None


def _reject_constant(word: str) -> object:
    raise ValueError(word)


def _crashed(answer: Answer, said: str | None) -> PlatformError:
    words = f"HTTP {answer.status}" + (f" : {quote(said)}" if said else "")
    if answer.kind is Kind.EFFECT:
        return OutcomeUnknown(
            "Le parapheur s'est arrêté en traitant la demande.",
            platform=answer.platform,
            operation=answer.operation,
            said=words,
        )
    return Unavailable(
        "Le parapheur s'est arrêté en préparant la réponse.",
        platform=answer.platform,
        operation=answer.operation,
        said=words,
    )


def _glimpse(answer: Answer) -> str:
    return quote(answer.body(LIMIT)[:2000].decode("utf-8", errors="replace"))
