"""The refusals of the simulated parapheur, and what it says when it says too little."""

from __future__ import annotations

from cdg62_connect.simulator.catalogue import RefusSimule
from cdg62_connect.simulator.iparapheur import texts

_ALL = ("*",)
_CREER = ("CreerDossier",)
_ARCHIVER = ("ArchiverDossier",)
_EFFACER = ("EffacerDossierRejete",)
_OF_ONE = ("GetHistoDossier", "GetDossier", *_ARCHIVER, *_EFFACER)
RETURNING = (*_CREER, *_OF_ONE)
"""The operations that say OK or KO; the others have no word for a refusal, and answer an empty list."""

PAGES = {
    "identifiants_faux": (401, "Unauthorized"),
    "certificat_absent": (400, "No required SSL certificate was sent"),
    "demande_trop_grosse": (413, "Request Entity Too Large"),
}
"""What answers before the parapheur is reached, as pages."""
FAULTS = ("demande_illisible", "operation_inconnue", "faute_soap")
"""What comes as a SOAP fault."""


def _creer(nom: str, dit: str, cause: str, *, vu: bool = False) -> RefusSimule:
    return RefusSimule(nom=nom, operations=_CREER, dit=dit, cause=cause, vu=vu)


CATALOGUE = (
    # Before the parapheur is reached.
    RefusSimule(
        nom="certificat_autre_ac",
        operations=_ALL,
        dit="Alerte TLS, sans réponse HTTP",
        cause="servi avec `tls=True` : certificat d'une autorité inconnue, expiré ou révoqué",
        moyen="certificat",
        commande=False,
    ),
    RefusSimule(
        nom="certificat_absent",
        operations=_ALL,
        dit="HTTP 400, page HTML « No required SSL certificate was sent »",
        cause="`certificat_exige = True` (servi avec `tls=True`), sans certificat client ; le contrat aussi",
        moyen="certificat",
    ),
    RefusSimule(
        nom="identifiants_faux",
        operations=_ALL,
        dit="HTTP 401, page HTML",
        cause="identifiant ou mot de passe absent ou faux",
    ),
    RefusSimule(
        nom="demande_trop_grosse",
        operations=_ALL,
        dit="HTTP 413, page HTML",
        cause="demande au-delà de `corps_maximal` (2 000 Mio)",
    ),
    RefusSimule(
        nom="demande_illisible",
        operations=_ALL,
        dit="HTTP 500, faute SOAP « Client »",
        cause="XML mal formé, DTD, base64 coupé, pièce jointe absente…",
        vu=False,
    ),
    RefusSimule(
        nom="operation_inconnue",
        operations=_ALL,
        dit="HTTP 500, faute SOAP « " + texts.NO_OPERATION + " »",
        cause="opération qui n'est pas simulée",
        vu=False,
        commande=False,
    ),
    # Creating.
    _creer("sous_type_inconnu", texts.NO_SUCH_SOUS_TYPE, "type ou sous-type hors de ceux du compte", vu=True),
    _creer(
        "deja_present",
        texts.ALREADY_THERE,
        "`DossierID` d'un dossier présent, de n'importe quel compte",
        vu=True,
    ),
    _creer(
        "metadonnee_manquante",
        texts.METADATA_MISSING,
        "`exiger_metadonnees('Arrete', 'commune')`, et dossier sans elle, ou vide",
    ),
    _creer("sans_nom", texts.NO_NAME, "ni `DossierID` ni `DossierTitre`"),
    _creer(
        "identifiant_invalide",
        texts.BAD_ID,
        "plus de 600 caractères, ou l'un de `\\ & \" £ * / < > ? % | + ; :`",
    ),
    _creer("visibilite_inconnue", texts.BAD_VISIBILITE, "`Visibilite` hors de sa liste"),
    _creer(
        "date_limite_invalide",
        texts.BAD_DATE,
        "`DateLimite` qui n'est pas une date ; une date passée convient",
    ),
    _creer("sans_document", texts.NO_DOCUMENT, "`DocumentPrincipal` absent"),
    _creer("document_invalide", texts.BAD_DOCUMENT, "document vide, chiffré, ou qui n'est pas un PDF"),
    # Afterwards.
    RefusSimule(
        nom="introuvable",
        operations=_OF_ONE,
        dit=texts.UNKNOWN,
        cause="dossier inconnu, effacé, archivé, ou d'un autre compte (texte vu pour `ArchiverDossier` seul)",
    ),
    RefusSimule(
        nom="pas_archivable",
        operations=_ARCHIVER,
        dit=texts.NOT_ARCHIVABLE,
        cause="circuit en cours, ou dossier rejeté",
    ),
    RefusSimule(
        nom="action_inconnue",
        operations=_ARCHIVER,
        dit=texts.BAD_ACTION,
        cause="`ArchivageAction` hors de sa liste",
        vu=False,
    ),
    RefusSimule(
        nom="pas_rejete",
        operations=_EFFACER,
        dit=texts.NOT_REJECTED,
        cause="dossier que personne n'a refusé",
        vu=False,
    ),
    # Answers that prove nothing.
    RefusSimule(
        nom="faute_soap",
        operations=_ALL,
        dit="HTTP 500, faute SOAP « " + texts.BROKEN + " »",
        cause="panne du parapheur, avant ou après avoir fait",
        moyen="panne",
        vu=False,
        prouve=False,
    ),
    RefusSimule(
        nom="sans_retour",
        operations=RETURNING,
        dit="réponse sans `MessageRetour`",
        cause="panne du parapheur, avant ou après avoir fait",
        moyen="panne",
        prouve=False,
    ),
    RefusSimule(
        nom="retour_vide",
        operations=RETURNING,
        dit="`codeRetour` vide",
        cause="panne du parapheur, avant ou après avoir fait",
        moyen="panne",
        prouve=False,
    ),
)
"""In the order in which a request meets them."""
