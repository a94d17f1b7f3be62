"""The form of the flux of acts."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Page, Props
from cdg62_connect.simulator.pastell.flux.parts import (
    CLASSIFICATION,
    DATE_ACTE,
    DOCUMENT_PAPIER,
    FAST,
    HIDDEN,
    HIDDEN_OUTPUT,
    NATURE,
    NUMERO,
    SIGNATURE_LOCALE,
    TYPE_IPARAPHEUR,
    box,
    file_named,
    ged,
    named,
    sae,
    sous_type,
    typologie,
)

_AR = "Message XML du ministère"


def _file_with(name: str, note: str, **props: object) -> Props:
    return {"name": name, "type": "file", "commentaire": note, **props}


def pages(dossier_id: str) -> dict[str, Page]:
    """The tabs; the label of the parapheur's id is the one thing in which the two flux differ."""
    return {
        "Acte": {
            **NATURE,
            **NUMERO,
            "objet": {
                "name": "Objet",
                "requis": True,
                "title": True,
                "type": "textarea",
                "preg_match": "#^.{1,499}$#us",
                "preg_match_error": "499 caractères au plus",
            },
            **DATE_ACTE,
            **DOCUMENT_PAPIER,
            "arrete": _file_with("Acte", "PDF, ou XML", requis=True, onchange="arrete-change"),
            "autre_document_attache": _file_with(
                "Annexe(s)", "PDF ou images", multiple=True, onchange="autre_document_attache-change"
            ),
            **CLASSIFICATION,
            **typologie("type-acte-change-by-api"),
        },
        "Cheminement": {
            "envoi_signature_check": box("Transmission à la signature", "envoi-signature-change"),
            "envoi_tdt": box("Transmission au contrôle de légalité", "envoi-cheminement-change"),
            "envoi_ged": box("Transmission à la GED", "envoi-cheminement-change"),
            "envoi_sae": box("Transmission au SAE", "envoi-cheminement-change"),
        },
        "iparapheur": {
            "envoi_signature": {"no-show": True, "onchange": "envoi-signature-api-change"},
            **TYPE_IPARAPHEUR,
            **sous_type(read_only=True),
        },
        "Parapheur FAST": {
            "envoi_signature_fast": {"no-show": True, "onchange": "envoi-signature-api-change"},
            **FAST,
        },
        "Signature locale": {
            **SIGNATURE_LOCALE,
            "signature_link": {
                "name": "Signer l'acte",
                "type": "externalData",
                "choice-action": "signature-locale",
                "link_name": "Signer l'acte",
            },
        },
        "Signature": {
            "signature": file_named("Signature de l'acte"),
            "iparapheur_dossier_id": named(dossier_id),
            "has_historique": HIDDEN,
            "iparapheur_historique": file_named("Historique parapheur"),
            "parapheur_last_message": named("Dernier message reçu du parapheur"),
            "has_signature": HIDDEN,
            "is_pades": HIDDEN,
            "document_signe": file_named("Bordereau de signature"),
            "iparapheur_annexe_sortie": file_named("Annexe(s) de sortie du parapheur", multiple=True),
        },
        "Informations complémentaires": {
            "has_information_complementaire": {**HIDDEN_OUTPUT, "commentaire": "Acte transmis ailleurs"},
            "bordereau": file_named("Bordereau d'acquittement"),
            "date_tdt_postage": named("Date de postage", type="date"),
            "aractes": _file_with("Accusé de réception technique", _AR),
            "echange_prefecture": _file_with(
                "Documents échangés avec la préfecture", "Dans l'ordre des échanges", multiple=True
            ),
            "echange_prefecture_ar": _file_with(
                "Accusé de réception des documents échangés", "Dans le même ordre", multiple=True
            ),
            "echange_prefecture_type": {
                "name": "Type de l'échange",
                "type": "select",
                "depend": "echange_prefecture",
                "value": {
                    "2A": "Courrier simple",
                    "2B": "Réponse courrier simple",
                    "3A": "Demande de pièces complémentaires",
                    "4A": "Lettre d'observations",
                    "5A": "Déféré au tribunal administratif",
                    "2R": "Réponse à un courrier simple",
                    "3R": "Réponse à une demande de pièces complémentaires",
                    "3RB": "Annexe d'une réponse à une demande de pièce complémentaires",
                    "4R": "Réponse à une lettre d'observations",
                },
            },
        },
        "Retour TdT": {
            "has_bordereau": HIDDEN_OUTPUT,
            "tedetis_transaction_id": named("Identifiant de la transaction sur le TdT", read_only=True),
            "acte_unique_id": {"no-show": True, "index": True},
            "acte_tamponne": file_named("Acte tamponné par le TdT"),
            "annexes_tamponnees": file_named("Annexe(s) tamponnée(s) par le TdT", multiple=True),
            "date_ar": named("Date de l'accusé de réception", type="date", read_only=True),
            "acte_publication_date": named("Date de publication de l'acte", type="date"),
        },
        "Retour GED": ged(),
        "Retour SAE": sae("Identifiant du transfert"),
        "Annulation": {
            "has_annulation": HIDDEN,
            "tedetis_annulation_id": named("Identifiant de la transaction d'annulation"),
            "aractes_annulation": _file_with("Accusé de réception d'annulation", _AR),
            "date_ar_annulation": named(
                "Date de l'accusé de réception d'annulation", type="date", read_only=True
            ),
        },
        "Réponse préfecture": {
            "has_reponse_prefecture": HIDDEN,
            "reponse_prefecture_file": {
                "name": "Réponse préfecture",
                "type": "file",
                "visionneuse": "Pastell\\Viewer\\ReponsePrefectureLinkViewer",
                "read-only": True,
                "visionneuse-no-link": True,
            },
        },
    }


CONDITIONS = {
    "iparapheur": {"envoi_signature": True},
    "Parapheur FAST": {"envoi_signature_fast": True},
    "Signature locale": {"has_signature_locale": True},
    "Signature": {"has_historique": True},
    "Informations complémentaires": {"has_information_complementaire": True},
    "Retour TdT": {"has_bordereau": True},
    "Retour GED": {"has_ged_document_id": True},
    "Annulation": {"has_annulation": True},
    "Réponse préfecture": {"has_reponse_prefecture": True},
}
