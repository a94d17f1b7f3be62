"""The journal of Pastell: who did what, when; the only place where the past of a document is told.

Each change and each download is a row; rows of the worker have user ``"0"``. A check or a try that changed
nothing leaves none. Old rows leave the list after about two months.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from cdg62_connect.errors import InvalidInput
from cdg62_connect.pastell.answers import payload, raw, saved, unusable
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.pastell.refusals import About
from cdg62_connect.transport import Answer, Download

PAGE = 500
_TOKEN_LIMIT = 1024 * 1024
_CSV_LIMIT = 2 * 1024 * 1024 * 1024
_KNOWN = frozenset(
    {
        "id_j",
        "type",
        "id_e",
        "id_u",
        "id_d",
        "action",
        "message",
        "date",
        "date_horodatage",
        "document_type",
        "titre",
        "action_libelle",
    }
)


class Evenement(IntEnum):
    """What a row is about."""

    ACTION = 1
    NOTIFICATION = 2
    ENTITE = 3
    UTILISATEUR = 4
    MAIL_SECURISE = 5
    CONNEXION = 6
    CONSULTATION = 7
    MAIL_ENVOYE = 8
    ERREUR = 9
    TRAITEMENT_PAR_LOT = 10
    TEST = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """A row of the journal.

    Attributes:
        id_j: its number, growing.
        type: what it is about, see :class:`Evenement`; a number it does not know is kept.
        id_e: the entity.
        id_u: the user, ``"0"`` for the platform itself.
        id_d: the document, ``""`` when none.
        action: the action, or the state that was reached.
        action_libelle: the same, as people read it.
        message: what was done.
        date: when.
        horodatage: when it was time-stamped, ``None`` while it is not.
        flux: the type of the document.
        titre: its title.
        autres: the other columns, as they came.
    """

    id_j: int
    type: int
    id_e: str
    id_u: str
    id_d: str
    action: str
    action_libelle: str
    message: str
    date: datetime
    horodatage: datetime | None
    flux: str
    titre: str
    autres: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preuve:
    """A row and its evidence.

    Attributes:
        ligne: the row.
        message: the text that was time-stamped.
        jeton: the time-stamping answer (RFC 3161), ``None`` while there is none.
    """

    ligne: JournalRow
    message: str
    jeton: bytes | None = field(repr=False)


class Journal:
    """The journal."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lignes(
        self,
        entite: str | None = None,
        *,
        id_d: str | None = None,
        flux: str | None = None,
        utilisateur: str | None = None,
        recherche: str | None = None,
        depuis: datetime | None = None,
        jusqua: datetime | None = None,
        page: int = PAGE,
    ) -> Iterator[JournalRow]:
        """Its rows, newest first, page after page as they are asked for; each one once. (GET journal)

        What is written meanwhile is not given.

        Args:
            entite: of this entity; ``None`` for all.
            id_d: of this document.
            flux: of documents of this type.
            utilisateur: made by this user; Pastell cannot search for ``"0"``, the platform itself.
            recherche: the signed message holds this text.
            depuis: not before this moment; in the hour that autumn gives twice, a row too many may come.
            jusqua: not after this moment.
            page: how many rows a call brings.

        Raises:
            InvalidInput: a condition that Pastell would ignore.
            AccessRefused: no right to read the journal.
            PlatformError: an exchange failed.
        """
        if page < 1:
            raise InvalidInput("Une page de journal compte au moins une ligne.")
        params = self._params(entite, id_d, flux, utilisateur, recherche)
        horaire = self._api.horaire
        if depuis is not None:
            params.append(("date_debut", horaire.day(depuis).isoformat()))
        if jusqua is not None:
            params.append(("date_fin", horaire.day(jusqua).isoformat()))
        params.append(("limit", str(page)))
        return self._pages(params, page, depuis, jusqua)

    def preuve(self, id_j: int) -> Preuve:
        """A row with its evidence. (GET journal/{id_j})

        Raises:
            NotFound: no such row.
            UnreadableAnswer, PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> Preuve:
            fiche = Fiche(answer, payload(answer), self._api.horaire, what="ligne du journal")
            return Preuve(
                _row(fiche, answer), fiche.texte("message_horodate"), _token(answer, fiche.texte("preuve"))
            )

        return self._api.get(["journal", str(id_j)], read, operation="journal.detail")

    def jeton(self, id_j: int) -> bytes:
        """The time-stamping answer of a row (RFC 3161), byte for byte. (GET journal/{id_j}/jeton)

        Raises:
            NotFound: no such row.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._api.get(
            ["journal", str(id_j), "jeton"],
            lambda answer: raw(answer, limit=_TOKEN_LIMIT, content_type="application/timestamp-reply"),
            operation="journal.jeton",
        )

    def csv(
        self,
        entite: str | None = None,
        *,
        into: Path,
        id_d: str | None = None,
        flux: str | None = None,
        utilisateur: str | None = None,
        recherche: str | None = None,
        du: dt.date | None = None,
        au: dt.date | None = None,
        limit: int = _CSV_LIMIT,
    ) -> Download:
        """The rows of these days as CSV, oldest first, with a header line, in a fresh file of ``into``.

        Args:
            entite: of this entity; ``None`` for all.
            into: an existing folder.
            id_d: of this document.
            flux: of documents of this type.
            utilisateur: made by this user.
            recherche: the signed message holds this text.
            du: first day, included.
            au: last day, included.
            limit: in bytes; a bigger file is refused.

        Raises:
            AccessRefused: no right to read the journal.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        params = self._params(entite, id_d, flux, utilisateur, recherche)
        params += [
            (name, day.isoformat()) for name, day in (("date_debut", du), ("date_fin", au)) if day is not None
        ]
        return self._api.get(
            ["journal"],
            lambda answer: saved(answer, into=into, limit=limit, about=About.OTHER),
            operation="journal.csv",
            params=[*params, ("limit", "-1"), ("format", "csv"), ("csv_entete_colonne", "1")],
        )

    def _params(
        self,
        entite: str | None,
        id_d: str | None,
        flux: str | None,
        utilisateur: str | None,
        recherche: str | None,
    ) -> list[tuple[str, str]]:
        wanted = [
            ("id_e", entite),
            ("id_d", id_d),
            ("type", flux),
            ("id_user", utilisateur),
            ("recherche", recherche),
        ]
        for name, value in wanted:
            if value is not None and (not value.strip() or (value.strip() == "0" and name != "id_e")):
                raise InvalidInput(f"Pastell ignorerait « {value} » ({name}) et rendrait tout le journal.")
        return [(name, value) for name, value in wanted if value is not None]

    def _pages(
        self, params: list[tuple[str, str]], page: int, since: datetime | None, until: datetime | None
    ) -> Iterator[JournalRow]:
        seen: set[int] = set()
        offset = 0

        def read(answer: Answer) -> list[tuple[JournalRow, datetime]]:
            rows: list[tuple[JournalRow, datetime]] = []
            for fiche in fiches(answer, payload(answer), self._api.horaire, what="journal"):
                row = _row(fiche, answer)
                rows.append((row, self._api.horaire.latest(fiche.texte("date")) or row.date))
            return rows

        while True:
            rows = self._api.get(
                ["journal"], read, operation="journal", params=[*params, ("offset", str(offset))]
            )
            for row, latest in rows:
                wanted = (since is None or latest >= since.replace(microsecond=0)) and (
                    until is None or row.date <= until
                )
                if row.id_j not in seen:
                    seen.add(row.id_j)
                    if wanted:
                        yield row
            if len(rows) < page:
                return
            offset += page


def _row(fiche: Fiche, answer: Answer) -> JournalRow:
    number, kind = fiche.entier("id_j"), fiche.entier("type")
    if number is None or kind is None:
        raise unusable(answer, "Une ligne du journal n'a pas de numéro ou de type.")
    id_d = fiche.texte("id_d")
    return JournalRow(
        id_j=number,
        type=kind,
        id_e=fiche.texte("id_e"),
        id_u=fiche.texte("id_u"),
        id_d="" if id_d == "0" else id_d,
        action=fiche.texte("action"),
        action_libelle=fiche.texte("action_libelle"),
        message=fiche.texte("message"),
        date=fiche.moment_requis("date"),
        horodatage=fiche.moment("date_horodatage"),
        flux=fiche.texte("document_type"),
        titre=fiche.texte("titre"),
        autres=fiche.autres(_KNOWN | {"preuve"}),
    )


def _token(answer: Answer, text: str) -> bytes | None:
    if not text:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise unusable(answer, "La preuve de la ligne n'est pas lisible.") from None
