"""Refusals of S2LOW about PES: what is wrong with an import, and what a status tells of it later."""

from __future__ import annotations

from cdg62_connect.simulator.catalogue import RefusSimule
from cdg62_connect.simulator.s2low.helios import texts
from cdg62_connect.simulator.s2low.refusal_lines import (
    ONE_RETOUR,
    PES_FILES,
    PES_IMPORT,
    PES_STATUS,
    asked,
    later,
    trouble,
)


def _later(nom: str, dit: str, cause: str, *, vu: bool = True, scenario: bool = False) -> RefusSimule:
    return later(nom, dit, cause, vu=vu, scenario=scenario, operations=PES_STATUS)


HELIOS = (
    asked(
        "pes_absent",
        PES_IMPORT,
        texts.NO_ENVELOPE,
        "champ `enveloppe` absent, ou demande au-delà de `limites.corps`",
    ),
    asked("pes_trop_gros", PES_IMPORT, texts.TOO_BIG, "fichier au-delà de `limites.pes`"),
    asked("pes_vide", PES_IMPORT, texts.EMPTY, "fichier de zéro octet"),
    asked(
        "pes_doublon",
        PES_IMPORT,
        texts.DUPLICATE,
        "les mêmes octets (SHA-1) déjà importés, par n'importe quelle collectivité, refusés compris",
    ),
    trouble(
        "pes_erreur_php",
        PES_IMPORT,
        texts.UPLOAD_FAILED.replace("{code}", "3"),
        "PHP n'a pas reçu le fichier",
    ),
    trouble("pes_non_garde", PES_IMPORT, texts.NOT_STORED, "la plateforme ne peut pas garder le fichier"),
    asked("pes_sans_numero", PES_STATUS, texts.NO_NUMBER, "paramètre `transaction` absent"),
    asked(
        "pes_inconnu",
        (*PES_STATUS, *PES_FILES),
        texts.UNKNOWN,
        "PES que la plateforme n'a pas ; acquit qui n'est pas encore là",
    ),
    asked("pes_annule", PES_STATUS, texts.STATUS_FAILED, "PES repris avant son départ (`helios.annuler`)"),
    asked("retour_inconnu", ONE_RETOUR, texts.RETOUR_UNKNOWN, "PES retour que la plateforme n'a pas"),
    trouble(
        "retour_non_envoye", ("helios_get_retour",), texts.RETOUR_NOT_SENT, "la plateforme a perdu le fichier"
    ),
    _later("pes_antivirus", texts.VIRUS, "scénario `refus_antivirus`", vu=False, scenario=True),
    _later(
        "pes_refus_analyse", texts.REFUSED, "scénario `refus_analyse`, ou `helios.refuser`", scenario=True
    ),
    _later(
        "pes_encodage",
        texts.BAD_ENCODING,
        "« ISO-8859-1 » n'est pas dans les cinquante premiers caractères",
        vu=False,
    ),
    _later("pes_illisible", texts.NOT_XML, "XML mal formé, ou avec une DTD"),
    _later("pes_sans_contenu", texts.NOTHING_IN_IT, "rien d'autre que l'enveloppe et l'en-tête", vu=False),
    _later("pes_sans_nom_fic", texts.NO_NOM_FIC, "NomFic absent ou vide"),
    _later("pes_cod_col_long", texts.LONG_COD_COL, "CodCol de plus de 3 caractères", vu=False),
    _later("pes_signature_invalide", texts.SIGNATURE_INVALID, "PES signé puis modifié"),
    _later("pes_nom_fic_pris", texts.NOM_FIC_USED, "NomFic et CodCol d'un PES déjà importé"),
    _later("pes_id_coll_long", texts.LONG_ID_COLL, "IdColl de plus de 14 caractères", vu=False),
    _later("pes_sans_destination", texts.NO_DESTINATION, "`accounts.authority(siren).helios_dest = ''`"),
    _later(
        "pes_en_tete",
        texts.MISSING_HEAD,
        "au départ : CodCol, IdPost ou CodBud qui n'a pas 3, 6 ou 2 caractères",
        vu=False,
    ),
    _later(
        "pes_acquit_invalide",
        texts.BAD_ACQUIT,
        "scénario `acquit_invalide`, ou CodCol 000 ; l'acquit reste à télécharger",
    ),
)
