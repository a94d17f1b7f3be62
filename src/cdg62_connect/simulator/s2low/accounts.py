"""Who may do what on the simulated S2LOW: authorities, and the accounts behind the client certificates."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cdg62_connect.errors import NotFound
from cdg62_connect.simulator.population import Collectivite
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.classification import Classification

Role = Literal["USER", "ADM", "GADM", "SADM", "ARCH"]
ModuleRight = Literal["NONE", "RO", "RW"]

_FIRST_AUTHORITY = 12


class Ko(Exception):
    """S2LOW understood the request and says no; the message goes out as it is."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class NotIdentified(Exception):
    """No single account stands behind the certificate and the login.

    ``cause``: ``"inconnu"`` (no account has that certificate), ``"plusieurs"`` (several have it and no login
    was given), ``"identifiants"`` (wrong login or password).
    """

    def __init__(self, cause: Literal["inconnu", "plusieurs", "identifiants"]) -> None:
        self.cause = cause
        super().__init__(cause)


@dataclass(slots=True, kw_only=True)
class Authority:
    """A collectivité as S2LOW knows it. ``classification`` is the last one received, or ``None``."""

    id: int
    collectivite: Collectivite
    classification: Classification | None
    mode_papier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user account.

    Attributes:
        certificate: SHA-256 of the client certificate (DER), in hexadecimal.
        login: needed only when several accounts share the certificate.
        droits: ``CS`` (may deposit), ``TT`` (may teletransmit); CS alone deposits in status 17.
        module: rights on the actes module.
        rgs: whether the certificate counts as an RGS one.
    """

    id: int
    authority: Authority
    certificate: str
    nom: str
    login: str = ""
    password: str = field(default="", repr=False)
    role: Role = "USER"
    droits: frozenset[str] = frozenset({"CS", "TT"})
    module: ModuleRight = "RW"
    rgs: bool = True

    def must_have(self, droit: str) -> None:
        """Raise :class:`Ko` unless the account holds the right ``CS`` or ``TT``, and may write."""
        if self.role in ("GADM", "SADM") or self.module != "RW" or droit not in self.droits:
            raise Ko(texts.ACCESS_REFUSED)

    def must_view(self) -> None:
        """Raise :class:`Ko` unless the account may see the actes of its authority."""
        if self.role in ("GADM", "SADM") or self.module == "NONE":
            raise Ko(texts.ACCESS_REFUSED)

    def must_edit(self) -> None:
        """Raise :class:`Ko` unless the account may change actes."""
        if self.role in ("GADM", "SADM") or self.module != "RW":
            raise Ko(texts.ACCESS_REFUSED)


class AccountBook:
    """Every authority and every account of the platform. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accounts: list[Account] = []
        self._authorities: dict[str, Authority] = {}
        self._first_classification: dict[str, Classification | None] = {}

    def add_authority(self, collectivite: Collectivite, classification: Classification | None) -> Authority:
        """Open the platform to a collectivité; ``None``: it never received a classification."""
        with self._lock:
            authority = Authority(
                id=_FIRST_AUTHORITY + len(self._authorities),
                collectivite=collectivite,
                classification=classification,
            )
            self._authorities[collectivite.siren] = authority
            self._first_classification[collectivite.siren] = classification
            return authority

    def add_account(
        self,
        siren: str,
        certificate: Path,
        *,
        nom: str = "Service web",
        login: str = "",
        password: str = "",
        role: Role = "USER",
        droits: Iterable[str] = ("CS", "TT"),
        module: ModuleRight = "RW",
        rgs: bool = True,
    ) -> Account:
        """Open an account on an authority for whoever presents ``certificate`` (a PEM file).

        Raises:
            NotFound: no such authority.
        """
        authority = self.authority(siren)
        with self._lock:
            account = Account(
                id=len(self._accounts) + 1,
                authority=authority,
                certificate=fingerprint(certificate.read_text(encoding="ascii")),
                nom=nom,
                login=login,
                password=password,
                role=role,
                droits=frozenset(droits),
                module=module,
                rgs=rgs,
            )
            self._accounts.append(account)
            return account

    def authority(self, siren: str) -> Authority:
        """The authority of that SIREN; its paper mode may be changed.

        Raises:
            NotFound: there is none.
        """
        with self._lock:
            authority = self._authorities.get(siren)
        if authority is None:
            raise NotFound(f"Aucune autorité {siren}.", platform="s2low", operation="autorité")
        return authority

    def identify(self, certificate: str, credentials: tuple[str, str] | None) -> Account:
        """The account behind a certificate (its fingerprint): alone on it, or named by login and password.

        Raises:
            NotIdentified: none, or more than one.
        """
        with self._lock:
            sharing = [account for account in self._accounts if account.certificate == certificate]
        if not sharing:
            raise NotIdentified("inconnu")
        if len(sharing) == 1:
            return sharing[0]
        if credentials is None:
            raise NotIdentified("plusieurs")
        for account in sharing:
            if account.login and (account.login, account.password) == credentials:
                return account
        raise NotIdentified("identifiants")

    def reset(self) -> None:
        """Classifications and paper mode as at the start; accounts stay."""
        with self._lock:
            for siren, authority in self._authorities.items():
                authority.classification = self._first_classification[siren]
                authority.mode_papier = False


def fingerprint(certificate: str) -> str:
    """What identifies a client certificate (PEM): SHA-256 of its DER form, in hexadecimal."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip() + "\n")).hexdigest()
