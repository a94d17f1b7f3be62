"""The form of the Hélios flux."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Page, Props
from cdg62_connect.simulator.pastell.flux.parts import (
    FAST,
    HIDDEN,
    HIDDEN_OUTPUT,
    SIGNATURE_LOCALE,
    TYPE_IPARAPHEUR,
    box,
    file_named,
    ged,
    named,
    sae,
    sous_type,
)


def _extracted(name: str, **props: str) -> Props:
    return named(name, index=True, read_only=True, **props)


def pages(*, auto: bool) -> dict[str, Page]:
    """The tabs."""
    note = {} if auto else {"commentaire": "Repris du nom du fichier quand il est vide"}
    return {
        "Hélios": {
            "objet": {"requis": True, "title": True, **note, "name": "Objet"},
            "fichier_pes": {
                "name": "Fichier PES",
                "type": "file",
                "requis": True,
                "commentaire": "PES Aller, en XML",
                "onchange": "fichier_pes_change",
                "max_file_size": "128000000",
            },
            "visuel_pdf": {
                "name": "Visuel PDF",
                "type": "file",
                "requis": False,
                "commentaire": "Ce que lit le signataire",
            },
            "tedetis_transaction_id": HIDDEN,
        },
        "Cheminement": {
            "envoi_signature_check": box("Transmission à la signature", "envoi-signature-change"),
            "envoi_tdt": box("Transmission à la trésorerie", "envoi-cheminement-change"),
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
                "name": "Signature du fichier PES",
                "type": "externalData",
                "choice-action": "signature-locale",
                "link_name": "Signer le fichier PES",
            },
            "fichier_pes_signe": file_named("Fichier PES signé"),
        },
        "Informations": {
            "id_coll": _extracted("Établissement émetteur"),
            "dte_str": _extracted("Date de production du fichier", type="date"),
            "cod_bud": _extracted("Code Budget"),
            "exercice": _extracted("Exercice comptable"),
            "id_bordereau": _extracted("Identifiant bordereau"),
            "id_pj": _extracted("Identifiant PJ"),
            "id_pce": _extracted("Numéro de mandat ou de titre"),
            "id_nature": _extracted("Nature comptable"),
            "id_fonction": _extracted("Opération comptable"),
        },
        "Signature": {
            "iparapheur_dossier_id": named("ID dossier parapheur"),
            "has_historique": HIDDEN,
            "iparapheur_historique": file_named("Historique iparapheur"),
            "parapheur_last_message": named("Dernier message reçu du parapheur"),
            "has_signature": HIDDEN,
            "document_signe": file_named("Bordereau de signature"),
            "iparapheur_annexe_sortie": file_named("Annexe(s) de sortie du parapheur", multiple=True),
        },
        "Retour Hélios": {
            "has_reponse": {"no-show": True, "commentaire": "La trésorerie a répondu"},
            "fichier_reponse": {
                "name": "PES Acquit",
                "requis": True,
                "type": "file",
                "commentaire": "Réponse de la trésorerie, en XML",
                "visionneuse": "PESRetourVisionneuse",
            },
            "etat_ack": {
                "name": "Etat acquittement Helios",
                "type": "select",
                "value": ["Non acquitté", "Acquittement OK", "Acquittement KO"],
                "index": True,
            },
        },
        "Retour GED": ged(),
        "Retour SAE": sae(),
        "Informations complémentaires": {
            "has_information_complementaire": HIDDEN_OUTPUT,
            "uniqid": {"name": "Identifiant unique de la transaction", "no-show": True},
        },
    }


CONDITIONS = {
    "iparapheur": {"envoi_signature": True},
    "Parapheur FAST": {"envoi_signature_fast": True},
    "Signature locale": {"has_signature_locale": True},
    "Signature": {"has_historique": True},
    "Retour Hélios": {"has_reponse": True},
    "Retour GED": {"has_ged_document_id": True},
    "Informations complémentaires": {"has_information_complementaire": True},
}
