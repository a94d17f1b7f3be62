"""Which connector serves which flux on which entity, and what an entity takes from the one above."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.errors import bad_request
from cdg62_connect.simulator.pastell.requests import integer

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.platform import PastellState

ALL_FLUX = "__all_flux"
"""Stands for every flux in an inheritance."""
GLOBAL = "global"
"""The flux of what is associated on the root."""


@dataclass(frozen=True, slots=True)
class Association:
    """One connector for one family of one flux of one entity."""

    id_fe: str
    id_e: str
    flux: str
    id_ce: str
    type: str
    num_same_type: int

    def shown(self, *, numbered: bool) -> dict[str, Any]:
        """As ``GET entite/{e}/flux`` gives it."""
        row: dict[str, Any] = {
            "id_fe": self.id_fe,
            "id_e": self.id_e,
            "flux": self.flux,
            "id_ce": self.id_ce,
            "type": self.type,
        }
        return {**row, "num_same_type": self.num_same_type} if numbered else row


class Associations:
    """The associations of a platform."""

    def __init__(self, platform: PastellState) -> None:
        self._platform = platform
        self._rows: dict[str, Association] = {}
        self._inherited: set[tuple[str, str]] = set()
        self._ids = itertools.count(1)

    def of(self, id_e: str, *, flux: str = "", type: str = "") -> list[Association]:
        """Those of an entity itself, oldest first; nothing inherited."""
        return [
            row
            for row in self._rows.values()
            if row.id_e == id_e and flux in ("", row.flux) and type in ("", row.type)
        ]

    def of_connector(self, id_ce: str) -> list[Association]:
        """Those that use a connector."""
        return [row for row in self._rows.values() if row.id_ce == id_ce]

    def own(self, id_e: str, flux: str, famille: str, num_same_type: int = 0) -> Association | None:
        """The one of an entity itself."""
        wanted = GLOBAL if id_e == ROOT else flux
        return next(
            (row for row in self.of(id_e, flux=wanted, type=famille) if row.num_same_type == num_same_type),
            None,
        )

    def effective(self, id_e: str, flux: str, famille: str, num_same_type: int = 0) -> Association | None:
        """The one that counts for an entity: its own, or that of the ancestor it inherits this flux from."""
        entities = self._platform.entities
        entity = entities.get(id_e)
        while (
            entity is not None
            and entity.entite_mere != ROOT
            and ((id_e, ALL_FLUX) in self._inherited or (id_e, flux) in self._inherited)
        ):
            id_e = entity.entite_mere
            entity = entities.get(id_e)
        return self.own(id_e, flux, famille, num_same_type)

    def inherit(self, id_e: str, flux: str = ALL_FLUX, *, inherited: bool = True) -> None:
        """Take the associations of a flux from the entity above, or its own again. No call of the API does it."""
        if inherited:
            self._inherited.add((id_e, flux))
        else:
            self._inherited.discard((id_e, flux))

    def add(self, id_e: str, flux: str, id_ce: str, *, type: str, num_same_type: int = 0) -> Association:
        """Associate; the one that was there gives way.

        Raises:
            ApiError: 400, the connector is of another family, or the flux does not exist.
        """
        connector = self._platform.connectors.get(id_ce)
        famille = connector.type if connector else ""
        if famille != type:
            raise bad_request(f"Le connecteur n'est pas du bon type :  {famille} présenté, {type} requis")
        if flux and flux not in self._platform.flux.ids:
            raise bad_request(f"Le type de dossier « {flux} » n'existe pas.")
        former = self.own(id_e, flux, type, num_same_type)
        if former is not None:
            del self._rows[former.id_fe]
        stored = GLOBAL if id_e == ROOT else flux
        row = Association(str(next(self._ids)), id_e, stored, id_ce, type, num_same_type)
        self._rows[row.id_fe] = row
        return row

    def delete(self, id_e: str, id_fe: str) -> None:
        """Dissociate.

        Raises:
            ApiError: 400, no such association on that entity.
        """
        found = self._rows.get(str(integer(id_fe)))
        if found is None:
            raise bad_request(f"Le connecteur-flux n'existe pas : {{id_fe={id_fe}}}")
        if id_e not in (ROOT, found.id_e):
            raise bad_request(
                f"Le connecteur-flux n'existe pas sur l'entité spécifié : {{id_fe={id_fe}, id_e={id_e}}}"
            )
        del self._rows[found.id_fe]
