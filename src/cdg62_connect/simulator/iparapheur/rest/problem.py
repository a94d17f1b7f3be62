"""What the Standard API says when it declines."""

from __future__ import annotations

from cdg62_connect.errors import InvalidInput


class Problem(InvalidInput):
    """Le parapheur refuse, sous un statut HTTP.

    Attributes:
        status: HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Payload Too Large",
    500: "Internal Server Error",
    507: "Insufficient Storage",
}

# The message of an unknown folder was seen; the others are imagined: the API has no code, only sentences.
UNKNOWN_FOLDER = "L'id de dossier donné n'existe pas"
UNKNOWN_TENANT = "L'id d'entité donné n'existe pas"
UNKNOWN_DESK = "L'id de bureau donné n'existe pas"
UNKNOWN_TYPE = "Le type donné n'existe pas : {0}"
UNKNOWN_SUBTYPE = "Le sous-type donné n'existe pas : {0}"
UNKNOWN_TASK = "L'id de tâche donné n'existe pas"
UNAUTHENTICATED = "Full authentication is required to access this resource"
NOT_MEMBER = "L'utilisateur n'est pas rattaché à cette entité"
NOT_OWNER = "L'utilisateur n'est pas propriétaire de ce bureau"
NOT_ADMIN = "L'utilisateur n'est pas administrateur de cette entité"
PENDING = "Le dossier est en cours de traitement, il ne peut pas être supprimé"
NOT_FINISHED = "Le dossier n'est pas terminé"
NOT_STARTABLE = "Le dossier est déjà démarré"
NOT_READY = "Le circuit du dossier n'est pas encore initialisé"
NOT_RETRIEVABLE = "Le dossier a déjà été traité par le bureau suivant"
NOT_THIS_ACTION = "L'action {0} n'est pas possible dans l'état actuel du dossier"
BAD_STATE = "Valeur inconnue pour l'état : {0}"
BAD_SORT = "Valeur inconnue pour le tri : {0}"
BAD_PAGE = "Les paramètres page et size doivent être des entiers positifs"
BAD_NAME = "Le nom du dossier doit compter de 2 à 255 caractères"
NO_PREMIS = "Required part 'folder' is not present."
BAD_PREMIS = "Le fichier PREMIS est invalide"
NO_MAIN = "Le dossier doit contenir au moins un document principal"
TOO_MANY_MAINS = "Le sous-type n'autorise qu'un document principal"
NO_PART = "Le document {0} est décrit dans le PREMIS mais n'est pas transmis"
NOT_DESCRIBED = "Le document {0} est transmis mais n'est pas décrit dans le PREMIS"
BAD_DOCUMENT = "Le document {0} ne peut pas être lu"
BAD_DATE = "La date limite {0} est invalide"
BAD_BODY = "JSON parse error"
LONG_ANNOTATION = "Une annotation compte au plus 512 caractères"
NO_RECIPIENT = "Le champ {0} est obligatoire"
