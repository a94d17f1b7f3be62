"""The way to a platform: name, connection, TLS, and the hour at the other end."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from cdg62_connect.clock import Clock
from cdg62_connect.errors import Cdg62Error, ConfigurationError
from cdg62_connect.journey.controle.certificates import read_certificates
from cdg62_connect.journey.controle.check import About, Check, Result
from cdg62_connect.journey.controle.validity import URGENT, validity
from cdg62_connect.journey.controle.way import ProxyAbsent, TunnelRefused, WantsCertificate, Way
from cdg62_connect.journey.wording import platform_label
from cdg62_connect.transport import ClientCertificate, HttpSession, Kind, Request

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


def connection_checks(
    name: str, platform: Platform, *, seconds: float, certificates: Iterable[ClientCertificate], now: datetime
) -> Iterator[Check]:
    """Connect to ``platform``, with the first of ``certificates`` that it accepts; first the connection.

    The first check is OK or ATTENTION when the platform is there.
    """
    about = About(f"{name}.connexion", f"{platform_label(name)} : connexion")
    try:
        way = Way.to(platform)
        shaken = way.shake(platform, seconds=seconds, certificates=[*certificates])
    except (OSError, ConfigurationError) as failed:
        yield _unconnected(about, failed, platform, seconds=seconds)
        return
    through = f", par le proxy {way.proxy.url}" if way.proxy else ""
    if not way.secure:
        told = (
            f"{way.host} répond" if way.proxy is None else f"Le proxy {way.proxy.url} répond pour {way.host}"
        )
        yield about.ok(f"{told}, sans TLS (simulateur).")
        return
    yield about.ok(f"{way.host} répond, en {shaken.version.replace('TLSv', 'TLS ')}{through}.")
    about = About(f"{name}.certificat_serveur", f"{platform_label(name)} : certificat du serveur")
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
    about = About(f"{name}.horloge", f"{platform_label(name)} : heure")
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
    if name == "pastell":
        return Request("GET", "/api/v2/version", operation="version", kind=Kind.READ)
    return Request("GET", "", operation="wsdl", kind=Kind.READ, params=(("wsdl", ""),))


def _unconnected(
    about: About, failed: OSError | ConfigurationError, platform: Platform, *, seconds: float
) -> Check:
    """What kept us from the server; the most particular kinds of failure come first."""
    if isinstance(failed, ConfigurationError):
        return about.failed(failed)
    way = Way.to(platform)
    host, proxy = way.host, way.proxy.url if way.proxy else ""
    match failed:
        case WantsCertificate():
            return about.attention(
                f"{host} répond, mais aucun certificat client de la configuration ne lui convient.",
                advice="Voyez plus bas le certificat de chaque autorité.",
            )
        case ProxyAbsent():
            return about.ko(
                f"Le proxy {proxy} n'est pas joignable ({failed}).",
                advice="Vérifiez la clé proxy et le réseau.",
            )
        case TunnelRefused(status=407):
            return about.ko(
                f"Le proxy {proxy} ne reconnaît pas le compte, ou en demande un (HTTP 407).",
                advice="Vérifiez proxy_identifiant et proxy_mot_de_passe.",
            )
        case TunnelRefused(status=status):
            answered = f"HTTP {status}" if status else "sa réponse n'est pas du HTTP"
            return about.ko(
                f"Le proxy {proxy} n'ouvre pas la connexion vers {host} ({answered}).",
                advice="Faites autoriser cette adresse sur le proxy, et vérifiez l'url.",
            )
        case socket.gaierror():
            return about.ko(f"Le nom {host} n'est pas connu du DNS.", advice="Vérifiez l'url et le DNS.")
        case ssl.SSLCertVerificationError():
            why, advice = _distrust(failed, host)
            return about.ko(f"Le certificat de {host} n'est pas accepté : {why}.", advice=advice)
        case TimeoutError():
            return about.ko(
                f"{host} ne répond pas en {seconds:g} s.", advice="Vérifiez l'url, le réseau et le pare-feu."
            )
        case ConnectionRefusedError():
            return about.ko(
                f"{host} refuse la connexion.",
                advice="Vérifiez le port de l'url, et si la plateforme est arrêtée.",
            )
        case ssl.SSLError():
            return about.ko(
                f"La négociation TLS avec {host} échoue ({failed.reason}).",
                advice=f"Vérifiez le port de l'url, et que le serveur accepte TLS {platform.tls_min} au moins.",
            )
        case _:
            return about.ko(
                f"{host} n'est pas joignable ({failed.strerror or failed}).",
                advice="Vérifiez l'url et le réseau.",
            )


def _distrust(refused: ssl.SSLCertVerificationError, host: str) -> tuple[str, str]:
    said = refused.verify_message
    if "mismatch" in said:
        return (f"il n'est pas au nom de {host}", "Vérifiez l'url ; sinon prévenez l'exploitant.")
    why, advice = _WHY.get(said, _WRONG_CA)
    return f"{why} ({said})", advice


def _told(gap: timedelta) -> str:
    minutes, seconds = divmod(int(gap.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"
