"""What the classic flux (those written by hand, before the studio) have in common: rights, SAE, TdT, GED."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Actions, Props
from cdg62_connect.simulator.pastell.flux.parts import (
    FAST,
    NO_ROLE,
    WARNING,
    action,
    internal,
    standard,
    state,
)

DRAFT = ["creation", "modification"]


def edition(flux: str) -> Props:
    """The rule that asks the right to change documents of that flux."""
    return {"droit_id_u": f"{flux}:edition"}


def creation(flux: str, *, with_right: bool = True) -> Props:
    """The birth of a document."""
    rule = {"no-last-action": "", **(edition(flux) if with_right else {}), "type_id_e": ["collectivite"]}
    return action("Créer", "Créé", rule)


def suppression(rule: Props) -> Props:
    """The deletion of a document."""
    return {**action("Supprimer", "Supprimé", rule), "action-class": "Supprimer", "warning": WARNING}


def signature_error(*fields: str) -> Props:
    """The parapheur refused the folder."""
    return {
        "name": "Erreur lors de l'envoi du dossier à la signature",
        "editable-content": list(fields),
        "rule": NO_ROLE,
    }


FAST_ERROR = signature_error("iparapheur_sous_type", *FAST)


def send_iparapheur(rule: Props, mapping: Props) -> Props:
    """The document goes to the parapheur."""
    return {
        **action("Transmettre au parapheur", "Transmis au parapheur", rule),
        "connecteur-type": "signature",
        "connecteur-type-action": "SignatureEnvoie",
        "connecteur-type-mapping": mapping,
        "action-class": "StandardAction",
        "action-automatique": "verif-iparapheur",
    }


def sae_states(flux: str, *, verif: str = "Récupération de l'AR sur le SAE") -> Actions:
    """What follows the sending of an archive."""
    return {
        "erreur-envoie-sae": state("Erreur lors de l'envoi au SAE"),
        "verif-sae": standard(
            "Récupérer l'AR du document sur le SAE",
            verif,
            {"last-action": ["send-archive", "verif-sae-erreur"], **edition(flux)},
            "SAE",
            "SAEVerifier",
        ),
        "verif-sae-erreur": state("Erreur lors de la récupération de l'AR"),
        "ar-recu-sae": state("AR SAE reçu", action_automatique="validation-sae"),
        "ack-not-provided": state(
            "En attente de la validation par le SAE", action_automatique="validation-sae"
        ),
        "validation-sae": standard(
            "Vérifier l'acceptation par le SAE",
            "Vérification de l'acceptation par le SAE",
            {"last-action": ["ar-recu-sae", "ack-not-provided", "validation-sae-erreur"], **edition(flux)},
            "SAE",
            "SAEValider",
        ),
        "validation-sae-erreur": state("Erreur lors de la vérification de la validité du transfert"),
    }


def send_ged(rule: Props, error: str, **props: object) -> Props:
    """A copy goes to the GED."""
    return {
        **action("Verser à la GED", "Versé à la GED", rule),
        **{key.replace("_", "-"): value for key, value in props.items()},
        "action-class": "StandardAction",
        "connecteur-type": "GED",
        "connecteur-type-action": "GEDEnvoyer",
        "connecteur-type-mapping": {"fatal-error": error},
    }


GED_ERROR = state("Erreur irrécupérable lors du dépôt")


def change(name: str, action_class: str) -> Props:
    """What a change of the form brings about."""
    return {"name": name, **internal(action_class)}


def content(**values: bool) -> Props:
    """A rule on the values of the form."""
    return {"content": values}


def automatic_states(flux_orientation: str) -> Actions:
    """What the flux that go on by themselves add."""
    return {
        "importation": state("Importation du document", action_automatique="orientation"),
        "orientation": {"name": "Orientation", "rule": NO_ROLE, "action-class": flux_orientation},
    }


PREPARE_IPARAPHEUR: Props = {
    "name-action": "Préparation de l'envoi au parapheur",
    "name": "Préparation de l'envoi au iparapheur",
    "rule": NO_ROLE,
    "action-automatique": "send-iparapheur",
}
PREPARE_TDT = state("Préparation de l'envoi au TdT", action_automatique="send-tdt")
PREPARE_GED = state("Préparation de l'envoi à\u00a0la GED", action_automatique="send-ged")
PREPARE_SAE = state("Préparation de l'envoi au SAE", action_automatique="send-archive")

SENT_LIMIT = {"iparapheur_has_date_limite": "has_date_limite", "iparapheur_date_limite": "date_limite"}
SOUS_TYPES: Props = {"name": "Liste des sous-type iparapheur", **internal("IparapheurSousType")}


def signature_check(mapping: Props) -> Props:
    """The daemon, or a person, asks the parapheur where the document is."""
    return standard(
        "Vérifier le statut de signature",
        "Vérification de la signature",
        {"last-action": ["erreur-verif-iparapheur", "send-iparapheur"]},
        "signature",
        "SignatureRecuperation",
        mapping,
    )
