"""The statuses of S2LOW in Pastell's words, which are not those of S2LOW."""

from __future__ import annotations

_ACTES = {
    -1: "Erreur",
    0: "Annulé",
    1: "Posté",
    2: "En attente de transmission",
    3: "Transmis",
    4: "Acquittement reçu",
    5: "Validé",
    6: "Refusé",
    7: "AR non disponible pour le moment",
    17: "En attente d'être postée",
}

_PES = {
    -1: "Erreur",
    0: "Annulé",
    1: "Posté",
    2: "En attente de transmission. Fichier valide.",
    3: "Transmis",
    4: "Acquittement reçu",
    5: "status 5 invalide",
    6: "Refusé",
    7: "En traitement",
    8: "Information disponible",
}


def acte_label(code: int) -> str:
    """The status of an act, as ``La transaction a comme statut : …`` says it."""
    return _ACTES.get(code, f"Statut inconnu ({code})")


def pes_label(code: int) -> str:
    """The status of a PES, as ``La transaction est dans l'état : … (n)`` says it."""
    return _PES.get(code, f"Status {code} inconnu sur Pastell")
