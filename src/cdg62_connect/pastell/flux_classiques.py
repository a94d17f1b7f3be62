"""The types of documents older than the common steps, as data (Pastell 2.0 to 5.0; deprecated since 4.1)."""

from __future__ import annotations

from cdg62_connect.pastell.etapes import (
    ANNULATION,
    AU_PARAPHEUR,
    AU_TDT,
    BROUILLON,
    CERTIFICAT,
    DAY,
    ERREUR_VERIF,
    ERREUR_VERIF_TDT,
    FATAL,
    IMPORTATION,
    MAILSEC,
    REJET,
    SAE,
    SEND_SIGNATURE_ERROR,
    SIGNATURE,
    TDT_ACTES,
    TDT_ERROR,
    TERMINE,
    by_name,
)
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

_DEPARTS = ("send-iparapheur", "send-tdt", "send-ged", "send-archive")
_BROUILLON_CLASSIQUE = (
    repos("creation", "Créé", *_DEPARTS, conseil="Remplissez le document, puis envoyez-le."),
    repos(
        "modification", "En cours de rédaction", *_DEPARTS, conseil="Complétez le document, puis envoyez-le."
    ),
)
_SEND_TDT_ERREUR_CLASSIQUE = erreur(
    "send-tdt-erreur",
    "Erreur lors de l'envoi des données au TdT",
    "send-tdt",
    conseil="Corrigez le numéro de l'acte si c'est lui que le TdT refuse, puis renvoyez : la signature est gardée.",
)
_TDT_ERROR_HELIOS = erreur(
    "tdt-error",
    "Erreur sur le TdT",
    "verif-tdt",
    sans_modification=True,
    conseil="Voyez le PES sur le TdT : il a pu y être reçu déjà (doublon). Il ne peut pas être renvoyé.",
)


def _signature_classique(
    slip: str, *, suite: Etat, coche: str = "envoi_signature", signed: str = ""
) -> Etape:
    results: dict[Role, tuple[str, ...]] = {
        Role.BORDEREAU_SIGNATURE: (slip,),
        Role.SIGNATURE: ("signature",),
        Role.HISTORIQUE: ("iparapheur_historique",),
        Role.ANNEXE_SORTIE: ("iparapheur_annexe_sortie",),
    }
    if signed:
        results[Role.DOCUMENT_SIGNE] = (signed,)
    return Etape(
        nom="signature",
        coche=coche,
        demande=("envoi_signature_check", "envoi_signature_fast", "has_signature_locale"),
        champs_requis=("iparapheur_sous_type",),
        etats=(AU_PARAPHEUR, suite, REJET, ERREUR_VERIF, SEND_SIGNATURE_ERROR),
        resultats=results,
        autres_actions=("verif-iparapheur",),
    )


def _actes(flux: str, nom: str, *, enchaine: bool) -> FluxConnu:
    if enchaine:
        signed = passage("recu-iparapheur", "Signature récupérée", "orientation")
        acknowledged = passage("acquiter-tdt", "Acquitté par la préfecture", "orientation")
    else:
        signed = repos("recu-iparapheur", "Signature récupérée", "send-tdt", "send-ged", "send-archive")
        acknowledged = repos("acquiter-tdt", "Acquitté par la préfecture", "send-ged", "send-archive")
    return _classic(
        flux,
        nom,
        enchaine=enchaine,
        etapes=(
            _signature_classique("document_signe", suite=signed),
            Etape(
                nom="tdt_actes",
                coche="envoi_tdt",
                etats=(
                    AU_TDT,
                    acknowledged,
                    _SEND_TDT_ERREUR_CLASSIQUE,
                    ERREUR_VERIF_TDT,
                    TDT_ERROR,
                    personne(
                        "attente-reponse-prefecture",
                        "En attente de réponse à la préfecture",
                        qui="le service qui suit l'acte",
                        conseil="La préfecture a écrit : répondez-lui dans Pastell.",
                    ),
                    *CERTIFICAT,
                    *ANNULATION,
                ),
                resultats=TDT_ACTES.resultats,
            ),
            *_depots(enchaine),
        ),
        document="arrete",
        annexes="autre_document_attache",
        titre="objet",
    )


