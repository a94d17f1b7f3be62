"""The entities: authorities, centres de gestion, and who is above whom."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell import journal
from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.errors import bad_request, forbidden, not_found
from cdg62_connect.simulator.pastell.journal import Event
from cdg62_connect.simulator.pastell.php_json import encoded
from cdg62_connect.simulator.pastell.similarity import folded

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.platform import PastellState

CENTRE_DE_GESTION = "centre_de_gestion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An entity; the ids of what is above are ``"0"`` when there is nothing."""

    id_e: str
    denomination: str
    siren: str = ""
    type: str = "collectivite"
    entite_mere: str = ROOT
    centre_de_gestion: str = ROOT
    is_active: bool = True
    date_inscription: str = ""


class Entities:
    """The entities of a platform, by id."""

    def __init__(self, platform: PastellState) -> None:
        self._platform = platform
        self._entities: dict[str, Entity] = {}
        self._ids = itertools.count(1)

    def get(self, id_e: str) -> Entity | None:
        """The entity of that id."""
        return self._entities.get(id_e)

    def all(self) -> tuple[Entity, ...]:
        """Every entity, oldest first."""
        return tuple(self._entities.values())

    def daughters(self, id_e: str) -> list[Entity]:
        """Those right below an entity, by name."""
        below = [one for one in self._entities.values() if one.entite_mere == id_e]
        return sorted(below, key=lambda one: folded(one.denomination))

    def ancestors(self, id_e: str) -> Iterator[str]:
        """An entity, those above it, and the root."""
        seen: set[str] = set()
        while id_e != ROOT and id_e not in seen:
            seen.add(id_e)
            yield id_e
            entity = self._entities.get(id_e)
            id_e = entity.entite_mere if entity else ROOT
        yield ROOT

    def readable(self, caller: User, id_e: str) -> str:
        """Check what every ``entite/{e}/…`` asks first; the id back, ``"0"`` for the root.

        Raises:
            ApiError: 404 unknown entity, 403 without ``entite:lecture``.
        """
        if id_e not in ("", ROOT) and id_e not in self._entities:
            raise not_found(f"L'entité {id_e} n'existe pas")
        self._platform.rights.require(caller, id_e or ROOT, "entite:lecture")
        return id_e or ROOT

    def visible(self, caller: User) -> list[dict[str, Any]]:
        """``GET entite``: what the caller may read, descendants included."""
        rights = self._platform.rights
        held = [one for one in self._entities.values() if rights.has(caller, one.id_e, "entite:lecture")]
        held.sort(key=lambda one: (int(one.entite_mere), folded(one.denomination)))
        return [
            {
                "id_e": one.id_e,
                "denomination": one.denomination,
                "siren": one.siren,
                "type": one.type,
                "centre_de_gestion": one.centre_de_gestion,
                "entite_mere": one.entite_mere,
                **self._activity(one),
            }
            for one in held
        ]

    def by_activity(self, active: bool) -> list[dict[str, Any]]:
        """``GET entite?is_active=…``: whole rows of every such entity, whatever the caller may read."""
        return [self.row(one) for one in self._entities.values() if one.is_active == active]

    def row(self, entity: Entity) -> dict[str, Any]:
        """An entity as its table holds it."""
        return {
            "id_e": entity.id_e,
            "type": entity.type,
            "denomination": entity.denomination,
            "siren": entity.siren,
            "date_inscription": entity.date_inscription,
            "entite_mere": entity.entite_mere,
            "centre_de_gestion": entity.centre_de_gestion,
            **self._activity(entity),
        }

    def detail(self, caller: User, id_e: str) -> dict[str, Any]:
        """``GET entite/{e}``. Raises: ApiError 404, 403."""
        entity = self._entities.get(id_e)
        if entity is None:
            raise not_found(f"L'entité {id_e} n'a pas été trouvée")
        self._platform.rights.require(caller, id_e, "entite:lecture")
        return {
            "id_e": entity.id_e,
            "denomination": entity.denomination,
            "siren": entity.siren,
            "type": entity.type,
            "entite_mere": entity.entite_mere,
            "entite_fille": [{"id_e": one.id_e} for one in self.daughters(id_e)],
            "centre_de_gestion": entity.centre_de_gestion,
            **self._activity(entity),
        }

    def create(
        self,
        caller: User,
        *,
        denomination: str,
        siren: str = "",
        type: str = "collectivite",
        entite_mere: str = ROOT,
        centre_de_gestion: str = ROOT,
    ) -> Entity:
        """A new entity. Raises: ApiError 400, what does not stand."""
        entity = Entity(
            id_e="",
            denomination=denomination,
            siren=siren,
            type=type,
            entite_mere=entite_mere or ROOT,
            centre_de_gestion=centre_de_gestion or ROOT,
            date_inscription=self._platform.local_now(),
        )
        self._check(entity)
        entity = replace(entity, id_e=str(next(self._ids)))
        self._entities[entity.id_e] = entity
        self._note(caller, entity.id_e, journal.CREATED, f"Création de l'entité {denomination} - {siren}")
        return entity

    def change(self, caller: User, id_e: str, given: dict[str, str]) -> None:
        """Write what is given, keep the rest. Raises: ApiError 400, 403."""
        former = self._known(id_e)
        kept = {name: value for name, value in given.items() if name in _CHANGEABLE}
        for name in ("entite_mere", "centre_de_gestion"):
            if kept.get(name) in ("", ROOT):
                del kept[name]
        if self._platform.profile.parent_is_fixed:
            kept.pop("entite_mere", None)
        entity = replace(former, **kept)
        rights = self._platform.rights
        rights.require(caller, id_e, "entite:edition")
        rights.require(caller, entity.entite_mere, "entite:edition")
        self._check(entity)
        self._entities[id_e] = entity
        changed = "; ".join(
            f"{name} : {getattr(former, name)} -> {getattr(entity, name)}"
            for name in _CHANGEABLE
            if getattr(former, name) != getattr(entity, name)
        )
        self._note(
            caller,
            id_e,
            journal.CHANGED,
            f"Modification de l'entité {entity.denomination} ({id_e}) : {changed}",
        )

    def activate(self, caller: User, id_e: str, *, active: bool) -> None:
        """Put an entity in or out of use. Raises: ApiError 403."""
        self._platform.rights.require(caller, id_e, "entite:edition")
        entity = self._entities.get(id_e)
        if entity is not None:
            self._entities[id_e] = replace(entity, is_active=active)

    def delete(self, caller: User, id_e: str) -> None:
        """Forget an entity. Raises: ApiError 400 when something still depends on it, 403."""
        entity, platform = self._known(id_e), self._platform
        platform.rights.require(caller, id_e, "entite:edition")
        holds = (
            (self.daughters(id_e), "l'entité {id_e=%s} possède des entités filles"),
            (
                [one for one in platform.documents.snapshot() if one["id_e"] == id_e],
                "des documents sont définis sur l'entité {id_e=%s}",
            ),
            (
                [one for one in platform.users.all() if one.id_e == id_e],
                "des utilisateurs sont définis sur l'entité {id_e=%s}",
            ),
            (platform.connectors.of(id_e), "des connecteurs sont définis sur l'entité {id_e=%s}"),
        )
        for held, why in holds:
            if held:
                raise bad_request("Suppression impossible : " + why % id_e)
        if platform.profile.entity_delete_checks_associations and platform.associations.of(id_e):
            raise bad_request(
                f"Suppression impossible : des associations sont définies sur l'entité {{id_e={id_e}}}"
            )
        del self._entities[id_e]
        told = encoded(self.row(entity), pretty=False)
        self._note(
            caller, id_e, journal.DELETED, f"Suppression de l'entité id_e={id_e}\nInformation : {told}"
        )

    def require_active(self, id_e: str) -> None:
        """Raises: ApiError 403 when no document may be created there."""
        entity = self._entities.get(id_e)
        if entity is not None and not entity.is_active:
            raise forbidden(f"L'entité {id_e} est désactivée")

    def _known(self, id_e: str) -> Entity:
        entity = self._entities.get(id_e)
        if entity is None:
            raise bad_request(f"L'identifiant de l'entite n'existe pas : {{id_e={id_e}}}")
        return entity

    def _check(self, entity: Entity) -> None:
        profile = self._platform.profile
        if not entity.denomination:
            raise bad_request("Le nom (denomination) est obligatoire")
        needed = profile.siren_required and entity.type != "service"
        if (entity.siren or needed) and not _valid_siren(entity.siren):
            raise bad_request(f"Le siren « {entity.siren} » ne semble pas valide")
        if entity.type not in profile.entity_types:
            raise bad_request(
                "Le type d'entité doit être renseigné. Les valeurs possibles sont "
                f"{' ou '.join(profile.entity_types)}."
            )
        mother = self._entities.get(entity.entite_mere)
        if entity.entite_mere != ROOT and (mother is None or not mother.is_active):
            raise bad_request(
                f"L'entité id_e={entity.entite_mere} est désactivée, il n'est pas possible de créer une entité fille"
            )
        centre = self._entities.get(entity.centre_de_gestion)
        if entity.centre_de_gestion != ROOT and (centre is None or centre.type != CENTRE_DE_GESTION):
            raise bad_request(
                f"L'entité {entity.centre_de_gestion} ne peut pas être utilisée comme centre de gestion"
            )

    def _activity(self, entity: Entity) -> dict[str, Any]:
        profile = self._platform.profile
        if not profile.accounts_can_be_disabled:
            return {}
        active = entity.is_active
        return {"is_active": str(int(active)) if profile.is_active_as_text else active}

    def _note(self, caller: User, id_e: str, action: str, message: str) -> None:
        self._platform.journal.add(Event.ENTITE, id_e=id_e, caller=caller, action=action, message=message)


_CHANGEABLE = ("siren", "denomination", "type", "entite_mere", "centre_de_gestion")


def _valid_siren(siren: str) -> bool:
    """Nine digits and their key (Luhn)."""
    if len(siren) != 9 or not siren.isascii() or not siren.isdecimal():
        return False
    doubled = [int(digit) * (1 + rank % 2) for rank, digit in enumerate(siren)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
