"""The steps that types of documents are made of, as data: their states, and where their results are.

Names are those of the definitions of Pastell 2.0 to 5.0; the steps of transformation, signature and @ctes were
followed on 4.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from cdg62_connect.pastell.etats import (
    Etape,
    Etat,
    FluxConnu,
    Issue,
    Role,
    attente,
    erreur,
    fin,
    passage,
    personne,
    repos,
)
from cdg62_connect.pastell.version import Number

DAY = timedelta(days=1)

BROUILLON = (
    repos("creation", "Créé", "orientation", conseil="Remplissez le document, puis envoyez-le."),
    repos(
        "modification",
        "En cours de rédaction",
        "orientation",
        conseil="Complétez le document, puis envoyez-le.",
    ),
)
IMPORTATION = passage("importation", "Importation du document", "orientation")
FATAL = fin(
    "fatal-error",
    "Erreur fatale",
    Issue.ABANDONNE,
    conseil="Le document ne peut plus qu'être supprimé ; un dossier peut rester dans le parapheur.",
)
TERMINE = fin("termine", "Traitement terminé", Issue.ABOUTI)

_RGS = "l'agent qui détient le certificat RGS"
_RGS_ADVICE = "Un agent doit ouvrir le document dans Pastell et télétransmettre avec son certificat."

CERTIFICAT = (
    personne(
        "document-transmis-tdt", "En attente du certificat RGS**", "verif-tdt", qui=_RGS, conseil=_RGS_ADVICE
    ),
    personne(
        "teletransmission-tdt",
        "Tentative de télétransmission sur le TdT",
        "verif-tdt",
        qui=_RGS,
        conseil=_RGS_ADVICE,
    ),
    passage("return-teletransmission-tdt", "Ordre de télétransmission envoyé sur le TdT", "verif-tdt"),
)

REJET = fin(
    "rejet-iparapheur",
    "Signature refusée au parapheur",
    Issue.REFUSE,
    conseil="Lisez le motif, puis supprimez le document ou créez-en un autre.",
)
SEND_SIGNATURE_ERROR = erreur(
    "send-signature-error",
    "Erreur lors de l'envoi du dossier à la signature",
    "send-iparapheur",
    conseil="Corrigez le sous-type ou la date limite si le parapheur les refuse, puis renvoyez : l'état est gardé.",
)
ERREUR_VERIF = erreur(
    "erreur-verif-iparapheur",
    "Erreur lors de la vérification du statut de signature",
    "verif-iparapheur",
    sans_modification=True,
    conseil="Le parapheur n'a rien rendu dans le délai : relancez la vérification une fois le dossier traité.",
)
AU_PARAPHEUR = attente(
    "send-iparapheur",
    "Transmis au parapheur",
    "verif-iparapheur",
    patience=30 * DAY,
    conseil="Le dossier attend dans le parapheur ; relancez le signataire.",
)
AU_TDT = attente(
    "send-tdt",
    "Transmis au TdT",
    "verif-tdt",
    patience=DAY,
    conseil="Un acte en anomalie @ctes reste dans cet état sans le dire : la vérification donne le statut.",
)
_SEND_TDT_ERREUR = erreur(
    "send-tdt-erreur",
    "Erreur lors de l'envoi des données au TdT",
    "send-tdt",
    sans_modification=True,
    conseil="Si la cause est du côté du TdT, renvoyez sans rien modifier : une modification relancerait la signature.",
)
ERREUR_VERIF_TDT = erreur(
    "erreur-verif-tdt",
    "Erreur lors de la vérification du statut de l'acte",
    "verif-tdt",
    sans_modification=True,
    conseil="La transaction est en erreur sur le TdT : réglez-la là-bas, puis relancez la vérification.",
)
TDT_ERROR = erreur(
    "tdt-error",
    "Erreur sur le TdT",
    "verif-tdt",
    sans_modification=True,
    conseil="Voyez la transaction sur le TdT : l'acte a pu être acquitté tout de même. Ne renvoyez rien.",
)
ANNULATION = (
    attente(
        "annulation-tdt", "Demande d'annulation sur S2LOW envoyée", "verif-annulation-tdt", patience=3 * DAY
    ),
    fin("annuler-tdt", "Transaction annulée sur S2LOW", Issue.ANNULE),
)

TRANSFORMATION = Etape(
    nom="transformation",
    coche="",
    etats=(
        passage("preparation-transformation", "Préparation à la transformation", "transformation"),
        passage("transformation", "Transformation du document", "orientation"),
        erreur(
            "transformation-error",
            "Erreur lors de la transformation du dossier",
            "transformation",
            sans_modification=True,
            conseil="Le fichier de métadonnées ne convient pas aux règles d'extraction du connecteur.",
        ),
    ),
)
SIGNATURE = Etape(
    nom="signature",
    coche="envoi_signature",
    demande=("envoi_iparapheur", "envoi_fast"),
    champs_requis=("iparapheur_sous_type",),
    etats=(
        passage("preparation-send-iparapheur", "Préparation de l'envoi au parapheur", "send-iparapheur"),
        AU_PARAPHEUR,
        passage("recu-iparapheur", "Signature récupérée", "orientation"),
        REJET,
        ERREUR_VERIF,
        SEND_SIGNATURE_ERROR,
    ),
    resultats={
        Role.BORDEREAU_SIGNATURE: ("bordereau_signature",),
        Role.SIGNATURE: ("signature",),
        Role.ORIGINAL: ("document_original", "multi_document_original"),
        Role.HISTORIQUE: ("iparapheur_historique",),
        Role.ANNEXE_SORTIE: ("iparapheur_annexe_sortie",),
    },
    autres_actions=("verif-iparapheur",),
)
TRANSFORMATION_FIXE = Etape(
    nom="transformation_fixe",
    coche="",
    etats=(
        passage("preparation-transformation-fixe", "Préparation à la transformation", "transformation-fixe"),
        passage("transformation-fixe", "Transformation du document", "orientation"),
        erreur(
            "transformation-fixe-error",
            "Erreur lors de la transformation du dossier",
            "transformation-fixe",
            sans_modification=True,
        ),
    ),
)
TDT_ACTES = Etape(
    nom="tdt_actes",
    coche="envoi_tdt_actes",
    champs_requis=("acte_nature", "numero_de_lacte", "date_de_lacte", "classification", "type_piece"),
    etats=(
        passage("pre-send-tdt", "Préparation de l'envoi au TdT", "send-tdt"),
        AU_TDT,
        passage("acquiter-tdt", "Acquitté par la préfecture", "orientation"),
        _SEND_TDT_ERREUR,
        ERREUR_VERIF_TDT,
        TDT_ERROR,
        *CERTIFICAT,
        *ANNULATION,
    ),
    resultats={
        Role.BORDEREAU_TDT: ("bordereau",),
        Role.AR: ("aractes",),
        Role.ACTE_TAMPONNE: ("acte_tamponne",),
        Role.ANNEXE_TAMPONNEE: ("annexes_tamponnees",),
        Role.AR_ANNULATION: ("aractes_annulation",),
    },
    autres_actions=("verif-tdt", "verif-annulation-tdt"),
)
TDT_HELIOS = Etape(
    nom="tdt_helios",
    coche="envoi_tdt_helios",
    etats=(
        passage("pre-send-tdt", "Préparation de l'envoi au TdT", "send-tdt"),
        AU_TDT,
        passage("info-tdt", "Un fichier de réponse PES est disponible", "orientation"),
        TDT_ERROR,
    ),
    resultats={Role.ACQUIT_PES: ("pes_acquit",)},
    autres_actions=("verif-tdt",),
)
MAILSEC = Etape(
    nom="mailsec",
    coche="envoi_mailsec",
    champs_requis=("to",),
    etats=(
        passage("preparation-send-mailsec", "Préparation de l'envoi par mail sécurisé", "send-mailsec"),
        attente("send-mailsec", "Envoi d'un mail sécurisé", "mailsec-relance", patience=30 * DAY),
        passage("prepare-renvoi", "Préparation de la relance du mail", "renvoi"),
        attente("renvoi", "Renvoyé", "mailsec-relance", patience=30 * DAY),
        attente("reception-partielle", "Reçu partiellement", "mailsec-relance", patience=30 * DAY),
        passage("reception", "Reçu", "orientation"),
        passage("preparation-non-recu", "Préparation au passage comme non reçu", "non-recu"),
        passage("non-recu", "Non reçu", "orientation"),
        erreur(
            "send-mailsec-error",
            "Erreur d'envoi d'un mail sécurisé",
            "send-mailsec",
            conseil="Corrigez les destinataires, puis renvoyez : l'état est gardé.",
        ),
    ),
    resultats={Role.PREUVE_MAIL: ("accuse_notification",)},
    autres_actions=("mailsec-relance",),
)
DEPOT = Etape(
    nom="depot",
    coche="envoi_depot",
    etats=(
        passage("preparation-send-ged", "Préparation de l'envoi à la GED", "send-ged"),
        passage("send-ged", "Versé à la GED", "orientation"),
        erreur("error-ged", "Erreur irrécupérable lors du dépôt", "send-ged", sans_modification=True),
    ),
)
SAE = Etape(
    nom="sae",
    coche="envoi_sae",
    etats=(
        passage("preparation-send-sae", "Préparation de l'envoi au SAE", "generate-sip"),
        passage("generate-sip", "Paquet d'archive généré", "send-archive"),
        attente("send-archive", "Versé au SAE", "verif-sae", patience=7 * DAY),
        attente("ar-recu-sae", "AR SAE reçu", "validation-sae", patience=30 * DAY),
        attente(
            "ack-not-provided", "En attente de la validation par le SAE", "validation-sae", patience=30 * DAY
        ),
        passage("accepter-sae", "Transfert accepté par le SAE", "orientation"),
        erreur(
            "generate-sip-error",
            "Erreur lors de la génération de l'archive",
            "generate-sip",
            sans_modification=True,
        ),
        erreur(
            "erreur-envoie-sae",
            "Erreur lors de l'envoi au SAE",
            "send-archive",
            "generate-sip",
            sans_modification=True,
        ),
        erreur(
            "verif-sae-erreur", "Erreur lors de la récupération de l'AR", "verif-sae", sans_modification=True
        ),
        erreur(
            "validation-sae-erreur",
            "Erreur lors de la vérification de la validité du transfert",
            "validation-sae",
            sans_modification=True,
        ),
        fin(
            "rejet-sae",
            "Transfert rejeté par le SAE",
            Issue.REFUSE,
            conseil="Corrigez l'archive et versez-la à nouveau.",
        ),
    ),
    resultats={Role.PREUVE_SAE: ("ar_sae", "reply_sae")},
    autres_actions=("verif-sae", "validation-sae"),
)

ETAPES: Mapping[str, Etape] = {
    etape.nom: etape
    for etape in (TRANSFORMATION, SIGNATURE, TRANSFORMATION_FIXE, TDT_ACTES, TDT_HELIOS, MAILSEC, DEPOT, SAE)
}
"""The steps that studio types are made of."""


def studio(
    flux: str,
    nom: str,
    etapes: tuple[Etape, ...],
    *,
    depuis: Number,
    document: str = "",
    annexes: str = "",
    titre: str = "titre",
    cle: str = "",
) -> FluxConnu:
    """A type made of common steps; those that come twice get the suffixes ``_1``, ``_2``."""
    kinds = [etape.nom for etape in etapes]
    rank: dict[str, int] = {}
    steps: list[Etape] = []
    for etape in etapes:
        rank[etape.nom] = rank.get(etape.nom, 0) + 1
        steps.append(etape.suffixed(f"_{rank[etape.nom]}") if kinds.count(etape.nom) > 1 else etape)
    return FluxConnu(
        flux=flux,
        nom=nom,
        studio=True,
        enchaine=True,
        departs=("orientation",),
        etapes=tuple(steps),
        etats=by_name(
            (*BROUILLON, IMPORTATION, *(etat for step in steps for etat in step.etats), TERMINE, FATAL)
        ),
        document=document,
        annexes=annexes,
        titre=titre,
        cle=cle,
        depuis=depuis,
    )


def by_name(etats: Iterable[Etat]) -> Mapping[str, Etat]:
    """States by id."""
    return {etat.nom: etat for etat in etats}
