"""Fields and states that many flux share. Labels are those of Pastell 4.0; the explanations are ours."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Page, Props

NATURES = {
    "3": "Actes individuels",
    "2": "Actes réglementaires",
    "6": "Autres",
    "4": "Contrats, conventions et avenants",
    "1": "Délibérations",
    "5": "Documents budgétaires et financiers",
}

HIDDEN: Props = {"no-show": True}
HIDDEN_OUTPUT: Props = {"no-show": True, "read-only": True}
OUTPUT: Props = {"read-only": True}
FILE: Props = {"type": "file"}


def named(name: str, **props: object) -> Props:
    """A field of that label; ``_`` in the names of properties stands for ``-``."""
    return {"name": name, **{key.replace("_", "-"): value for key, value in props.items()}}


def file_named(name: str, **props: object) -> Props:
    """A field of files of that label."""
    return named(name, type="file", **props)


def box(name: str, onchange: str = "") -> Props:
    """A check-box."""
    return named(name, type="checkbox", **({"onchange": onchange} if onchange else {}))


TYPE_IPARAPHEUR: Page = {"iparapheur_type": named("Type iparapheur", read_only=True)}


def sous_type(**props: object) -> Page:
    """The sub-type of the parapheur."""
    return {
        "iparapheur_sous_type": {
            "name": "Sous-type iparapheur",
            "requis": True,
            **{key.replace("_", "-"): value for key, value in props.items()},
            "type": "externalData",
            "choice-action": "iparapheur-sous-type",
            "link_name": "Sélectionner un sous-type",
        }
    }


DATE_LIMITE: Page = {
    "has_date_limite": box("Utiliser une date limite"),
    "date_limite": named("Date limite", type="date"),
}
JSON_METADATA: Page = {
    "json_metadata": {
        "name": "Métadonnées parapheur (JSON)",
        "commentaire": "Objet JSON dont chaque clé devient une métadonnée du dossier du parapheur",
        "type": "file",
    }
}
FAST: Page = {
    "fast_parapheur_circuit": {
        "name": "Circuit sur le parapheur",
        "type": "externalData",
        "choice-action": "iparapheur-sous-type",
        "link_name": "Liste des circuits",
    },
    "fast_parapheur_circuit_configuration": {
        "name": "Configuration du circuit à la volée (au format JSON)",
        "commentaire": "Décrit un circuit qui n'existe pas encore",
        "type": "file",
    },
    "fast_parapheur_email_destinataire": {
        "name": "Email du destinataire",
        "commentaire": "Reçoit le document une fois signé",
    },
    "fast_parapheur_email_cc": {
        "name": "Email des destinataires en copie carbone",
        "commentaire": "Reçoivent une copie du document signé",
    },
    "fast_parapheur_agents": {"name": "Emails des agents", "commentaire": "Suivent le document"},
}
SIGNATURE_LOCALE: Page = {"has_signature_locale": HIDDEN, "signature_locale_display": HIDDEN}

NUMERO: Page = {
    "numero_de_lacte": {
        "name": "Numéro de l'acte",
        "requis": True,
        "commentaire": "Unique dans la collectivité, pour toujours",
        "preg_match": "#^[0-9A-Z_]{1,15}$#",
        "preg_match_error": "15 caractères maximum (chiffres, lettres en majuscule ou _)",
        "index": True,
    }
}
NATURE: Page = {
    "acte_nature": {
        "name": "Nature de l'acte",
        "type": "select",
        "requis": True,
        "value": NATURES,
        "onchange": "autre_document_attache-change",
    }
}
DATE_ACTE: Page = {
    "date_de_lacte": {
        "name": "Date de l'acte",
        "type": "date",
        "default": "now",
        "requis": True,
        "commentaire": "Jour de la décision",
    }
}
DOCUMENT_PAPIER: Page = {"document_papier": box("Envoi de documents papiers complémentaires")}
CLASSIFICATION: Page = {
    "classification": {
        "name": "Classification en matière et sous-matière",
        "type": "externalData",
        "requis": True,
        "link_name": "Sélectionner dans la classification en matière et sous-matière",
        "choice-action": "classification",
    }
}


def typologie(onchange: str) -> Page:
    """The types of the pieces of an act; ``onchange`` runs when they are written directly."""
    return {
        "type_piece": {
            "name": "Typologie des pièces",
            "type": "externalData",
            "link_name": "Sélectionner des types de pièces",
            "choice-action": "type-piece",
            "edit-only": True,
            "requis": True,
        },
        "type_piece_fichier": {
            "name": "Typologie des pièces",
            "type": "file",
            "visionneuse": "Pastell\\Viewer\\TypologyActesViewer",
            "read-only": True,
            "requis": True,
            "visionneuse-no-link": True,
        },
        "type_acte": {"no-show": True, "onchange": onchange},
        "type_pj": {"no-show": True, "onchange": onchange},
    }


def ged(has: Props = HIDDEN) -> Page:
    """The identifiers given by the GED."""
    return {
        "has_ged_document_id": has,
        "ged_document_id_file": {
            "name": "Identifiants des documents sur la GED",
            "type": "file",
            "visionneuse": "Pastell\\Viewer\\GedIdDocumentsViewer",
            "read-only": True,
            "requis": True,
            "visionneuse-no-link": True,
        },
    }


FAISCEAU: Page = {
    "sae_show": HIDDEN,
    "journal": file_named("Faisceau de preuves"),
    "date_journal_debut": named("Date du premier évènement journalisé"),
    "date_cloture_journal": named("Date de clôture du journal"),
    "date_cloture_journal_iso8601": named("Date de clôture du journal (iso 8601)"),
}


def sae(transfert: str = "Identifiant de transfert") -> Page:
    """What the SAE gives back."""
    return {
        "sae_transfert_id": named(transfert, index=True),
        "sae_bordereau": file_named("Bordereau SEDA"),
        "sae_archive": file_named("Paquet d'archive (SIP)"),
        "ar_sae": file_named("Accusé de réception SAE"),
        "sae_ack_comment": named("Commentaire de l'accusé de réception"),
        "reply_sae": file_named("Réponse du SAE"),
        "sae_archival_identifier": named("Identifiant de l'archive sur le SAE"),
        "sae_atr_comment": named("Commentaire de la réponse du SAE"),
    }


# -- states and actions --------------------------------------------------------------------------------------

NO_ROLE = {"role_id_e": "no-role"}
WARNING = "Êtes-vous sûr de vouloir continuer ?"


def state(name: str, **props: object) -> Props:
    """A state that nobody calls: ``rule`` forbids it to everyone."""
    return {"name": name, "rule": NO_ROLE, **{key.replace("_", "-"): value for key, value in props.items()}}


def internal(action_class: str, **props: object) -> Props:
    """An action that only the form calls: a list of choices, the consequence of a change."""
    return {
        "no-workflow": True,
        "rule": NO_ROLE,
        "action-class": action_class,
        **{key.replace("_", "-"): value for key, value in props.items()},
    }


def action(button: str, name: str, rule: Props, **props: object) -> Props:
    """An action that a person or the daemon calls: its button, the state it records, its rule."""
    return {
        "name-action": button,
        "name": name,
        "rule": rule,
        **{key.replace("_", "-"): value for key, value in props.items()},
    }


def standard(
    button: str,
    name: str,
    rule: Props,
    connector: str,
    does: str,
    mapping: Props | None = None,
    **props: object,
) -> Props:
    """An action done through the connector of that family."""
    return {
        **action(button, name, rule),
        "action-class": "StandardAction",
        "connecteur-type": connector,
        "connecteur-type-action": does,
        **({"connecteur-type-mapping": mapping} if mapping else {}),
        **{key.replace("_", "-"): value for key, value in props.items()},
    }
