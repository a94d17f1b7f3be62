"""The rules of the flux of acts, and what concerns the TdT. ``auto``: the flux goes on by itself."""

from __future__ import annotations

from typing import Any

from cdg62_connect.simulator.pastell.flux.classic import DRAFT, content, edition
from cdg62_connect.simulator.pastell.flux.model import Props
from cdg62_connect.simulator.pastell.flux.parts import WARNING, action, standard, state

_SENT = ["send-tdt", "document-transmis-tdt"]


def _unsent(**rule: object) -> dict[str, Any]:
    return {**rule, "no_1": {"has-action": _SENT}}


def _send_tdt_rule(flux: str, *, auto: bool) -> Props:
    unsigned = content(
        envoi_tdt=True, envoi_signature=False, envoi_signature_fast=False, has_signature_locale=False
    )
    signed = content(envoi_tdt=True, envoi_signature=True)
    local = content(envoi_tdt=True, has_signature_locale=True, signature=True)
    if auto:
        once = {"no-action": ["send-tdt"]}
        ways = {
            "and_1": {"last-action": [*DRAFT, "importation", "prepare-tdt"], **once, **unsigned},
            "and_2": {"has-action": ["recu-iparapheur"], **once, **signed},
            "and_3": {**once, **local},
            "and_4": {"last-action": ["send-tdt-erreur"]},
        }
    else:
        fast = content(envoi_tdt=True, envoi_signature_fast=True)
        ways = {
            "and_1": {**_unsent(**{"last-action": DRAFT}), **unsigned},
            "and_2": {**_unsent(**{"has-action": ["recu-iparapheur"]}), **signed},
            "and_3": {**_unsent(), **local},
            "and_4": {"last-action": ["send-tdt-erreur"]},
            "and_5": {**_unsent(**{"has-action": ["recu-iparapheur"]}), **fast},
        }
    return {"role_id_e": "editeur", **edition(flux), "document_is_valide": True, "or_1": ways}


def archive_rule(*, auto: bool) -> Props:
    """When an act may go to the SAE."""
    first = [*DRAFT, "importation", "prepare-sae"] if auto else DRAFT
    return {
        **content(envoi_sae=True),
        "or_1": {
            "and_1": {
                "last-action": first,
                "document_is_valide": True,
                **content(envoi_signature=False, envoi_tdt=False, envoi_ged=False),
            },
            "and_2": {"last-action": ["recu-iparapheur"], **content(envoi_tdt=False, envoi_ged=False)},
            "and_3": {
                "has-action": ["acquiter-tdt"],
                **content(envoi_ged=False),
                "no-action": ["send-archive"],
            },
            "and_4": {
                "has-action": ["send-ged", "termine"] if auto else ["send-ged"],
                "no-action": ["send-archive"],
            },
            "and_5": {"last-action": ["erreur-envoie-sae", "rejet-sae"]},
        },
    }


def ged_rule(*, auto: bool) -> Props:
    """When an act may go to the GED."""
    first = [*DRAFT, "importation", "prepare-ged"] if auto else DRAFT
    return {
        **content(envoi_ged=True),
        "or_1": {
            "and_1": {
                "last-action": first,
                "document_is_valide": True,
                **content(envoi_signature=False, envoi_tdt=False),
            },
            "and_2": {"last-action": ["recu-iparapheur"], **content(envoi_tdt=False)},
            "and_3": {"has-action": ["acquiter-tdt"], "no-action": ["send-ged"]},
            "and_4": {"last-action": ["error-ged"]},
        },
    }


def suppression_rule(flux: str, *, auto: bool) -> Props:
    """When an act may be deleted."""
    draft = [*DRAFT, "importation"] if auto else DRAFT
    ends = ["termine", "send-tdt-erreur", "annuler-tdt", "erreur-verif-iparapheur"]
    ways: dict[str, Props] = {
        "and_1": {
            "last-action": [
                *draft,
                *("send-signature-local", "send-signature-error", "recu-iparapheur"),
                *("rejet-iparapheur", "fatal-error"),
            ],
            "no-action": ["send-tdt"],
        },
        "and_2": {"last-action": ["accepter-sae", "rejet-sae"]},
        "and_3": {"last-action": ["send-ged"], **content(envoi_sae=False)},
        "and_4": {
            "last-action": ["acquiter-tdt", "erreur-verif-tdt"],
            **content(envoi_sae=False, envoi_ged=False),
        },
        "and_5": {"last-action": ends if auto else [ends[0], "error-ged", *ends[1:]]},
    }
    if auto:
        ways["and_6"] = {"has-action": ["termine"]}
    return {"or_1": ways, "role_id_e": "editeur", **edition(flux)}


