"""Who may do what on the simulated S2LOW: authorities, and the accounts behind the client certificates."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cdg62_connect.errors import NotFound
from cdg62_connect.simulator.population import Collectivite
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.publications import Publications

Role = Literal["USER", "ADM", "GADM", "SADM", "ARCH"]
ModuleRight = Literal["NONE", "RO", "RW"]
Module = Literal["actes", "helios", "mail"]

HELIOS_DEST = "MHPSPEC"
"""The server of the DGFiP that every authority has at the start."""

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
        classifications: what the préfecture published for it, and what S2LOW holds.
        mode_papier: it went back to paper; the newest generation of the platform knows of no such thing.
        active: its accounts may come in.
        module_actes: it has the module of actes.
        module_helios: it has the module of PES.
        module_mail: it has the module of secure mail.
        helios_dest: where its PES go at the DGFiP (P_DEST); without it none can leave.
        nom_fic_reutilisable: its PES may bear a NomFic already used.
        sirets: those of the budgets whose PES it has sent: the PES retour of these come to it.
    """

    id: int
    collectivite: Collectivite
    classifications: Publications
    mode_papier: bool = False
    active: bool = True
    module_actes: bool = True
    module_helios: bool = True
    module_mail: bool = True
    helios_dest: str = HELIOS_DEST
    nom_fic_reutilisable: bool = False
    sirets: list[str] = field(default_factory=list[str])

    def has(self, module: Module) -> bool:
        """Whether it has that module."""
        return {"actes": self.module_actes, "helios": self.module_helios, "mail": self.module_mail}[module]

    def open_module(self, module: Module, *, is_open: bool) -> None:
        """Give it a module, or take it back."""
        setattr(self, f"module_{module}", is_open)

    def settle(self) -> None:
        """What it may do, as at the start."""
        self.mode_papier = self.nom_fic_reutilisable = False
        self.active = self.module_actes = self.module_helios = self.module_mail = True
        self.helios_dest = HELIOS_DEST
        self.sirets.clear()
        self.classifications.reset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user account.

    Attributes:
        certificate: SHA-256 of the client certificate (DER), in hexadecimal.
        login: needed only when several accounts share the certificate.
        droits: ``CS`` (may deposit), ``TT`` (may teletransmit); CS alone deposits in status 17.
        module: rights on the actes module.
        helios: rights on the module of PES.
        mail: rights on the module of secure mail.
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
    helios: ModuleRight = "RW"
    mail: ModuleRight = "RW"
    rgs: bool = True
    actif: bool = True

    def right(self, module: Module) -> ModuleRight:
        """Its rights on a module."""
        rights: dict[Module, ModuleRight] = {"actes": self.module, "helios": self.helios, "mail": self.mail}
        return rights[module]

    def must_have(self, droit: str, module: Module = "actes") -> None:
        """Raise :class:`Ko` unless the account holds the right ``CS`` or ``TT``, and may write."""
        self.must_edit(module)
        if droit not in self.droits:
            raise Ko(texts.ACCESS_REFUSED)

    def must_view(self, module: Module = "actes") -> None:
        """Raise :class:`Ko` unless the account may see what its authority has in the module."""
        manager = self.role in ("GADM", "SADM")
        if manager or self.right(module) == "NONE" or not self.authority.has(module):
            raise Ko(texts.ACCESS_REFUSED)

    def must_edit(self, module: Module = "actes") -> None:
        """Raise :class:`Ko` unless the account may write in the module."""
        self.must_view(module)
        if self.right(module) != "RW":
            raise Ko(texts.ACCESS_REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account as an administrator asks for it.

    ``pem``: its certificate, or ``""``: that of the account ``like``, which also gives what ``rights`` does not say.
    """

    authority: Authority
    pem: str
    like: Account | None
    nom: str
    login: str
    password: str = field(repr=False)
    role: Role
    rights: Mapping[Module, ModuleRight]
    actif: bool

    @property
    def certificate(self) -> str:
        """The fingerprint of its certificate."""
        if self.pem:
            return fingerprint(self.pem)
        return self.like.certificate if self.like else ""


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
        self._forget_changes()

    def _forget_changes(self) -> None:
        self._made_authorities: list[str] = []
        self._made_accounts: list[int] = []
        self._changed: dict[int, Account] = {}
        self._renamed: dict[int, Collectivite] = {}

    def add_authority(self, collectivite: Collectivite, classification: Classification | None) -> Authority:
        """Open the platform to a collectivité; ``None``: it never received a classification."""
        with self._lock:
            authority = Authority(
                id=max((one.id + 1 for one in self._authorities.values()), default=_FIRST_AUTHORITY),
                collectivite=collectivite,
                classifications=Publications(classification),
            )
            self._authorities[collectivite.siren] = authority
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
        helios: ModuleRight = "RW",
        mail: ModuleRight = "RW",
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
                id=max((one.id for one in self._accounts), default=0) + 1,
                authority=authority,
                certificate=fingerprint(pem),
                nom=nom,
                login=login,
                password=password,
                role=role,
                droits=frozenset(droits),
                module=module,
                helios=helios,
                mail=mail,
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

    def keep_authority(self, collectivite: Collectivite, known: Authority | None) -> Authority:
        """Open an authority until the next :meth:`reset`, or change one. Raises ``Ko`` for a SIREN already used."""
        with self._lock:
            other = self._authorities.get(collectivite.siren)
            if other is not None and other is not known:
                raise Ko(texts.SIREN_USED.replace("{siren}", collectivite.siren))
        if known is None:
            made = self.add_authority(collectivite, None)
            self._made_authorities.append(collectivite.siren)
            return made
        with self._lock:
            if known.collectivite.siren != collectivite.siren:
                del self._authorities[known.collectivite.siren]
                self._authorities[collectivite.siren] = known
            self._renamed.setdefault(known.id, known.collectivite)
            known.collectivite = collectivite
            return known

    def keep_account(self, new: NewAccount, known: Account | None) -> Account:
        """Open an account until the next :meth:`reset`, or change one."""
        like = new.like
        rgs = self._is_rgs(new.pem) if new.pem else like.rgs if like else False
        with self._lock:
            made = Account(
                id=known.id if known else max((one.id for one in self._accounts), default=0) + 1,
                authority=new.authority,
                certificate=new.certificate,
                nom=new.nom,
                login=new.login,
                password=new.password,
                role=new.role,
                droits=like.droits if like else frozenset({"CS", "TT"}),
                module=new.rights.get("actes", like.module if like else "RW"),
                helios=new.rights.get("helios", like.helios if like else "RW"),
                mail=new.rights.get("mail", like.mail if like else "RW"),
                rgs=rgs,
                actif=new.actif,
            )
            if known is None:
                self._made_accounts.append(made.id)
                self._accounts.append(made)
            else:
                self._changed.setdefault(known.id, known)
                self._accounts = [made if one.id == known.id else one for one in self._accounts]
            return made

    def account(self, identifier: str) -> Account | None:
        """The account of that id."""
        with self._lock:
            return next((one for one in self._accounts if str(one.id) == identifier), None)

    def authority_of_id(self, identifier: str) -> Authority | None:
        """The authority of that id."""
        with self._lock:
            return next((one for one in self._authorities.values() if str(one.id) == identifier), None)

    def has_login(self, login: str, *, but: Account | None) -> bool:
        """Whether another account has that login."""
        with self._lock:
            return any(one.login == login for one in self._accounts if but is None or one.id != but.id)

    def is_known(self, new: NewAccount, *, but: Account | None) -> bool:
        """Whether another account of the same certificate could not be told from that one."""
        return any(
            one.login == new.login for one in self.sharing(new.certificate) if but is None or one.id != but.id
        )

    def owners_of(self, siret: str) -> Sequence[Authority]:
        """The authorities that have sent PES of that SIRET."""
        with self._lock:
            return [one for one in self._authorities.values() if siret in one.sirets]

    def identify(self, certificate: str, credentials: tuple[str, str] | None) -> Account:
        """The account behind a certificate (its fingerprint): alone on it, or named by login and password.

        Raises:
            NotIdentified: none, more than one, or one that may not come in.
        """
        sharing = self.sharing(certificate)
        if not sharing:
            raise NotIdentified("inconnu")
        return checked(sharing[0] if len(sharing) == 1 else named(sharing, credentials))

    def sharing(self, certificate: str) -> Sequence[Account]:
        """Every account behind a certificate (its fingerprint)."""
        with self._lock:
            return [account for account in self._accounts if account.certificate == certificate]

    def reset(self) -> None:
        """The authorities as at the start, without what the administration made or changed; other accounts stay."""
        with self._lock:
            self._accounts = [
                self._changed.get(one.id, one) for one in self._accounts if one.id not in self._made_accounts
            ]
            for siren in self._made_authorities:
                self._authorities.pop(siren, None)
            for authority in list(self._authorities.values()):
                first = self._renamed.get(authority.id, authority.collectivite)
                del self._authorities[authority.collectivite.siren]
                authority.collectivite = first
                self._authorities[first.siren] = authority
            self._forget_changes()
            for authority in self._authorities.values():
                authority.settle()


def checked(account: Account) -> Account:
    """The account, if it may come in. Raises ``NotIdentified`` otherwise."""
    if not account.actif or not account.authority.active:
        raise NotIdentified("desactive")
    return account


def named(sharing: Sequence[Account], credentials: tuple[str, str] | None) -> Account:
    """The account of that login among those that share a certificate. Raises ``NotIdentified``."""
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
