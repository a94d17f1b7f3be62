"""What prepares an authority for tests: the authority, its accounts, and the counters of a group."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cdg62_connect.errors import ConfigurationError, InvalidInput
from cdg62_connect.s2low.api import pem_certificates
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import Payload

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_KEY = re.compile(rb"PRIVATE KEY-----")


def _check_fields(champs: Mapping[str, str], own: frozenset[str]) -> None:
    for name in champs:
        if not _NAME.fullmatch(name) or name in own:
            raise InvalidInput(f"« {name} » n'est pas un champ qui se donne dans « champs ».")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCollectivite:
    """An authority to create, or to change (S2LOW API, admin_authority_edit_handler).

    Attributes:
        name: its name.
        siren: nine digits.
        id: of the one to change, ``None`` to create it.
        modules: rights by module (1: actes, 2: Hélios on S2LOW's own test data; the values are those of the
            platform's form, unverified).
        champs: the other fields of the form, by their names: ``email``, ``address``, ``postal_code``, ``city``,
            ``department``, ``district``, ``status``, ``authority_type_id``, ``authority_group_id``,
            ``helios_ftp_dest``, ``email_mail_securise``…
    """

    name: str
    siren: str
    id: int | None = None
    modules: Mapping[int, str] = field(default_factory=dict[int, str], hash=False)
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    def __post_init__(self) -> None:
        if not self.name.strip() or not re.fullmatch(r"[0-9]{9}", self.siren):
            raise InvalidInput("Une collectivité a un nom et un SIREN de neuf chiffres.")
        _check_fields(self.champs, frozenset({"api", "id", "name", "siren"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUtilisateur:
    """An account to create, or to change (S2LOW API, admin_user_edit_handler).

    Attributes:
        name: last name.
        givenname: first name.
        email: its address.
        authority_id: the authority it works for.
        certificate: its certificate (PEM, without the key), required to create it unless ``clone`` is given.
        role: ``USER``, ``ADM``, ``GADM`` or ``SADM``.
        login: needed when several accounts share the certificate.
        password: with the login.
        id: of the one to change, ``None`` to create it.
        clone: of the account whose certificate it shares.
        certificate_rgs: the person's own certificate, for forwarded identities.
        modules: rights by module, as for an authority.
        champs: the other fields of the form, by their names: ``status``, ``auth_method``, ``telephone``…
    """

    name: str
    givenname: str
    email: str
    authority_id: int
    certificate: Payload | None = None
    role: str = "USER"
    login: str = ""
    password: Secret | None = None
    id: int | None = None
    clone: int | None = None
    certificate_rgs: Payload | None = None
    modules: Mapping[int, str] = field(default_factory=dict[int, str], hash=False)
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    def __post_init__(self) -> None:
        if self.authority_id < 1 or not self.name.strip():
            raise InvalidInput("Un compte a un nom et travaille pour une collectivité.")
        if self.id is None and self.clone is None and self.certificate is None:
            raise InvalidInput("Un compte se crée avec un certificat : donnez le sien, ou celui d'un autre.")
        for certificate in (self.certificate, self.certificate_rgs):
            if certificate is not None and any(_KEY.search(block) for block in certificate.blocks()):
                raise ConfigurationError(
                    "Le fichier de certificat contient une clé privée : donnez le certificat seul."
                )
        own = {
            "api",
            "id",
            "new_id",
            "name",
            "givenname",
            "email",
            "authority_id",
            "role",
            "login",
            "password",
        }
        _check_fields(self.champs, frozenset(own))


def certificate_of(path: Path) -> Payload:
    """The certificates of a PEM file, alone: a private key in it stays where it is.

    Raises:
        ConfigurationError: the file cannot be read, or holds no certificate.
    """
    return Payload.of("".join(f"{one}\n" for one in pem_certificates(path)).encode("ascii"))


@dataclass(frozen=True, slots=True)
class CompteCollectivite:
    """What one authority has transmitted in the period."""

    id: int
    nom: str
    transactions: int


@dataclass(frozen=True, slots=True)
class Comptage:
    """The transactions of the authorities of a group, in one month (S2LOW API, nb_…_by_authorities_and_date).

    Attributes:
        debut: as the platform writes it.
        fin: as the platform writes it.
        collectivites: one by one.
    """

    debut: str
    fin: str
    collectivites: tuple[CompteCollectivite, ...]
