"""The configuration as frozen data, every default in sight.

Attributes are English except the words of the field; the TOML keys, which people write, are French and
given as aliases. Relative paths are relative to the configuration file.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field, model_validator

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.authorities import Authority, Competence
from cdg62_connect.settings.platforms import Platform, Platforms
from cdg62_connect.settings.section import LocalPath, Section


class UnknownSigner(StrEnum):
    """What to do with a good signature by somebody the anchors do not vouch for."""

    EXIGER = "exiger"
    SIGNALER = "signaler"


class DepositMode(StrEnum):
    """How a depositor shows that a lot is complete."""

    RENAME = "rename"
    MARQUEUR = "marqueur"
    STABILITE = "stabilite"


class Deposit(Section):
    """The deposit tree that Opéris and we share."""

    root: LocalPath = Field(alias="racine")
    mode: DepositMode = DepositMode.RENAME
    max_mebibytes: int = Field(default=150, gt=0, le=2000, alias="taille_max_mio")
    max_files: int = Field(default=100, gt=0, le=1000, alias="fichiers_max")
    keep_days: int = Field(default=90, ge=1, alias="conservation_jours")


class Journal(Section):
    """Where the durable journal, the documents and the locks lie (a local disk, not a share)."""

    folder: LocalPath = Field(alias="dossier")


class SignatureRules(Section):
    """What makes a signature good enough to go on."""

    anchors: tuple[LocalPath, ...] = Field(default=(), alias="ancres")
    unknown_signer: UnknownSigner = Field(default=UnknownSigner.EXIGER, alias="signataire_inconnu")


class Rhythm(Section):
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


class Alert(Section):
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


class Settings(Section):
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
