"""Steps of the studio that transmit: @ctes and Hélios."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import Actions, Page
from cdg62_connect.simulator.pastell.flux.parts import (
    CLASSIFICATION,
    DATE_ACTE,
    DOCUMENT_PAPIER,
    HIDDEN_OUTPUT,
    NATURE,
    NO_ROLE,
    NUMERO,
    WARNING,
    file_named,
    internal,
    named,
    standard,
    state,
    typologie,
)
from cdg62_connect.simulator.pastell.flux.studio import ORIENTATION, StepKind

_PIECES = ("arrete", "autre_document_attache", "objet")


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_RETOUR: Page = {
    "has_bordereau": HIDDEN_OUTPUT,
    "tedetis_transaction_id": named("Identifiant de la transaction sur le TdT", read_only=True),
    "bordereau": file_named("Bordereau d'acquittement", read_only=True),
    "aractes": {
        "name": "Accusé de réception technique",
        "type": "file",
        "commentaire": "Message XML du ministère",
        "read-only": True,
    },
    "acte_tamponne": file_named("Acte tamponné par le TdT", read_only=True),
    "annexes_tamponnees": file_named("Annexe(s) tamponnée(s) par le TdT", multiple=True, read_only=True),
    "date_ar": named("Date de l'accusé de réception", type="date", read_only=True),
    "acte_publication_date": named("Date de publication de l'acte", type="date"),
}
_ANNULATION: Page = {
    "has_annulation": HIDDEN_OUTPUT,
    "date_ar_annulation": named("Date de l'accusé de réception d'annulation", type="date", read_only=True),
    "tedetis_annulation_id": named("Identifiant de la transaction d'annulation", read_only=True),
    "aractes_annulation": {
        "name": "Accusé de réception d'annulation",
        "type": "file",
        "commentaire": "Message XML du ministère",
        "read-only": True,
    },
}

_SENDING: Actions = {
    "pre-send-tdt": state("Préparation de l'envoi au Tdt", action_automatique="send-tdt"),
    "send-tdt": standard(
        "Transmettre au TdT",
        "Transmis au TdT",
        {"last-action": ["pre-send-tdt", "send-tdt-erreur"]},
        "TdT",
        "TdTEnvoiActe",
        _same(
            *("acte_nature", "numero_de_lacte", "date_de_lacte", "document_papier", "classification"),
            *("type_acte", "type_pj", "send-tdt-erreur", "document-transmis-tdt", "tedetis_transaction_id"),
        ),
        action_automatique="verif-tdt",
    ),
    "send-tdt-erreur": state(
        "Erreur lors de l'envoi des données au TdT", editable_content=["numero_de_lacte"]
    ),
    "document-transmis-tdt": {
        "name-action": "Transmettre les documents au TdT",
        "name": "En attente du certificat RGS**",
        "rule": NO_ROLE,
    },
    "teletransmission-tdt": {
        "name-action": "Ordonner la télétransmission au TdT",
        "name": "Tentative de télétransmission sur le TDT",
        "rule": {"last-action": ["teletransmission-tdt", "document-transmis-tdt"]},
        "action-class": "TdtTeletransmettre",
        "connecteur-type-mapping": _same("tedetis_transaction_id", "return-teletransmission-tdt"),
    },
    "return-teletransmission-tdt": {
        "name": "Ordre de télétransmission envoyé sur le TDT",
        "rule": {"last-action": ["teletransmission-tdt"]},
        "action-class": "TdtRetourTeletransmettre",
        "connecteur-type-mapping": _same("tedetis_transaction_id"),
        "action-automatique": "verif-tdt",
    },
}
_CHECKING: Actions = {
    "verif-tdt": standard(
        "Vérifier le statut de la transaction",
        "Statut vérifié par le TdT",
        {
            "last-action": [
                *("send-tdt", "tdt-error", "erreur-verif-tdt", "document-transmis-tdt"),
                *("teletransmission-tdt", "return-teletransmission-tdt"),
            ]
        },
        "TdT",
        "TdTRecupActe",
        _same(
            *("tedetis_transaction_id", "erreur-verif-tdt", "acquiter-tdt", "numero_de_lacte"),
            *("has_bordereau", "bordereau", "aractes", "acte_tamponne", "annexes_tamponnees", "date_ar"),
        ),
    ),
    "erreur-verif-tdt": state("Erreur lors de la vérification du statut de l'acte"),
    "tdt-error": state("Erreur sur le TdT"),
    "acquiter-tdt": state("Acquitté par la préfecture", action_automatique=ORIENTATION),
}
_AFTERWARDS: Actions = {
    "annulation-tdt": standard(
        "Annuler la transaction",
        "Demande d'annulation envoyée",
        {"has-action": ["acquiter-tdt"], "no-action": ["annulation-tdt"]},
        "TdT",
        "TdTAnnulation",
        _same(
            *("tedetis_transaction_id", "tedetis_annulation_id", "has_annulation", "annulation-tdt"),
            *("numero_de_lacte", "aractes_annulation"),
        ),
        action_automatique="verif-annulation-tdt",
        warning=WARNING,
    ),
    "tamponner-tdt": {
        "name": "Retamponner l'acte et les annexes",
        "rule": {"has-action": ["acquiter-tdt"]},
        "action-class": "StandardAction",
        "connecteur-type": "TdT",
        "connecteur-type-action": "TdTRestamp",
        "connecteur-type-mapping": _same(
            *("tedetis_transaction_id", "acte_tamponne", "annexes_tamponnees", "date_ar"),
            "acte_publication_date",
        ),
    },
    "verif-annulation-tdt": standard(
        "Vérifier le statut de la transaction d'annulation",
        "Statut vérifié par le TdT",
        {"last-action": ["annulation-tdt"]},
        "TdT",
        "TdTRecupAnnulation",
        _same("tedetis_transaction_id", "tdt-error", "annuler-tdt", "date_ar_annulation"),
    ),
    "annuler-tdt": state("Transaction annulée"),
}
_TYPING: Actions = {
    "type-piece": {
        "name": "Typologie des pièces",
        **internal("StandardChoiceAction"),
        "connecteur-type": "TdT",
        "connecteur-type-action": "TdtChoiceTypologieActes",
        "connecteur-type-mapping": _same("acte_nature", "classification"),
    },
    "classification": {"name": "Classification ACTES", **internal("Classification")},
    "autre_document_attache-change": {
        **internal("StandardAction"),
        "connecteur-type": "TdT",
        "connecteur-type-action": "TdtAnnexeTypologieAnnexeChange",
    },
    "typology-change-by-api": {
        **internal("StandardAction"),
        "connecteur-type": "TdT",
        "connecteur-type-action": "TdtTypologieChangeByApi",
        "connecteur-type-mapping": _same(
            "type_acte", "type_pj", "type_piece", "type_piece_fichier", "acte_nature"
        ),
    },
}
_DUPLICATE: Actions = {
    "duplicate": {
        "name-action": "Dupliquer",
        "name": "Dupliqué",
        "rule": {"no_1": {"last-action": ["creation"]}},
        "action-class": "Duplicate",
    }
}


def tdt_actes(version: tuple[int, ...]) -> StepKind:
    """Transmission to the contrôle de légalité."""
    recent: Page = (
        {"acte_unique_id": {"name": "Identifiant unique de l'acte", "index": True, "read-only": True}}
        if version >= (4, 1)
        else {}
    )
    return StepKind(
        type="tdt_actes",
        pages={
            "Acte": {
                **NATURE,
                **NUMERO,
                **DATE_ACTE,
                **DOCUMENT_PAPIER,
                **CLASSIFICATION,
                **typologie("typology-change-by-api"),
            },
            "Retour TdT": {**_RETOUR, **recent},
            "Annulation": _ANNULATION,
        },
        conditions={
            "Acte": {"envoi_tdt_actes": True},
            "Retour TdT": {"has_bordereau": True},
            "Annulation": {"has_annulation": True},
        },
        actions={
            **_SENDING,
            **_CHECKING,
            **_AFTERWARDS,
            **_TYPING,
            **(_DUPLICATE if version >= (4, 1) else {}),
        },
        roles={
            "send-tdt": _PIECES,
            "verif-tdt": _PIECES,
            "tamponner-tdt": _PIECES,
            "type-piece": _PIECES[:2],
            "typology-change-by-api": _PIECES[:2],
        },
        deletable=("send-tdt-erreur", "annuler-tdt"),
        correctable=("send-tdt-erreur",),
        later="acte_publication_date",
        on_annex="autre_document_attache-change",
    )


_PES: Page = {
    "id_coll": named("Établissement émetteur", index=True, read_only=True),
    "dte_str": named("Date de production du fichier", index=True, type="date", read_only=True),
    "cod_bud": named("Code Budget", index=True, read_only=True),
    "exercice": named("Exercice comptable", index=True, read_only=True),
    "id_bordereau": named("Identifiant bordereau", index=True, read_only=True),
    "id_pj": named("Identifiant PJ", index=True, read_only=True),
    "id_pce": named("Numéro de mandat ou de titre", read_only=True),
    "id_nature": named("Nature comptable", read_only=True),
    "id_fonction": named("Opération comptable", read_only=True),
}


def tdt_helios(version: tuple[int, ...]) -> StepKind:
    """Transmission of a PES to the trésorerie."""
    del version
    return StepKind(
        type="tdt_helios",
        pages={
            "PES": {"pes_information_pes_aller": HIDDEN_OUTPUT, **_PES},
            "Retour PES": {
                "pes_has_reponse": HIDDEN_OUTPUT,
                "pes_tedetis_transaction_id": named(
                    "Identifiant de la transaction sur le TdT", read_only=True
                ),
                "pes_acquit": file_named("PES Acquit", requis=True, read_only=True),
                "pes_etat_ack": {
                    "name": "État de l'acquittement Hélios",
                    "type": "select",
                    "value": ["Non acquitté", "Acquittement OK", "Acquittement KO"],
                    "index": True,
                    "read-only": True,
                },
            },
        },
        conditions={
            "PES": {"pes_information_pes_aller": True},
            "Retour PES": {"pes_has_reponse": True},
        },
        actions={
            "pre-send-tdt": state("Préparation de l'envoi au Tdt", action_automatique="send-tdt"),
            "send-tdt": standard(
                "Transmettre au TdT",
                "Transmis au TdT",
                {"last-action": ["pre-send-tdt"]},
                "TdT",
                "TdTEnvoiHelios",
                _same("pes_tedetis_transaction_id", "tdt-error"),
                action_automatique="verif-tdt",
            ),
            "verif-tdt": standard(
                "Vérifier le statut de la transaction",
                "Statut vérifié par le TdT",
                {"last-action": ["send-tdt", "tdt-error"]},
                "TdT",
                "TdTRecupHelios",
                _same(
                    *("pes_tedetis_transaction_id", "pes_has_reponse", "pes_acquit", "pes_etat_ack"),
                    *("tdt-error", "info-tdt"),
                ),
            ),
            "tdt-error": state("Erreur sur le TdT"),
            "info-tdt": state("Un fichier de réponse PES est disponible", action_automatique=ORIENTATION),
            "fichier_pes_change": {
                "name": "Modification fichier_pes",
                **internal("StandardAction"),
                "connecteur-type": "TdT",
                "connecteur-type-action": "TdTFichierPESChange",
                "connecteur-type-mapping": _same("pes_information_pes_aller", "pes_etat_ack", *_PES),
            },
        },
        roles={
            "send-tdt": ("fichier_pes", "objet"),
            "verif-tdt": ("fichier_pes", "objet"),
            "fichier_pes_change": ("fichier_pes", "objet"),
        },
    )
