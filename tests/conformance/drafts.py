"""Documents whose making was left out of the recording: what they held when they are first seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.recordings import NO_JSON, Exchange, recorded

_COMPUTED = re.compile(
    r"envoi_transformation|envoi_iparapheur|envoi_fast|has_|type_|iparapheur_dossier|tedetis|acte_unique"
)
_IN_TARGET = re.compile(r"/document/(\w{7})(?=[/?]|$)|id_d(?:%5B%5D|\[\])=(\w{7})")


@dataclass(frozen=True)
class Draft:
    """What is known of a document that the recording does not make."""

    id_d: str
    id_e: str
    flux: str
    data: dict[str, Any]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The texts a client would send."""
        return [
            (name, value)
            for name, value in self.data.items()
            if isinstance(value, str) and not _COMPUTED.match(name)
        ]

    @property
    def files(self) -> Iterator[tuple[str, int, str, bytes]]:
        """Field, rank, name and an invented content for each file."""
        for name, value in self.data.items():
            if isinstance(value, list) and not _COMPUTED.match(name):
                for rank, file_name in enumerate(value):
                    yield name, rank, str(file_name), self._content(str(file_name))

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The types of the pieces, as ``externalData/type_piece`` takes them."""
        if not self.data.get("type_piece"):
            return []
        codes = [str(self.data.get("type_acte", "")), *json.loads(self.data.get("type_pj") or "[]")]
        return [("type_pj[]", code) for code in codes]

    def _content(self, name: str) -> bytes:
        if name.endswith(".json"):
            return json.dumps({"numero": f"{self.data.get('id_document_externe', '')}-M"}).encode()
        return b"%PDF-1.4\n% " + self.id_d.encode() + b"\n%%EOF\n"


def mentioned(exchange: Exchange) -> list[str]:
    """The documents that a call names in its target."""
    return [first or second for first, second in _IN_TARGET.findall(exchange.target)]


@lru_cache(maxsize=1)
def made() -> frozenset[str]:
    """The documents that a recorded call creates."""
    return frozenset(
        str(read["id_d"])
        for exchange in recorded()
        if not exchange.to_peer and exchange.method == "POST" and exchange.target.endswith("/document")
        if isinstance(read := exchange.answer_json, dict) and read.get("id_d")
    )


@lru_cache(maxsize=1)
def drafts() -> dict[str, Draft]:
    """The documents nobody creates in the recording, by their recorded id."""
    found: dict[str, Draft] = {}
    for exchange in recorded():
        if exchange.to_peer or exchange.answer_json is NO_JSON:
            continue
        owner = re.search(r"/entite/(\d+)/", exchange.target)
        for row in exchange.answer_json if isinstance(exchange.answer_json, list) else ():
            if isinstance(row, dict) and "field_value" in row and owner and row["id_d"] not in made():
                data = {"titre": row["titre"], row["field_name"]: row["field_value"]}
                found.setdefault(row["id_d"], Draft(row["id_d"], owner[1], row["type"], data))
        for detail in _details(exchange.answer_json):
            id_d = str(detail["info"]["id_d"])
            if id_d in made() or not isinstance(detail.get("data"), dict):
                continue
            if owner and len(found[id_d].data if id_d in found else ()) < 3:
                found[id_d] = Draft(id_d, owner[1], str(detail["info"]["type"]), detail["data"])
    return found


def _details(read: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(read, dict):
        return
    if "info" in read and "data" in read:
        yield read
    for value in read.values():
        yield from _details(value)


_FLEET: dict[str, Draft] = {}


def fleet() -> dict[str, Draft]:
    """The sixty documents of the mass section, told by the rows of a list."""
    if not _FLEET:
        rows: dict[str, str] = {}
        for exchange in recorded():
            if exchange.section == "urba-mass" and isinstance(exchange.answer_json, list):
                rows.update(
                    {
                        row["id_d"]: row["titre"]
                        for row in exchange.answer_json
                        if isinstance(row, dict) and row.get("titre")
                    }
                )
        pattern = next(
            (one for one in drafts().values() if str(one.data.get("titre") or "").startswith("Masse")), None
        )
        for id_d, titre in sorted(rows.items(), key=lambda row: row[1]):
            if pattern is not None and titre.startswith("Masse "):
                number = titre.removeprefix("Masse ")
                data = {
                    **pattern.data,
                    "titre": titre,
                    "id_document_externe": f"MASSE-{number}",
                    "numero_de_lacte": f"MASSE_{number}",
                }
                _FLEET[id_d] = Draft(id_d, pattern.id_e, pattern.flux, data)
    return _FLEET
