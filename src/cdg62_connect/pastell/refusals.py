"""What a refusal of Pastell means to its caller: typed errors, and the texts that tell them apart.

Pastell says no with a French sentence under 400, 403, 404 or 409, and the same refusal may come under several
of them (a locked document is 403 to a PATCH, 400 to an upload): the sentence decides before the status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    InvalidInput,
    InvalidRequest,
    NotFound,
    NotReady,
    PlatformError,
    Refused,
)
from cdg62_connect.transport import Answer

if TYPE_CHECKING:
    from cdg62_connect.pastell.document import DocumentDetail


class Busy(NotReady):
    """Une autre action est en cours sur ce document ; rien n'a été fait."""

    default_advice = (
        "Recommencez dans quelques secondes ; si cela dure plus d'une heure, signalez-le à l'administrateur."
    )


class NotEditable(NotReady):
    """L'état du document n'autorise pas cette modification ; rien n'a été écrit."""

    retryable = False
    default_advice = "Relisez le document : son état dit ce qui est encore possible."


class ActionRefused(Refused):
    """Pastell n'a pas fait l'action demandée."""

    default_advice = "Relisez le document avant de recommencer : son état a pu changer."


class ActionNotAllowed(ActionRefused, NotReady):
    """L'état, le contenu du document ou le compte n'autorise pas cette action ; rien n'a été fait."""

    retryable = False
    default_advice = "Relisez le document : les actions possibles y sont listées."


class ActionFailed(ActionRefused, InvalidRequest):
    """L'action a échoué ; l'état du document a pu changer tout de même."""

    default_advice = "Relisez le document, corrigez la cause que donne le message, puis recommencez."


class SavedThenRefused(InvalidRequest):
    """Pastell a enregistré les valeurs, puis a refusé la suite du traitement."""

    default_advice = (
        "Corrigez la cause (souvent un connecteur à associer au type de dossier) : les modifications suivantes "
        "échouent tant qu'elle dure."
    )


class FieldsNotKept(Refused):
    """Pastell a répondu « ok » sans garder toutes les valeurs.

    Attributes:
        champs: the names of the fields that were not kept.
        envoye: what was sent in them.
        garde: what they hold now, ``None`` for nothing.
        detail: the document as it is now, ``None`` for a connector.
    """

    default_advice = (
        "Si aucune valeur n'a été gardée, un autre traitement tenait le document : recommencez. Sinon, ces champs "
        "sont inconnus du type de dossier ou ne se modifient plus dans cet état."
    )

    def __init__(
        self,
        *,
        platform: str,
        operation: str,
        envoye: Mapping[str, str],
        garde: Mapping[str, str | None],
        detail: DocumentDetail | None = None,
        retryable: bool = False,
    ) -> None:
        self.champs = tuple(envoye)
        self.envoye = dict(envoye)
        self.garde = dict(garde)
        self.detail = detail
        self.retryable = retryable
        names = ", ".join(self.champs)
        super().__init__(
            f"Pastell a répondu « ok » mais n'a pas gardé : {names}.", platform=platform, operation=operation
        )


class FormIncomplete(Refused):
    """Le formulaire du document n'est pas complet.

    Attributes:
        manques: what is missing or wrong, one sentence each.
        detail: the document as it is now.
    """

    default_advice = "Complétez ce qui manque, puis reprenez le remplissage du même document."

    def __init__(
        self,
        *,
        platform: str,
        operation: str,
        manques: tuple[str, ...],
        detail: DocumentDetail,
        said: str = "",
    ) -> None:
        self.manques = manques
        self.detail = detail
        super().__init__(
            "Le formulaire n'est pas complet : " + " ".join(manques),
            platform=platform,
            operation=operation,
            said=said,
        )


