"""The journal of Pastell: one row per passage, consultation or change, the newest told first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.errors import ApiError, bad_request, not_found
from cdg62_connect.simulator.pastell.requests import integer
from cdg62_connect.simulator.pastell.similarity import contains

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.proof import Timestamper
    from cdg62_connect.simulator.pastell.requests import Parameters

NO_DOCUMENT = "0"
CREATED = "Créé"
CHANGED = "Modifié"
DELETED = "Supprimé"


class Event(IntEnum):
    """What a row is about."""

    DOCUMENT_ACTION = 1
    NOTIFICATION = 2
    ENTITE = 3
    UTILISATEUR = 4
    MAIL_SECURISE = 5
    CONNEXION = 6
    CONSULTATION = 7
    ENVOI_MAIL = 8
    DOCUMENT_ERREUR = 9
    LOT = 10
    TEST = 11


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as it was written."""

    id_j: int
    type: int
    id_e: str
    id_u: str
    id_d: str
    action: str
    message: str
    date: str
    document_type: str

    @property
    def message_horodate(self) -> str:
        """What the time-stamp vouches for."""
        return (
            f"{self.type} - {self.id_e} - {self.id_u} - {self.id_d} - {self.action} - {self.message} - "
            f"{self.date} - {self.document_type}"
        )


class Journal:
    """The rows that are live; what is purged leaves the lists, and the state of a document loses its message.

    Args:
        platform: what the rows talk about.
        timestamper: makes the proofs.
    """

    def __init__(self, platform: PastellState, timestamper: Timestamper) -> None:
        self._platform = platform
        self._timestamper = timestamper
        self._lock = threading.Lock()
        self._rows: dict[int, Row] = {}
        self._proofs: dict[int, bytes] = {}
        self._last = 0

    def add(
        self,
        type: Event,
        *,
        id_e: str,
        caller: User,
        action: str,
        message: str,
        id_d: str = NO_DOCUMENT,
        document_type: str = "",
    ) -> int:
        """Write a row now; its id, by which :meth:`message_of` finds its message."""
        with self._lock:
            self._last += 1
            self._rows[self._last] = Row(
                id_j=self._last,
                type=int(type),
                id_e=id_e or "0",
                id_u=caller.id_u,
                id_d=id_d or NO_DOCUMENT,
                action=action,
                message=_stored(message),
                date=self._platform.local_now(),
                document_type=document_type,
            )
            return self._last

    def message_of(self, id_j: int) -> str | None:
        """The message of a live row, ``None`` once it is purged."""
        row = self._rows.get(id_j)
        return row.message if row else None

    def purge(self, before: str | None = None) -> int:
        """Move to the history the rows older than a local moment (all of them by default); how many."""
        with self._lock:
            old = [id_j for id_j, row in self._rows.items() if before is None or row.date < before]
            for id_j in old:
                del self._rows[id_j]
            return len(old)

    @property
    def live(self) -> int:
        """How many rows are live."""
        return len(self._rows)

    def listed(self, caller: User, query: Parameters, *, oldest_first: bool = False) -> list[dict[str, Any]]:
        """``GET journal``: filters that are empty or 0 are not filters; there is no cursor.

        Raises:
            ApiError: 403 without ``journal:lecture`` on ``id_e``; 400 what SQL would refuse.
        """
        id_e = query.text("id_e", "0") or "0"
        self._platform.rights.require(caller, id_e, "journal:lecture")
        kept = self._filter(id_e)
        for name, of in _FILTERS:
            wanted = query.text(name)
            if wanted and wanted != "0":
                kept = _narrowed(kept, of, wanted)
        rows = [row for row in list(self._rows.values()) if kept(row)]
        if not oldest_first:
            rows.reverse()
        return [self._shown(row) for row in _page(rows, query)]

    def detail(self, caller: User, id_j: str) -> dict[str, Any]:
        """One row and its proof, in base64.

        Raises:
            ApiError: 404 unknown or purged, 403 without ``journal:lecture``.
        """
        import base64

        row = self._found(caller, id_j)
        shown = self._shown(row)
        del shown["siren"]
        proof = base64.b64encode(self._proof(row)).decode()
        return {
            name: value
            for key, whole in shown.items()
            for name, value in ((key, whole), *((("preuve", proof),) if key == "date" else ()))
        }

    def proof(self, caller: User, id_j: str) -> bytes:
        """The RFC 3161 reply that vouches for a row. Raises: ApiError, as :meth:`detail`."""
        return self._proof(self._found(caller, id_j))

    def _found(self, caller: User, id_j: str) -> Row:
        row = self._rows.get(integer(id_j))
        if row is None:
            raise not_found(f"L'événement {id_j} n'a pas été trouvé")
        self._platform.rights.require(caller, row.id_e, "journal:lecture")
        return row

    def _proof(self, row: Row) -> bytes:
        with self._lock:
            known = self._proofs.get(row.id_j)
        if known is None:
            known = self._timestamper.reply(
                row.message_horodate.encode("utf-8", "surrogateescape"),
                serial=row.id_j,
                moment=self._platform.aware(row.date),
            )
            with self._lock:
                known = self._proofs.setdefault(row.id_j, known)
        return known

    def _filter(self, id_e: str) -> Callable[[Row], bool]:
        return lambda row: id_e == "0" or row.id_e == id_e

    def _shown(self, row: Row) -> dict[str, Any]:
        platform = self._platform
        entity, user = platform.entities.get(row.id_e), platform.users.get(row.id_u)
        person = user if user is not None and user.id_u != "0" else None
        titre = platform.documents.titre(row.id_d) if row.id_d != NO_DOCUMENT else None
        return {
            "id_j": str(row.id_j),
            "type": str(row.type),
            "id_e": row.id_e,
            "id_u": row.id_u,
            "id_d": row.id_d,
            "action": row.action,
            "message": row.message,
            "date": row.date,
            "date_horodatage": row.date,
            "message_horodate": row.message_horodate,
            "document_type": row.document_type,
            "titre": _stored(titre) if titre is not None else None,
            "denomination": entity.denomination if entity else None,
            "nom": person.nom if person else None,
            "prenom": person.prenom if person else None,
            "siren": entity.siren if entity else None,
            "document_type_libelle": platform.flux.libelle(row.document_type) if row.document_type else "",
            "action_libelle": platform.flux.action_libelle(row.document_type, row.action)
            if row.document_type
            else row.action,
        }


