"""The words with which the parapheur refuses. They are facts of the wire.

Those marked *unverified* stand where the parapheur is known to refuse, in words nobody wrote down.
"""

from __future__ import annotations

from cdg62_connect.simulator.iparapheur.variantes import Generation

ALREADY_THERE = "Le nom de dossier est déjà présent dans le Parapheur: dossierID = {dossier_id}"
NO_SUCH_SOUS_TYPE = "Le sous-type {sous_type} n'existe pas pour le type '{type}'"
UNKNOWN = "Dossier {dossier_id} introuvable."
NOT_EMITTED = "Le dossierID '{dossier_id}' n'a pas été émis."
NOT_ARCHIVABLE = "Le dossierID '{dossier_id}' n'est pas archivable."

METADATA_MISSING = "A mandatory metadata was not filled, abort"
"""The words are those of the core of the v5; how they come out of the web service is unverified."""

# Unverified.
NO_NAME = "Un dossier doit avoir un DossierID ou un DossierTitre."
BAD_ID = "Le DossierID '{dossier_id}' est trop long ou contient un caractère interdit."
BAD_VISIBILITE = "La visibilité '{valeur}' n'est pas une de PUBLIC, SERVICE, CONFIDENTIEL."
BAD_DATE = "La date limite '{valeur}' n'est pas de la forme AAAA-MM-JJ."
NO_DOCUMENT = "Le document principal est absent."
BAD_DOCUMENT = "Le document principal n'est pas un PDF valide : {code}."
BAD_ACTION = "L'action d'archivage '{valeur}' n'est pas une de ARCHIVER, EFFACER."
NOT_REJECTED = "Le dossierID '{dossier_id}' n'est pas rejeté."
NOT_A_PES = "Le fichier PES ne peut pas être signé : {code}."
BAD_CIRCUIT = "L'étape '{role}' du bureau '{bureau}' n'est pas connue."
TOO_LATE = "Le dossierID '{dossier_id}' ne peut plus être récupéré."
NOT_ON_DESK = "Le dossierID '{dossier_id}' n'est pas sur votre bureau."
NOT_FORCEABLE = "L'étape du dossierID '{dossier_id}' ne peut pas être forcée."
BAD_TRANSITION = "Le code de transition '{valeur}' n'est pas un de OK, KO."
NOT_FOR_TDT = "Le dossierID '{dossier_id}' n'est pas à l'étape de télétransmission."
NOT_SENT = "Le dossierID '{dossier_id}' n'a pas été transmis."
NO_CLASSIFICATION = "La classification n'est pas encore disponible."
BAD_ADDRESS = "L'adresse du destinataire '{valeur}' n'est pas valide."
EMPTY_MAIL = "L'objet du mail est obligatoire."

# SOAP faults, in the words of the stack of the v3 and v4.
NO_OPERATION = (
    "Cannot find dispatch method for {{http://www.adullact.org/spring-ws/iparapheur/1.0}}{operation}Request"
)
NO_OPERATION_V5 = (
    "No endpoint mapping found for [{{http://www.adullact.org/spring-ws/iparapheur/1.0}}{operation}Request]"
)
"""Unverified: the words of the stack on which the bridge of the v5 seems to stand."""
BROKEN = "Internal Error"

_OF_2012 = (
    ("Création de dossier", "Creation de dossier"),
    ("Dossier déposé sur le bureau ", "Dossier déposé chez "),
)


def annotation_of(text: str, generation: Generation) -> str:
    """What a line of the history says, in the words of a generation."""
    if generation is Generation.V3:
        for later, earlier in _OF_2012:
            text = text.replace(later, earlier)
    return text
