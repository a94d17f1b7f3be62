"""The flux made in the studio: the urbanism pack, and those whose id starts with ``ls-``."""

from __future__ import annotations

from cdg62_connect.simulator.pastell.flux.model import THRESHOLD, Flux, Page, Props
from cdg62_connect.simulator.pastell.flux.studio import StepUse, compose
from cdg62_connect.simulator.pastell.flux.studio_send import archive, depot, mailsec
from cdg62_connect.simulator.pastell.flux.studio_sign import signature, transformation, transformation_fixe
from cdg62_connect.simulator.pastell.flux.studio_tdt import tdt_actes, tdt_helios

Version = tuple[int, ...]

_PACK = "Pack urbanisme"
_DOCUMENTS = "Types de dossier Document"
_ACTES = "Actes"
_HELIOS = "Hélios"
_MAILS = "Mail sécurisé"
_EXTRACTION = "JSON de préférence, ou XML : source des règles d'extraction"


def _own(name: str, type_: str, *, required: bool = False, multiple: bool = False, note: str = "") -> Props:
    return {"name": name, "type": type_, "requis": required, "multiple": multiple, "commentaire": note}


def _metadonnees(note: str = _EXTRACTION, *, required: bool = False) -> Page:
    return {
        "metadonnees": _own("Fichier contenant les métadonnées", "file", required=required, note=note),
    }


_ANNEXE: Page = {"annexe": _own("Annexe(s)", "file", multiple=True)}


def document_autorisation_urbanisme(version: Version) -> Flux:
    """A document of a permit, from the business software to the prefecture and the SAE."""
    metadata = version >= (4, 0, 26) if version < (4, 1) else version >= (4, 1, 13)
    return compose(
        "document-autorisation-urbanisme",
        "Document d'autorisation d'urbanisme",
        groupe=_PACK,
        own={
            "titre": {**_own("Titre", "text", required=True, note="Objet de l'acte"), "title": True},
            "id_document_externe": {
                **_own("Identifiant du document sur l'application métier", "text"),
                "index": True,
            },
            "document": _own("Document", "file", required=True),
            **_ANNEXE,
            **_metadonnees(),
        },
        uses=(
            StepUse(transformation(version), "Extraction des métadonnées", required=True),
            StepUse(signature(version, json_metadata=metadata), "Visa/Signature"),
            StepUse(tdt_actes(version), "Envoi au contrôle de légalité"),
            StepUse(mailsec(version), "Mail sécurisé"),
            StepUse(depot(version), "Versement entrepôts (GED, FTP, …)"),
            StepUse(archive(version), "Système d'Archivage Électronique"),
        ),
        roles={
            "objet": "titre",
            "document": "document",
            "arrete": "document",
            "autre_document_attache": "annexe",
        },
        since=(3, 1, 8),
        threshold=THRESHOLD,
        threshold_fields=("document", "annexe"),
    )


def dossier_autorisation_urbanisme(version: Version) -> Flux:
    """A whole permit, to archive."""
    return compose(
        "dossier-autorisation-urbanisme",
        "Dossiers d'autorisation d'urbanisme (archivage)",
        groupe=_PACK,
        own={
            "titre": {**_own("Titre", "text", required=True), "title": True},
            "id_dossier_externe": {
                **_own("Identifiant du dossier sur l'application métier", "text"),
                "index": True,
            },
            "dossier": _own("Dossier", "file", required=True, note="Archive ZIP des pièces"),
            **_metadonnees(""),
        },
        uses=(StepUse(archive(version), "Système d'archivage électronique", required=True),),
        roles={"objet": "titre", "document": "dossier"},
        since=(3, 1, 8),
    )


def _document(id_: str, nom: str, *, name: str, since: Version, version: Version, pdf: bool) -> Flux:
    document = _own(name, "file", required=True)
    return compose(
        id_,
        nom,
        groupe=_DOCUMENTS,
        own={
            "libelle": {**_own("Libellé", "text", required=True), "title": True},
            "document": {**document, "content-type": "application/pdf"} if pdf else document,
            **_ANNEXE,
            **_metadonnees(),
        },
        uses=(
            StepUse(transformation(version), "Transformation", required=True),
            StepUse(signature(version), "Visa/Signature"),
            StepUse(mailsec(version), "Mail sécurisé"),
            StepUse(depot(version), "Dépôt (GED, FTP, ...)"),
            StepUse(archive(version), "Système d'archivage électronique"),
        ),
        roles={"objet": "libelle", "document": "document", "autre_document_attache": "annexe"},
        since=since,
    )


def ls_document_pdf(version: Version) -> Flux:
    """A PDF to sign, to send, to keep."""
    return _document(
        "ls-document-pdf", "Document PDF", name="Document pdf", since=(3, 1, 16), version=version, pdf=True
    )


