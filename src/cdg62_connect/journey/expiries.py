"""Certificates of the configuration that near their end, told in working days while somebody can renew them.

The files are read once a day and when they change, and what they say is kept beside the journal: a pass costs
one ``stat`` per file. Nothing here fails a pass: a certificate that cannot be read is told like one that ends.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from cdg62_connect.durable import write_durably
from cdg62_connect.journey.alerts import ONCE_FOR_ALL, Alert, Level
from cdg62_connect.journey.wording import platform_label

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.controle import CertificateFacts
    from cdg62_connect.settings import Secret, Settings

CACHE = "certificats.json"

_log = logging.getLogger("cdg62_connect.alertes")

_Mark = tuple[int, ...] | None


@runtime_checkable
class _HoldsCertificate(Protocol):
    """An account that shows a client certificate."""

    @property
    def certificate(self) -> Path: ...

    @property
    def passphrase(self) -> Secret | None: ...


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file of certificates that the configuration names.

    Attributes:
        key: where the configuration names it.
        path: the file.
        whose: what it is, to a person.
        renew: what to do when its end is near.
        passphrase: opens it, in PKCS#12.
        trust: it vouches for others: a certificate that a later one of the same name replaces is left alone.
        bundle: what it vouches for holds until the last of its certificates ends.
    """

    key: str
    path: Path
    whose: str
    renew: str
    passphrase: Secret | None = None
    trust: bool = False
    bundle: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    mark: _Mark
    certificates: tuple[CertificateFacts, ...] = ()
    problem: str = ""


def watched_files(settings: Settings) -> Iterator[WatchedFile]:
    """Every file of certificates of ``settings``: of each account, of each platform, of the signatories."""
    for authority in settings.authorities:
        for name, field in type(authority).model_fields.items():
            account, label = getattr(authority, name), platform_label(field.alias or name)
            if isinstance(account, _HoldsCertificate):
                yield WatchedFile(
                    key=f"autorites.{authority.siren}.{name}",
                    path=account.certificate,
                    whose=f"{authority.name}, certificat client de {label}",
                    renew=f"commandez le suivant, déclarez-le sur {label}, puis remplacez les fichiers.",
                    passphrase=account.passphrase,
                )
    for name, platform in settings.platforms.named().items():
        if platform.ca is not None:
            yield WatchedFile(
                key=f"plateformes.{name}.ca",
                path=platform.ca,
                whose=f"{platform_label(name)}, autorités de son serveur",
                renew="demandez à l'exploitant de la plateforme sa nouvelle autorité, et mettez-la dans « ca ».",
                trust=True,
                bundle=True,
            )
    for path in settings.signature.anchors:
        yield WatchedFile(
            key=f"signature.ancres.{path}",
            path=path,
            whose=f"Signature, autorité {path.name}",
            renew="ajoutez aux ancres le nouveau certificat de cette autorité, sans ôter l'ancien.",
            trust=True,
        )


