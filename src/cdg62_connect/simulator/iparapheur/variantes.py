"""How versions of the parapheur differ on the wire, and what installations add to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Generation(Enum):
    """The parapheur of 2012, that of the years after, or the bridge that a version 5 keeps for their clients."""

    V3 = "3"
    V4 = "4"
    V5 = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variantes:
    """What may change without any dossier being different.

    Attributes:
        generation: texts, operations and fields of that generation.
        prefixe: the prefix of the SOAP namespace in the answers, when it is not the usual one: ``S`` on a v4,
            ``SOAP-ENV`` on some v5.
        noms_entre_guillemets: the names of annexes come back in double quotes.
        documents_permutes: the main document and the first further one come back swapped.
        supplementaires_apres: ``DocumentsSupplementaires`` comes after ``DocumentsAnnexes``.
        visible_apres: a new dossier is not shown before that time has passed.
        schema_distant: the contract imports the media types from the web, as that of a real parapheur.
        operis: the stand-in for which Opéris was written: ``CreerDossier`` only, which takes the same DossierID
            again for another document, and answers without severity.
    """

    generation: Generation = Generation.V4
    prefixe: str = ""
    noms_entre_guillemets: bool = False
    documents_permutes: bool = False
    supplementaires_apres: bool = False
    visible_apres: timedelta = timedelta(0)
    schema_distant: bool = False
    operis: bool = False