def ls_document(version: Version) -> Flux:
    """The same, whatever the type of the document."""
    return _document("ls-document", "Document", name="Document", since=(4, 1), version=version, pdf=False)


def ls_actes(version: Version) -> Flux:
    """An act: signed, dated by its signature, transmitted."""
    return compose(
        "ls-actes",
        "Actes",
        groupe=_ACTES,
        own={
            "objet": {
                **_own("Objet", "textarea", required=True),
                "preg_match": "#^.{1,499}$#us",
                "preg_match_error": "499 caractères au plus",
                "title": True,
            },
            "arrete": {
                **_own("Acte", "file", required=True),
                "content-type": "application/pdf, application/xml",
            },
            "autre_document_attache": _own("Annexe(s)", "file", multiple=True),
            **_metadonnees(),
        },
        uses=(
            StepUse(transformation(version), "Transformation", required=True),
            StepUse(signature(version), "Visa/Signature"),
            StepUse(transformation_fixe(version), "Transformation fixe", required=True),
            StepUse(tdt_actes(version), "Transmission au contrôle de légalité"),
            StepUse(depot(version), "Dépôt (GED, FTP, ...)"),
            StepUse(archive(version), "Système d'archivage électronique"),
        ),
        roles={
            "objet": "objet",
            "document": "arrete",
            "arrete": "arrete",
            "autre_document_attache": "autre_document_attache",
        },
        since=(4, 1),
        threshold=THRESHOLD,
        threshold_fields=("arrete", "autre_document_attache"),
    )


def ls_helios(version: Version) -> Flux:
    """A PES: signed, transmitted to the trésorerie."""
    return compose(
        "ls-helios",
        "Flux comptable (PES)",
        groupe=_HELIOS,
        own={
            "objet": {**_own("Objet", "text", required=True, note="Repris du PES"), "title": True},
            "fichier_pes": {
                **_own("Fichier PES", "file", required=True),
                "content-type": "application/xml",
                "max_file_size": "128000000",
                "onchange": "fichier_pes_change",
            },
            **_metadonnees(),
        },
        uses=(
            StepUse(transformation(version), "Transformation", required=True),
            StepUse(signature(version), "Visa/Signature"),
            StepUse(tdt_helios(version), "Transmission à la trésorerie"),
            StepUse(depot(version), "Dépôt (GED, FTP, ...)"),
            StepUse(archive(version), "Système d'archivage électronique"),
        ),
        roles={"objet": "objet", "document": "fichier_pes", "fichier_pes": "fichier_pes"},
        since=(4, 1),
    )


def ls_mailsec(version: Version) -> Flux:
    """A secure mail."""
    return compose(
        "ls-mailsec",
        "Mail sécurisé",
        groupe=_MAILS,
        own={
            "objet": {**_own("Objet", "text", required=True), "title": True},
            "message": _own("Message", "textarea"),
            "document_attache": _own("Document(s) joint(s)", "file", multiple=True),
            **_metadonnees(),
        },
        uses=(
            StepUse(transformation(version), "Transformation", required=True),
            StepUse(mailsec(version), "Mail sécurisé", required=True),
        ),
        roles={"objet": "objet", "document": "document_attache"},
        since=(4, 1),
    )


def ls_actes_publication(version: Version) -> Flux:
    """An act to publish on the site of the authority, with its data."""
    annexes: Page = (
        {
            "document_annexes": {
                **_own("Annexe(s)", "file", multiple=True),
                "content-type": "application/pdf",
            }
        }
        if version >= (4, 0, 13)
        else {}
    )
    return compose(
        "ls-actes-publication",
        "Actes publication",
        groupe=_ACTES,
        own={
            "numero_de_lacte": {
                **_own("Numéro de l'acte", "text", required=True),
                "preg_match": "#^[0-9A-Z_]{2,15}$#",
                "preg_match_error": "2 à 15 chiffres, lettres en majuscule ou _",
                "title": True,
                "index": True,
            },
            "document_acte": {
                **_own("Acte", "file", required=True),
                "content-type": "application/pdf",
            },
            "document_json": {
                **_own("Données (JSON)", "file", required=True),
                "content-type": "application/json, text/plain",
            },
            "document_csv": {
                **_own("Données (CSV)", "file", required=True),
                "content-type": "text/csv, text/plain",
            },
            **annexes,
        },
        uses=(
            StepUse(transformation(version), "Transformation", required=True),
            StepUse(depot(version), "Dépôt (GED, FTP, ...)"),
        ),
        roles={"objet": "numero_de_lacte", "document": "document_acte"},
        since=(3, 1, 16),
    )


STUDIO = (
    ls_actes,
    ls_actes_publication,
    ls_document_pdf,
    document_autorisation_urbanisme,
    ls_document,
    dossier_autorisation_urbanisme,
    ls_helios,
    ls_mailsec,
)
