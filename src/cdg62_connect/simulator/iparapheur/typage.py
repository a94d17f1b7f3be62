"""Types and sous-types: what is set in the parapheur, and decides the life of a dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from cdg62_connect.simulator.iparapheur.circuits import Circuit, circuit_of


class Format(Enum):
    """How a type signs. ``AUTO``: PAdES for a PDF, XAdES for a PES, else detached CAdES."""

    AUTO = "AUTO"
    PADES = "PADES"
    CADES = "PKCS7"
    XADES = "PES_V2"


class Protocole(Enum):
    """For which télétransmission a type is meant."""

    AUCUN = "NONE"
    ACTES = "ACTES"
    HELIOS = "HELIOS"


@dataclass(frozen=True, slots=True)
class Metadonnee:
    """An entry of the dictionary. ``obligatoire`` is said by a sous-type."""

    nom_court: str
    nom_long: str = ""
    nature: str = "STRING"
    obligatoire: bool = False


@dataclass(frozen=True, slots=True)
class SousType:
    """A sous-type: its circuit, its métadonnées, whether it holds several documents to sign."""

    nom: str
    circuit: Circuit
    metadonnees: tuple[Metadonnee, ...] = ()
    multidoc: bool = False


@dataclass(frozen=True, slots=True)
class Type:
    """A type and its sous-types, by name."""

    nom: str
    sous_types: Mapping[str, SousType] = field(default_factory=dict[str, SousType])
    format: Format = Format.AUTO
    protocole: Protocole = Protocole.AUCUN

    @classmethod
    def of(cls, nom: str, sous_types: Sequence[str | SousType], **settings: object) -> Type:
        """A type whose sous-types are given by name, with the circuits they have here, or whole."""
        whole = [one if isinstance(one, SousType) else SousType(one, circuit_of(one)) for one in sous_types]
        return cls(nom, {one.nom: one for one in whole}, **settings)  # type: ignore[arg-type]  # format, protocole
