"""The administration of S2LOW: the authorities and the accounts that its own API makes."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from typing import cast, get_args

from cdg62_connect.simulator.population import Collectivite
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import (
    Account,
    AccountBook,
    Authority,
    Ko,
    Module,
    ModuleRight,
    NewAccount,
    Role,
)
from cdg62_connect.simulator.s2low.depot import Upload
from cdg62_connect.simulator.s2low.form import Form

MODULES: dict[str, Module] = {"1": "actes", "2": "helios", "3": "mail"}
"""Modules by the number in ``perm_<number>``; that of mail is unverified."""

_DEPARTEMENT = re.compile(r"[09][0-9][0-9AB]")
_SIREN = re.compile(r"[0-9]{9}")
_PEM_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made or changed."""

    id: int
    message: str


class Administration:
    """Makes and changes authorities and accounts, for administrators."""

    def __init__(self, accounts: AccountBook) -> None:
        self._accounts = accounts

    def collectivite(self, account: Account, form: Form) -> Kept:
        """Create an authority, or change the one of ``id``. Raises ``Ko``."""
        known = self._authority(form.get("id")) if form.get("id") else None
        if account.role not in ("SADM", "GADM") and (account.role != "ADM" or known is not account.authority):
            raise Ko(texts.ACCESS_REFUSED)
        departement, arrondissement = form.get("department"), form.get("district")
        before = known.collectivite if known else None
        if (departement or before is None) and not _DEPARTEMENT.fullmatch(departement):
            raise Ko(texts.BAD_DEPARTEMENT)
        if (arrondissement or before is None) and not arrondissement.isdecimal():
            raise Ko(texts.BAD_DEPARTEMENT)
        siren = form.get("siren") or (before.siren if before else "")
        if not _SIREN.fullmatch(siren):
            raise Ko(texts.BAD_SIREN)
        collectivite = Collectivite(
            nom=form.get("name") or (before.nom if before else ""),
            siren=siren,
            departement=departement or (before.departement if before else ""),
            arrondissement=arrondissement or (before.arrondissement if before else ""),
            nature=form.get("authority_type_id") or (before.nature if before else "31"),
        )
        if not collectivite.nom:
            raise Ko(texts.NO_NAME)
        kept = self._accounts.keep_authority(collectivite, known)
        self._settings(kept, form, account)
        return Kept(kept.id, texts.AUTHORITY_KEPT)

    def utilisateur(self, account: Account, form: Form) -> Kept:
        """Create an account, or change the one of ``id``. Raises ``Ko``."""
        if account.role not in ("SADM", "GADM", "ADM"):
            raise Ko(texts.ACCESS_REFUSED)
        known = self._accounts.account(form.get("id")) if form.get("id") else None
        if form.get("id") and known is None:
            raise Ko(texts.ACCESS_REFUSED)
        wanted = form.get("authority_id") or (str(known.authority.id) if known else "")
        if not wanted:
            raise Ko(texts.NO_AUTHORITY)
        authority = self._authority(wanted)
        if account.role == "ADM" and authority is not account.authority:
            raise Ko(texts.ACCESS_REFUSED)
        certificate = _certificate(form.file("certificate"))
        cloned = self._accounts.account(form.get("new_id")) if form.get("new_id") else None
        if not certificate and known is None and cloned is None:
            raise Ko(texts.NO_CERTIFICATE)
        role = form.get("role") or (known.role if known else "USER")
        if role not in get_args(Role):
            raise Ko(texts.BAD_ROLE)
        new = NewAccount(
            authority=authority,
            pem=certificate,
            like=known or cloned,
            nom=form.get("name") or (known.nom if known else "Sans nom"),
            login=form.get("login") or (known.login if known else ""),
            password=form.get("password") or (known.password if known else ""),
            role=cast("Role", role),
            rights=_rights(form),
            actif=form.get("status") != "0",
        )
        if new.login and self._accounts.has_login(new.login, but=known):
            raise Ko(texts.LOGIN_USED)
        if self._accounts.is_known(new, but=known):
            raise Ko(texts.USER_EXISTS)
        return Kept(self._accounts.keep_account(new, known).id, texts.USER_KEPT)

    def _authority(self, identifier: str) -> Authority:
        found = self._accounts.authority_of_id(identifier)
        if found is None:
            raise Ko(texts.ACCESS_REFUSED)
        return found

    def _settings(self, authority: Authority, form: Form, account: Account) -> None:
        if form.get("status"):
            authority.active = form.get("status") == "1"
        if form.get("helios_ftp_dest"):
            authority.helios_dest = form.get("helios_ftp_dest")
        if form.get("helios_do_not_verify_nom_fic_unicity") and account.role == "SADM":
            authority.nom_fic_reutilisable = form.get("helios_do_not_verify_nom_fic_unicity") == "t"
        for number, module in MODULES.items():
            asked = form.get(f"perm_{number}")
            if asked:
                authority.open_module(module, is_open=asked not in ("0", "NONE"))


def _rights(form: Form) -> dict[Module, ModuleRight]:
    rights: dict[Module, ModuleRight] = {}
    for number, module in MODULES.items():
        right = form.get(f"perm_{number}")
        if right in get_args(ModuleRight):
            rights[module] = cast("ModuleRight", right)
    return rights


def _certificate(upload: Upload | None) -> str:
    """The certificate posted, as PEM; ``""`` when there is none. Raises ``Ko`` when it is not one."""
    if upload is None:
        return ""
    try:
        pem = upload.path.read_bytes()[:_PEM_LIMIT].decode("ascii").strip() + "\n"
        ssl.PEM_cert_to_DER_cert(pem)
    except ValueError:
        raise Ko(texts.NO_CERTIFICATE) from None
    return pem