def tdt(flux: str, *, auto: bool) -> dict[str, Props]:
    """The sending to the contrôle de légalité and its states."""
    rights = {"role_id_e": "editeur", **edition(flux)}
    return {
        "send-tdt": {
            **action("Transmettre au TdT", "Transmis au TdT", _send_tdt_rule(flux, auto=auto)),
            "action-class": "TedetisEnvoie",
            "action-automatique": "verif-tdt",
        },
        "send-tdt-erreur": state(
            "Erreur lors de l'envoi des données au TdT",
            editable_content=["numero_de_lacte", "envoi_tdt", "envoi_ged", "envoi_sae"],
        ),
        "document-transmis-tdt": {
            "name-action": "Transmettre les documents au TdT",
            **state("En attente du certificat RGS**"),
        },
        "teletransmission-tdt": {
            **action(
                "Ordonner la télétransmission au TdT",
                "Tentative de télétransmission sur le TDT",
                {**rights, "last-action": ["teletransmission-tdt", "document-transmis-tdt"]},
            ),
            "action-class": "TdtTeletransmettre",
        },
        "return-teletransmission-tdt": {
            "name": "Ordre de télétransmission envoyé sur le TDT",
            "rule": {**rights, "last-action": ["teletransmission-tdt"]},
            "action-class": "TdtRetourTeletransmettre",
            "action-automatique": "verif-tdt",
        },
        "verif-tdt": standard(
            "Vérifier le statut de la transaction",
            "Statut vérifié par le TdT",
            {
                "last-action": [
                    *("send-tdt", "tdt-error", "erreur-verif-tdt", "document-transmis-tdt"),
                    *("teletransmission-tdt", "return-teletransmission-tdt"),
                ],
                **rights,
            },
            "TdT",
            "TdTRecupActe",
        ),
        "erreur-verif-tdt": state("Erreur lors de la vérification du statut de l'acte"),
        "tdt-error": state("Erreur sur le TdT"),
        "acquiter-tdt": state(
            "Acquitté par la préfecture",
            editable_content=["envoi_ged", "envoi_sae", "acte_publication_date"],
            **({"action_automatique": "orientation"} if auto else {"modification_no_change_etat": True}),
        ),
    }


def after_tdt(flux: str) -> dict[str, Props]:
    """What can be done of an acknowledged act."""
    rights = {"role_id_e": "editeur", **edition(flux)}
    asked = ("tedetis_transaction_id", "tdt-error", "annuler-tdt", "numero_de_lacte")
    return {
        "annulation-tdt": standard(
            "Annuler la transaction",
            "Demande d'annulation envoyée",
            {"has-action": ["acquiter-tdt"], "no-action": ["annulation-tdt"], **rights},
            "TdT",
            "TdTAnnulation",
            action_automatique="verif-annulation-tdt",
            warning=WARNING,
        ),
        "verif-annulation-tdt": standard(
            "Vérifier le statut de la transaction d'annulation",
            "Statut vérifié par le TdT",
            {"last-action": ["annulation-tdt"], **rights},
            "TdT",
            "TdTRecupAnnulation",
            {name: name for name in (*asked, "date_ar_annulation", "aractes_annulation")},
        ),
        "annuler-tdt": state("Transaction annulée"),
        "tamponner-tdt": {
            "name": "Retamponner l'acte et les annexes",
            "rule": {"has-action": ["acquiter-tdt"]},
            "action-class": "StandardAction",
            "connecteur-type": "TdT",
            "connecteur-type-action": "TdTRestamp",
        },
    }