class ExpiryWatch:
    """What the certificates of one installation say of their end."""

    def __init__(self, settings: Settings, *, clock: Clock) -> None:
        self._files = tuple(watched_files(settings))
        self._cache = settings.journal.folder / CACHE
        self._clock = clock
        self._day = ""
        self._known: dict[str, _Reading] = {}
        self._unsaved = False

    def alerts(self) -> list[Alert]:
        """One alert per certificate that nears its end, and one per file that cannot be read."""
        now = self._clock.now()
        self._look(now)
        readings = [(file, self._known[file.key]) for file in self._files]
        ending: dict[str, tuple[Alert, list[str]]] = {}
        for file, certificate in _standing(readings):
            for alert in _of(certificate, file, now=now):
                ending.setdefault(alert.key, (alert, []))[1].append(file.whose)
        unreadable = [_unreadable(file, reading) for file, reading in readings if reading.problem]
        return unreadable + [
            Alert(alert.key, alert.level, f"{' ; '.join(dict.fromkeys(whose))} : {alert.message}")
            for alert, whose in ending.values()
        ]

    def remember(self) -> None:
        """Keep what was read for the next process; what the disk refuses is read again."""
        if not self._unsaved:
            return
        kept = {
            key: {"marque": reading.mark, "certificats": [asdict(one) for one in reading.certificates]}
            for key, reading in self._known.items()
            if not reading.problem
        }
        try:
            content = json.dumps({"jour": self._day, "fichiers": kept}, ensure_ascii=False, default=str)
            write_durably(self._cache, content.encode())
        except OSError as refused:
            _log.warning("%s ne peut pas être écrit (%s) ; rien n'est perdu.", self._cache, refused.strerror)
        self._unsaved = False

    def _look(self, now: datetime) -> None:
        from cdg62_connect.journey.controle.validity import PARIS

        today = now.astimezone(PARIS).date().isoformat()
        if self._day != today:
            self._day, self._known = today, self._remembered(today)
        for file in self._files:
            mark = _mark(file.path)
            known = self._known.get(file.key)
            if known is None or known.mark != mark:
                self._known[file.key] = _read(file, mark)
                self._unsaved = True

    def _remembered(self, today: str) -> dict[str, _Reading]:
        """What another process has read today; whatever is wrong with it, the files are read instead."""
        try:
            content: dict[str, Any] = json.loads(self._cache.read_bytes())
            if content["jour"] != today:
                return {}
            return {
                key: _Reading(tuple(kept["marque"]), tuple(_facts(one) for one in kept["certificats"]))
                for key, kept in content["fichiers"].items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}


def _read(file: WatchedFile, mark: _Mark) -> _Reading:
    from cdg62_connect.journey.controle import read_certificate_file

    try:
        return _Reading(mark, read_certificate_file(file.path, passphrase=file.passphrase))
    except Exception as unreadable:  # noqa: BLE001 - whatever it is, it is told, and stops nothing
        return _Reading(mark, problem=str(unreadable) or type(unreadable).__name__)


def _mark(path: Path) -> _Mark:
    """What changes when a file is replaced, written to, or lent to others; ``None`` when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _standing(
    readings: Sequence[tuple[WatchedFile, _Reading]],
) -> Iterator[tuple[WatchedFile, CertificateFacts]]:
    """The certificates that something rests on."""
    trusted = [one for file, reading in readings if file.trust for one in reading.certificates]
    for file, reading in readings:
        if file.bundle and reading.certificates:
            yield file, max(reading.certificates, key=lambda one: one.not_after)
        else:
            for certificate in reading.certificates:
                if not (file.trust and certificate.replaced_by(trusted)):
                    yield file, certificate


def _of(certificate: CertificateFacts, file: WatchedFile, *, now: datetime) -> Iterator[Alert]:
    from cdg62_connect.journey.controle.check import About
    from cdg62_connect.journey.controle.validity import Term, term, validity

    near = term(certificate, now=now)
    if near is not Term.FAR:
        told = validity(About("", ""), [certificate], now=now, renew=file.renew)
        level = Level.ATTENTION if near is Term.SOON else Level.CRITIQUE
        key = f"{ONCE_FOR_ALL}{certificate.fingerprint[:32]}:{near.value}"
        yield Alert(key, level, f"{told.found} {told.advice}")


def _unreadable(file: WatchedFile, reading: _Reading) -> Alert:
    key = hashlib.sha256(file.key.encode()).hexdigest()[:16]
    return Alert(f"certificat-illisible:{key}", Level.CRITIQUE, f"{file.whose} : {reading.problem}")


def _facts(kept: dict[str, str]) -> CertificateFacts:
    from cdg62_connect.journey.controle import CertificateFacts

    return CertificateFacts(
        subject=str(kept["subject"]),
        issuer=str(kept["issuer"]),
        serial=str(kept["serial"]),
        not_before=datetime.fromisoformat(kept["not_before"]),
        not_after=datetime.fromisoformat(kept["not_after"]),
        fingerprint=str(kept["fingerprint"]),
    )
