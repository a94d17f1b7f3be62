"""Refusals of S2LOW that depend on who presents himself, and on what his account may do."""

from __future__ import annotations

from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.helios import texts as helios
from cdg62_connect.simulator.s2low.refusal_lines import (
    ADMIN_AUTHORITY,
    ADMIN_USER,
    ALL,
    CANCEL,
    CLASSIFICATION,
    CLOSE,
    CONFIRM,
    CREATE,
    EDIT,
    MODULE,
    OF_ONE_ACTE,
    ONE_RETOUR,
    PES_FILES,
    PES_IMPORT,
    PES_STATUS,
    REPLY,
    REQUEST,
    STATUS,
    SUBMIT,
    asked,
    shown,
    tls,
)

WHO = (
    tls("sans_certificat", "aucun certificat client"),
    tls("certificat_autre_ac", "certificat `inconnu` : d'une autorité que S2LOW ne connaît pas"),
    tls("certificat_expire", "certificat `expire` : sa fin de validité est passée"),
    tls("certificat_revoque", "certificat `revoque` : inscrit sur la liste de révocation de son autorité"),
    shown(
        "certificat_sans_compte",
        texts.NO_CONNECTION,
        "certificat `sans_compte` : accepté en TLS, attaché à aucun compte",
    ),
    shown(
        "plusieurs_comptes",
        texts.NO_CONNECTION,
        "certificat `partage` : attaché à plusieurs comptes, sans identifiant ni mot de passe",
    ),
    shown(
        "identifiants_faux",
        texts.NO_CONNECTION,
        "certificat `partage`, avec un identifiant ou un mot de passe qui n'est celui d'aucun des comptes ; lien "
        "(`nounce`) faux ou de plus de cinq minutes",
    ),
    shown("login_vide", texts.NO_CONNECTION, "certificat `partage`, avec un identifiant vide"),
    shown("mot_de_passe_vide", texts.NO_CONNECTION, "certificat `partage`, avec un mot de passe vide"),
    asked(
        "compte_desactive",
        ALL,
        texts.AUTHENTICATION_FAILED,
        "compte ouvert avec `accounts.add_account(…, actif=False)`",
    ),
    asked(
        "collectivite_desactivee",
        ALL,
        texts.AUTHENTICATION_FAILED,
        "`accounts.authority(siren).active = False`",
    ),
)

RIGHTS = (
    asked(
        "droit_cs_absent",
        (*CREATE, *CLASSIFICATION, *CLOSE, *REPLY, *PES_IMPORT),
        texts.ACCESS_REFUSED,
        "compte sans le droit CS : `add_account(…, droits=['TT'])`",
    ),
    asked(
        "droit_tt_absent",
        (*CONFIRM, *REQUEST),
        texts.ACCESS_REFUSED,
        "compte sans le droit TT : `add_account(…, droits=['CS'])`",
    ),
    asked(
        "lecture_seule",
        EDIT,
        texts.ACCESS_REFUSED,
        "compte qui ne fait que lire le module : `module='RO'` (`helios='RO'`, `mail='RO'`)",
    ),
    asked(
        "sans_module",
        MODULE,
        texts.ACCESS_REFUSED,
        "compte sans droit sur le module : `module='NONE'` (`helios='NONE'`, `mail='NONE'`)",
    ),
    asked(
        "administrateur_de_groupe",
        MODULE,
        texts.ACCESS_REFUSED,
        "compte d'administrateur de groupe ou de plateforme : `role='GADM'` ou `'SADM'`",
    ),
    asked(
        "module_inactif",
        MODULE,
        texts.ACCESS_REFUSED,
        "`accounts.authority(siren).module_actes = False` (`module_helios`, `module_mail`)",
    ),
    asked(
        "archiviste_seulement",
        ("actes_sae_status", "list_pes_aller"),
        texts.ACCESS_REFUSED,
        "compte qui n'est pas archiviste (`role='ARCH'`)",
    ),
    asked(
        "administrateur_de_groupe_seulement",
        ("nb_actes_by_authorities_and_date", "nb_pes_aller_by_authorities_and_date"),
        texts.ACCESS_REFUSED,
        "compte qui n'administre ni un groupe ni la plateforme",
    ),
    asked(
        "administrateur_seulement",
        (*ADMIN_AUTHORITY, *ADMIN_USER),
        texts.ACCESS_REFUSED,
        "compte qui n'administre pas ; l'administrateur d'une collectivité, hors de la sienne",
    ),
    asked(
        "acte_d_une_autre_collectivite",
        (*OF_ONE_ACTE, *CONFIRM, *CLOSE, *REPLY),
        texts.ACCESS_REFUSED,
        "la transaction est celle d'une autre collectivité",
    ),
    asked(
        "acte_d_un_collegue",
        STATUS,
        texts.ACCESS_REFUSED,
        "la transaction est celle d'un autre compte, et le sien n'est ni administrateur ni archiviste",
    ),
    asked(
        "pes_d_une_autre_collectivite",
        (*PES_STATUS, *PES_FILES, *ONE_RETOUR),
        texts.ACCESS_REFUSED,
        "le PES, ou le PES retour, est celui d'une autre collectivité",
    ),
    asked(
        "mode_papier",
        (*CREATE, *SUBMIT, *CANCEL, *REPLY),
        texts.PAPER_MODE,
        "`accounts.authority(siren).mode_papier = True` ; la génération `next` l'ignore",
    ),
    shown(
        "certificat_non_rgs",
        texts.RGS_NEEDED,
        "certificat `non_rgs` (`test-rgs` répond KO ; la lecture reste permise)",
        (*CREATE, *SUBMIT, *CONFIRM),
    ),
    shown("pes_certificat_non_rgs", helios.NOT_RGS, "certificat `non_rgs`", PES_IMPORT),
)
