"""Reading what S2LOW answers: success and refusal are in the body, the HTTP status tells almost nothing.

A readable answer starts with a line ``OK`` or ``KO``, or is the JSON, XML or file that was asked for.
Anything else comes from somewhere else: the login page, an error page of the server, a proxy.

What proves that an effect did not happen:

- a line ``KO``: the application itself answered, and it answers KO before it keeps anything;
- a redirection to the login or connection-status page: it is sent by the authentication, before the
  application is reached.

Nothing else does. An HTML page with status 200 may be a login page, but as well the page that a proxy or PHP
put in place of the answer once the work was done; a redirection elsewhere is how S2LOW answers a success to
what it takes for a browser; 403, 404 and 500 may come after the effect. All these are ``OutcomeUnknown``.
"""

from __future__ import annotations

import re

from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidRequest,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.s2low.dialects import BOM, decode, login_reason, mended, unescaped
from cdg62_connect.s2low.flux import after_prolog
from cdg62_connect.s2low.refusal_table import refusal
from cdg62_connect.transport import Answer, Kind

_SPACES = b" \t\r\n"
_LONGEST_QUOTE = 500

_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_LOGIN_SIGN = re.compile(rb"login|password|mot\s+de\s+passe|connexion|authentif", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]{0,100}>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_PAGE_HEAD = 16 * 1024

_SHARED_CERTIFICATE = "Ce certificat sert à plusieurs comptes S2LOW : configurez identifiant et mot de passe."
_LOGIN_ADVICE = {
    "multiple_accounts": _SHARED_CERTIFICATE,
    "bad_credentials": "Vérifiez l'identifiant et le mot de passe du compte S2LOW.",
    "empty_login": "Configurez l'identifiant du compte S2LOW.",
    "empty_password": "Configurez le mot de passe du compte S2LOW.",
}
_UNKNOWN_CERTIFICATE = "Vérifiez que ce certificat est rattaché à un compte actif de S2LOW."
_LOGIN_PAGE_ADVICE = (
    f"{_UNKNOWN_CERTIFICATE} S'il sert à plusieurs comptes, configurez identifiant et mot de passe."
)


def quote(text: str) -> str:
    """What is kept of the platform's words in an error: one short readable piece."""
    text = text.strip()
    cut = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return "".join(c if c.isprintable() or c == "\n" else " " for c in cut)


def unusable(answer: Answer, message: str, *, said: str = "") -> PlatformError:
    """The error of an answer that tells nothing: an effect is then of unknown outcome."""
    if answer.kind is Kind.EFFECT:
        return OutcomeUnknown(
            f"{message} L'envoi est peut-être passé.",
            platform=answer.platform,
            operation=answer.operation,
            said=said,
        )
    return UnreadableAnswer(message, platform=answer.platform, operation=answer.operation, said=said)


def check_status(answer: Answer, *, elsewhere: type[PlatformError] = AccessRefused) -> None:
    """Pass when the answer is a 200, which is how S2LOW answers everything it understands.

    Raises:
        AuthenticationRefused: redirected to the login or connection-status page.
        PlatformError: redirected elsewhere (reads only): ``elsewhere``.
        AccessRefused: 403 (reads only).
        Unavailable: 500 and above (reads only).
        UnreadableAnswer: any other status (reads only).
        OutcomeUnknown: anything but a redirection to the login, on an effect.
    """
    if answer.status == 200:
        return
    if 300 <= answer.status < 400:
        raise _redirected(answer, elsewhere)
    said = f"HTTP {answer.status}"
    if answer.kind is Kind.EFFECT:
        raise unusable(answer, "La plateforme n'a pas répondu comme prévu.", said=said)
    if answer.status >= 500:
        raise Unavailable(platform=answer.platform, operation=answer.operation, said=said)
    if answer.status == 403:
        raise AccessRefused(platform=answer.platform, operation=answer.operation, said=said)
    raise unusable(answer, "La plateforme n'a pas répondu comme prévu.", said=said)


def check_page(answer: Answer, head: bytes) -> None:
    """Pass when ``head``, the first bytes of the body, are not those of an HTML page.

    Raises:
        AuthenticationRefused: a login page (reads only).
        UnreadableAnswer: any other page (reads only).
        OutcomeUnknown: any page, on an effect.
    """
    head = head[:_PAGE_HEAD].removeprefix(BOM)
    if not _PAGE.match(head, after_prolog(head)):
        return
    title = _TITLE.search(head)
    said = quote(unescaped(decode(title.group(1)))) if title else ""
    if answer.kind is Kind.READ and _LOGIN_SIGN.search(head):
        raise AuthenticationRefused(
            "La plateforme répond par sa page de connexion.",
            platform=answer.platform,
            operation=answer.operation,
            said=said,
            advice=_LOGIN_PAGE_ADVICE,
        )
    raise unusable(answer, "La réponse est une page web.", said=said)


def check_ko(answer: Answer, head: bytes, *, default: type[PlatformError] = InvalidRequest) -> None:
    """Pass when ``head`` does not start with a line ``KO``.

    Raises:
        PlatformError: the refusal that the text stands for (see ``refusals``), else ``default``.
    """
    word, text = _first_line(head)
    if word != b"KO":
        return
    said = quote(mended(unescaped(decode(text))))
    raise refusal(said, platform=answer.platform, operation=answer.operation, default=default)


def content(
    answer: Answer,
    *,
    default: type[PlatformError] = InvalidRequest,
    elsewhere: type[PlatformError] = AccessRefused,
) -> bytes:
    """The whole body of an answer that is neither a refusal nor a page.

    Raises:
        PlatformError: see :func:`check_status`, :func:`check_page` and :func:`check_ko`.
    """
    check_status(answer, elsewhere=elsewhere)
    try:
        body = answer.body()
    except UnreadableAnswer as too_big:
        raise unusable(answer, too_big.summary, said=too_big.said) from too_big
    check_page(answer, body)
    check_ko(answer, body, default=default)
    return body


def ok_payload(answer: Answer, *, default: type[PlatformError] = InvalidRequest) -> bytes:
    """What follows the line ``OK``, untouched.

    Raises:
        PlatformError: as :func:`content`; UnreadableAnswer or OutcomeUnknown when the first line is not OK.
    """
    body = content(answer, default=default)
    word, payload = _first_line(body)
    if word != b"OK":
        raise unusable(answer, "La réponse ne commence ni par OK ni par KO.", said=quote(decode(body)))
    return payload


def _first_line(body: bytes) -> tuple[bytes, bytes]:
    word, _, rest = body.removeprefix(BOM).lstrip(_SPACES).partition(b"\n")
    return word.strip(_SPACES), rest


def _redirected(answer: Answer, elsewhere: type[PlatformError]) -> PlatformError:
    location = answer.headers.get("Location", "")
    said = quote(f"HTTP {answer.status}, Location : {location}")
    reason = login_reason(location)
    if reason is not None:
        return AuthenticationRefused(
            platform=answer.platform,
            operation=answer.operation,
            said=said,
            advice=_LOGIN_ADVICE.get(reason, _UNKNOWN_CERTIFICATE),
        )
    if answer.kind is Kind.EFFECT:
        return unusable(answer, "La plateforme renvoie vers une autre page.", said=said)
    return elsewhere(
        "La plateforme renvoie vers une page web au lieu de répondre.",
        platform=answer.platform,
        operation=answer.operation,
        said=said,
        advice="Vérifiez l'identifiant demandé et les droits du compte auprès de l'administrateur de S2LOW.",
    )
