"""The sessions of a check: those of the journey, but in a hurry, and without a second attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.clock import Clock
from cdg62_connect.transport import BasicAuth, ClientCertificate, HttpSession, RetryPolicy, Timeouts

if TYPE_CHECKING:
    from cdg62_connect.settings import Authority, Platform, S2lowAccount, Settings

_PATIENCE = 30.0  # seconds: a platform that is longer to answer a small question is worth telling


def parapheur_session(settings: Settings, authority: Authority, *, clock: Clock) -> HttpSession:
    """A session on the parapheur as ``authority``.

    Raises:
        ConfigurationError: a file or a value of the configuration cannot be used.
    """
    platform, account = settings.platforms.iparapheur, authority.parapheur
    return HttpSession(
        platform.url,
        platform="iparapheur",
        auth=BasicAuth(login=account.login, password=account.password),
        ca=platform.ca,
        timeouts=timeouts(platform),
        retry=RetryPolicy(attempts=1),
        clock=clock,
    )


def s2low_session(settings: Settings, account: S2lowAccount, *, clock: Clock) -> HttpSession:
    """A session on S2LOW under ``account``.

    Raises:
        ConfigurationError: a file or a value of the configuration cannot be used.
    """
    platform, login, password = settings.platforms.s2low, account.login, account.password
    return HttpSession(
        platform.url,
        platform="s2low",
        auth=BasicAuth(login=login, password=password) if login and password else None,
        certificate=client_certificate(account),
        ca=platform.ca,
        timeouts=timeouts(platform),
        retry=RetryPolicy(attempts=1),
        clock=clock,
    )


def client_certificate(account: S2lowAccount) -> ClientCertificate:
    """The client certificate of ``account``."""
    return ClientCertificate(certificate=account.certificate, key=account.key, passphrase=account.passphrase)


def timeouts(platform: Platform) -> Timeouts:
    """The limits of the configuration, none above our patience."""
    return Timeouts(
        connect=min(platform.connect_seconds, _PATIENCE),
        read=min(platform.silence_seconds, _PATIENCE),
        total=min(platform.total_seconds, 2 * _PATIENCE),
    )
