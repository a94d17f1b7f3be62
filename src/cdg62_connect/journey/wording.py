"""The one table between the journal's stages, the contract's events and what people read."""

from __future__ import annotations

from dataclasses import dataclass

from cdg62_connect.journey.state import Stage


@dataclass(frozen=True, slots=True)
class Wording:
    """How a stage is told: ``event`` in the deposit contract, ``etat`` in ``--json``, ``label`` to a person."""

    event: str
    etat: str
    label: str


WORDINGS: dict[Stage, Wording] = {
    Stage.RECEIVED: Wording("", "RECU", "reçu, à contrôler"),
    Stage.CHECKED: Wording("accusé ACCEPTE", "ACCEPTE", "contrôlé, accepté"),
    Stage.IN_CIRCUIT: Wording("AU_PARAPHEUR", "AU_PARAPHEUR", "au parapheur"),
    Stage.SIGNED: Wording("SIGNE", "SIGNE", "signé"),
    Stage.TRANSMITTED: Wording("TRANSMIS_TDT", "TRANSMIS_TDT", "transmis à S2LOW"),
    Stage.ACKNOWLEDGED: Wording("AR_PREFECTURE", "AR_PREFECTURE", "AR de la préfecture reçu"),
    Stage.REJECTED: Wording("REFUSE_PARAPHEUR", "REFUSE_PARAPHEUR", "refusé au parapheur"),
    Stage.REFUSED: Wording("REFUSE_TDT", "REFUSE_TDT", "anomalie @ctes"),
    Stage.CANCELLED: Wording("ANNULE", "ANNULE", "transmission annulée sur S2LOW"),
    Stage.ACQUITTED: Wording("ACQUIT_HELIOS", "ACQUIT_HELIOS", "accepté par Hélios"),
    Stage.PARTLY_ACQUITTED: Wording(
        "ACQUIT_PARTIEL_HELIOS", "ACQUIT_PARTIEL_HELIOS", "accepté en partie par Hélios"
    ),
    Stage.REFUSED_BY_HELIOS: Wording("REFUSE_HELIOS", "REFUSE_HELIOS", "refusé par S2LOW ou par Hélios"),
    Stage.ABANDONED: Wording("ERREUR", "ABANDONNE", "abandonné par une personne"),
    Stage.BLOCKED: Wording("ERREUR ou ATTENTE_RGS", "BLOQUE", "une personne doit agir"),
    Stage.QUARANTINED: Wording("accusé REFUSE", "QUARANTAINE", "dépôt à corriger"),
    Stage.RETURNED: Wording("", "RENDU", "rendu au déposant"),
    Stage.IN_EXCHANGE: Wording(
        "MESSAGE_PREFECTURE", "ECHANGE_PREFECTURE", "la préfecture attend une réponse"
    ),
    Stage.CLOSED: Wording("TERMINE", "TERMINE", "terminé"),
}

PLATFORMS = {"pastell": "Pastell", "iparapheur": "iParapheur", "s2low": "S2LOW", "idelibre": "iDelibre"}
"""The names of the platforms, as people write them."""

_ENDS_BADLY = (
    *(Stage.REJECTED, Stage.REFUSED, Stage.CANCELLED, Stage.ABANDONED),
    *(Stage.PARTLY_ACQUITTED, Stage.REFUSED_BY_HELIOS),
)


def wording(stage: Stage, progress: Stage) -> Wording:
    """How to tell a dossier: one that is over but did not succeed keeps the word for what happened."""
    over = stage in (Stage.RETURNED, Stage.CLOSED)
    return WORDINGS[progress if over and progress in _ENDS_BADLY else stage]


def platform_label(name: str) -> str:
    """How to name the platform ``name`` to a person."""
    return PLATFORMS.get(name, name)
