"""Preparing an authority for tests, and counting: for the accounts of administrators."""

from __future__ import annotations

from collections.abc import Mapping

from cdg62_connect.errors import InvalidInput
from cdg62_connect.s2low.administration_model import (
    Comptage,
    CompteCollectivite,
    NewCollectivite,
    NewUtilisateur,
)
from cdg62_connect.s2low.answers import unusable
from cdg62_connect.s2low.api import ACTES_API, API, HELIOS_API, Api, identifier
from cdg62_connect.s2low.records import Record, read_json, records
from cdg62_connect.transport import Answer, FilePart

_AUTHORITIES, _USERS = "/admin/authorities", "/admin/users"
_CERTIFICATE = "application/x-pem-file"


class Administration:
    """The administration of the platform, or of one's own authority."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def enregistrer_collectivite(self, collectivite: NewCollectivite) -> int:
        """Create or change an authority, and return its number (admin_authority_edit_handler).

        Raises:
            SirenAlreadyUsed: another one has this SIREN.
            InvalidRequest: to be corrected; nothing was kept.
            AccessRefused, AuthenticationRefused: the account.
            OutcomeUnknown: it may be done; to create it again then says ``SirenAlreadyUsed``.
            PlatformError: the exchange failed.
        """
        fields = [
            *API,
            *_optional("id", collectivite.id),
            ("name", collectivite.name),
            ("siren", collectivite.siren),
            *collectivite.champs.items(),
            *_rights(collectivite.modules),
        ]
        return self._api.post(
            "admin_authority_edit_handler",
            lambda answer: _read_kept(answer, collectivite.id),
            folder=_AUTHORITIES,
            fields=fields,
        )

    def enregistrer_utilisateur(self, utilisateur: NewUtilisateur) -> int:
        """Create or change an account, and return its number (admin_user_edit_handler, path unverified).

        Raises:
            LoginAlreadyUsed: another account has this login, or cannot be told from this one.
            InvalidRequest: to be corrected; nothing was kept.
            AccessRefused, AuthenticationRefused: the account that asks.
            OutcomeUnknown: it may be done; look at the list of logins of the certificate.
            PlatformError: the exchange failed.
        """
        password = utilisateur.password
        fields = [
            *API,
            *_optional("id", utilisateur.id),
            *_optional("new_id", utilisateur.clone),
            ("name", utilisateur.name),
            ("givenname", utilisateur.givenname),
            ("email", utilisateur.email),
            ("authority_id", identifier(utilisateur.authority_id)),
            ("role", utilisateur.role),
            *([("login", utilisateur.login)] if utilisateur.login else []),
            *([("password", password.reveal())] if password is not None else []),
            *utilisateur.champs.items(),
            *_rights(utilisateur.modules),
        ]
        certificates = {
            "certificate": utilisateur.certificate,
            "certificate_rgs_2_etoiles": utilisateur.certificate_rgs,
        }
        files = [
            FilePart(name, f"{name}.pem", content, _CERTIFICATE)
            for name, content in certificates.items()
            if content is not None
        ]
        return self._api.post(
            "admin_user_edit_handler",
            lambda answer: _read_kept(answer, utilisateur.id),
            folder=_USERS,
            fields=fields,
            files=files,
        )

    def compter_actes(
        self, *, annee: int | None = None, mois: int | None = None, groupe: int | None = None
    ) -> Comptage:
        """The actes of each authority of the group, in one month (nb_actes_by_authorities_and_date).

        Args:
            annee: with ``mois``; by default last month.
            mois: 1 to 12.
            groupe: for the administrators of the whole platform only.

        Raises:
            InvalidInput: no such month.
            AccessRefused, AuthenticationRefused: the account.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        params = _period(annee, mois, groupe)
        return self._api.get(
            "nb_actes_by_authorities_and_date", _read_counts, folder=ACTES_API, params=params
        )

    def compter_pes(
        self, *, annee: int | None = None, mois: int | None = None, groupe: int | None = None
    ) -> Comptage:
        """The PES of each authority of the group, in one month (nb_pes_aller_by_authorities_and_date).

        Raises:
            InvalidInput, AccessRefused, AuthenticationRefused, UnreadableAnswer, PlatformError: as
                :meth:`compter_actes`.
        """
        params = _period(annee, mois, groupe)
        return self._api.get(
            "nb_pes_aller_by_authorities_and_date", _read_counts, folder=HELIOS_API, params=params
        )


def _optional(name: str, number: int | None) -> list[tuple[str, str]]:
    return [] if number is None else [(name, identifier(number))]


def _rights(modules: Mapping[int, str]) -> list[tuple[str, str]]:
    return [(f"perm_{identifier(module)}", right) for module, right in modules.items()]


def _period(annee: int | None, mois: int | None, groupe: int | None) -> list[tuple[str, str]]:
    params = _optional("authority_group_id", groupe)
    if annee is None and mois is None:
        return params
    if annee is None or mois is None or not (1 <= mois <= 12 and 2000 <= annee <= 9999):
        raise InvalidInput("Donnez l'année et le mois (1 à 12), ou ni l'un ni l'autre.")
    return [*params, ("month", str(mois)), ("year", str(annee))]


def _read_kept(answer: Answer, given: int | None) -> int:
    said = Record(answer, read_json(answer))
    kept = said.integer("id") or given
    if said.text("status") != "ok" or kept is None or kept < 1:
        raise unusable(answer, "La plateforme ne dit pas ce qu'elle a enregistré.")
    return kept


def _read_counts(answer: Answer) -> Comptage:
    said = Record(answer, read_json(answer))
    return Comptage(
        said.text("min_date"),
        said.text("max_date"),
        tuple(
            CompteCollectivite(
                record.identifier("authority_id"), record.text("name"), record.integer("nb_transactions") or 0
            )
            for record in records(answer, said.value("nbTransactionPerAuthorities"))
        ),
    )
