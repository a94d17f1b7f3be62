"""The refusals of the simulated parapheur, and what it says when it says too little."""

from __future__ import annotations

from cdg62_connect.simulator.catalogue import RefusSimule
from cdg62_connect.simulator.iparapheur import texts

_ALL = ("*",)
_CREER = ("CreerDossier", "CreerDossierPES")
_ARCHIVER = ("ArchiverDossier",)
_EFFACER = ("EffacerDossierRejete",)
_REMORD = ("ExercerDroitRemordDossier",)
_FORCER = ("ForcerEtape",)
_TDT = ("EnvoyerDossierTdT", "EnvoyerDossierPES")
_STATUT = ("GetStatutTdT",)
_CLASSIFICATION = ("GetClassificationActesTdt",)
_MAIL = ("EnvoyerDossierMailSecurise",)
_OF_ONE = (
    "GetHistoDossier",
    "GetDossier",
    *_ARCHIVER,
    *_EFFACER,
    *_REMORD,
    *_FORCER,
    *_TDT,
    *_STATUT,
    *_MAIL,
)
RETURNING = (*_CREER, *_OF_ONE, *_CLASSIFICATION)
"""The operations that say OK or KO; the others have no word for a refusal, and answer an empty list."""

PAGES = {
    "identifiants_faux": (401, "Unauthorized"),
    "certificat_absent": (400, "No required SSL certificate was sent"),
    "demande_trop_grosse": (413, "Request Entity Too Large"),
}
"""What answers before the parapheur is reached, as pages."""
FAULTS = ("demande_illisible", "operation_inconnue", "faute_soap")
"""What comes as a SOAP fault."""


def _creer(
    nom: str, dit: str, cause: str, *, vu: bool = False, operations: tuple[str, ...] = _CREER
) -> RefusSimule:
    return RefusSimule(nom=nom, operations=operations, dit=dit, cause=cause, vu=vu)


def _unseen(nom: str, operations: tuple[str, ...], dit: str, cause: str) -> RefusSimule:
    return RefusSimule(nom=nom, operations=operations, dit=dit, cause=cause, vu=False)


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
    RefusSimule(
        nom="operation_abandonnee",
        operations=(*_TDT, *_STATUT, *_CLASSIFICATION, *_MAIL, "CreerDossierPES"),
        dit="HTTP 500, faute SOAP « " + texts.NO_OPERATION_V5 + " »",
        cause="`variantes = Variantes(generation=Generation.V5)` : la passerelle de la v5 ne fait plus cela",
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
    _creer(
        "pes_invalide",
        texts.NOT_A_PES,
        "document XML mal formé ; PES sans `Id` au chemin donné (`//Bordereau` ou `.`)",
    ),
    _creer(
        "circuit_invalide",
        texts.BAD_CIRCUIT,
        "`CircuitObligatoire` avec un rôle que le parapheur n'a pas",
        operations=("CreerDossier",),
    ),
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
    RefusSimule(
        nom="pas_emis",
        operations=_REMORD,
        dit=texts.NOT_EMITTED,
        cause="dossier déjà récupéré",
    ),
    _unseen("trop_tard", _REMORD, texts.TOO_LATE, "dossier ouvert (`lire`), ou déjà visé, signé, refusé"),
    _unseen("pas_sur_le_bureau", _FORCER, texts.NOT_ON_DESK, "dossier du compte, sur le bureau d'un autre"),
    _unseen(
        "etape_non_forcable",
        _FORCER,
        texts.NOT_FORCEABLE,
        "étape de signature, de cachet, de mail… : seuls un visa et une télétransmission se forcent",
    ),
    _unseen("transition_inconnue", _FORCER, texts.BAD_TRANSITION, "`CodeTransition` autre que OK et KO"),
    _unseen("pas_a_teletransmettre", _TDT, texts.NOT_FOR_TDT, "dossier qui n'attend pas sa télétransmission"),
    _unseen("pas_transmis", _STATUT, texts.NOT_SENT, "dossier que rien n'a envoyé au tiers"),
    _unseen(
        "pas_de_classification",
        _CLASSIFICATION,
        texts.NO_CLASSIFICATION,
        "`sans_classification()`, ou type que le compte n'a pas",
    ),
    _unseen("adresse_invalide", _MAIL, texts.BAD_ADDRESS, "`rcptTo` qui n'est pas une adresse"),
    _unseen("mail_sans_objet", _MAIL, texts.EMPTY_MAIL, "`subject` vide"),
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
