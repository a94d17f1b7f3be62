"""Reading what Pastell answers: JSON, of which the status alone proves little.

What proves that an effect did not happen is a refusal written by Pastell itself (JSON, ``status: error``) under
400, 403, 404, 405 or 409. Nothing else does: a page, a redirection, a 500 (often with an empty body: PHP died
half-way) and an answer that Pastell could not encode leave an effect of unknown outcome.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

from cdg62_connect.errors import OutcomeUnknown, PlatformError, Unavailable, UnreadableAnswer
from cdg62_connect.pastell.refusals import About, refusal
from cdg62_connect.transport import Answer, Download, Kind

LIMIT = 64 * 1024 * 1024
"""Longest JSON answer that is read, in bytes."""

_LONGEST_QUOTE = 500
_NOT_ENCODED = re.compile(r"impossible d'encoder", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


class _NotJson:
    """The body was something else."""


_NOT_JSON = _NotJson()


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
    line = _SPACES.sub(" ", text).strip()
    line = "".join(c if c.isprintable() else "�" for c in line)
    return line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + "…"


def payload(answer: Answer, *, about: About = About.OTHER) -> object:
    """The JSON value of a success; ``None`` when a success has no body.

    Raises:
        PlatformError: a refusal of Pastell (see ``refusals``).
        Unavailable: 500 and above (reads only).
        UnreadableAnswer: a redirection, a page, or JSON that means nothing (reads only).
        OutcomeUnknown: the same on an effect, and an answer that Pastell could not encode.
    """
    if answer.status == 204:
        return None
    if 300 <= answer.status < 400:
        where = quote(answer.headers.get("Location", ""))
        raise unusable(
            answer,
            "La plateforme renvoie vers une autre page.",
            said=f"HTTP {answer.status}, Location : {where}",
        )
    body = _body(answer)
    value = _decoded(body)
    if answer.status >= 500:
        raise _crashed(answer, _error_message(value))
    if 200 <= answer.status < 300:
        if not body.strip() and answer.kind is Kind.EFFECT:
            return None
        if value is _NOT_JSON:
            raise unusable(answer, "La réponse n'est pas du JSON.", said=_glimpse(body))
        if _is_error(value):
            raise _error_under_success(answer, _error_message(value) or "", about)
        return value
    said = _error_message(value)
    if said is None:
        raise unusable(
            answer,
            f"La plateforme répond HTTP {answer.status} sans le dire comme Pastell le fait.",
            said=_glimpse(body),
        )
    raise refusal(answer, quote(said), about=about)


def done(answer: Answer, *, about: About = About.OTHER) -> None:
    """Pass when the answer is a success that says nothing more (204, or ``result: ok``).

    Raises:
        PlatformError: see :func:`payload`.
    """
    payload(answer, about=about)


def saved(
    answer: Answer, *, into: Path, limit: int, name: str | None = None, about: About = About.DOCUMENT
) -> Download:
    """The file of a download, in a fresh file of ``into``.

    Pastell announces every file by a Content-Disposition; a success without one is something else.

    Raises:
        PlatformError: see :func:`payload`.
    """
    if answer.status == 200 and answer.headers.get("Content-Disposition"):
        return answer.save(into, limit=limit, name=name)
    payload(answer, about=about)
    raise unusable(answer, "La plateforme répond autre chose que le fichier demandé.")


def raw(answer: Answer, *, limit: int, content_type: str) -> bytes:
    """The body of an answer that is not JSON but has ``content_type``.

    Raises:
        PlatformError: see :func:`payload`.
    """
    if answer.status == 200 and answer.content_type == content_type:
        return answer.body(limit)
    payload(answer)
    raise unusable(answer, f"La réponse n'est pas du type attendu ({content_type}).")


def _body(answer: Answer) -> bytes:
    try:
        return answer.body(LIMIT)
    except UnreadableAnswer as too_big:
        raise unusable(answer, too_big.summary, said=too_big.said) from too_big


def _decoded(body: bytes) -> object:
    reject: Callable[[str], object] = _reject_constant
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=reject)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return _NOT_JSON


def _reject_constant(word: str) -> object:
    raise ValueError(word)


def _is_error(value: object) -> bool:
    return isinstance(value, dict) and cast("dict[str, object]", value).get("status") == "error"


def _error_message(value: object) -> str | None:
    """What Pastell says in a refusal, ``None`` when it is not one of its refusals."""
    if not isinstance(value, dict):
        return None
    message = cast("dict[str, object]", value).get("error-message")
    if isinstance(message, str):
        # JSON may escape half of a surrogate pair, which nothing else can write.
        return message.encode("utf-8", "replace").decode("utf-8")
    return "" if _is_error(value) else None


def _error_under_success(answer: Answer, said: str, about: About) -> PlatformError:
    if answer.kind is Kind.EFFECT and _NOT_ENCODED.search(said):
        return OutcomeUnknown(
            "Pastell a exécuté la demande mais n'a pas su en rendre compte.",
            platform=answer.platform,
            operation=answer.operation,
            said=quote(said),
            advice="Relisez l'élément avant de recommencer : les données ont été enregistrées.",
        )
    if _NOT_ENCODED.search(said):
        return UnreadableAnswer(
            "Pastell n'a pas su écrire la réponse : une donnée y est mal encodée.",
            platform=answer.platform,
            operation=answer.operation,
            said=quote(said),
            advice="Réécrivez en UTF-8 les champs du document qui ont été enregistrés dans un autre encodage.",
        )
    return refusal(answer, quote(said), about=about)


def _crashed(answer: Answer, said: str | None) -> PlatformError:
    words = f"HTTP {answer.status}" + (f" : {quote(said)}" if said else "")
    if answer.kind is Kind.EFFECT:
        return OutcomeUnknown(
            "Pastell s'est arrêté en traitant la demande.",
            platform=answer.platform,
            operation=answer.operation,
            said=words,
        )
    return Unavailable(
        "Pastell s'est arrêté en préparant la réponse.",
        platform=answer.platform,
        operation=answer.operation,
        said=words,
        advice="Recommencez plus tard ; si cela dure, le connecteur interrogé ne répond sans doute pas.",
    )


def _glimpse(body: bytes) -> str:
    return quote(body[:2000].decode("utf-8", errors="replace"))
