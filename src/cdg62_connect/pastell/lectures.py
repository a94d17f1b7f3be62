"""What is read of the documents of an entity: one, several, their files, lists and counts.

Calls on one document never overlap within this process, whatever the client.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from cdg62_connect.errors import InvalidInput, NotFound
from cdg62_connect.pastell.answers import payload, saved, unusable
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.compte import Compte, read_counts
from cdg62_connect.pastell.document import DocumentDetail, DocumentRow, detail_of, read_detail, read_row
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.pastell.flux import FluxCatalogue
from cdg62_connect.pastell.recherche import (
    LONGEST_INDEXED,
    Recherche,
    check_indexed,
    check_key,
    parameters,
)
from cdg62_connect.pastell.refusals import About
from cdg62_connect.pastell.version import Version, require
from cdg62_connect.transport import Answer, Download

T = TypeVar("T")

DOWNLOAD_LIMIT = 512 * 1024 * 1024
PAGE = 200
_SEVERAL = 20
_NOT_FOR_SEARCH = frozenset({"select", "checkbox", "date", "file"})


class DocumentReads:
    """What is read of documents; :class:`Documents` changes them too."""

    def __init__(self, api: Api, *, version: Callable[[], Version], flux: FluxCatalogue) -> None:
        self._api = api
        self._version = version
        self._flux = flux

    @contextmanager
    def exclusif(self, id_d: str) -> Generator[None]:
        """Keep the other threads of this process off a document, for a series of calls."""
        with self._api.gate.document(id_d):
            yield

    def detail(self, entite: str, id_d: str) -> DocumentDetail:
        """A document as it is now. (GET entite/{e}/document/{d})

        Raises:
            NotFound: no such document in this entity (any more).
            AccessRefused: no right on its type.
            PlatformError: the exchange failed.
        """
        return self._on(
            id_d,
            lambda: self._api.get(
                ["entite", entite, "document", id_d],
                lambda answer: detail_of(answer, self._api.horaire),
                operation="document.detail",
            ),
        )

    def details(self, entite: str, ids: Iterable[str]) -> Mapping[str, DocumentDetail]:
        """Several documents, by id; those that are not there (any more) are left out.

        Raises:
            AccessRefused: no right on a type.
            PlatformError: an exchange failed.
        """
        wanted = list(dict.fromkeys(ids))
        found: dict[str, DocumentDetail] = {}
        for start in range(0, len(wanted), _SEVERAL):
            batch = wanted[start : start + _SEVERAL]
            try:
                found.update(self._several(entite, batch))
            except NotFound:  # one that is not there hides all the others
                for id_d in batch:
                    try:
                        found[id_d] = self.detail(entite, id_d)
                    except NotFound:
                        continue
        return found

    def telecharger(
        self,
        entite: str,
        id_d: str,
        champ: str,
        *,
        into: Path,
        rang: int = 0,
        limit: int = DOWNLOAD_LIMIT,
        nom: str | None = None,
    ) -> Download:
        """A file of a document, in a fresh file of ``into``. (GET …/file/{field}/{n})

        Each download is a row of the platform's journal. The media type is guessed by Pastell from the bytes.

        Args:
            entite: the entity.
            id_d: the document.
            champ: the field.
            into: an existing folder.
            rang: which file of the field.
            limit: in bytes; a bigger file is refused.
            nom: name to give it; by default the one it has there, made harmless.

        Raises:
            NotFound: no such file, or document.
            ConfigurationError: ``into`` cannot be written.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._on(
            id_d,
            lambda: self._api.get(
                ["entite", entite, "document", id_d, "file", champ, str(rang)],
                lambda answer: saved(answer, into=into, limit=limit, name=nom),
                operation="document.file",
            ),
        )

    def choix(self, entite: str, id_d: str, champ: str) -> object:
        """What may be chosen for a field whose choices come from a connector, as Pastell gives it.

        (GET …/externalData/{field}) A list of sub-types for ``iparapheur_sous_type``; for ``type_piece``, a map
        that holds the types (``actes_type_pj_list``) and the files to be typed (``pieces``).

        Raises:
            Unavailable: the connector does not answer (Pastell then crashes with an empty answer).
            InvalidRequest: no such field, or no connector.
            PlatformError: the exchange failed.
        """
        return self._on(
            id_d,
            lambda: self._api.get(
                ["entite", entite, "document", id_d, "externalData", champ],
                lambda answer: payload(answer, about=About.DOCUMENT),
                operation="document.externalData",
            ),
        )

    def lister(
        self, entite: str, recherche: Recherche | None = None, *, page: int = PAGE
    ) -> Iterator[DocumentRow]:
        """The documents of an entity that answer the search, by title, page after page as they are asked for.

        (GET entite/{e}/document) Sorted by title, the only order in which Pastell neither repeats nor misses a
        document from one page to the next. A document is given once. One whose title changes meanwhile may be
        missed.

        Raises:
            InvalidInput: the entity is the root, or Pastell would ignore a condition.
            NotInThisVersion: a condition that this version does not know.
            AccessRefused: no right, or no such type.
            PlatformError: an exchange failed.
        """
        wanted = recherche or Recherche()
        if entite.strip("0 ") == "":
            raise InvalidInput("Pastell ne liste pas les documents de l'entité racine : donnez une entité.")
        if page < 1:
            raise InvalidInput("Une page de liste compte au moins un élément.")
        if wanted.jamais is not None:
            version = self._version()
            require(
                version.capacites.jamais_passe, "chercher les documents jamais passés par un état", version
            )
        for champ in wanted.champs:
            check_indexed(champ, wanted.flux or "", self._flux)
        params = [
            *parameters(wanted, self._api.horaire),
            ("tri", "titre"),
            ("sens_tri", "ASC"),
            ("limit", str(page)),
        ]
        return self._pages(entite, params, page)

    def trouver(self, entite: str, flux: str, champ_indexe: str, valeur: str) -> list[DocumentDetail]:
        """The documents of which an indexed field is exactly ``valeur``, read one by one to be sure.

        Nothing on the platform forbids several.

        Raises:
            InvalidInput: an empty value or ``0``, or a field that is not indexed or not a text.
            PlatformError: an exchange failed.
        """
        check_key(champ_indexe, valeur)
        check_indexed(champ_indexe, flux, self._flux)
        kind = self._flux.champs(flux)[champ_indexe].type
        if kind in _NOT_FOR_SEARCH:
            raise InvalidInput(
                f"Pastell indexe « {champ_indexe} » ({kind}) par son libellé et non par sa valeur : "
                "cherchez avec lister()."
            )
        # A backslash would escape what follows in the search; « _ » stands for any one character.
        key = valeur[:LONGEST_INDEXED].replace("\\", "_")
        recherche = Recherche(flux=flux, champs={champ_indexe: key})
        ids = [row.id_d for row in self.lister(entite, recherche)]
        return [one for one in self.details(entite, ids).values() if one.texte(champ_indexe) == valeur]

    def compter(self, entite: str | None = None, flux: str | None = None) -> Mapping[str, Compte]:
        """How many documents are in each state, by entity and type: one cheap call. (GET document/count)

        Raises:
            PlatformError: the exchange failed.
        """
        params = [(name, value) for name, value in (("id_e", entite), ("type", flux)) if value is not None]
        return self._api.get(
            ["document", "count"],
            lambda answer: read_counts(answer, payload(answer), self._api.horaire),
            operation="document.count",
            params=[*params, ("output", "detail")],
        )

    def compter_par_champ(self, entite: str, flux: str, champs: Mapping[str, str] | None = None) -> int:
        """How many documents of a type have these indexed fields (as :class:`Recherche` understands them).

        (GET document/count, output=simple) Documents without any indexed field are not counted.

        Raises:
            InvalidInput: Pastell would ignore a condition.
            PlatformError: the exchange failed.
        """
        wanted = Recherche(flux=flux, champs=champs or {})
        for champ in wanted.champs:
            check_indexed(champ, flux, self._flux)

        def read(answer: Answer) -> int:
            count = Fiche(answer, payload(answer), self._api.horaire, what="compte").entier("count")
            if count is None or count < 0:
                raise unusable(answer, "La réponse ne dit pas combien de documents.")
            return count

        params = [("id_e", entite), ("type", flux), ("output", "simple"), *wanted.champs.items()]
        return self._api.get(["document", "count"], read, operation="document.count", params=params)

    def _on(self, id_d: str, call: Callable[[], T]) -> T:
        with self._api.gate.document(id_d):
            return call()

    def _several(self, entite: str, ids: Sequence[str]) -> Mapping[str, DocumentDetail]:
        def read(answer: Answer) -> Mapping[str, DocumentDetail]:
            whole = Fiche(answer, payload(answer, about=About.DOCUMENT), self._api.horaire, what="documents")
            found = [read_detail(answer, value, self._api.horaire) for _, value in whole.items()]
            return {detail.id_d: detail for detail in found if detail.id_d in ids}

        return self._api.get(
            ["entite", entite, "document"],
            read,
            operation="document.details",
            params=[("id_d[]", id_d) for id_d in ids],
        )

    def _pages(self, entite: str, params: list[tuple[str, str]], page: int) -> Iterator[DocumentRow]:
        seen: set[str] = set()
        offset = 0
        while True:
            rows = self._api.get(
                ["entite", entite, "document"],
                lambda answer: tuple(
                    read_row(fiche)
                    for fiche in fiches(answer, payload(answer), self._api.horaire, what="documents")
                ),
                operation="document.list",
                params=[*params, ("offset", str(offset))],
            )
            for row in rows:
                if row.id_d not in seen:
                    seen.add(row.id_d)
                    yield row
            if len(rows) < page:
                return
            offset += page