class ContentRefused(InvalidInput):
    """Le contenu ne correspond pas au formulaire du type de dossier ; rien n'a été envoyé.

    Attributes:
        defauts: what is wrong, one sentence each.
    """

    def __init__(self, defauts: tuple[str, ...]) -> None:
        self.defauts = defauts
        super().__init__("Le contenu est à corriger avant tout envoi. " + " ".join(defauts))


class NotInThisVersion(InvalidInput):
    """Cette version de Pastell ne sait pas faire ce qui est demandé ; rien n'a été envoyé."""


class About(Enum):
    """What a call concerns: the same words do not mean the same everywhere."""

    OTHER = "other"
    DOCUMENT = "document"
    EDITION = "edition"
    ACTION = "action"


_BUSY = re.compile("une action est déjà en cours", re.IGNORECASE)
_NOT_ALLOWED = re.compile(
    r"l'action « [^»]{0,100} » n'est pas permise"
    r"|ne permet pas de déclencher cette action"
    r"|n'est pas vérifiée\Z",
    re.IGNORECASE,
)
_NO_SUCH_ACTION = re.compile(r"\Al'action \S{1,100} n'existe pas\.?\Z", re.IGNORECASE)
_NOT_EDITABLE = re.compile(
    r"l'action « modification » n'est pas permise|ce document n'est pas modifiable|n'est pas éditable\Z",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"ce fichier n'existe pas"
    r"|ce connecteur n'existe pas"
    r"|n'existe pas : \{id_"
    r"|\Al[ea] (?:document|connecteur) \S{1,40} n'appartient pas à l'entité"
    r"|\Al'entité \S{1,40} n'existe pas",
    re.IGNORECASE,
)
# Up to 3.x the right is asked for the type of a document that does not exist, which is an empty name.
_UNKNOWN_DOCUMENT = re.compile(r"droit=:(?:edition|lecture)")
_NOTHING_SAVED = re.compile(
    r"n'est pas autorisé sur un PATCH|n'est pas multiple|ne semble pas valide\Z", re.IGNORECASE
)
_UNKNOWN_FLUX = re.compile(r"droit=([\w.-]{1,100}):(?:edition|lecture)")


def refusal(answer: Answer, said: str, *, about: About) -> PlatformError:
    """The error that ``said`` stands for, under the status of ``answer``."""
    where = {"platform": answer.platform, "operation": answer.operation, "said": said}
    text = " ".join(said.split())
    if _BUSY.search(text):
        return Busy(**where)
    if about is About.EDITION and (_NOT_EDITABLE.search(text) or _NOT_ALLOWED.search(text)):
        return NotEditable(**where)
    if _NOT_ALLOWED.search(text):
        return ActionNotAllowed(**where)
    if about is About.ACTION and _NO_SUCH_ACTION.match(text):
        return ActionNotAllowed(
            **where, advice="Vérifiez le nom de l'action dans la définition du type de dossier."
        )
    if _UNKNOWN.search(text):
        return NotFound(**where)
    if answer.status == 403:
        return _forbidden(where, text, about)
    if answer.status == 404:
        return NotFound(**where)
    if answer.status == 409:
        return AlreadyExists(**where)
    if answer.status == 405:
        return InvalidRequest(
            **where, advice="Cette version de Pastell n'a pas cet appel : vérifiez la version et l'adresse."
        )
    if about is About.ACTION:
        return ActionFailed(**where)
    if about is About.EDITION and not _NOTHING_SAVED.search(text):
        return SavedThenRefused(**where)
    return InvalidRequest(**where)


def _forbidden(where: dict[str, str], text: str, about: About) -> PlatformError:
    if about is not About.OTHER and _UNKNOWN_DOCUMENT.search(text):
        return NotFound(**where)
    if flux := _UNKNOWN_FLUX.search(text):
        return AccessRefused(
            **where,
            advice=f"Demandez le droit sur « {flux[1]} » à l'administrateur, ou vérifiez ce nom : "
            "Pastell répond de même à un type de dossier qui n'existe pas.",
        )
    return AccessRefused(**where)
