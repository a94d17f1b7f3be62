"""Who may do what on the simulated S2LOW: authorities, and the accounts behind the client certificates."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
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


Cause = Literal["inconnu", "plusieurs", "identifiants", "login_vide", "mot_de_passe_vide", "desactive"]


class NotIdentified(Exception):
    """No single account stands behind the certificate and the login.

    ``cause``: ``"inconnu"`` (no account has that certificate), ``"plusieurs"`` (several have it and no login
    was given), ``"identifiants"`` (wrong login or password), ``"login_vide"`` or ``"mot_de_passe_vide"`` (given,
    and empty), ``"desactive"`` (the account or its authority is no longer active).
    """

    def __init__(self, cause: Cause) -> None:
        self.cause: Cause = cause
        super().__init__(cause)


@dataclass(slots=True, kw_only=True)
class Authority:
    """A collectivité as S2LOW knows it.

    Attributes:
        classification: the last one received, or ``None``.
        mode_papier: it went back to paper; the newest generation of the platform knows of no such thing.
        active: its accounts may come in.
        module_actes: it has the module of actes.
    """

    id: int
    collectivite: Collectivite
    classification: Classification | None
    mode_papier: bool = False
    active: bool = True
    module_actes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user account.

    Attributes:
        certificate: SHA-256 of the client certificate (DER), in hexadecimal.
        login: needed only when several accounts share the certificate.
        droits: ``CS`` (may deposit), ``TT`` (may teletransmit); CS alone deposits in status 17.
        module: rights on the actes module.
        rgs: whether the certificate counts as an RGS one.
        actif: it may come in.
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
    actif: bool = True

    def must_have(self, droit: str) -> None:
        """Raise :class:`Ko` unless the account holds the right ``CS`` or ``TT``, and may write."""
        self.must_edit()
        if droit not in self.droits:
            raise Ko(texts.ACCESS_REFUSED)

    def must_view(self) -> None:
        """Raise :class:`Ko` unless the account may see the actes of its authority."""
        if self.role in ("GADM", "SADM") or self.module == "NONE" or not self.authority.module_actes:
            raise Ko(texts.ACCESS_REFUSED)

    def must_edit(self) -> None:
        """Raise :class:`Ko` unless the account may change actes."""
        self.must_view()
        if self.module != "RW":
            raise Ko(texts.ACCESS_REFUSED)


class AccountBook:
    """Every authority and every account of the platform. Safe to share between threads.

    Args:
        is_rgs: whether a certificate (PEM) is an RGS one; by default they all are.
    """

    def __init__(self, *, is_rgs: Callable[[str], bool] = lambda _: True) -> None:
        self._is_rgs = is_rgs
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
        rgs: bool | None = None,
        actif: bool = True,
    ) -> Account:
        """Open an account on an authority for whoever presents ``certificate`` (a PEM file).

        ``rgs`` is judged by the certificate unless it is said.

        Raises:
            NotFound: no such authority.
        """
        authority = self.authority(siren)
        pem = certificate.read_text(encoding="ascii")
        with self._lock:
            account = Account(
                id=len(self._accounts) + 1,
                authority=authority,
                certificate=fingerprint(pem),
                nom=nom,
                login=login,
                password=password,
                role=role,
                droits=frozenset(droits),
                module=module,
                rgs=self._is_rgs(pem) if rgs is None else rgs,
                actif=actif,
            )
            self._accounts.append(account)
            return account

    def authority(self, siren: str) -> Authority:
        """The authority of that SIREN; what it may do can be changed, until the next :meth:`reset`.

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
            NotIdentified: none, more than one, or one that may not come in.
        """
        with self._lock:
            sharing = [account for account in self._accounts if account.certificate == certificate]
        if not sharing:
            raise NotIdentified("inconnu")
        account = sharing[0] if len(sharing) == 1 else _named(sharing, credentials)
        if not account.actif or not account.authority.active:
            raise NotIdentified("desactive")
        return account

    def reset(self) -> None:
        """The authorities as at the start; accounts stay."""
        with self._lock:
            for siren, authority in self._authorities.items():
                authority.classification = self._first_classification[siren]
                authority.mode_papier = False
                authority.active = authority.module_actes = True


def _named(sharing: Sequence[Account], credentials: tuple[str, str] | None) -> Account:
    """The account of that login among those that share a certificate."""
    if credentials is None:
        raise NotIdentified("plusieurs")
    login, password = credentials
    if not login:
        raise NotIdentified("login_vide")
    if not password:
        raise NotIdentified("mot_de_passe_vide")
    for account in sharing:
        if account.login and (account.login, account.password) == credentials:
            return account
    raise NotIdentified("identifiants")


def fingerprint(certificate: str) -> str:
    """What identifies a client certificate (PEM): SHA-256 of its DER form, in hexadecimal."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip() + "\n")).hexdigest()