def _helios(flux: str, nom: str, *, enchaine: bool) -> FluxConnu:
    if enchaine:
        signed = passage("recu-iparapheur", "Signature récupérée", "orientation")
        answered = passage("info-tdt", "Un fichier de réponse PES est disponible", "orientation")
    else:
        signed = repos("recu-iparapheur", "Signature récupérée", "send-tdt", "send-ged", "send-archive")
        answered = repos("info-tdt", "Un fichier de réponse PES est disponible", "send-ged", "send-archive")
    return _classic(
        flux,
        nom,
        enchaine=enchaine,
        etapes=(
            _signature_classique("document_signe", suite=signed, signed="fichier_pes_signe"),
            Etape(
                nom="tdt_helios",
                coche="envoi_tdt",
                etats=(
                    AU_TDT,
                    answered,
                    repos("acquiter-tdt", "Acquitté par la trésorerie", "send-ged", "send-archive"),
                    fin("refus-tdt", "Refusé par la trésorerie", Issue.REFUSE),
                    _TDT_ERROR_HELIOS,
                ),
                resultats={Role.ACQUIT_PES: ("fichier_reponse",)},
            ),
            *_depots(enchaine),
        ),
        document="fichier_pes",
        titre="objet",
    )


def _depots(enchaine: bool) -> tuple[Etape, ...]:
    deposited = (
        passage("send-ged", "Versé à la GED", "orientation")
        if enchaine
        else repos("send-ged", "Versé à la GED", "send-archive")
    )
    accepted = (
        passage("accepter-sae", "Transfert accepté par le SAE", "orientation")
        if enchaine
        else fin("accepter-sae", "Transfert accepté par le SAE", Issue.ABOUTI)
    )
    errors = ("erreur-envoie-sae", "rejet-sae")
    sae = tuple(
        accepted
        if etat.nom == "accepter-sae"
        else erreur(etat.nom, etat.libelle, "send-archive")
        if etat.nom in errors
        else etat
        for etat in SAE.etats
        if not etat.nom.startswith(("preparation-", "generate-sip"))
    )
    preparations = (
        (
            passage("prepare-tdt", "Préparation de l'envoi suivant", "send-tdt"),
            passage("prepare-ged", "Préparation de l'envoi suivant", "send-ged"),
            passage("prepare-sae", "Préparation de l'envoi suivant", "send-archive"),
        )
        if enchaine
        else ()
    )
    return (
        Etape(
            nom="depot",
            coche="envoi_ged",
            etats=(
                *preparations,
                deposited,
                erreur("error-ged", "Erreur irrécupérable lors du dépôt", "send-ged"),
            ),
        ),
        Etape(nom="sae", coche="envoi_sae", etats=sae, resultats=SAE.resultats),
    )


def _classic(
    flux: str,
    nom: str,
    *,
    enchaine: bool,
    etapes: tuple[Etape, ...],
    departs: tuple[str, ...] = _DEPARTS,
    brouillon: tuple[Etat, ...] = _BROUILLON_CLASSIQUE,
    document: str,
    titre: str,
    annexes: str = "",
) -> FluxConnu:
    etats = (*brouillon, IMPORTATION, *(etat for etape in etapes for etat in etape.etats), TERMINE, FATAL)
    return FluxConnu(
        flux=flux,
        nom=nom,
        studio=False,
        enchaine=enchaine,
        departs=departs,
        etapes=etapes,
        etats=by_name(etats),
        document=document,
        annexes=annexes,
        titre=titre,
    )


_DRAFT_TO_SIGN = (
    repos("creation", "Créé", "send-iparapheur", conseil="Remplissez le document, puis envoyez-le."),
    repos(
        "modification",
        "En cours de rédaction",
        "send-iparapheur",
        conseil="Complétez le document, puis envoyez-le.",
    ),
)

