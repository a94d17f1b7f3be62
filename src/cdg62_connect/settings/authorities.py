"""The authorities: their accounts, their circuits, the way that each document code takes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.section import LocalPath, SecretValue, Section

DIRECT = "direct"
"""Written in the place of a flux: the document does not go through Pastell."""


PES = "PES"
"""The document code of what goes to the trésorerie: the key ``defaut`` of a table never serves it."""


REPONSE_PREF = "REPONSE_PREF"
"""The document code of an answer to the préfecture: it goes by S2LOW directly, whatever Pastell carries."""


class Competence(StrEnum):
    """Who decides on an urbanisme document."""

    COMMUNE = "commune"
    EPCI = "epci"
    ETAT = "etat"


class CanalLegalite(StrEnum):
    """The one channel by which an authority's decisions reach the préfecture."""

    S2LOW = "s2low"
    PLATAU = "platau"
    AUCUN = "aucun"


class ParapheurAccount(Section):
    """One authority's account and circuits in iParapheur.

    ``sous_types`` maps a document code of the deposit contract to the sous-type whose circuit it takes;
    the key ``defaut`` serves every other code but ``PES``. ``types`` maps a code to its type, when it is not
    ``type``. ``tenant`` and ``desk`` are needed by REST only, and only when the account has several.
    """

    tenant: str | None = None
    desk: str | None = Field(default=None, alias="bureau")
    login: str = Field(alias="identifiant")
    password: SecretValue = Field(alias="mot_de_passe")
    type_technique: str = Field(alias="type")
    types: dict[str, str] = Field(default_factory=dict)
    sous_types: dict[str, str]

    def type_of(self, code_document: str) -> str:
        """The type for a document code."""
        return self.types.get(code_document) or self.type_technique

    def sous_type(self, code_document: str) -> str | None:
        """The sous-type for a document code, or ``None`` when the configuration has none."""
        return _by_code(self.sous_types, code_document)


class PastellAccount(Section):
    """One authority's entity in Pastell, the account that works there, and what goes that way.

    ``flux`` maps a document code of the deposit contract to the flux that carries it, or to ``direct`` for
    the other route; the key ``defaut`` serves every other code but ``PES``; what has none goes the direct way.
    ``sous_types`` maps it to the sous-type of the parapheur, in the same manner.
    """

    entity: Annotated[str, Field(pattern=r"^[1-9]\d{0,9}$", alias="entite")]
    login: str | None = Field(default=None, alias="identifiant")
    password: SecretValue | None = Field(default=None, alias="mot_de_passe")
    token: SecretValue | None = Field(default=None, alias="jeton")
    flux: dict[str, str] = Field(min_length=1)
    sous_types: dict[str, str] = Field(default_factory=dict)

    @field_validator("entity", mode="before")
    @classmethod
    def _number_or_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _one_way_in(self) -> PastellAccount:
        if (self.login is None) != (self.password is None):
            raise ValueError("identifiant et mot_de_passe vont ensemble")
        if (self.login is None) == (self.token is None):
            raise ValueError("donnez identifiant et mot_de_passe, ou bien jeton")
        return self

    def route(self, code_document: str) -> str:
        """The flux that carries a document code, ``""`` when it goes the direct way."""
        flux = DIRECT if code_document == REPONSE_PREF else _by_code(self.flux, code_document) or DIRECT
        return "" if flux == DIRECT else flux

    def sous_type(self, code_document: str) -> str | None:
        """The sous-type for a document code, or ``None`` when the configuration has none."""
        return _by_code(self.sous_types, code_document)

    @property
    def carries_all(self) -> bool:
        """Nothing of this authority goes the direct way."""
        return "defaut" in self.flux and DIRECT not in self.flux.values()


class S2lowAccount(Section):
    """One authority's client certificate on S2LOW, and its login when several accounts share it."""

    certificate: LocalPath = Field(alias="certificat")
    key: LocalPath | None = Field(default=None, alias="cle")
    passphrase: SecretValue | None = Field(default=None, alias="phrase_secrete")
    login: str | None = Field(default=None, alias="identifiant")
    password: SecretValue | None = Field(default=None, alias="mot_de_passe")

    @model_validator(mode="after")
    def _login_with_password(self) -> S2lowAccount:
        if (self.login is None) != (self.password is None):
            raise ValueError("identifiant et mot_de_passe vont ensemble")
        return self


def _by_code(table: dict[str, str], code_document: str) -> str | None:
    default = None if code_document == PES else table.get("defaut")
    return table.get(code_document) or default


class HeliosRules(Section):
    """What is known beforehand of the PES of an authority.

    ``budgets`` maps the SIRET of each budget (``IdColl``) to its ``CodCol``; without it, any budget whose SIRET
    begins with the authority's SIREN is taken.
    """

    budgets: dict[
        Annotated[str, Field(pattern=r"^\d{14}$")],
        Annotated[str, Field(pattern=r"^(\d\d[1-9]|\d[1-9]\d|[1-9]\d\d)$")],
    ] = Field(default_factory=dict)


class Authority(Section):
    """A commune or an EPCI: the only holder of the credentials under which its acts go out.

    Attributes:
        communes: INSEE codes it decides for; one for a commune, several for an EPCI.
        matieres: deeper codes than two levels that the authority has confirmed, each with the label it
            must have in the live classification (``{"2.2.3": "permis de construire"}``).
    """

    name: str = Field(alias="nom")
    siren: Annotated[str, Field(pattern=r"^\d{9}$")]
    competence: Competence
    communes: tuple[Annotated[str, Field(pattern=r"^(\d{2}|2[AB])\d{3}$")], ...] = Field(min_length=1)
    canal_legalite: CanalLegalite = CanalLegalite.S2LOW
    pastell: PastellAccount | None = None
    parapheur: ParapheurAccount | None = None
    s2low: S2lowAccount | None = None
    helios: HeliosRules = HeliosRules()
    matieres: dict[Annotated[str, Field(pattern=r"^\d+(\.\d+){2,4}$")], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _coherent(self) -> Authority:
        if self.competence is Competence.ETAT:
            raise ValueError("une autorité est une commune ou un epci ; l'État n'en est pas une ici")
        if self.competence is Competence.COMMUNE and len(self.communes) != 1:
            raise ValueError("une commune décide pour elle seule : un seul code INSEE")
        if self.pastell is not None and self.pastell.carries_all:
            return self
        if self.parapheur is None:
            raise ValueError(
                "donnez une section parapheur, ou une section pastell qui porte tous les documents"
            )
        if self.canal_legalite is CanalLegalite.S2LOW and self.s2low is None:
            raise ValueError("le canal s2low demande une section s2low (certificat)")
        return self

    def flux(self, code_document: str) -> str:
        """The flux of Pastell that carries a document code, ``""`` when it goes the direct way."""
        return self.pastell.route(code_document) if self.pastell is not None else ""

    def require_parapheur(self) -> ParapheurAccount:
        """Its account in the parapheur.

        Raises:
            ConfigurationError: the configuration gives it none.
        """
        if self.parapheur is None:
            raise ConfigurationError(
                f"{self.name} n'a pas de compte du parapheur dans la configuration : ajoutez sa section parapheur."
            )
        return self.parapheur

    def sous_type(self, code_document: str) -> str | None:
        """The sous-type of the parapheur for a document code, by the route that the code takes."""
        account = self.pastell if self.flux(code_document) else self.parapheur
        return account.sous_type(code_document) if account is not None else None
