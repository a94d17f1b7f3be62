"""The types of documents that are known beforehand, as data: their steps, their states, where their results are.

The chains of the urbanism, PDF, actes and helios types were followed on 4.0; the others are read in the
definitions.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdg62_connect.pastell.etapes import (
    DEPOT,
    MAILSEC,
    SAE,
    SIGNATURE,
    TDT_ACTES,
    TDT_HELIOS,
    TRANSFORMATION,
    TRANSFORMATION_FIXE,
    studio,
)
from cdg62_connect.pastell.etats import FluxConnu
from cdg62_connect.pastell.flux_classiques import CLASSIQUES
from cdg62_connect.pastell.version import Number

_OLD_STUDIO: Number = (3, 1, 8)
_PDF_STUDIO: Number = (3, 1, 16)
_NEW_STUDIO: Number = (4, 1, 0)
_AFTER_SIGNATURE = (TDT_ACTES, MAILSEC, DEPOT, SAE)

_FLUX = (
    studio(
        "document-autorisation-urbanisme",
        "Document d'autorisation d'urbanisme",
        (TRANSFORMATION, SIGNATURE, *_AFTER_SIGNATURE),
        depuis=_OLD_STUDIO,
        document="document",
        annexes="annexe",
        cle="id_document_externe",
    ),
    studio(
        "dossier-autorisation-urbanisme",
        "Dossier d'autorisation d'urbanisme (archivage)",
        (SAE,),
        depuis=_OLD_STUDIO,
        document="dossier",
        cle="id_dossier_externe",
    ),
    studio(
        "ls-actes",
        "Actes",
        (TRANSFORMATION, SIGNATURE, TRANSFORMATION_FIXE, TDT_ACTES, DEPOT, SAE),
        depuis=_NEW_STUDIO,
        document="arrete",
        annexes="autre_document_attache",
        titre="objet",
    ),
    studio(
        "ls-helios",
        "Helios",
        (TRANSFORMATION, SIGNATURE, TDT_HELIOS, DEPOT, SAE),
        depuis=_NEW_STUDIO,
        document="fichier_pes",
        titre="objet",
    ),
    studio(
        "ls-document-pdf",
        "Document PDF",
        (TRANSFORMATION, SIGNATURE, MAILSEC, DEPOT, SAE),
        depuis=_PDF_STUDIO,
        document="document",
        annexes="annexe",
        titre="libelle",
    ),
    studio(
        "ls-document",
        "Document",
        (TRANSFORMATION, SIGNATURE, MAILSEC, DEPOT, SAE),
        depuis=_NEW_STUDIO,
        document="document",
        annexes="annexe",
        titre="libelle",
    ),
    studio(
        "ls-mailsec",
        "Mail sécurisé",
        (TRANSFORMATION, MAILSEC),
        depuis=_NEW_STUDIO,
        annexes="document_attache",
        titre="objet",
    ),
    studio(
        "ls-mailsec-bidir",
        "Mail sécurisé avec réponse",
        (TRANSFORMATION, MAILSEC),
        depuis=_NEW_STUDIO,
        annexes="document_attache",
        titre="objet",
    ),
    studio(
        "ls-actes-publication",
        "Publication d'actes",
        (TRANSFORMATION, DEPOT),
        depuis=_PDF_STUDIO,
        document="document_acte",
        annexes="document_annexes",
        titre="numero_de_lacte",
    ),
    studio(
        "ls-dossier-seance",
        "Dossier de séance",
        (SAE,),
        depuis=_NEW_STUDIO,
        document="dossier",
        titre="dossier",
    ),
    *CLASSIQUES,
)

FLUX_CONNUS: Mapping[str, FluxConnu] = {connu.flux: connu for connu in _FLUX}
"""The types known beforehand, by id."""
