"""Refusals of S2LOW about actes that are already there: read, cancelled, confirmed, closed, written about."""

from __future__ import annotations

from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.refusal_lines import (
    CANCEL,
    CLASSIFICATION,
    CLOSE,
    CONFIRM,
    FILES,
    OF_ONE_ACTE,
    REPLY,
    REQUEST,
    TAMPON,
    asked,
    later,
)

READING = (
    asked(
        "transaction_inconnue",
        (*OF_ONE_ACTE, *CLOSE),
        texts.UNKNOWN_TRANSACTION,
        "numéro de transaction ou de fichier que la plateforme n'a pas",
    ),
    asked(
        "pas_d_acquittement",
        (*FILES, *TAMPON, "actes_create_pdf"),
        texts.NO_RECEIPT_YET,
        "la transaction n'a connu que les statuts 1, 2, 3",
    ),
    asked(
        "classification_absente",
        CLASSIFICATION,
        texts.CLASSIFICATION_MISSING,
        "`publier_classification(siren, None)` : la collectivité n'en a jamais reçu",
    ),
    asked(
        "classification_trop_tot",
        REQUEST,
        texts.CLASSIFICATION_TOO_SOON,
        "une demande de classification date de moins d'un jour",
    ),
)

CANCELLING = (
    asked("annulation_sans_id", CANCEL, texts.CANCEL_WITHOUT_ID, "champ `id` absent"),
    asked("annulation_inconnue", CANCEL, texts.CANCEL_UNKNOWN, "transaction inconnue"),
    asked(
        "annulation_d_une_annulation",
        CANCEL,
        texts.CANCEL_TYPE,
        "la transaction n'est pas une transmission d'acte",
    ),
    asked("annulation_en_cours", CANCEL, texts.CANCEL_PENDING, "une annulation de l'acte est en route"),
    asked(
        "annulation_sans_droit",
        CANCEL,
        texts.CANCEL_REFUSED,
        "compte sans le droit TT, ou d'une autre collectivité",
    ),
    asked("annulation_non_acquittee", CANCEL, texts.CANCEL_NOT_ACKNOWLEDGED, "l'acte n'est pas au statut 4"),
    later("refus_annulation", texts.ANOMALY, "scénario `refus_annulation`", vu=False, scenario=True),
)

FOLLOWING = (
    asked("confirmation_sans_id", CONFIRM, texts.NUMBERLESS, "paramètre `id` absent"),
    asked(
        "transaction_non_initialisee",
        (*CONFIRM, *REPLY),
        texts.NOT_A_TRANSACTION,
        "transaction inconnue, ou, pour une réponse, qui n'est pas un courrier de la préfecture",
    ),
    asked("pas_en_attente", CONFIRM, texts.NOT_WAITING, "l'acte n'est pas au statut 17"),
    asked(
        "etat_incorrect",
        (*CLOSE, "actes_sae_status"),
        texts.BAD_STATE,
        "acte non acquitté, ou état demandé que la page n'a pas",
    ),
    asked(
        "reponse_sans_type",
        REPLY,
        texts.NO_KIND_OF_REPLY,
        "`type_envoie` autre que 3 ou 4, pour une demande de pièces ou une lettre d'observations",
    ),
    asked(
        "reponse_fichier_illegal",
        REPLY,
        texts.ILLEGAL_FILE,
        "fichier absent, ou qui n'est ni PDF, ni XML, ni PNG, ni JPEG",
    ),
    asked(
        "reponse_typologie_absente", REPLY, texts.NO_TYPOLOGY_OF_REPLY, "`type_acte` ou `type_pj[]` absent"
    ),
    asked("reponse_impossible", REPLY, texts.NO_REPLY_POSSIBLE, "réponse à un déféré au tribunal", vu=False),
)
