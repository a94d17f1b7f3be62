"""``helios-generique`` and ``helios-automatique``: the second goes from step to step by itself."""

from __future__ import annotations

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
from cdg62_connect.simulator.pastell.flux.helios_form import CONDITIONS, pages
from cdg62_connect.simulator.pastell.flux.model import Flux, Props
from cdg62_connect.simulator.pastell.flux.model import Step as ChainStep
from cdg62_connect.simulator.pastell.flux.parts import (
    action,
    standard,
    state,
)

_GROUPE = "Types de dossier génériques"
_UNSIGNED = content(envoi_signature=False, envoi_signature_fast=False, has_signature_locale=False)


def _first(auto: bool, prepared: str) -> list[str]:
    return [*DRAFT, "importation", prepared] if auto else DRAFT


def _begin(flux: str, *, auto: bool) -> dict[str, Props]:
    extra = ["importation"] if auto else []
    end = ["termine"] if auto else []
    sent = ["send-signature-local", "send-signature-error", "recu-iparapheur"]
    last = (
        ["termine", "accepter-sae", "rejet-sae", "fatal-error"]
        if auto
        else [*("fatal-error", "rejet-sae", "accepter-sae")]
    )
    deletable = [
        *DRAFT,
        *extra,
        *sent,
        *("rejet-iparapheur", "info-tdt", "tdt-error", "refus-tdt", "erreur-verif-iparapheur"),
        *("erreur-envoie-sae", "send-ged"),
        *last,
    ]
    return {
        "creation": creation(flux),
        "modification": action(
            "Modifier",
            "En cours de rédaction",
            {
                "last-action": [*extra, *DRAFT, *sent, "acquiter-tdt", "info-tdt", "send-ged", *end],
                **edition(flux),
            },
        ),
        "supression": suppression({"last-action": deletable, **edition(flux)}),
    }


def _signature(*, auto: bool) -> dict[str, Props]:
    draft = ["importation", *DRAFT] if auto else DRAFT
    return {
        "send-iparapheur": send_iparapheur(
            {
                "last-action": [*draft, "send-signature-error"],
                "no-action": ["send-iparapheur"],
                "document_is_valide": True,
                "or_1": {
                    "and_1": content(envoi_signature=True),
                    "and_2": content(envoi_signature_fast=True),
                },
            },
            {"document": "fichier_pes"},
        ),
        "send-signature-error": FAST_ERROR,
        "verif-iparapheur": {
            **action(
                "Vérifier le statut de signature",
                "Vérification de la signature",
                {"last-action": ["erreur-verif-iparapheur", "send-iparapheur"]},
            ),
            "action-class": "IParapheurRecupHelios",
            "connecteur-type": "signature",
        },
        "erreur-verif-iparapheur": state("Erreur lors de la vérification du statut de signature"),
        "recu-iparapheur": state(
            "Signature récupérée", editable_content=["envoi_tdt", "envoi_ged", "envoi_sae"], **_on(auto)
        ),
    }


def _on(auto: bool) -> dict[str, str]:
    return {"action_automatique": "orientation"} if auto else {}


def _tdt(flux: str, *, auto: bool) -> dict[str, Props]:
    signed = "last-action" if auto else "has-action"
    opened = ["envoi_ged", "envoi_sae"]
    return {
        "send-tdt": {
            **action(
                "Transmettre au TdT",
                "Transmis au TdT",
                {
                    **content(envoi_tdt=True),
                    "no-action": ["send-tdt"],
                    "or_1": {
                        "and_1": {
                            "last-action": _first(auto, "prepare-tdt"),
                            "document_is_valide": True,
                            **_UNSIGNED,
                        },
                        "and_2": {signed: ["recu-iparapheur"]},
                    },
                },
            ),
            "action-class": "TedetisEnvoieHelios",
            "action-automatique": "verif-tdt",
        },
        "verif-tdt": standard(
            "Vérifier le statut de la transaction",
            "Statut vérifié par le TdT",
            {"last-action": ["send-tdt", "tdt-error"], **edition(flux)},
            "TdT",
            "TdTRecupHelios",
            {
                "pes_tedetis_transaction_id": "tedetis_transaction_id",
                "pes_acquit": "fichier_reponse",
                "pes_etat_ack": "etat_ack",
                "pes_has_reponse": "has_reponse",
                "info-tdt": "info-tdt",
            },
        ),
        "acquiter-tdt": state("Le fichier PES a été acquitté", editable_content=opened, **_on(auto)),
        "refus-tdt": state("Le fichier PES a été refusé"),
        "info-tdt": state("Un fichier de réponse PES est disponible", editable_content=opened, **_on(auto)),
        "tdt-error": state("Erreur sur le TdT"),
    }


