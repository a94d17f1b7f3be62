"""The list of documents, which is also the search, and the count; with every filter that Pastell ignores."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.errors import bad_request
from cdg62_connect.simulator.pastell.requests import integer
from cdg62_connect.simulator.pastell.rules import ROLE
from cdg62_connect.simulator.pastell.similarity import contains, folded

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.document import Document, Passage
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import Parameters

_COUNT_OWN = ("id_e", "type", "api_function", "output")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MOMENT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[ T](\d{1,2}:\d{2}(?::\d{2})?)")
_FRENCH = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


class Listing:
    """Looks for documents.

    Args:
        platform: the platform.
        documents: all of them, by id.
    """

    def __init__(self, platform: PastellState, documents: Mapping[str, Document]) -> None:
        self._platform = platform
        self._documents = documents

    def page(self, caller: User, id_e: str, query: Parameters) -> list[dict[str, Any]]:
        """The rows asked for.

        Raises:
            ApiError: 403 without the right to read that flux; 400 what SQL would refuse.
        """
        flux = self._asked_flux(caller, id_e, query)
        rows = self._kept(caller, id_e, flux, query)
        offset, limit = query.number("offset"), query.number("limit", 100)
        if offset < 0 or limit < 0:
            raise bad_request(
                "SQLSTATE[42000]: Syntax error or access violation: 1064 You have an error in your SQL syntax; "
                "check the manual that corresponds to your MariaDB server version for the right syntax to use "
                f"near '{offset},{limit}' at line 1"
            )
        rows = self._sorted(rows, flux, query, offset + limit)
        filtered = [name for name in flux.indexed if _true(query, name)] if flux else []
        return [self._row(document, passage, filtered) for document, passage in rows[offset : offset + limit]]

    def _asked_flux(self, caller: User, id_e: str, query: Parameters) -> Flux | None:
        wanted = query.text("type")
        if not wanted:
            return None
        self._platform.rights.require(caller, id_e, f"{wanted}:lecture")
        return self._platform.flux.get(wanted)

    def _kept(
        self, caller: User, id_e: str, flux: Flux | None, query: Parameters
    ) -> list[tuple[Document, Passage | None]]:
        rights = self._platform.rights
        keep = self._filter(flux, query)
        rows: list[tuple[Document, Passage | None]] = []
        for document in list(self._documents.values()):
            if document.id_e != id_e or not rights.has(caller, id_e, f"{document.type}:lecture"):
                continue
            if not keep(document):
                continue
            if not query.text("etatTransit"):
                rows.append((document, None))
                continue
            # A join on the whole history: who passed twice comes twice.
            rows += [(document, passage) for passage in document.passages if self._transited(passage, query)]
        return rows

    def _filter(self, flux: Flux | None, query: Parameters) -> Callable[[Document], bool]:
        begin, end = self._bound(query, "last_state_begin"), self._bound(query, "last_state_end")
        # A comma separates, a blank after it belongs to the next state, which then matches nothing.
        states = query.text("lastetat").split(",") if _true(query, "lastetat") else []
        never = query.text("notEtatTransit") if self._platform.profile.documents.excluding_filter else ""
        search = query.text("search")
        indexed = {name: query.text(name) for name in flux.indexed if _true(query, name)} if flux else {}

        def keep(document: Document) -> bool:
            date = document.passages[-1].date
            return (
                (flux is None or document.type == flux.id)
                and (not states or document.state in states)
                and (not begin or date > begin)
                and (not end or date < end)
                and (not never or not document.went_through(never))
                and (not search or contains(document.titre, search))
                and all(
                    name in document.index and contains(document.index[name], wanted)
                    for name, wanted in indexed.items()
                )
            )

        return keep

    def _transited(self, passage: Passage, query: Parameters) -> bool:
        begin, end = self._bound(query, "state_begin"), self._bound(query, "state_end")
        return (
            passage.action == query.text("etatTransit")
            and (not begin or passage.date > begin)
            and (not end or passage.date < end)
        )

    def _bound(self, query: Parameters, name: str) -> str:
        """A bound as SQL compares it; ``""`` when it is none, or no date: it is then ignored."""
        text = query.text(name)
        if query.true("date_in_fr") and (french := _FRENCH.fullmatch(text)):
            text = f"{french[3]}-{french[2]}-{french[1]}"
        if moment := _MOMENT.fullmatch(text):
            day, hour = (
                _DAY.fullmatch(moment[1]),
                moment[2] if moment[2].count(":") == 2 else f"{moment[2]}:00",
            )
            return f"{_padded(day)} {hour:0>8}" if day else ""
        day = _DAY.fullmatch(text)
        return f"{_padded(day)} 00:00:00" if day else ""

    def _sorted(
        self,
        rows: list[tuple[Document, Passage | None]],
        flux: Flux | None,
        query: Parameters,
        reach: int,
    ) -> list[tuple[Document, Passage | None]]:
        descending = query.text("sens_tri", "DESC").upper() != "ASC"
        wanted = query.text("tri", "date_dernier_etat")
        if wanted in ("titre", "title"):
            rows = sorted(rows, key=lambda row: row[0].id_d)
            return sorted(rows, key=lambda row: folded(row[0].titre), reverse=descending)
        if flux is not None and wanted in flux.indexed:
            rows = sorted(rows, key=lambda row: row[0].id_d)
            return sorted(rows, key=lambda row: folded(row[0].index.get(wanted, "")), reverse=descending)
        if wanted == "entite":
            return sorted(rows, key=lambda row: row[0].id_d)

        # One second is one key: within it, the order depends on how many rows the database had to sort.
        rows = sorted(rows, key=lambda row: zlib.crc32(f"{row[0].id_d}{reach}".encode()))
        return sorted(rows, key=lambda row: row[0].passages[-1].date, reverse=descending)

    def _row(self, document: Document, passage: Passage | None, filtered: list[str]) -> dict[str, Any]:
        platform = self._platform
        entity = platform.entities.get(document.id_e)
        last = document.passages[-1]
        row: dict[str, Any] = {
            "id_d": document.id_d,
            "id_e": document.id_e,
            "role": ROLE,
            "last_action": last.action,
            "last_action_date": last.date,
            "last_type": document.type,
            "type": document.type,
            "titre": document.titre,
            "creation": document.creation,
            "modification": document.modification,
            "denomination": entity.denomination if entity else "",
            "siren": entity.siren if entity else "",
            "date_inscription": entity.date_inscription if entity else "",
            "entite_mere": entity.entite_mere if entity else "0",
            "centre_de_gestion": entity.centre_de_gestion if entity else "0",
            "is_active": self._active(entity is None or entity.is_active),
        }
        if passage is not None:
            row |= {
                "id_a": passage.id_a,
                "action": passage.action,
                "date": passage.date,
                "id_u": integer(passage.id_u),
            }
        if filtered:
            row |= {"field_name": filtered[-1], "field_value": document.index.get(filtered[-1], "")}
        return {
            **row,
            "entite_base": entity.denomination if entity else "",
            "entite": [],
            "last_action_display": last.action,
        }

    def _active(self, active: bool) -> bool | str:
        return ("1" if active else "0") if self._platform.profile.is_active_as_text else active

    # -- counting ----------------------------------------------------------------------------------------------

    def count(self, caller: User, query: Parameters) -> dict[str, Any]:
        """``GET document/count``: per state, or how many rows a search on indexed fields has.

        Raises:
            ApiError: 400 a parameter is missing, 403 no right.
        """
        if query.text("output", "detail") == "simple":
            return self._count_simple(caller, query)
        platform, wanted = self._platform, query.text("type")
        only = query.text("id_e")
        found: dict[str, Any] = {}
        for entity in platform.entities.all():
            if (only and entity.id_e != only) or not platform.rights.has(
                caller, entity.id_e, "entite:lecture"
            ):
                continue
            flux = [
                name
                for name in sorted(platform.flux.ids)
                if wanted in ("", name) and platform.rights.has(caller, entity.id_e, f"{name}:lecture")
            ]
            found[entity.id_e] = {
                "flux": {name: self._states(entity.id_e, name) for name in flux},
                "info": {
                    "id_e": entity.id_e,
                    "type": entity.type,
                    "denomination": entity.denomination,
                    "siren": entity.siren,
                    "date_inscription": entity.date_inscription,
                    "entite_mere": entity.entite_mere,
                    "centre_de_gestion": entity.centre_de_gestion,
                    "is_active": self._active(entity.is_active),
                },
            }
        return found

    def _states(self, id_e: str, flux: str) -> dict[str, int]:
        states = sorted(
            one.state for one in list(self._documents.values()) if one.id_e == id_e and one.type == flux
        )
        return {state: states.count(state) for state in dict.fromkeys(states)}

    def _count_simple(self, caller: User, query: Parameters) -> dict[str, int]:
        if "id_e" not in query.values or "type" not in query.values:
            raise bad_request("Les paramètres id_e et type sont obligatoires.")
        id_e, wanted = query.text("id_e"), query.text("type")
        self._platform.rights.require(caller, id_e, "entite:lecture")
        self._platform.rights.require(caller, id_e, f"{wanted}:lecture")
        # Whatever else is sent is taken for an indexed field, lastetat too: no row has that name.
        filters = {name: query.text(name) for name in query.values if name not in _COUNT_OWN}
        return {
            "count": sum(
                bool(one.index)
                and all(
                    name in one.index and contains(one.index[name], text) for name, text in filters.items()
                )
                for one in list(self._documents.values())
                if one.id_e == id_e and one.type == wanted
            )
        }


def _true(query: Parameters, name: str) -> bool:
    """An empty filter, or ``0``, is no filter."""
    return query.text(name) not in ("", "0")


def _padded(day: re.Match[str] | None) -> str:
    if day is None:
        return ""
    try:
        return (datetime(int(day[1]), int(day[2]), 1) + timedelta(days=int(day[3]) - 1)).strftime("%Y-%m-%d")  # noqa: DTZ001 - a day, nowhere
    except (ValueError, OverflowError):
        return f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}"
