"""What happened to a PES."""

from __future__ import annotations

from typing import Literal

from cdg62_connect.journey.facts.lot import StoredFile
from cdg62_connect.journey.facts.shape import FactShape


class PesTransmitted(FactShape):
    """S2LOW has the PES, for Hélios."""

    kind: Literal["pes_transmitted"] = "pes_transmitted"
    transaction: int
    nom_fic: str
    sha1: str
    how: Literal["created", "found", "adopted"]


class HeliosAnomalie(FactShape):
    """A reason that Hélios gives, and the pièce and the line it is about, ``""`` when it is the whole."""

    code: str
    numero: str
    texte: str
    piece: str = ""
    ligne: str = ""


class HeliosElement(FactShape):
    """What became of one bordereau, justificatif (``pj``) or marché of a PES, and what may be done with it now."""

    domaine: str
    exercice: str = ""
    bordereau: str = ""
    pj: str = ""
    marche: str = ""
    sort: Literal["integre", "deja_integre", "a_refaire", "sans_reponse"]
    anomalies: tuple[HeliosAnomalie, ...] = ()


class PesAcquitted(FactShape):
    """Hélios has answered: the acquit is in the store, with the verdict it holds.

    ``omis``: elements that are in the acquit and not told here, there being too many of them.
    """

    kind: Literal["pes_acquitted"] = "pes_acquitted"
    statut: int
    verdict: Literal["accepte", "partiel", "refuse"]
    elements: tuple[HeliosElement, ...]
    flux: tuple[HeliosAnomalie, ...] = ()
    omis: int = 0
    files: tuple[StoredFile, ...]
    message: str


class PesRefused(FactShape):
    """S2LOW did not take the PES: nothing of it has reached Hélios."""

    kind: Literal["pes_refused"] = "pes_refused"
    statut: int
    reason: str
    advice: str
