"""Every way an attempt can fail before or while its answer is read, put into the words of the project."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import urllib3.exceptions as u3
from urllib3.util.ssl_match_hostname import CertificateError

from cdg62_connect.errors import (
    AnswerLost,
    AuthenticationRefused,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    UnreadableAnswer,
    UntrustedServer,
)
from cdg62_connect.transport.connection import TunnelRefused
from cdg62_connect.transport.request import Kind, Request
from cdg62_connect.transport.wire import DeadlinePassed, Stage, Wire

_CERTIFICATE_ALERT = re.compile(
    "ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)"
    "|NO_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)"
)
_CERTIFICATE_ADVICE = (
    "Vérifiez le certificat client : sa présence, sa date de fin, son inscription sur la plateforme."
)


def failure_of(error: Exception, *, request: Request, platform: str, wire: Wire) -> PlatformError:
    """The error to raise for what the libraries raised before the answer's head was read."""
    causes = list(_causes(error))
    where = {"platform": platform, "operation": request.operation}
    alert = _certificate_alert(causes)
    if alert:
        # TLS 1.3 tells only once the request has left; but a server that refuses TLS hands nothing over.
        return AuthenticationRefused(
            f"Le serveur refuse la connexion TLS à cause du certificat client ({alert}).",
            **where,
            advice=_CERTIFICATE_ADVICE,
        )
    if wire.stage is Stage.CONNECTING:
        return _before_leaving(causes, where, wire)
    if request.kind is Kind.READ and _gibberish(causes):
        return UnreadableAnswer("Ce qui répond à cette adresse ne parle pas HTTP.", **where)
    return lost(error, kind=request.kind, platform=platform, operation=request.operation, wire=wire)


def lost(error: Exception, *, kind: Kind, platform: str, operation: str, wire: Wire) -> PlatformError:
    """The error for a connection that stopped after bytes may have left, or in the middle of the answer."""
    if wire.deadline.remaining() <= 0:
        how = f"L'échange a dépassé son délai total de {wire.timeouts.total:g} s."
    elif any(isinstance(cause, TimeoutError | u3.ReadTimeoutError) for cause in _causes(error)):
        how = f"La plateforme s'est tue plus de {wire.timeouts.read:g} s."
    elif wire.stage is Stage.LEAVING:
        how = "La connexion a été coupée pendant l'envoi de la demande."
    elif wire.stage is Stage.SENT:
        how = "La connexion a été coupée avant la réponse."
    else:
        how = "La connexion a été coupée au milieu de la réponse."
    lost_as = AnswerLost if kind is Kind.READ else OutcomeUnknown
    return lost_as(how, platform=platform, operation=operation)


def _before_leaving(causes: list[BaseException], where: dict[str, str], wire: Wire) -> PlatformError:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError | CertificateError):
            why = getattr(cause, "verify_message", "") or "le nom ne correspond pas"
            return UntrustedServer(f"Le certificat du serveur n'est pas accepté ({why}).", **where)
    for cause in causes:
        if isinstance(cause, TunnelRefused):
            return _refused_by_proxy(cause.status, where)
    if wire.deadline.remaining() <= 0:
        return NotSent(f"Le délai total de {wire.timeouts.total:g} s était dépassé avant l'envoi.", **where)
    whose = "du proxy" if wire.at_proxy else "de la plateforme"
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return NotSent(f"L'adresse {whose} n'est pas connue du DNS.", **where)
        if isinstance(cause, ConnectionRefusedError):
            return NotSent(f"La connexion est refusée par la machine {whose}.", **where)
        if isinstance(cause, TimeoutError | u3.ConnectTimeoutError) and not isinstance(
            cause, u3.NewConnectionError
        ):
            return NotSent(f"Pas de connexion au bout de {wire.timeouts.connect:g} s.", **where)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return NotSent(
                f"La négociation TLS a échoué ({_reason(cause)}).",
                **where,
                advice="Vérifiez l'adresse, le port, et si le serveur exige un certificat client.",
            )
    if wire.at_proxy:
        return NotSent(
            "La connexion par le proxy n'a pas pu être ouverte.",
            **where,
            advice="Vérifiez l'adresse et le port du proxy ; la demande peut être répétée sans risque.",
        )
    return NotSent("La connexion à la plateforme n'a pas pu être ouverte.", **where)


def _refused_by_proxy(status: int, where: dict[str, str]) -> PlatformError:
    if status == 407:
        return AuthenticationRefused(
            "Le proxy refuse le compte qui lui est donné, ou en demande un (HTTP 407).",
            **where,
            advice="Vérifiez l'identifiant et le mot de passe du proxy.",
        )
    return NotSent(
        f"Le proxy refuse d'ouvrir la connexion vers la plateforme (HTTP {status}).",
        **where,
        advice="Faites autoriser l'adresse de la plateforme sur le proxy ; la demande peut être répétée sans risque.",
    )


def _certificate_alert(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and _CERTIFICATE_ALERT.search(_reason(cause)):
            return _reason(cause)
    return ""


def _reason(error: ssl.SSLError) -> str:
    # the mnemonic; OpenSSL 3.2 and later only give words for some of them
    return re.sub(r"[ /]", "_", error.reason or (str(error.args[-1]) if error.args else "")).upper()


def _gibberish(causes: list[BaseException]) -> bool:
    return any(
        isinstance(cause, http.client.HTTPException)
        and not isinstance(cause, http.client.RemoteDisconnected | http.client.IncompleteRead)
        for cause in causes
    ) and not any(isinstance(cause, DeadlinePassed) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and all beneath it: the libraries wrap in ``args`` and ``reason`` as well as by ``from``."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