_DOCUMENT_A_SIGNER = _classic(
    "document-a-signer",
    "Document à signer",
    enchaine=False,
    departs=("send-iparapheur",),
    brouillon=_DRAFT_TO_SIGN,
    etapes=(
        _signature_classique("bordereau", suite=passage("recu-iparapheur", "Signature récupérée"), coche=""),
        Etape(
            nom="depot",
            coche="envoi_ged",
            etats=(
                repos("recu-iparapheur-etat", "Signature récupérée", "send-ged"),
                passage("prepare-ged", "Préparation de l'envoi suivant", "send-ged"),
                passage("send-ged", "Versé à la GED"),
                fin("send-ged-etat", "Versé à la GED", Issue.ABOUTI),
                erreur("error-ged", "Erreur irrécupérable lors du dépôt", "send-ged"),
            ),
        ),
    ),
    document="document",
    annexes="autre_document_attache",
    titre="libelle",
)


def _ged(rank: int) -> Etape:
    return Etape(
        nom="depot",
        coche=f"envoi_ged_{rank}",
        etats=(
            passage(f"preparation-send-ged-{rank}", "Préparation de l'envoi à la GED", f"send-ged-{rank}"),
            passage(f"send-ged-{rank}", "Versé à la GED", "orientation"),
            erreur(f"error-ged-{rank}", "Erreur irrécupérable lors du dépôt", f"send-ged-{rank}"),
        ),
    )


_SAE_PDF = Etape(
    nom="sae",
    coche="envoi_sae",
    etats=(
        passage("preparation-send-sae", "Préparation de l'envoi au SAE", "send-archive"),
        erreur("erreur-envoie-sae", "Erreur lors de l'envoi au SAE", "send-archive", sans_modification=True),
        *(
            etat
            for etat in SAE.etats
            if etat.nom
            not in ("preparation-send-sae", "erreur-envoie-sae", "generate-sip", "generate-sip-error")
        ),
    ),
    resultats=SAE.resultats,
)

_PDF_GENERIQUE = _classic(
    "pdf-generique",
    "PDF générique",
    enchaine=True,
    departs=("orientation",),
    brouillon=BROUILLON,
    etapes=(
        Etape(
            nom="signature",
            coche="envoi_signature",
            champs_requis=("iparapheur_sous_type",),
            etats=SIGNATURE.etats,
            resultats={**SIGNATURE.resultats, Role.BORDEREAU_SIGNATURE: ("bordereau",)},
        ),
        _ged(1),
        Etape(
            nom="mailsec",
            coche="envoi_mailsec",
            champs_requis=("to",),
            etats=(
                *MAILSEC.etats,
                erreur("erreur", "Aucun destinataire n'a pu être joint", conseil="Corrigez les adresses."),
            ),
        ),
        _ged(2),
        _SAE_PDF,
        Etape(
            nom="fin",
            coche="",
            etats=(
                fin(
                    "preparation-suppression-automatique",
                    "Traitement terminé",
                    Issue.ABOUTI,
                    conseil="Un connecteur de purge peut supprimer le document : rapportez ses fichiers sans attendre.",
                ),
            ),
        ),
    ),
    document="document",
    annexes="annexe",
    titre="libelle",
)

_MAILSEC = _classic(
    "mailsec",
    "Mail sécurisé",
    enchaine=False,
    departs=("envoi",),
    brouillon=(
        repos("creation", "Créé", "envoi", conseil="Remplissez le document, puis envoyez-le."),
        repos(
            "modification",
            "En cours de rédaction",
            "envoi",
            conseil="Complétez le document, puis envoyez-le.",
        ),
    ),
    etapes=(
        Etape(
            nom="mailsec",
            coche="",
            champs_requis=("to",),
            etats=(
                attente("envoi", "Envoyé", "renvoi", patience=30 * DAY),
                attente("renvoi", "Renvoyé", "renvoi", patience=30 * DAY),
                attente("reception-partielle", "Reçu partiellement", "renvoi", patience=30 * DAY),
                fin("reception", "Reçu", Issue.ABOUTI),
                fin("non-recu", "Non reçu", Issue.REFUSE),
            ),
        ),
    ),
    document="",
    annexes="document_attache",
    titre="objet",
)

CLASSIQUES = (
    _actes("actes-generique", "Actes (générique)", enchaine=False),
    _actes("actes-automatique", "Actes automatique", enchaine=True),
    _helios("helios-generique", "Helios (générique)", enchaine=False),
    _helios("helios-automatique", "Helios automatique", enchaine=True),
    _DOCUMENT_A_SIGNER,
    _PDF_GENERIQUE,
    _MAILSEC,
)
"""The older types."""
