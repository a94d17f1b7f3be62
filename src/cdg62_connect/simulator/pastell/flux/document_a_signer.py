"""``document-a-signer``: a signature, then a GED if wished."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.classic import (
    DRAFT,
    GED_ERROR,
    SENT_LIMIT,
    SOUS_TYPES,
    creation,
    send_ged,
    signature_check,
    signature_error,
    suppression,
)
from cdg62_connect.simulator.pastell.flux.model import Flux
from cdg62_connect.simulator.pastell.flux.model import Step as ChainStep
from cdg62_connect.simulator.pastell.flux.parts import (
    DATE_LIMITE,
    HIDDEN,
    NO_ROLE,
    TYPE_IPARAPHEUR,
    action,
    box,
    file_named,
    ged,
    named,
    sous_type,
    standard,
    state,
)

_GROUPE = "Types de dossier génériques"
_DRAFT = [*DRAFT, "importation"]


def document_a_signer(version: tuple[int, ...]) -> Flux:
    """A document to sign, then to keep if wished."""
    del version
    signed = ["recu-iparapheur", "recu-iparapheur-etat"]
    return Flux(
        id="document-a-signer",
        nom="Document à faire signer",
        groupe=_GROUPE,
        pages={
            "Document": {
                **TYPE_IPARAPHEUR,
                **sous_type(index=True, read_only=True),
                "libelle": {"name": "Libellé", "requis": True, "title": True},
                **DATE_LIMITE,
                "document": {"name": "Document", "requis": True, "type": "file"},
                "autre_document_attache": {
                    "name": "Annexe(s)",
                    "type": "file",
                    "multiple": True,
                    "commentaire": "Jointes au dossier du parapheur",
                },
                "envoi_ged": box("Transmission à la GED"),
                "envoi_auto": box("Envoyer automatiquement les dossiers d'étape en étape"),
            },
            "Signature": {
                "iparapheur_dossier_id": named("Identifiant du dossier sur le parapheur"),
                "has_historique": HIDDEN,
                "iparapheur_historique": file_named("Historique iparapheur"),
                "parapheur_last_message": named("Dernier message reçu du parapheur"),
                "has_signature": HIDDEN,
                "signature": file_named("Signature zip"),
                "bordereau": file_named("Bordereau de signature"),
                "document_orignal": file_named("Document original (avant signature)"),
                "multi_document_original": file_named("Multi-document(s) original", multiple=True),
                "iparapheur_annexe_sortie": file_named("Annexe(s) de sortie du parapheur", multiple=True),
            },
            "Retour GED": ged(),
        },
        conditions={
            "Signature": {"has_historique": True},
            "Retour GED": {"has_ged_document_id": True},
        },
        steps=(ChainStep("envoi_ged", "prepare-ged", ("send-ged",)),),
        actions={
            "creation": creation("document-a-signer", with_right=False),
            "modification": action(
                "Modifier",
                "En cours de rédaction",
                {"last-action": [*_DRAFT, "send-signature-error", *signed, "termine"]},
            ),
            "supression": suppression(
                {
                    "last-action": [
                        *_DRAFT,
                        "send-signature-error",
                        *signed,
                        *("rejet-iparapheur", "erreur-verif-iparapheur", "send-ged", "send-ged-etat"),
                        *("termine", "fatal-error", "error-ged"),
                    ]
                }
            ),
            "importation": state("Importation du document"),
            "orientation": {
                "name": "Orientation",
                "rule": NO_ROLE,
                "action-class": "OrientationFluxAutoDoc",
            },
            "termine": state("Traitement terminé", editable_content=["envoi_ged"]),
            "prepare-iparapheur": {
                **action(
                    "Préparation de l'envoi au parapheur", "Préparation de l'envoi au iparapheur", NO_ROLE
                ),
                "action-automatique": "send-iparapheur",
            },
            "send-iparapheur": standard(
                "Transmettre au parapheur",
                "Transmis au parapheur",
                {
                    "last-action": [*_DRAFT, "prepare-iparapheur", "send-signature-error"],
                    "no-action": ["recu-iparapheur"],
                    "document_is_valide": True,
                },
                "signature",
                "SignatureEnvoie",
                {**SENT_LIMIT, "objet": "libelle"},
                action_automatique="verif-iparapheur",
            ),
            "send-signature-error": signature_error("iparapheur_sous_type", *DATE_LIMITE),
            "verif-iparapheur": signature_check(
                {
                    "document_original": "document_orignal",
                    "multi_document_original": "multi_document_original",
                }
            ),
            "erreur-verif-iparapheur": state("Erreur lors de la vérification du statut de signature"),
            "recu-iparapheur": state(
                "Signature récupérée", editable_content=["envoi_ged"], action_automatique="orientation"
            ),
            "recu-iparapheur-etat": state(
                "État signature récupérée", editable_content=["envoi_ged"], modification_no_change_etat=True
            ),
            "rejet-iparapheur": state("Signature refusée"),
            "prepare-ged": state("Préparation de l'envoi à\u00a0la GED", action_automatique="send-ged"),
            "send-ged": send_ged(
                {"content": {"envoi_ged": True}, "last-action": [*signed, "error-ged"]},
                "error-ged",
                action_automatique="orientation",
            ),
            "error-ged": GED_ERROR,
            "send-ged-etat": state("État versé à la GED"),
            "iparapheur-sous-type": SOUS_TYPES,
        },
    )
