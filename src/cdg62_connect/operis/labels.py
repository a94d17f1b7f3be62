"""The French names of the manifest's fields, as a person knows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "version": "Version du contrat",
        "id_depot": "Identifiant du dépôt",
        "depose_le": "Date et heure de dépôt",
        "demande": "Demande",
        "emetteur": "Émetteur",
        "emetteur.logiciel": "Logiciel métier",
        "emetteur.version": "Version du logiciel",
        "emetteur.utilisateur": "Agent déposant",
        "dossier": "Dossier",
        "dossier.numero": "Numéro de dossier",
        "dossier.type": "Type de dossier",
        "dossier.sous_dossier": "Modificatif / transfert",
        "dossier.id_externe": "Identifiant interne du logiciel",
        "dossier.echeance_instruction": "Échéance d'instruction",
        "commune": "Commune",
        "commune.insee": "Code INSEE",
        "commune.nom": "Nom de la commune",
        "autorite": "Autorité",
        "autorite.competence": "Compétence",
        "autorite.siren": "SIREN de l'autorité",
        "document": "Document",
        "document.code": "Code du document",
        "document.titre": "Titre",
        "document.date_redaction": "Date de rédaction",
        "document.fichier": "Document principal",
        "document.sha256": "Empreinte du document",
        "annexes": "Annexes",
        "annexes[].fichier": "Fichier",
        "annexes[].sha256": "Empreinte",
        "annexes[].libelle": "Libellé",
        "annexes[].piece": "Pièce",
        "circuit": "Circuit",
        "circuit.signature": "Signature demandée",
        "circuit.iparapheur_type": "Type du parapheur",
        "circuit.sous_type": "Sous-type du parapheur",
        "circuit.date_limite": "Date limite",
        "circuit.annotation_publique": "Annotation publique",
        "circuit.annotation_privee": "Annotation privée",
        "circuit.signataire": "Signataire attendu",
        "legalite": "Contrôle de légalité",
        "legalite.transmettre": "Transmission au contrôle de légalité",
        "legalite.numero_acte": "Numéro de l'acte",
        "legalite.date_acte": "Date de l'acte",
        "legalite.nature": "Nature",
        "legalite.matiere": "Matière",
        "legalite.type_piece": "Type de l'acte",
        "legalite.document_papier": "Documents papier",
        "legalite.date_affichage": "Date d'affichage",
        "reponse_a": "Réponse à la préfecture",
        "reponse_a.id_depot": "Dépôt de l'acte",
        "reponse_a.message": "Message de la préfecture",
        "reponse_a.envoi": "Sens de la réponse",
        "notification": "Notification",
        "publication": "Publication",
        "retour": "Retour",
        "retour.attendu": "Retours attendus",
        "personnes": "Personnes",
        "pes": "PES",
        "manifeste": "Manifeste",
        "lot": "Lot",
    }
)

_ROW = re.compile(r"^annexes\[([0-9]+)\]\.?")


def label_of(champ: str) -> str:
    """The French label of a JSON path; a file name or an unknown key is shown as it is."""
    if champ in LABELS:
        return LABELS[champ]
    if champ.startswith("pes."):
        return f"PES, {champ.removeprefix('pes.')}"
    if row := _ROW.match(champ):
        detail = LABELS.get("annexes[]." + champ[row.end() :])
        annexe = f"Annexe {int(row[1]) + 1}"
        return f"{annexe}, {detail.lower()}" if detail else annexe
    return champ
