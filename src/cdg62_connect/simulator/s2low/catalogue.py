"""The refusals of the simulated S2LOW."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from cdg62_connect.simulator.catalogue import RefusSimule, worded
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import Cause, Ko, NotIdentified
from cdg62_connect.simulator.s2low.depot import PlatformCrash

_ALL = ("*",)
_CREATE = ("actes_transac_create",)
_CANCEL = ("actes_transac_cancel",)
_STATUS = ("actes_transac_get_status",)
_FILES = ("actes_transac_get_files_list",)
_PAGES = ("actes_transac_get_ARActe", "actes_download_file", "actes_create_pdf")
_OF_ONE_ACTE = (*_STATUS, *_FILES, *_PAGES)
_LISTS = ("list_actes", "number_actes")
_CLASSIFICATION = ("actes_classification_fetch",)
_EDIT = (*_CREATE, *_STATUS, *_CLASSIFICATION)
_VIEW = (*_FILES, *_PAGES, *_LISTS)
_MODULE = (*_EDIT, *_VIEW)

_HANDSHAKE = "Alerte TLS, sans réponse HTTP"


def _tls(nom: str, cause: str) -> RefusSimule:
    return RefusSimule(
        nom=nom, operations=_ALL, dit=_HANDSHAKE, cause=cause, moyen="certificat", commande=False
    )


def _create(nom: str, dit: str, cause: str, *, vu: bool = True) -> RefusSimule:
    return RefusSimule(nom=nom, operations=_CREATE, dit=dit, cause=cause, vu=vu)


def _trouble(nom: str, operations: tuple[str, ...], dit: str, cause: str) -> RefusSimule:
    return RefusSimule(nom=nom, operations=operations, dit=dit, cause=cause, moyen="panne")


def _later(nom: str, dit: str, cause: str, *, vu: bool = True, scenario: bool = False) -> RefusSimule:
    return RefusSimule(
        nom=nom,
        operations=_STATUS,
        dit=dit,
        cause=cause,
        moyen="scenario" if scenario else "demande",
        vu=vu,
        prouve=False,
        commande=False,
    )


def _analysis(detail: str) -> str:
    return texts.INVALID_ENVELOPE.replace("{reason}", texts.PROBLEM).replace("{detail}", detail)


def _anomaly(known: tuple[str, str]) -> str:
    nature, detail = known
    return texts.ANOMALY.replace("{nature}", nature).replace("{detail}", detail)


CATALOGUE = (
    # Who presents himself.
    _tls("sans_certificat", "aucun certificat client"),
    _tls("certificat_autre_ac", "certificat `inconnu` : d'une autorité que S2LOW ne connaît pas"),
    _tls("certificat_expire", "certificat `expire` : sa fin de validité est passée"),
    _tls("certificat_revoque", "certificat `revoque` : inscrit sur la liste de révocation de son autorité"),
    RefusSimule(
        nom="certificat_sans_compte",
        operations=_ALL,
        dit=texts.NO_CONNECTION,
        cause="certificat `sans_compte` : accepté en TLS, attaché à aucun compte",
        moyen="certificat",
    ),
    RefusSimule(
        nom="plusieurs_comptes",
        operations=_ALL,
        dit=texts.NO_CONNECTION,
        cause="certificat `partage` : attaché à plusieurs comptes, sans identifiant ni mot de passe",
        moyen="certificat",
    ),
    RefusSimule(
        nom="identifiants_faux",
        operations=_ALL,
        dit=texts.NO_CONNECTION,
        cause="certificat `partage`, avec un identifiant ou un mot de passe qui n'est celui d'aucun des comptes",
        moyen="certificat",
    ),
    RefusSimule(
        nom="login_vide",
        operations=_ALL,
        dit=texts.NO_CONNECTION,
        cause="certificat `partage`, avec un identifiant vide",
        moyen="certificat",
    ),
    RefusSimule(
        nom="mot_de_passe_vide",
        operations=_ALL,
        dit=texts.NO_CONNECTION,
        cause="certificat `partage`, avec un mot de passe vide",
        moyen="certificat",
    ),
    RefusSimule(
        nom="compte_desactive",
        operations=_ALL,
        dit=texts.AUTHENTICATION_FAILED,
        cause="compte ouvert avec `accounts.add_account(…, actif=False)`",
    ),
    RefusSimule(
        nom="collectivite_desactivee",
        operations=_ALL,
        dit=texts.AUTHENTICATION_FAILED,
        cause="`accounts.authority(siren).active = False`",
    ),
    # What the account may do.
    RefusSimule(
        nom="droit_cs_absent",
        operations=(*_CREATE, *_CLASSIFICATION),
        dit=texts.ACCESS_REFUSED,
        cause="compte sans le droit CS : `add_account(…, droits=['TT'])`",
    ),
    RefusSimule(
        nom="lecture_seule",
        operations=_EDIT,
        dit=texts.ACCESS_REFUSED,
        cause="compte qui ne fait que lire le module : `module='RO'`",
    ),
    RefusSimule(
        nom="sans_module",
        operations=_MODULE,
        dit=texts.ACCESS_REFUSED,
        cause="compte sans droit sur le module : `module='NONE'`",
    ),
    RefusSimule(
        nom="administrateur_de_groupe",
        operations=_MODULE,
        dit=texts.ACCESS_REFUSED,
        cause="compte d'administrateur de groupe ou de plateforme : `role='GADM'` ou `'SADM'`",
    ),
    RefusSimule(
        nom="module_inactif",
        operations=_MODULE,
        dit=texts.ACCESS_REFUSED,
        cause="`accounts.authority(siren).module_actes = False`",
    ),
    RefusSimule(
        nom="acte_d_une_autre_collectivite",
        operations=_OF_ONE_ACTE,
        dit=texts.ACCESS_REFUSED,
        cause="la transaction est celle d'une autre collectivité",
    ),
    RefusSimule(
        nom="acte_d_un_collegue",
        operations=_STATUS,
        dit=texts.ACCESS_REFUSED,
        cause="la transaction est celle d'un autre compte, et le sien n'est ni administrateur ni archiviste",
    ),
    RefusSimule(
        nom="mode_papier",
        operations=(*_CREATE, *_CANCEL),
        dit=texts.PAPER_MODE,
        cause="`accounts.authority(siren).mode_papier = True` ; la génération `next` l'ignore",
    ),
    RefusSimule(
        nom="certificat_non_rgs",
        operations=_CREATE,
        dit=texts.RGS_NEEDED,
        cause="certificat `non_rgs` (`test-rgs` répond KO ; la lecture reste permise)",
        moyen="certificat",
    ),
    # The deposit.
    _create(
        "corps_trop_gros", texts.TOO_BIG, "demande au-delà de `limites.corps` : PHP en perd tous les champs"
    ),
    _create("taille_totale", texts.TOO_BIG, "somme des fichiers au-delà de `limites.archive`"),
    _create("trop_de_fichiers", texts.TOO_MANY, "plus de fichiers que `limites.fichiers`"),
    _create("numero_mal_forme", texts.BAD_NUMBER, "numéro vide, de plus de 15 caractères, en minuscules…"),
    _create("date_future", texts.FUTURE_DATE, "date de décision après le jour de la plateforme"),
    _create(
        "numero_deja_pris", texts.SAME_NUMBER, "numéro d'un acte de la collectivité, refusé ou annulé compris"
    ),
    _create("numero_pris_entre_temps", texts.RACE, "le même numéro déposé deux fois au même instant"),
    _create("document_absent", texts.NO_DOCUMENT, "champ `acte_pdf_file` absent"),
    _create("fichier_vide", texts.EMPTY_FILE, "fichier de zéro octet"),
    _create("fichier_trop_gros", texts.BIG_FILE, "fichier au-delà de `limites.fichier`"),
    _create("typologie_absente", texts.NO_TYPOLOGY, "champ `type_acte` absent"),
    _create("typologie_annexe_absente", texts.NO_ANNEX_TYPOLOGY, "moins de `type_pj[]` que d'annexes"),
    _create(
        "document_mauvais_type",
        texts.BAD_DOCUMENT + texts.DOCUMENT_TYPE,
        "document qui n'est ni un PDF ni du XML, quel que soit son nom",
    ),
    _create("xml_hors_budget", texts.BAD_DOCUMENT + texts.XML_NATURE, "document XML, nature autre que 5"),
    _create("xml_hors_7_1", texts.BAD_DOCUMENT + texts.XML_MATIERE, "document XML, matière autre que 7.1"),
    _create("code_de_piece", texts.BAD_DOCUMENT + texts.PIECE_CODE, "`type_acte` sans 5 caractères"),
    _create("code_de_piece_annexe", texts.BAD_ANNEX + texts.PIECE_CODE, "`type_pj[]` sans 5 caractères"),
    _create(
        "annexe_mauvais_type",
        texts.BAD_ANNEX + texts.ANNEX_TYPE,
        "annexe qui n'est ni un PDF, ni du XML, ni une image PNG ou JPEG",
    ),
    _create(
        "annexe_d_un_xml", texts.BAD_ANNEX + texts.ANNEX_OF_XML, "document XML, annexe qui n'est pas un PDF"
    ),
    _create("deux_niveaux", texts.TWO_LEVELS, "`classif1` ou `classif2` absent ou nul"),
    _create("date_absente", texts.NO_DATE, "date absente, ou qui n'est pas AAAA-MM-JJ", vu=False),
    _create("objet_absent", texts.NO_SUBJECT, "objet vide", vu=False),
    _create(
        "objet_trop_long",
        texts.LONG_SUBJECT,
        "objet de plus de 499 caractères ; envoyé en UTF-8, chaque lettre accentuée compte double",
        vu=False,
    ),
    _create("nature_inconnue", texts.BAD_NATURE, "nature hors de 1 à 6", vu=False),
    _create(
        "sans_classification", texts.NO_CLASSIFICATION, "`publier_classification(siren, None)`", vu=False
    ),
    RefusSimule(
        nom="classif_non_numerique",
        operations=_CREATE,
        dit="HTTP 500, page HTML",
        cause="`classif1` à `classif5` qui n'est pas un nombre",
        prouve=False,
    ),
    # The platform's own troubles.
    _trouble("module_non_initialise", _MODULE, texts.NO_MODULE, "la plateforme ne charge pas le module"),
    _trouble("fichier_partiel", _CREATE, texts.PARTIAL_FILE, "le fichier n'est pas arrivé entier"),
    _trouble("fichier_non_presente", _CREATE, texts.NO_FILE, "PHP n'a pas trouvé le fichier"),
    _trouble("generation_acte", _CREATE, texts.ACTE_NOT_MADE, "le message de l'acte ne s'écrit pas"),
    _trouble("generation_enveloppe", _CREATE, texts.ENVELOPE_NOT_MADE, "l'enveloppe ne s'écrit pas"),
    _trouble("generation_archive", _CREATE, texts.ARCHIVE_NOT_MADE, "l'archive ne s'écrit pas"),
    _trouble("archive_trop_grosse", _CREATE, texts.ARCHIVE_TOO_BIG, "l'archive faite dépasse la limite"),
    _trouble("mode_lot", _CREATE, texts.BATCH_FAILED, "le dépôt par lot échoue"),
    _trouble(
        "enveloppe_invalide", _STATUS, texts.INVALID_ENVELOPE_ASKED, "la transaction a perdu son enveloppe"
    ),
    _trouble("consultation_statut", _STATUS, texts.STATUS_FAILED, "le statut ne se lit pas"),
    # Reading.
    RefusSimule(
        nom="transaction_inconnue",
        operations=_OF_ONE_ACTE,
        dit=texts.UNKNOWN_TRANSACTION,
        cause="numéro de transaction ou de fichier que la plateforme n'a pas",
    ),
    RefusSimule(
        nom="pas_d_acquittement",
        operations=(*_FILES, "actes_create_pdf"),
        dit=texts.NO_RECEIPT_YET,
        cause="la transaction n'a connu que les statuts 1, 2, 3",
    ),
    RefusSimule(
        nom="classification_absente",
        operations=_CLASSIFICATION,
        dit=texts.CLASSIFICATION_MISSING,
        cause="`publier_classification(siren, None)` : la collectivité n'en a jamais reçu",
    ),
    # Cancelling.
    RefusSimule(
        nom="annulation_sans_id", operations=_CANCEL, dit=texts.CANCEL_WITHOUT_ID, cause="champ `id` absent"
    ),
    RefusSimule(
        nom="annulation_inconnue", operations=_CANCEL, dit=texts.CANCEL_UNKNOWN, cause="transaction inconnue"
    ),
    RefusSimule(
        nom="annulation_d_une_annulation",
        operations=_CANCEL,
        dit=texts.CANCEL_TYPE,
        cause="la transaction n'est pas une transmission d'acte",
    ),
    RefusSimule(
        nom="annulation_en_cours",
        operations=_CANCEL,
        dit=texts.CANCEL_PENDING,
        cause="une annulation de l'acte est en route",
    ),
    RefusSimule(
        nom="annulation_sans_droit",
        operations=_CANCEL,
        dit=texts.CANCEL_REFUSED,
        cause="compte sans le droit TT, ou d'une autre collectivité",
    ),
    RefusSimule(
        nom="annulation_non_acquittee",
        operations=_CANCEL,
        dit=texts.CANCEL_NOT_ACKNOWLEDGED,
        cause="l'acte n'est pas au statut 4",
    ),
    # Later, by status -1.
    _later("antivirus", texts.VIRUS, "scénario `refus_antivirus`", vu=False, scenario=True),
    _later(
        "typologie_non_autorisee",
        _analysis(texts.TYPOLOGY_NOT_ALLOWED),
        "typologie qui n'est pas de la nature",
        vu=False,
    ),
    _later("pdf_corrompu", _analysis(texts.PDF_DAMAGED), "PDF illisible", vu=False),
    _later("pdf_protege", _analysis(texts.PDF_LOCKED), "PDF chiffré", vu=False),
    _later(
        "signature_invalide",
        _analysis(texts.SIGNATURE_INVALID),
        "PDF signé puis modifié (sauf nature 4, matière 1.1)",
    ),
    _later(
        "signataire_inconnu",
        _analysis(texts.SIGNER_UNKNOWN),
        "`signataires_connus = True`, et PDF signé par un autre que ceux de l'autorité de test",
        vu=False,
    ),
    _later("refus_analyse", texts.INVALID_ENVELOPE, "scénario `refus_analyse`, ou `refuser`", scenario=True),
    _later(
        "classification_obsolete",
        _anomaly(texts.OUTDATED_CLASSIFICATION),
        "`publier_classification` entre le dépôt et la réponse du ministère",
    ),
    _later(
        "matiere_inconnue",
        _anomaly(texts.UNKNOWN_MATIERE),
        "matière que la classification de la collectivité n'a pas",
        vu=False,
    ),
    _later("rejet_enveloppe", texts.REJECTED_ENVELOPE, "scénario `rejet_enveloppe`", scenario=True),
    _later("refus_ministere", texts.ANOMALY, "scénario `refus_ministere`, ou `refuser`", scenario=True),
)
"""In the order in which a deposit meets them."""

_CAUSES: Mapping[str, Cause] = {
    "certificat_sans_compte": "inconnu",
    "plusieurs_comptes": "plusieurs",
    "identifiants_faux": "identifiants",
    "login_vide": "login_vide",
    "mot_de_passe_vide": "mot_de_passe_vide",
    "compte_desactive": "desactive",
    "collectivite_desactivee": "desactive",
}


def refuse(nom: str) -> NoReturn:
    """Refuse so.

    Raises:
        NotIdentified, PlatformCrash, Ko: the refusal.
        StopIteration: there is no such refusal.
    """
    refusal = next(refusal for refusal in CATALOGUE if refusal.nom == nom)
    if nom in _CAUSES:
        raise NotIdentified(_CAUSES[nom])
    if nom == "classif_non_numerique":
        raise PlatformCrash
    raise Ko(worded(refusal))
