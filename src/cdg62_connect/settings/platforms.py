"""The platforms: addresses, and how their servers are recognised."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cdg62_connect.settings.section import LocalPath, SecretValue, Section


class Environment(StrEnum):
    """What a platform is used for; production is closed until a feu vert opens it."""

    SIMULATEUR = "simulateur"
    RECETTE = "recette"
    PRODUCTION = "production"


class Platform(Section):
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


class Platforms(Section):
    """The platforms that this installation speaks to itself; Pastell speaks to the others in its place."""

    pastell: Platform | None = None
    iparapheur: ParapheurPlatform | None = None
    s2low: Platform | None = None

    def named(self) -> dict[str, Platform]:
        """Those that are configured, by name."""
        known = {"pastell": self.pastell, "iparapheur": self.iparapheur, "s2low": self.s2low}
        return {name: platform for name, platform in known.items() if platform is not None}
