"""The configuration as frozen data, every default in sight.

Attributes are English except the words of the field; the TOML keys, which people write, are French and
given as aliases. Relative paths are relative to the configuration file.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.secret import Secret


def _resolve_path(value: object, info: ValidationInfo) -> object:
    """A path is read relative to the folder of the configuration file."""
    folder = (info.context or {}).get("folder")
    return Path(folder, value) if isinstance(value, str) and folder else value


def _resolve_secret(value: object, info: ValidationInfo) -> object:
    """A secret is named, never written: ``{ env = "NOM" }`` or ``{ fichier = "chemin" }``."""
    if isinstance(value, Secret):
        return value
    context = info.context or {}
    match value:
        case {"env": str() as name, **others} if not others:
            found = context.get("environ", {}).get(name)
            if found is None:
                raise ValueError(f"la variable d'environnement {name} n'existe pas")
            return Secret(found)
        case {"fichier": str() as name, **others} if not others:
            path = Path(context.get("folder", "."), name)
            try:
                return Secret(path.read_text(encoding="utf-8").strip("\r\n"))
            except (OSError, UnicodeDecodeError) as unreadable:
                raise ValueError(f"le fichier {path} ne se lit pas") from unreadable
        case _:
            raise ValueError(
                'un secret ne s\'écrit pas ici : donnez { env = "NOM_DE_VARIABLE" } ou { fichier = "chemin" }'
            )


DIRECT = "direct"
"""Written in the place of a flux: the document does not go through Pastell."""

PES = "PES"
"""The document code of what goes to the trésorerie: the key ``defaut`` of a table never serves it."""

REPONSE_PREF = "REPONSE_PREF"
"""The document code of an answer to the préfecture: it goes by S2LOW directly, whatever Pastell carries."""

LocalPath = Annotated[Path, BeforeValidator(_resolve_path)]
SecretValue = Annotated[Secret, BeforeValidator(_resolve_secret)]


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )


class Environment(StrEnum):
    """What a platform is used for; production is closed until a feu vert opens it."""

    SIMULATEUR = "simulateur"
    RECETTE = "recette"
    PRODUCTION = "production"


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


class UnknownSigner(StrEnum):
    """What to do with a good signature by somebody the anchors do not vouch for."""

    EXIGER = "exiger"
    SIGNALER = "signaler"


class DepositMode(StrEnum):
    """How a depositor shows that a lot is complete."""

    RENAME = "rename"
    MARQUEUR = "marqueur"
    STABILITE = "stabilite"


class Platform(_Section):
    """One platform's address and how its server is recognised.

    Attributes:
        ca: PEM file of the certification authorities that the server may have; without it, the public ones.
        tls_min: oldest TLS version accepted.
        tls_max: newest TLS version offered; without it, the newest that both ends know.
        proxy: ``http://machine:port``, or ``environnement`` for the proxy that the system's environment
            names; without it, none.
        connect_seconds: longest time to connect, seconds.
        silence_seconds: longest silence of the server, seconds.
        total_seconds: longest whole exchange, upload included, seconds.
    """

    environment: Environment = Field(alias="environnement")
    url: str
    ca: LocalPath | None = None
    connect_seconds: float = Field(default=10, gt=0, alias="connexion_s")
    silence_seconds: float = Field(default=120, gt=0, alias="silence_s")
    total_seconds: float = Field(default=3600, gt=0, alias="total_s")
    tls_min: Literal["1.2", "1.3"] = "1.2"
    tls_max: Literal["1.2", "1.3"] | None = None
    proxy: str | None = None
    proxy_login: str | None = Field(default=None, alias="proxy_identifiant")
    proxy_password: SecretValue | None = Field(default=None, alias="proxy_mot_de_passe")

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("l'adresse doit commencer par https://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _coherent_proxy(self) -> Platform:
        if (self.proxy_login is None) != (self.proxy_password is None):
            raise ValueError("proxy_identifiant et proxy_mot_de_passe vont ensemble")
        if self.proxy_login is not None and self.proxy in (None, "environnement"):
            raise ValueError("proxy_identifiant demande un proxy nommé par son adresse")
        return self

    @model_validator(mode="after")
    def _encrypted_outside_the_simulator(self) -> Platform:
        if self.environment is not Environment.SIMULATEUR and not self.url.startswith("https://"):
            raise ValueError("l'adresse doit commencer par https:// (http : simulateur seulement)")
        return self


class Protocole(StrEnum):
    """How a parapheur is spoken to: its SOAP service (v3, v4, and the bridge of v5), or the REST API of v5."""

    SOAP = "soap"
    REST = "rest"


class ParapheurPlatform(Platform):
    """The parapheur: the address of its SOAP service, or the root of the platform for REST.

    ``realm`` is that of its Keycloak (REST only).
    """

    protocol: Protocole = Field(default=Protocole.SOAP, alias="protocole")
    realm: str = "api"


class Platforms(_Section):
    """The platforms that this installation speaks to itself; Pastell speaks to the others in its place."""

    pastell: Platform | None = None
    iparapheur: ParapheurPlatform | None = None
    s2low: Platform | None = None

    def named(self) -> dict[str, Platform]:
        """Those that are configured, by name."""
        known = {"pastell": self.pastell, "iparapheur": self.iparapheur, "s2low": self.s2low}
        return {name: platform for name, platform in known.items() if platform is not None}


class ParapheurAccount(_Section):
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


class PastellAccount(_Section):
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


class S2lowAccount(_Section):
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


class HeliosRules(_Section):
    """What is known beforehand of the PES of an authority.

    ``budgets`` maps the SIRET of each budget (``IdColl``) to its ``CodCol``; without it, any budget whose SIRET
    begins with the authority's SIREN is taken.
    """

    budgets: dict[
        Annotated[str, Field(pattern=r"^\d{14}$")],
        Annotated[str, Field(pattern=r"^(\d\d[1-9]|\d[1-9]\d|[1-9]\d\d)$")],
    ] = Field(default_factory=dict)


class Authority(_Section):
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


class Deposit(_Section):
    """The deposit tree that Opéris and we share."""

    root: LocalPath = Field(alias="racine")
    mode: DepositMode = DepositMode.RENAME
    max_mebibytes: int = Field(default=150, gt=0, le=2000, alias="taille_max_mio")
    max_files: int = Field(default=100, gt=0, le=1000, alias="fichiers_max")
    keep_days: int = Field(default=90, ge=1, alias="conservation_jours")


class Journal(_Section):
    """Where the durable journal, the documents and the locks lie (a local disk, not a share)."""

    folder: LocalPath = Field(alias="dossier")


class SignatureRules(_Section):
    """What makes a signature good enough to go on."""

    anchors: tuple[LocalPath, ...] = Field(default=(), alias="ancres")
    unknown_signer: UnknownSigner = Field(default=UnknownSigner.EXIGER, alias="signataire_inconnu")


class Rhythm(_Section):
    """How often each platform is looked at, in seconds; a look that changes nothing lengthens the wait.

    Pastell is looked at for all the dossiers of an entity at once, every ``pastell_seconds``; so are the unread
    messages of the préfecture for all the actes of an authority, every ``prefecture_seconds``.
    """

    pastell_seconds: int = Field(default=120, gt=0, alias="pastell_s")
    parapheur_seconds: int = Field(default=600, gt=0, alias="parapheur_s")
    s2low_seconds: int = Field(default=300, gt=0, alias="s2low_s")
    helios_seconds: int = Field(default=900, gt=0, alias="helios_s")
    prefecture_seconds: int = Field(default=21600, gt=0, alias="prefecture_s")
    longest_seconds: int = Field(default=3600, gt=0, alias="attente_max_s")
    opens_at: int = Field(default=7, ge=0, le=23, alias="ouverture_h")
    closes_at: int = Field(default=20, ge=1, le=24, alias="fermeture_h")

    def office_hours(self, moment: datetime) -> bool:
        """Whether people are likely at work: Monday to Friday, between the two hours, local time."""
        return moment.weekday() < 5 and self.opens_at <= moment.hour < self.closes_at


class Alert(_Section):
    """What is worth waking a person for, and how.

    Attributes:
        command: program and arguments called once per alert, without a shell; the alert comes as one JSON
            object on its standard input.
        seconds: longest time the command may take.
        ar_hours: an acte without accusé de réception for longer is an alert.
        outage_hours: a platform that does not answer for longer is an alert.
    """

    command: tuple[str, ...] = Field(default=(), alias="commande")
    seconds: int = Field(default=30, gt=0, le=600, alias="delai_s")
    ar_hours: int = Field(default=48, gt=0, alias="ar_heures")
    outage_hours: int = Field(default=4, gt=0, alias="panne_heures")


class Settings(_Section):
    """One installation: several authorities, one Pastell, one parapheur, one S2LOW, one deposit tree."""

    version: int = Field(ge=1, le=1)
    deposit: Deposit = Field(alias="depot")
    journal: Journal
    platforms: Platforms = Field(alias="plateformes")
    authorities: tuple[Authority, ...] = Field(min_length=1, alias="autorites")
    signature: SignatureRules = SignatureRules()
    rhythm: Rhythm = Field(default=Rhythm(), alias="rythme")
    alert: Alert = Field(default=Alert(), alias="alerte")

    @model_validator(mode="after")
    def _one_authority_each(self) -> Settings:
        sirens = [authority.siren for authority in self.authorities]
        for siren in sirens:
            if sirens.count(siren) > 1:
                raise ValueError(f"le SIREN {siren} est donné deux fois")
        pairs = [(a.competence, insee) for a in self.authorities for insee in a.communes]
        for competence, insee in pairs:
            if pairs.count((competence, insee)) > 1:
                raise ValueError(f"deux autorités de compétence « {competence} » pour la commune {insee}")
        return self

    @model_validator(mode="after")
    def _every_account_has_its_platform(self) -> Settings:
        for authority in self.authorities:
            accounts = {
                "pastell": authority.pastell,
                "iparapheur": authority.parapheur,
                "s2low": authority.s2low,
            }
            for name, account in accounts.items():
                if account is not None and name not in self.platforms.named():
                    raise ValueError(
                        f"{authority.name} a un compte {name}, mais la section plateformes.{name} manque"
                    )
        return self

    def platform(self, name: str) -> Platform:
        """The platform of this name.

        Raises:
            ConfigurationError: its section is missing.
        """
        found = self.platforms.named().get(name)
        if found is None:
            raise ConfigurationError(
                f"La section plateformes.{name} manque dans la configuration : ajoutez-la."
            )
        return found

    def authority(self, siren: str) -> Authority | None:
        """The authority that has this SIREN, or ``None``."""
        return next((a for a in self.authorities if a.siren == siren), None)

    def competent(self, competence: Competence, insee: str) -> Authority | None:
        """The authority that decides for a commune under a competence, or ``None``."""
        return next((a for a in self.authorities if a.competence is competence and insee in a.communes), None)
