"""The whole check, in the order in which a person would correct things."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.errors import Cdg62Error, ConfigurationError, ReleaseRefused
from cdg62_connect.journey.circuits import open_parapheur
from cdg62_connect.journey.controle import local, parapheur, pastell, s2low
from cdg62_connect.journey.controle.check import About, Check
from cdg62_connect.journey.controle.network import clock_check, connection_checks, date_request, reachable
from cdg62_connect.journey.release_gate import ReleaseGate
from cdg62_connect.journey.sessions import Sessions, client_certificate
from cdg62_connect.journey.wording import platform_label
from cdg62_connect.pastell import Pastell
from cdg62_connect.s2low import S2low
from cdg62_connect.transport import HttpSession

if TYPE_CHECKING:
    from cdg62_connect.settings import Authority, S2lowAccount, Settings

_log = logging.getLogger("cdg62_connect.controle")

_DOWN = "Pas demandé : la plateforme n'est pas joignable."


def controle(settings: Settings, *, clock: Clock | None = None) -> Iterator[Check]:
    """Every check, as it ends. One that fails does not stop the others."""
    with ExitStack() as opened:
        run = _Run(settings, clock or SystemClock(), opened)
        groups = (
            ("configuration", run.configuration()),
            ("depot", local.deposit_checks(settings, now=run.clock.now())),
            ("journal", local.journal_checks(settings)),
            ("signature", local.anchor_checks(settings, now=run.clock.now())),
            ("pastell", run.pastell()),
            ("iparapheur", run.parapheur()),
            ("s2low", run.s2low()),
        )
        for code, group in groups:
            yield from _guarded(code, group)


def configuration_refused(error: ConfigurationError) -> Check:
    """The one check of a configuration that cannot be read."""
    return About("configuration", "Configuration").ko(
        str(error), advice="Corrigez le fichier (voir docs/configuration.md), puis relancez le contrôle."
    )


def _guarded(code: str, checks: Iterator[Check]) -> Iterator[Check]:
    about = About(code, "Suite de ce contrôle")
    advice = "Corrigez-le, puis relancez le contrôle."
    try:
        yield from checks
    except Cdg62Error as foreseen:
        yield about.failed(foreseen)
    except OSError as refused:
        yield about.ko(f"{refused.filename or 'Le disque'} : {refused.strerror}.", advice=advice)
    except Exception as failure:  # noqa: BLE001 - a check that fails must not stop the others
        _log.exception("%s : erreur imprévue", code)
        yield about.unverifiable(
            f"Erreur imprévue ({type(failure).__name__}).",
            advice="Relancez avec -v et signalez cette erreur.",
        )


class _Run:
    """One check: the sessions it has opened, and what goes wrong when opening them."""

    def __init__(self, settings: Settings, clock: Clock, opened: ExitStack) -> None:
        self.clock = clock
        self._settings = settings
        self._sessions = Sessions(settings, clock, hurried=True)
        self._opened = opened

    def configuration(self) -> Iterator[Check]:
        """What is declared, and what the release gate makes of it."""
        settings = self._settings
        names = ", ".join(authority.name for authority in settings.authorities)
        yield About("configuration", "Configuration").ok(f"Lue. Autorités : {names}.")
        gate = ReleaseGate(settings)
        for name, platform in settings.platforms.named().items():
            about = About(f"{name}.environnement", f"{platform_label(name)} : environnement")
            try:
                gate.require(name)
            except ReleaseRefused:
                yield about.attention(
                    f"« {platform.environment} » : fermée, aucun envoi ne partira.",
                    advice="C'est voulu sans feu vert. Pour des essais, déclarez l'environnement de recette.",
                )
            else:
                yield about.ok(f"« {platform.environment} » : les envois partent.")

    def pastell(self) -> Iterator[Check]:
        """The way to Pastell, then each authority on it; nothing when nobody uses it."""
        accounts = [(one, one.pastell) for one in self._settings.authorities if one.pastell is not None]
        if not accounts:
            return
        platform = self._settings.platform("pastell")
        seconds, now = self._sessions.timeouts(platform).connect, self.clock.now()
        way = [*connection_checks("pastell", platform, seconds=seconds, certificates=(), now=now)]
        yield from way
        if not reachable(way[0]):
            for authority, _ in accounts:
                yield from pastell.unasked(authority, _DOWN)
            return
        sessions = {
            one.siren: self._session(lambda account=account: self._sessions.pastell(account))
            for one, account in accounts
        }
        yield self._hour("pastell", sessions)
        for authority, account in accounts:
            session = sessions[authority.siren]
            if isinstance(session, HttpSession):
                folder = self._settings.journal.folder
                yield from pastell.pastell_checks(authority, account, Pastell(session), journal=folder)
            else:
                yield from pastell.unasked(authority, str(session))

    def parapheur(self) -> Iterator[Check]:
        """The way to the parapheur, then each authority on it."""
        authorities = [one for one in self._settings.authorities if one.parapheur is not None]
        if not authorities:
            yield About("iparapheur.compte", "iParapheur").ok("Aucune autorité ne l'utilise.")
            return
        platform = self._settings.platform("iparapheur")
        way = [
            *connection_checks(
                "iparapheur",
                platform,
                seconds=self._sessions.timeouts(platform).connect,
                certificates=(),
                now=self.clock.now(),
            )
        ]
        yield from way
        if not reachable(way[0]):
            for authority in authorities:
                yield from parapheur.unasked(authority, _DOWN)
            return
        sessions = {one.siren: self._parapheur_session(one) for one in authorities}
        yield self._hour("iparapheur", sessions)
        for authority in authorities:
            try:
                opened = open_parapheur(self._sessions, authority)
            except ConfigurationError as wrong:
                yield from parapheur.unasked(authority, str(wrong))
                continue
            self._opened.callback(opened.close)
            yield from parapheur.parapheur_checks(authority, opened.parapheur)

    def s2low(self) -> Iterator[Check]:
        """The certificates, the way to S2LOW, then each authority on it."""
        accounts = [(one, one.s2low) for one in self._settings.authorities if one.s2low is not None]
        if not accounts:
            yield About("s2low.compte", "S2LOW").ok("Aucune autorité ne l'utilise.")
            return
        platform = self._settings.platform("s2low")
        way = [
            *connection_checks(
                "s2low",
                platform,
                seconds=self._sessions.timeouts(platform).connect,
                certificates=[client_certificate(account) for _, account in accounts],
                now=self.clock.now(),
            )
        ]
        yield from way
        sessions = {one.siren: self._s2low_session(account) for one, account in accounts}
        if reachable(way[0]):
            yield self._hour("s2low", sessions)
        seen = s2low.SeenAccounts()
        for authority, account in accounts:
            yield from s2low.certificate_checks(authority, account, now=self.clock.now())
            session = sessions[authority.siren]
            if isinstance(session, HttpSession) and reachable(way[0]):
                yield from s2low.s2low_checks(authority, S2low(session), seen=seen)
            else:
                reason = str(session) if isinstance(session, ConfigurationError) else _DOWN
                yield from s2low.unasked(authority, reason)

    def _hour(self, name: str, sessions: dict[str, HttpSession | ConfigurationError]) -> Check:
        usable = [session for session in sessions.values() if isinstance(session, HttpSession)]
        return clock_check(name, usable, date_request(name), clock=self.clock)

    def _parapheur_session(self, authority: Authority) -> HttpSession | ConfigurationError:
        return self._session(lambda: self._sessions.parapheur(authority))

    def _s2low_session(self, account: S2lowAccount) -> HttpSession | ConfigurationError:
        return self._session(lambda: self._sessions.s2low(account))

    def _session(self, opened: Callable[[], HttpSession]) -> HttpSession | ConfigurationError:
        try:
            return self._opened.enter_context(opened())
        except ConfigurationError as wrong:
            return wrong
