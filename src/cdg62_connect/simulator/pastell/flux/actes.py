"""``actes-generique`` and ``actes-automatique``: the second goes from step to step by itself."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.actes_form import CONDITIONS, pages
from cdg62_connect.simulator.pastell.flux.actes_tdt import (
    after_tdt,
    archive_rule,
    ged_rule,
    suppression_rule,
    tdt,
)
from cdg62_connect.simulator.pastell.flux.classic import (
    DRAFT,
    FAST_ERROR,
    GED_ERROR,
    PREPARE_GED,
    PREPARE_IPARAPHEUR,
    PREPARE_SAE,
    PREPARE_TDT,
    automatic_states,
    change,
    content,
    creation,
    edition,
    sae_states,
    send_ged,
    send_iparapheur,
    suppression,
)
from cdg62_connect.simulator.pastell.flux.model import THRESHOLD, Flux, Props
from cdg62_connect.simulator.pastell.flux.model import Step as ChainStep
from cdg62_connect.simulator.pastell.flux.parts import action, internal, state

_GROUPE = "Types de dossier génériques"


def _begin(flux: str, *, auto: bool) -> dict[str, Props]:
    modifiable = [
        *DRAFT,
        *("send-signature-local", "send-signature-error", "recu-iparapheur", "send-tdt-erreur"),
        *("acquiter-tdt", "send-ged"),
    ]
    if auto:
        modifiable = ["importation", *modifiable, "termine"]
    rights = {"role_id_e": "editeur", **edition(flux)}
    return {
        "creation": creation(flux),
        "modification": action("Modifier", "En cours de rédaction", {"last-action": modifiable, **rights}),
        "supression": suppression(suppression_rule(flux, auto=auto)),
    }


def _signature(flux: str, *, auto: bool) -> dict[str, Props]:
    classified = {"classification": True} if auto else {}
    draft = ["importation", *DRAFT] if auto else DRAFT
    return {
        "send-iparapheur": send_iparapheur(
            {
                "last-action": [*draft, "send-signature-error"],
                "no-action": ["recu-iparapheur"],
                "document_is_valide": True,
                "or_1": {
                    "and_1": content(envoi_signature=True, **classified),
                    "and_2": content(envoi_signature_fast=True, **classified),
                },
            },
            {"document": "arrete"},
        ),
        "send-signature-error": FAST_ERROR,
        "verif-iparapheur": {
            **action(
                "Vérifier le statut de signature",
                "Signature vérifiée",
                {
                    "last-action": ["send-iparapheur", "erreur-verif-iparapheur"],
                    "role_id_e": "editeur",
                    **edition(flux),
                },
            ),
            "action-class": "IParapheurRecup",
            "connecteur-type": "signature",
        },
        "recu-iparapheur": state(
            "Signature récupérée",
            editable_content=[
                *("date_de_lacte", "classification", "envoi_tdt", "envoi_ged", "envoi_sae"),
                *("type_piece", "type_acte", "type_pj"),
            ],
            **({"action_automatique": "orientation"} if auto else {}),
        ),
    }


_LOCALE: Props = {
    **action(
        "Signer",
        "Document à faire signer",
        {
            "last-action": DRAFT,
            "no-action": ["recu-iparapheur"],
            "document_is_valide": True,
            **content(has_signature_locale=True),
        },
    ),
    "editable-content": ["signature", "signature_link"],
    "action-class": "SignatureLocaleNotif",
}
_REFUSED: dict[str, Props] = {
    "rejet-iparapheur": state("Signature refusée"),
    "erreur-verif-iparapheur": state("Erreur lors de la vérification du statut de signature"),
}


def _ged(*, auto: bool) -> Props:
    return send_ged(
        ged_rule(auto=auto),
        "error-ged",
        editable_content=["envoi_sae", "acte_publication_date"],
        modification_no_change_etat=True,
        **({"action_automatique": "orientation"} if auto else {}),
    )


def _archive(*, auto: bool) -> Props:
    return {
        **action("Verser au SAE", "Versé au SAE", archive_rule(auto=auto)),
        "action-class": "SAEEnvoiActes",
        "action-automatique": "verif-sae",
    }


def _end(flux: str, *, auto: bool) -> dict[str, Props]:
    return {
        "send-archive": _archive(auto=auto),
        **sae_states(flux),
        "accepter-sae": state(
            "Transfert accepté par le SAE",
            editable_content=["acte_publication_date"],
            modification_no_change_etat=True,
        ),
        "rejet-sae": state("Transfert rejeté par le SAE"),
        "arrete-change": change(
            "Modificatio de l'arrêté" if auto else "Modification de l'arrêté", "ActesGeneriqueArreteChange"
        ),
        "envoi-signature-change": change("Modification envoi-signature", "EnvoieSignatureChange"),
        "envoi-signature-api-change": change("Modification envoi-signature", "EnvoieSignatureChangeAPI"),
        "envoi-cheminement-change": change("Modification envoi_sae", "ActesGeneriqueCheminementChange"),
        "iparapheur-sous-type": change("Liste des sous-type iparapheur", "IparapheurSousType"),
        "classification": change("Classification ACTES", "Classification"),
        "signature-locale": change("Signature locale", "SignatureLocale"),
        "type-piece": _tdt_choice("TdtChoiceTypologieActes", name="Typologie des pièces"),
        "autre_document_attache-change": _tdt_choice("TdtAnnexeTypologieAnnexeChange"),
        "type-acte-change-by-api": _tdt_choice("TdtTypologieChangeByApi"),
    }


def _tdt_choice(does: str, *, name: str = "") -> Props:
    return {
        **({"name": name} if name else {}),
        **internal("StandardChoiceAction" if name else "StandardAction"),
        "connecteur-type": "TdT",
        "connecteur-type-action": does,
    }


def actes_generique(version: tuple[int, ...]) -> Flux:
    """Every step is called by a person or a program."""
    del version
    flux = "actes-generique"
    return Flux(
        id=flux,
        nom="Actes (générique)",
        groupe=_GROUPE,
        pages=pages("Identifiant du dossier sur le parapheur"),
        conditions=CONDITIONS,
        threshold=THRESHOLD,
        threshold_fields=("arrete", "autre_document_attache"),
        actions={
            **_begin(flux, auto=False),
            "send-signature-local": _LOCALE,
            **_signature(flux, auto=False),
            **_REFUSED,
            **tdt(flux, auto=False),
            "termine": state("Traitement terminé"),
            **after_tdt(flux),
            "send-ged": _ged(auto=False),
            "error-ged": GED_ERROR,
            **_end(flux, auto=False),
        },
    )


def actes_automatique(version: tuple[int, ...]) -> Flux:
    """Once begun, it goes on by itself."""
    del version
    flux = "actes-automatique"
    after = after_tdt(flux)
    stamp = after.pop("tamponner-tdt")
    return Flux(
        id=flux,
        nom="Actes automatique",
        groupe=_GROUPE,
        pages=pages("ID dossier parapheur"),
        conditions=CONDITIONS,
        threshold=THRESHOLD,
        threshold_fields=("arrete", "autre_document_attache"),
        steps=(
            ChainStep("envoi_signature", "prepare-iparapheur", ("recu-iparapheur",)),
            ChainStep("envoi_tdt", "prepare-tdt", ("acquiter-tdt",)),
            ChainStep("envoi_ged", "prepare-ged", ("send-ged",)),
            ChainStep("envoi_sae", "prepare-sae", ("accepter-sae",)),
        ),
        actions={
            **_begin(flux, auto=True),
            **automatic_states("OrientationFluxAuto"),
            "termine": state(
                "Traitement terminé",
                editable_content=["envoi_sae", "acte_publication_date"],
                modification_no_change_etat=True,
            ),
            "send-signature-local": _LOCALE,
            "prepare-iparapheur": PREPARE_IPARAPHEUR,
            **_signature(flux, auto=True),
            "prepare-tdt": PREPARE_TDT,
            **_REFUSED,
            **tdt(flux, auto=True),
            "tamponner-tdt": stamp,
            **after,
            "prepare-ged": PREPARE_GED,
            "send-ged": _ged(auto=True),
            "error-ged": GED_ERROR,
            "prepare-sae": PREPARE_SAE,
            **_end(flux, auto=True),
        },
    )