def _ged_rule(*, auto: bool) -> Props:
    first = {
        "last-action": _first(auto, "prepare-ged"),
        "document_is_valide": True,
        **content(envoi_signature=False, envoi_tdt=False),
    }
    answered = {"has-action": ["acquiter-tdt", "info-tdt"]}
    failed = {"last-action": ["error-ged"]}
    if auto:
        return {
            **content(envoi_ged=True),
            "or_1": {
                "and_1": first,
                "and_2": {"last-action": ["recu-iparapheur"], **content(envoi_tdt=False)},
                "and_3": {**answered, "no-action": ["send-ged"]},
                "and_4": failed,
            },
        }
    ways = {
        "and_1": first,
        "and_2": {"has-action": ["recu-iparapheur"], **content(envoi_tdt=False)},
        "and_3": answered,
        "and_4": failed,
    }
    return {**content(envoi_ged=True), "and_1": {"or_1": ways, "no-action": ["send-ged"]}}


def _archive(*, auto: bool) -> Props:
    answered = {"has-action": ["acquiter-tdt", "info-tdt"], **content(envoi_ged=False)}
    rule = {
        **content(envoi_sae=True),
        "or_1": {
            "and_1": {
                "last-action": _first(auto, "prepare-sae"),
                "document_is_valide": True,
                **content(envoi_signature=False, envoi_tdt=False, envoi_ged=False),
            },
            "and_2": {"last-action": ["recu-iparapheur"], **content(envoi_tdt=False, envoi_ged=False)},
            "and_3": {**answered, "no-action": ["send-archive"]},
            "and_4": {
                "has-action": ["send-ged", "termine"] if auto else ["send-ged"],
                "no-action": ["send-archive"],
            },
            "and_5": {"last-action": ["erreur-envoie-sae", "rejet-sae"]},
        },
    }
    return {
        **action("Verser au SAE", "Versé au SAE", rule),
        "action-class": "SAEEnvoiHelios",
        "action-automatique": "verif-sae",
    }


def _helios(flux: str, nom: str, *, auto: bool) -> Flux:
    locale: Props = {
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
        "editable-content": ["fichier_pes_signe", "signature_link"],
        "action-class": "HeliosSignatureLocaleNotif",
    }
    going: dict[str, Props] = {
        **automatic_states("HeliosOrientationFluxAuto"),
        "termine": state(
            "Traitement terminé", editable_content=["envoi_sae"], modification_no_change_etat=True
        ),
    }
    return Flux(
        id=flux,
        nom=nom,
        groupe=_GROUPE,
        pages=pages(auto=auto),
        conditions=CONDITIONS,
        mappings={"objet": "objet"},
        steps=(
            ChainStep("envoi_signature", "prepare-iparapheur", ("recu-iparapheur",)),
            ChainStep("envoi_tdt", "prepare-tdt", ("acquiter-tdt", "info-tdt")),
            ChainStep("envoi_ged", "prepare-ged", ("send-ged",)),
            ChainStep("envoi_sae", "prepare-sae", ("accepter-sae",)),
        )
        if auto
        else (),
        actions={
            **_begin(flux, auto=auto),
            **(going if auto else {}),
            "send-signature-local": locale,
            **({"prepare-iparapheur": PREPARE_IPARAPHEUR} if auto else {}),
            **_signature(auto=auto),
            **({"prepare-tdt": PREPARE_TDT} if auto else {}),
            "rejet-iparapheur": state("Signature refusée"),
            **_tdt(flux, auto=auto),
            **({"prepare-ged": PREPARE_GED} if auto else {}),
            "send-ged": send_ged(
                _ged_rule(auto=auto), "error-ged", editable_content=["envoi_sae"], **_on(auto)
            ),
            "error-ged": GED_ERROR,
            **({"prepare-sae": PREPARE_SAE} if auto else {}),
            "send-archive": _archive(auto=auto),
            **sae_states(flux),
            "accepter-sae": state("Transfert accepté par le SAE"),
            "rejet-sae": state("Transfert rejeté par le SAE"),
            "iparapheur-sous-type": change("Liste des sous-type iparapheur", "HeliosIparapheurSousType"),
            "envoi-signature-change": change("Modification envoi-signature", "HeliosEnvoieSignatureChange"),
            "envoi-signature-api-change": change(
                "Modification envoi-signature", "HeliosEnvoieSignatureChangeAPI"
            ),
            "envoi-cheminement-change": change("Modification envoi_sae", "HeliosGeneriqueCheminementChange"),
            "signature-locale": change("Signature locale", "HeliosGeneriqueSignatureLocale"),
            "fichier_pes_change": change("Modification fichier_pes", "HeliosGeneriqueFichierPESChange"),
        },
    )


def helios_generique(version: tuple[int, ...]) -> Flux:
    """Every step is called by a person or a program."""
    del version
    return _helios("helios-generique", "Helios (générique)", auto=False)


def helios_automatique(version: tuple[int, ...]) -> Flux:
    """Once begun, it goes on by itself."""
    del version
    return _helios("helios-automatique", "Helios automatique", auto=True)
