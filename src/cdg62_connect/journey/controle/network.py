"""The way to a platform: name, connection, TLS, and the hour at the other end."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cdg62_connect.clock import Clock
from cdg62_connect.errors import Cdg62Error, ConfigurationError
from cdg62_connect.journey.controle.certificates import read_certificates
from cdg62_connect.journey.controle.check import About, Check, Result
from cdg62_connect.journey.controle.validity import URGENT, validity
from cdg62_connect.transport import ClientCertificate, HttpSession, Kind, Request, TlsTerms

if TYPE_CHECKING:
    from cdg62_connect.settings import Platform

_SKEW_SEEN = timedelta(seconds=60)
_SKEW_WRONG = timedelta(minutes=15)

_WHY = {
    "certificate has expired": ("il est périmé", "Prévenez l'exploitant de la plateforme."),
    "certificate is not yet valid": ("il n'est pas encore valable", "Vérifiez l'heure de cette machine."),
}
_WRONG_CA = (
    "il n'est pas d'une autorité reconnue",
    "Vérifiez le fichier « ca » de cette plateforme, et que rien n'intercepte la connexion.",
)


@dataclass(frozen=True, slots=True)
class Handshake:
    """A connection that succeeded: ``version`` of TLS and server's certificate, or neither without TLS."""

    version: str = ""
    certificate: bytes = b""


class WantsCertificate(ConnectionError):
    """The server is the right one and accepts none of our certificates."""


def connection_checks(
    name: str, platform: Platform, *, seconds: float, certificates: Iterable[ClientCertificate], now: datetime
) -> Iterator[Check]:
    """Connect to ``platform``, with the first of ``certificates`` that it accepts; first the connection.

    The first check is OK or ATTENTION when the platform is there.
    """
    label = _label(name)
    about = About(f"{name}.connexion", f"{label} : connexion")
    host = urlsplit(platform.url).hostname or ""
    try:
        shaken = _connect(platform, seconds=seconds, certificates=[*certificates])
    except WantsCertificate:
        yield about.attention(
            f"{host} répond, mais aucun certificat client de la configuration ne lui convient.",
            advice="Voyez plus bas le certificat de chaque autorité.",
        )
        return
    except socket.gaierror:
        yield about.ko(f"Le nom {host} n'est pas connu du DNS.", advice="Vérifiez l'url et le DNS.")
        return
    except ssl.SSLCertVerificationError as refused:
        why, advice = _distrust(refused, host)
        yield about.ko(f"Le certificat de {host} est refusé : {why}.", advice=advice)
        return
    except TimeoutError:
        yield about.ko(
            f"{host} ne répond pas en {seconds:g} s.", advice="Vérifiez l'url, le réseau et le pare-feu."
        )
        return
    except ConnectionRefusedError:
        yield about.ko(
            f"{host} refuse la connexion.",
            advice="Vérifiez le port de l'url, et si la plateforme est arrêtée.",
        )
        return
    except ssl.SSLError as failed:
        yield about.ko(
            f"La négociation TLS avec {host} échoue ({failed.reason}).",
            advice="Vérifiez le port de l'url, et que le serveur accepte TLS 1.2 au moins.",
        )
        return
    except OSError as failed:
        yield about.ko(
            f"{host} n'est pas joignable ({failed.strerror or failed}).",
            advice="Vérifiez l'url et le réseau.",
        )
        return
    except ConfigurationError as wrong:
        yield about.failed(wrong)
        return
    if not shaken.version:
        yield about.ok(f"{host} répond, sans TLS (simulateur).")
        return
    yield about.ok(f"{host} répond, en {shaken.version.replace('TLSv', 'TLS ')}.")
    about = About(f"{name}.certificat_serveur", f"{label} : certificat du serveur")
    try:
        facts = read_certificates(shaken.certificate)
    except Cdg62Error as unreadable:
        yield about.failed(unreadable)
        return
    yield validity(
        about,
        facts,
        now=now,
        soon=URGENT,
        renew="prévenez l'exploitant de la plateforme : à lui de le renouveler.",
    )


