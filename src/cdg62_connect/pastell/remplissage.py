"""Fill a document of any type, to the point where it can be sent, and be able to take it up where it was left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from cdg62_connect.errors import InvalidInput, InvalidRequest
from cdg62_connect.pastell.client import Pastell
from cdg62_connect.pastell.comparaison import same_file_name, same_value
from cdg62_connect.pastell.document import DocumentDetail, Modified
from cdg62_connect.pastell.etats import FluxConnu
from cdg62_connect.pastell.fiche import text_of
from cdg62_connect.pastell.flux import ChampDefinition
from cdg62_connect.pastell.formulaire import (
    TYPE_PIECE,
    Contenu,
    FichierADeposer,
    defauts,
    flags_written,
    manques,
)
from cdg62_connect.pastell.refusals import Busy, ContentRefused, FieldsNotKept, FormIncomplete

T = TypeVar("T")

TRIES = 3
"""How many times a change is made that another one may have made lost."""
PAUSE = 2.0
"""Seconds between two of them."""

_CHOSEN = re.compile(r"(?:iparapheur_sous_type|fast_parapheur_circuit)(?:_[0-9]+)?")
_DRAFT = frozenset({"creation", "modification", "importation"})


class Remplissage:
    """Fills documents.

    Every call that changes something is made only if it is needed, and checked: a filling that was interrupted
    is completed by asking for the same one on the same document.
    """

    def __init__(self, pastell: Pastell) -> None:
        self._pastell = pastell

    def verifier(self, flux: str, contenu: Contenu) -> None:
        """Pass when ``contenu`` fits the form as the platform defines it; nothing is sent.

        Raises:
            ContentRefused: it does not; everything that is wrong is told.
            NotFound, AccessRefused: no such type here, or the account may not read it.
            PlatformError: an exchange failed.
        """
        self._check(flux, contenu, None)

    def remplir(self, entite: str, flux: str, contenu: Contenu, *, id_d: str | None = None) -> Modified:
        """Fill a document, and return it once its form is complete.

        In order: the fields; the files of each field, first to last; the sub-type of the signature book, chosen
        from its list; the types of files, last, since an annex or the nature of the act would wipe them.

        Args:
            entite: the entity.
            flux: the type.
            contenu: what to fill it with.
            id_d: the draft to complete; ``None`` to create one. In a field where a file of the same name is
                already, it is taken for the same file.

        Raises:
            ContentRefused: the content does not fit the form; nothing was sent.
            InvalidInput: the document is of another type.
            FormIncomplete: everything was written, and something is still missing; it says what.
            FieldsNotKept: the platform does not keep a value.
            NotEditable: the document can no longer be changed.
            OutcomeUnknown: take the same document up again; when the creation itself is unknown, look for it
                first.
            PlatformError: refused, or an exchange failed.
        """
        existing = None if id_d is None else self._pastell.documents.detail(entite, id_d)
        if existing is not None and existing.flux != flux:
            raise InvalidInput(f"Le document {id_d} est du type {existing.flux}, pas {flux}.")
        definition, known = self._check(flux, contenu, existing)
        detail = existing or self._pastell.documents.creer(entite, flux)
        with self._pastell.documents.exclusif(detail.id_d):
            return _Filling(self._pastell, entite, contenu, definition, known).run(detail)

    def _check(
        self, flux: str, contenu: Contenu, existing: DocumentDetail | None
    ) -> tuple[Mapping[str, ChampDefinition], FluxConnu]:
        definition = self._pastell.flux.champs(flux)
        known = self._pastell.comprendre(flux)
        wrong = defauts(contenu, definition, known, existant=existing)
        if wrong:
            raise ContentRefused(wrong)
        return definition, known


class _Filling:
    """One filling."""

    def __init__(
        self,
        pastell: Pastell,
        entite: str,
        contenu: Contenu,
        definition: Mapping[str, ChampDefinition],
        known: FluxConnu,
    ) -> None:
        self._pastell = pastell
        self._documents = pastell.documents
        self._entite = entite
        self._contenu = contenu
        self._definition = definition
        self._known = known
        fields = flags_written(contenu.textes(), definition)
        self._chosen = {name: value for name, value in fields.items() if _CHOSEN.fullmatch(name)}
        self._written = {name: value for name, value in fields.items() if name not in self._chosen}

    def run(self, detail: DocumentDetail) -> Modified:
        start = detail
        detail = self._write(detail)
        for champ, files in self._contenu.fichiers.items():
            detail = self._upload(detail, champ, files)
        detail = self._write(detail)  # a file may have changed a field (a PES gives its name to its object)
        for champ, value in self._chosen.items():
            detail = self._choose(detail, champ, value)
        detail = self._type_files(detail)
        if detail is start and detail.etat not in _DRAFT:
            return Modified(detail=detail, complet=True, message="")
        return self._complete(detail)

    def _write(self, detail: DocumentDetail) -> DocumentDetail:
        wanted = {
            name: value
            for name, value in self._written.items()
            if not _holds(detail, name, value) and not _is_password(self._definition.get(name), detail)
        }
        if not wanted:
            return detail
        return self._insist(lambda: self._documents.modifier(self._entite, detail.id_d, wanted).detail)

    def _upload(self, detail: DocumentDetail, champ: str, files: Sequence[FichierADeposer]) -> DocumentDetail:
        id_d = detail.id_d
        for rank, file in enumerate(files):
            held = dict(zip(detail.rangs(champ), detail.fichiers(champ), strict=False)).get(rank)
            if held is None or not same_file_name(file.nom, held):
                detail = self._insist(lambda rank=rank, file=file: self._deposit(id_d, champ, rank, file))
        for rank in sorted((one for one in detail.rangs(champ) if one >= len(files)), reverse=True):
            detail = self._documents.retirer(self._entite, id_d, champ, rank)
        return detail

    def _deposit(self, id_d: str, champ: str, rank: int, file: FichierADeposer) -> DocumentDetail:
        return self._documents.deposer(
            self._entite, id_d, champ, file.content, nom=file.nom, rang=rank
        ).detail

    def _choose(self, detail: DocumentDetail, champ: str, value: str) -> DocumentDetail:
        if detail.texte(champ) == value or not value:
            return detail
        try:
            return self._insist(
                lambda: self._documents.choisir(self._entite, detail.id_d, champ, [(champ, value)])
            )
        except InvalidRequest as refused:
            offered = _names(self._documents.choix(self._entite, detail.id_d, champ))
            if value in offered:
                raise
            raise FormIncomplete(
                platform=refused.platform,
                operation=refused.operation,
                manques=(
                    f"« {value} » ({champ}) n'est pas proposé ; choix possibles : {', '.join(offered)}.",
                ),
                detail=detail,
                said=refused.said,
            ) from refused

    def _type_files(self, detail: DocumentDetail) -> DocumentDetail:
        codes = self._contenu.types_pieces
        field = next((name for name in self._definition if TYPE_PIECE.fullmatch(name)), "type_piece")
        if not codes or _typed(detail, field) == codes:
            return detail

        def choose() -> DocumentDetail:
            found = self._documents.choisir(
                self._entite, detail.id_d, field, [("type_pj[]", code) for code in codes]
            )
            if _typed(found, field) != codes:
                raise FieldsNotKept(
                    platform=self._pastell.platform,
                    operation="document.externalData.patch",
                    envoye={field: ", ".join(codes)},
                    garde={field: ", ".join(_typed(found, field))},
                    detail=found,
                    retryable=True,
                )
            return found

        return self._insist(choose)

    def _complete(self, detail: DocumentDetail) -> Modified:
        """Ask the platform whether the form is complete; a change of nothing is what tells."""
        modified = self._documents.modifier(self._entite, detail.id_d, {})
        wrong = [
            name
            for name, value in {**self._written, **self._chosen}.items()
            if value
            and not _holds(modified.detail, name, value)
            and not _is_password(self._definition.get(name), None)
        ]
        if modified.complet and not wrong:
            return modified
        lacking = [*manques(modified.detail, self._definition, self._known)]
        lacking += [f"Le champ « {name} » ne garde pas la valeur donnée." for name in wrong]
        raise FormIncomplete(
            platform=self._pastell.platform,
            operation="document.patch",
            manques=tuple(dict.fromkeys([*([modified.message] if modified.message else []), *lacking])),
            detail=modified.detail,
            said=modified.message,
        )

    def _insist(self, call: Callable[[], T]) -> T:
        """Make a change again when another one may have made it lost."""
        for _ in range(TRIES - 1):
            try:
                return call()
            except (FieldsNotKept, Busy) as lost:
                if not lost.retryable:
                    raise
                self._pastell.patienter(PAUSE)
        return call()


def _holds(detail: DocumentDetail, name: str, value: str) -> bool:
    held = detail.champs.get(name)
    return (held is None and not value) or (isinstance(held, str) and same_value(value, held))


def _is_password(champ: ChampDefinition | None, detail: DocumentDetail | None) -> bool:
    """A password is never given back: it is written once, at the first change of the draft."""
    return champ is not None and champ.type == "password" and (detail is None or detail.etat != "creation")


def _typed(detail: DocumentDetail, field: str) -> tuple[str, ...]:
    """The codes that the files of a document have now; none when they are not typed."""
    suffix = field.removeprefix("type_piece")
    main = detail.texte(f"type_acte{suffix}")
    if not detail.texte(field) or not main:
        return ()
    try:
        annexes = json.loads(detail.texte(f"type_pj{suffix}") or "[]")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(annexes, list):
        return ()
    return (main, *(text_of(code) for code in cast("list[object]", annexes)))


def _names(choices: object) -> list[str]:
    if isinstance(choices, dict):
        return [text_of(one) for one in cast("dict[str, object]", choices).values()]
    return [text_of(one) for one in cast("list[object]", choices)] if isinstance(choices, list) else []
