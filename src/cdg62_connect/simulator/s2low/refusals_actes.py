"""Refusals of S2LOW about a deposit of actes: what is wrong with it, and what a status tells of it later."""

from __future__ import annotations

from cdg62_connect.simulator.catalogue import RefusSimule
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.refusal_lines import CREATE, MODULE, STATUS, SUBMIT, asked, later, trouble


def _create(
    nom: str, dit: str, cause: str, *, vu: bool = True, operations: tuple[str, ...] = CREATE
) -> RefusSimule:
    return asked(nom, operations, dit, cause, vu=vu)


def _analysis(detail: str) -> str:
    return texts.INVALID_ENVELOPE.replace("{reason}", texts.PROBLEM).replace("{detail}", detail)


def _anomaly(known: tuple[str, str]) -> str:
    nature, detail = known
    return texts.ANOMALY.replace("{nature}", nature).replace("{detail}", detail)


DEPOSIT = (
    _create(
        "corps_trop_gros", texts.TOO_BIG, "demande au-delà de `limites.corps` : PHP en perd tous les champs"
    ),
    _create("taille_totale", texts.TOO_BIG, "somme des fichiers au-delà de `limites.archive`"),
    _create("trop_de_fichiers", texts.TOO_MANY, "plus de fichiers que `limites.fichiers`"),
    _create("numero_mal_forme", texts.BAD_NUMBER, "numéro vide, de plus de 15 caractères, en minuscules…"),
    _create("date_future", texts.FUTURE_DATE, "date de décision après le jour de la plateforme"),
    _create(
        "numero_deja_pris",
        texts.SAME_NUMBER,
        "numéro d'un acte de la collectivité, refusé ou annulé compris",
        operations=(*CREATE, *SUBMIT),
    ),
    _create("numero_pris_entre_temps", texts.RACE, "le même numéro déposé deux fois au même instant"),
    _create(
        "document_absent",
        texts.NO_DOCUMENT,
        "champ `acte_pdf_file` absent (`enveloppe`, pour un import)",
        operations=(*CREATE, *SUBMIT),
    ),
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
    _create(
        "deux_niveaux",
        texts.TWO_LEVELS,
        "`classif1` ou `classif2` absent ou nul",
        operations=(*CREATE, *SUBMIT),
    ),
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
        operations=CREATE,
        dit="HTTP 500, page HTML",
        cause="`classif1` à `classif5` qui n'est pas un nombre",
        prouve=False,
    ),
    _create("mode_lot", texts.BATCH_FAILED, "`batchfile` d'un lot fini, ou que personne n'a ouvert"),
    asked(
        "enveloppe_desactivee",
        SUBMIT,
        texts.SUBMIT_OFF,
        "`enveloppes_acceptees = False` : la plateforme n'importe plus d'enveloppe",
    ),
    asked(
        "enveloppe_non_conforme",
        SUBMIT,
        texts.BAD_ENVELOPE,
        "archive mal nommée, d'une autre collectivité, illisible, à laquelle il manque un fichier…",
        vu=False,
    ),
)
"""In the order in which a deposit meets them."""

TROUBLES = (
    trouble("module_non_initialise", MODULE, texts.NO_MODULE, "la plateforme ne charge pas le module"),
    trouble("fichier_partiel", CREATE, texts.PARTIAL_FILE, "le fichier n'est pas arrivé entier"),
    trouble("fichier_non_presente", CREATE, texts.NO_FILE, "PHP n'a pas trouvé le fichier"),
    trouble("generation_acte", CREATE, texts.ACTE_NOT_MADE, "le message de l'acte ne s'écrit pas"),
    trouble("generation_enveloppe", CREATE, texts.ENVELOPE_NOT_MADE, "l'enveloppe ne s'écrit pas"),
    trouble("generation_archive", CREATE, texts.ARCHIVE_NOT_MADE, "l'archive ne s'écrit pas"),
    trouble("archive_trop_grosse", CREATE, texts.ARCHIVE_TOO_BIG, "l'archive faite dépasse la limite"),
    trouble(
        "enveloppe_invalide", STATUS, texts.INVALID_ENVELOPE_ASKED, "la transaction a perdu son enveloppe"
    ),
    trouble("consultation_statut", STATUS, texts.STATUS_FAILED, "le statut ne se lit pas"),
)

LATER = (
    later("antivirus", texts.VIRUS, "scénario `refus_antivirus`", vu=False, scenario=True),
    later(
        "typologie_non_autorisee",
        _analysis(texts.TYPOLOGY_NOT_ALLOWED),
        "typologie qui n'est pas de la nature",
        vu=False,
    ),
    later("pdf_corrompu", _analysis(texts.PDF_DAMAGED), "PDF illisible", vu=False),
    later("pdf_protege", _analysis(texts.PDF_LOCKED), "PDF chiffré", vu=False),
    later(
        "signature_invalide",
        _analysis(texts.SIGNATURE_INVALID),
        "PDF signé puis modifié (sauf nature 4, matière 1.1)",
    ),
    later(
        "signataire_inconnu",
        _analysis(texts.SIGNER_UNKNOWN),
        "`signataires_connus = True`, et PDF signé par un autre que ceux de l'autorité de test",
        vu=False,
    ),
    later("refus_analyse", texts.INVALID_ENVELOPE, "scénario `refus_analyse`, ou `refuser`", scenario=True),
    later(
        "classification_obsolete",
        _anomaly(texts.OUTDATED_CLASSIFICATION),
        "`publier_classification` entre le dépôt et la réponse du ministère",
    ),
    later(
        "matiere_inconnue",
        _anomaly(texts.UNKNOWN_MATIERE),
        "matière que la classification de la collectivité n'a pas",
        vu=False,
    ),
    later("rejet_enveloppe", texts.REJECTED_ENVELOPE, "scénario `rejet_enveloppe`", scenario=True),
    later("refus_ministere", texts.ANOMALY, "scénario `refus_ministere`, ou `refuser`", scenario=True),
)