COLUMNS = (
    *("id_j", "type", "id_e", "id_u", "id_d", "action", "message", "date", "date_horodatage"),
    *("message_horodate", "document_type", "titre", "denomination", "nom", "prenom", "siren"),
    *("document_type_libelle", "action_libelle"),
)
"""The columns of the export, in order."""


def csv_text(rows: list[dict[str, Any]], *, heading: bool) -> str:
    """The export as PHP's ``fputcsv`` writes it: quotes only where a cell needs them, blanks included."""
    lines = [",".join(COLUMNS)] if heading else []
    lines += [",".join(_cell(row[column]) for column in COLUMNS) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _stored(text: str) -> str:
    """A text as the database keeps it: what is not UTF-8 becomes question marks."""
    return text.encode("utf-8", "replace").decode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    text = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")
    if any(character in text for character in ' ",\t\\'):
        return '"' + text.replace('"', '""') + '"'
    return text


_FILTERS: tuple[tuple[str, Callable[[Row, str], bool]], ...] = (
    ("type", lambda row, wanted: row.document_type == wanted),
    ("id_d", lambda row, wanted: row.id_d == wanted),
    ("id_user", lambda row, wanted: row.id_u == wanted),
    ("recherche", lambda row, wanted: contains(row.message_horodate, wanted)),
    # Text against text, as MariaDB compares a day with what was sent: an hour makes it later than its own day.
    ("date_debut", lambda row, wanted: row.date[:10] >= wanted),
    ("date_fin", lambda row, wanted: row.date[:10] <= wanted),
)


def _narrowed(
    kept: Callable[[Row], bool], of: Callable[[Row, str], bool], wanted: str
) -> Callable[[Row], bool]:
    return lambda row: kept(row) and of(row, wanted)


def _page(rows: list[Row], query: Parameters) -> list[Row]:
    offset, limit = query.text("offset", "0"), query.text("limit", "100")
    if limit.strip() == "-1":
        return rows
    if not (offset.strip().isdecimal() and limit.strip().isdecimal()):
        raise _sql_refusal(f"{offset},{limit}")
    start = int(offset)
    return rows[start : start + int(limit)]


def _sql_refusal(near: str) -> ApiError:
    return bad_request(
        "SQLSTATE[42000]: Syntax error or access violation: 1064 You have an error in your SQL syntax; check the "
        f"manual that corresponds to your MariaDB server version for the right syntax to use near '{near}' at line 1"
    )