def clock_check(name: str, sessions: Iterable[HttpSession], request: Request, *, clock: Clock) -> Check:
    """Compare this machine's hour with that of the platform, by the Date header of one small answer."""
    about = About(f"{name}.horloge", f"{_label(name)} : heure")
    for session in sessions:
        before = clock.now()
        try:
            header = session.exchange(request, lambda answer: answer.headers.get("Date", ""))
        except Cdg62Error:
            continue
        return skew(about, header, before=before, after=clock.now())
    return about.unverifiable(
        "La plateforme n'a pas répondu à ce compte.", advice="Corrigez d'abord la connexion et le compte."
    )


def skew(about: About, header: str, *, before: datetime, after: datetime) -> Check:
    """Judge a Date header received between two moments of our clock."""
    try:
        there = parsedate_to_datetime(header)
    except ValueError:
        return about.unverifiable(
            "La plateforme ne donne pas l'heure.", advice="Vérifiez l'heure de cette machine (NTP)."
        )
    there = there.replace(tzinfo=UTC) if there.tzinfo is None else there
    # The header is cut to the second, and was written at some moment between the two.
    ahead, behind = before - there - timedelta(seconds=1), there - after
    gap = max(ahead, behind, timedelta())
    if gap <= _SKEW_SEEN:
        return about.ok("La même ici et là-bas, à une minute près.")
    found = f"Cette machine {'avance' if ahead > behind else 'retarde'} de {_told(gap)} sur la plateforme."
    advice = "Mettez cette machine à l'heure (service NTP)."
    return about.ko(found, advice=advice) if gap > _SKEW_WRONG else about.attention(found, advice=advice)


def reachable(connection: Check) -> bool:
    """Whether what follows is worth asking."""
    return connection.result in (Result.OK, Result.ATTENTION)


def date_request(name: str) -> Request:
    """A read that costs nothing, for its Date header."""
    if name == "s2low":
        return Request("GET", "/api/test-connexion.php", operation="test-connexion", kind=Kind.READ)
    return Request("GET", "", operation="wsdl", kind=Kind.READ, params=(("wsdl", ""),))


def _connect(platform: Platform, *, seconds: float, certificates: list[ClientCertificate]) -> Handshake:
    parts = urlsplit(platform.url)
    secure = parts.scheme == "https"
    address = (parts.hostname or "", parts.port or (443 if secure else 80))
    if not secure:
        with closing(socket.create_connection(address, timeout=seconds)):
            return Handshake()
    usable = [*_usable(platform, certificates)] or [TlsTerms(ca=platform.ca).context()]
    for context in usable:
        with closing(socket.create_connection(address, timeout=seconds)) as plain:
            try:
                with context.wrap_socket(plain, server_hostname=address[0]) as shaken:
                    return Handshake(shaken.version() or "TLS", shaken.getpeercert(binary_form=True) or b"")
            except ssl.SSLCertVerificationError:
                raise
            except ssl.SSLError as alert:
                if "ALERT" not in (alert.reason or "").upper():
                    raise
    raise WantsCertificate


def _usable(platform: Platform, certificates: list[ClientCertificate]) -> Iterator[ssl.SSLContext]:
    """The contexts of the certificates that load; what is wrong with the others is told elsewhere."""
    TlsTerms(ca=platform.ca).context()  # what is wrong with the trust is told here
    for certificate in certificates:
        try:
            yield TlsTerms(ca=platform.ca, certificate=certificate).context()
        except ConfigurationError:
            continue


def _distrust(refused: ssl.SSLCertVerificationError, host: str) -> tuple[str, str]:
    said = refused.verify_message
    if "mismatch" in said:
        return (f"il n'est pas au nom de {host}", "Vérifiez l'url ; sinon prévenez l'exploitant.")
    why, advice = _WHY.get(said, _WRONG_CA)
    return f"{why} ({said})", advice


def _told(gap: timedelta) -> str:
    minutes, seconds = divmod(int(gap.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


def _label(name: str) -> str:
    return {"iparapheur": "iParapheur", "s2low": "S2LOW"}[name]
