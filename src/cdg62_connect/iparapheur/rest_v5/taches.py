"""What the account does at a step: start, visa, seal, second opinion, bypass, undo, trash bin, secure mail.

Rejecting and signing are not among them: the API has no such call, they are done by people in the web pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur.rest_v5.answers import done
from cdg62_connect.iparapheur.rest_v5.api import Api
from cdg62_connect.iparapheur.rest_v5.models import Annotation, MailSecurise

_LONGEST_ANNOTATION = 512
_NOTHING = Annotation()


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where a task is: ids of the tenant, the desk, the folder and the task."""

    tenant: str
    bureau: str
    dossier: str
    tache: str


class Taches:
    """The actions on a task. All of them are effects, answered by an empty body.

    Every method may raise NotReady when the folder is not in the state that allows it, AccessRefused when the
    desk is not the account's, NotFound, OutcomeUnknown.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def demarrer(self, lieu: Lieu, annotation: Annotation = _NOTHING) -> None:
        """``start``: send a draft into its circuit."""
        self._put(lieu, "start", _params(annotation))

    def viser(self, lieu: Lieu, annotation: Annotation = _NOTHING) -> None:
        """``visa`` (servers of 2025 on)."""
        self._put(lieu, "visa", _params(annotation))

    def cacheter(self, lieu: Lieu, annotation: Annotation = _NOTHING, *, champ: str | None = None) -> None:
        """``seal`` with the server's certificate (servers of 2025 on); ``champ`` names a signature field."""
        more = {} if champ is None else {"customSignatureField": champ}
        self._put(lieu, "seal", {**_params(annotation), **more})

    def donner_avis(self, lieu: Lieu, annotation: Annotation = _NOTHING) -> None:
        """``second_opinion`` that was asked of the desk (servers of 2025 on)."""
        self._put(lieu, "second_opinion", _params(annotation))

    def passer_outre(self, lieu: Lieu) -> None:
        """``bypass``: force an external step (signature, secure mail) that waits for ever."""
        self._put(lieu, "bypass", None)

    def reprendre(self, lieu: Lieu) -> None:
        """``undo``: take the folder back, as long as nobody has acted after us (list ``RECUPERABLE``)."""
        self._put(lieu, "undo", None)

    def mettre_a_la_corbeille(self, lieu: Lieu) -> None:
        """``send_to_trash_bin``: a finished folder; it is purged after some days."""
        self._put(lieu, "send_to_trash_bin", None)

    def envoyer_par_mail(self, lieu: Lieu, mail: MailSecurise, annotation: Annotation = _NOTHING) -> None:
        """``secure_mail``: send the mail of this step.

        Raises:
            InvalidInput: nobody to send it to, or no object.
        """
        if not mail.destinataires or not mail.objet.strip():
            raise InvalidInput("Un mail sécurisé a au moins un destinataire, et un objet.")
        content: dict[str, object] = {
            **_params(annotation),
            "to": list(mail.destinataires),
            "object": mail.objet,
        }
        optional: Mapping[str, object] = {
            "cc": list(mail.copies),
            "bcc": list(mail.copies_cachees),
            "message": mail.message,
            "password": mail.password,
        }
        content.update({name: value for name, value in optional.items() if value})
        if mail.bordereau is not None:
            content["includeDocket"] = mail.bordereau
        self._put(lieu, "secure_mail", content)

    def _put(self, lieu: Lieu, action: str, content: dict[str, object] | None) -> None:
        path = [
            "tenant",
            lieu.tenant,
            "desk",
            lieu.bureau,
            "folder",
            lieu.dossier,
            "task",
            lieu.tache,
            action,
        ]
        self._api.put(path, done, operation=f"task/{action}", content=content)


def _params(annotation: Annotation) -> dict[str, object]:
    for written in (annotation.publique, annotation.privee):
        if len(written) > _LONGEST_ANNOTATION:
            raise InvalidInput(
                f"Une annotation du parapheur a au plus {_LONGEST_ANNOTATION} caractères ; celle-ci en a "
                f"{len(written)}. Raccourcissez-la."
            )
    params: dict[str, object] = {
        "publicAnnotation": annotation.publique,
        "privateAnnotation": annotation.privee,
    }
    if annotation.metadonnees:
        params["metadata"] = dict(annotation.metadonnees)
    return params
