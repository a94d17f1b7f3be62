"""The documents of an entity: create, fill, act.

Calls on one document never overlap within this process, whatever the client: two changes at once would both
answer « ok » and one would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdg62_connect.errors import InvalidInput
from cdg62_connect.pastell import depot
from cdg62_connect.pastell.answers import done, payload, unusable
from cdg62_connect.pastell.comparaison import check_kept, same_file_name
from cdg62_connect.pastell.document import ActionResult, DocumentDetail, Modified, detail_of, modified_of
from cdg62_connect.pastell.fiche import Fiche
from cdg62_connect.pastell.lectures import DocumentReads
from cdg62_connect.pastell.refusals import About, FieldsNotKept
from cdg62_connect.pastell.version import require
from cdg62_connect.transport import Answer, Payload

_FOR_BROWSERS = frozenset({"teletransmission-tdt"})


class Documents(DocumentReads):
    """The documents of the platform."""

    def creer(self, entite: str, flux: str) -> DocumentDetail:
        """Create an empty document. (POST entite/{e}/document)

        Pastell has no key to tell two creations apart: after an OutcomeUnknown, the journal of the account says
        whether a new empty document is ours.

        Raises:
            AccessRefused: no right on this type, no such type, or an entity that is not active.
            NotFound: no such entity.
            OutcomeUnknown: it may have been created.
            PlatformError: refused, or the exchange failed.
        """
        if not flux:
            raise InvalidInput("Le type de dossier est vide.")

        def read(answer: Answer) -> DocumentDetail:
            detail = detail_of(answer, self._api.horaire, about=About.OTHER)
            if detail.flux != flux:
                raise unusable(answer, f"Le document créé n'est pas du type demandé ({detail.flux!a}).")
            return detail

        return self._api.post(
            ["entite", entite, "document"], read, operation="document", form=[("type", flux)]
        )

    def modifier(self, entite: str, id_d: str, champs: Mapping[str, str]) -> Modified:
        """Write fields, and check that they were kept. (PATCH entite/{e}/document/{d})

        Write days as ``YYYY-MM-DD``, a flag as ``"1"`` or ``""``. Passwords are never given back: they alone are
        not checked. Without any field, tells whether the form is complete.

        Raises:
            FieldsNotKept: Pastell said « ok » and did not keep everything.
            NotEditable: the state allows no change; nothing was written.
            SavedThenRefused: the values are there, and what follows from them failed.
            NotFound: no such document (any more).
            OutcomeUnknown: it may have been written; writing the same again does no harm.
            PlatformError: refused, or the exchange failed.
        """

        def read(answer: Answer) -> Modified:
            modified = modified_of(answer, self._api.horaire)
            check_kept(
                champs,
                modified.detail.champs,
                platform=answer.platform,
                operation=answer.operation,
                detail=modified.detail,
            )
            return modified

        return self._on(
            id_d,
            lambda: self._api.patch(
                ["entite", entite, "document", id_d], read, operation="document", form=list(champs.items())
            ),
        )

    def deposer(
        self, entite: str, id_d: str, champ: str, content: Payload, *, nom: str, rang: int = 0
    ) -> Modified:
        """Upload a file, streamed, and check that it was kept. (POST …/file/{field}/{n})

        Files of one field go up one after the other, ranks 0, 1, 2…; the same rank again replaces. A replaced
        file of the same name cannot be told from the former one: only downloading it would tell.

        Raises:
            InvalidInput, InvalidFile: the name or the file would not be kept as it is; nothing was sent.
            FieldsNotKept: Pastell said « ok » and does not list the file.
            NotEditable: the state or the field allows no change; nothing was written.
            SavedThenRefused: the file is there, and what follows from it failed (a PES that is not one).
            OutcomeUnknown: it may have been written; uploading the same again does no harm.
            PlatformError: refused, or the exchange failed.
        """
        depot.check_file(nom, content, rang=rang)
        if depot.in_chunks(content, self._version(), nom=nom):
            return self._on(
                id_d, lambda: self._upload_chunks(entite, id_d, champ, content, nom=nom, rang=rang)
            )

        def read(answer: Answer) -> Modified:
            modified = modified_of(answer, self._api.horaire)
            self._check_file(answer.operation, modified.detail, champ, nom=nom, rang=rang)
            return modified

        return self._on(
            id_d,
            lambda: self._api.post(
                ["entite", entite, "document", id_d, "file", champ, str(rang)],
                read,
                operation="document.file",
                form=depot.whole_form(nom, content),
            ),
        )

    def retirer(self, entite: str, id_d: str, champ: str, rang: int = 0) -> DocumentDetail:
        """Remove a file; those that follow move down. (DELETE …/file/{field}/{n}, since 3.0)

        Raises:
            NotInThisVersion: the platform is older.
            NotEditable: the state or the field allows no change.
            PlatformError: refused, or the exchange failed.
        """
        version = self._version()
        require(version.capacites.suppression_fichier, "retirer un fichier par programme", version)
        return self._on(
            id_d,
            lambda: self._api.delete(
                ["entite", entite, "document", id_d, "file", champ, str(rang)],
                lambda answer: detail_of(answer, self._api.horaire, about=About.EDITION),
                operation="document.file",
            ),
        )

    def choisir(
        self, entite: str, id_d: str, champ: str, valeurs: Sequence[tuple[str, str]]
    ) -> DocumentDetail:
        """Choose. (PATCH …/externalData/{field}) Pastell allows it in any state, useful or not.

        ``iparapheur_sous_type``: one pair of that name, the exact name of the sub-type. ``type_piece``: as many
        pairs ``type_pj[]`` as there are files, the act first. ``classification`` is refused here, because Pastell
        would blank it: write it with :meth:`modifier`.

        Raises:
            InvalidInput: ``classification``.
            FieldsNotKept: Pastell said « ok » and did not keep the choice.
            SavedThenRefused, InvalidRequest: the choice is not among those offered.
            OutcomeUnknown: it may have been written; choosing the same again does no harm.
            PlatformError: refused, or the exchange failed.
        """
        if champ == "classification":
            raise InvalidInput(
                "La classification se donne par modifier(), par exemple 2.2 : ici Pastell l'effacerait."
            )
        simple = {name: value for name, value in valeurs if not name.endswith("[]")}

        def read(answer: Answer) -> DocumentDetail:
            detail = detail_of(answer, self._api.horaire, about=About.OTHER)
            check_kept(
                {name: value for name, value in simple.items() if name == champ},
                detail.champs,
                platform=answer.platform,
                operation=answer.operation,
                detail=detail,
            )
            return detail

        return self._on(
            id_d,
            lambda: self._api.patch(
                ["entite", entite, "document", id_d, "externalData", champ],
                read,
                operation="document.externalData",
                form=valeurs,
            ),
        )

    def agir(
        self,
        entite: str,
        id_d: str,
        action: str,
        *,
        params: Mapping[str, str] | None = None,
        destinataires: Sequence[str] = (),
    ) -> ActionResult:
        """Ask for an action. (POST …/action/{name}) It is done before Pastell answers, which may take long.

        A success does not say that the state has changed: read the document again.

        Args:
            entite: the entity.
            id_d: the document.
            action: among the possible ones (``orientation``, ``send-iparapheur``…); ``supression`` has one p.
            params: parameters of the action.
            destinataires: entities concerned, for the few actions that want some.

        Raises:
            Busy: another action is going on; nothing was done.
            ActionNotAllowed: the state or the content does not allow it; nothing was done.
            ActionFailed: it was tried and failed; the state may have changed.
            InvalidInput: ``teletransmission-tdt``, which only a person's browser can do.
            NotFound: no such document (any more).
            OutcomeUnknown: it may have been done: read the document before anything else.
            PlatformError: refused, or the exchange failed.
        """
        if action in _FOR_BROWSERS:
            raise InvalidInput(
                f"L'action « {action} » demande le certificat d'une personne dans son navigateur : elle ne se fait "
                "pas par programme."
            )

        def read(answer: Answer) -> ActionResult:
            fiche = Fiche(answer, payload(answer, about=About.ACTION), self._api.horaire, what="action")
            result = fiche.booleen("result")
            if result is None:
                raise unusable(answer, "La réponse ne dit pas si l'action est faite.")
            return ActionResult(result=result, message=fiche.texte("message"))

        form = [("id_destinataire[]", one) for one in destinataires]
        form += [(f"action_params[{name}]", value) for name, value in (params or {}).items()]
        return self._on(
            id_d,
            lambda: self._api.post(
                ["entite", entite, "document", id_d, "action", action],
                read,
                operation=f"document.action.{action}",
                form=form,
            ),
        )

    def supprimer(self, entite: str, id_d: str) -> None:
        """Delete a document, if its state allows it. (DELETE, or its action ``supression`` before 4.0)

        Raises:
            ActionNotAllowed: its state does not allow it.
            Busy: an action is going on.
            NotFound: it is not there (any more).
            OutcomeUnknown: it may be deleted.
            PlatformError: refused, or the exchange failed.
        """
        if not self._version().capacites.suppression_document:
            self.agir(entite, id_d, "supression")
            return
        self._on(
            id_d,
            lambda: self._api.delete(
                ["entite", entite, "document", id_d],
                lambda answer: done(answer, about=About.ACTION),
                operation="document",
            ),
        )

    def _upload_chunks(
        self, entite: str, id_d: str, champ: str, content: Payload, *, nom: str, rang: int
    ) -> Modified:
        depot.send_chunks(
            self._api,
            ["entite", entite, "document", id_d, "chunk", champ, str(rang)],
            nom,
            content,
            operation="document.chunk",
            about=About.EDITION,
        )
        modified = self.modifier(entite, id_d, {})  # the last piece is answered without the document
        self._check_file("document.chunk.post", modified.detail, champ, nom=nom, rang=rang)
        return modified

    def _check_file(self, operation: str, detail: DocumentDetail, champ: str, *, nom: str, rang: int) -> None:
        names = dict(zip(detail.rangs(champ), detail.fichiers(champ), strict=False))
        held = names.get(rang)
        if held is None or not same_file_name(nom, held):
            raise FieldsNotKept(
                platform=self._api.platform,
                operation=operation,
                envoye={champ: nom},
                garde={champ: held},
                detail=detail,
                retryable=True,
            )
