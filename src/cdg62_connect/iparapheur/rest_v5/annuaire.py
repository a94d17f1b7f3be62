"""Where one may send: tenants, desks, types and sub-types."""

from __future__ import annotations

from cdg62_connect.iparapheur.rest_v5.api import Api
from cdg62_connect.iparapheur.rest_v5.models import Bureau, Page, SousType, Tenant, TypeDossier
from cdg62_connect.iparapheur.rest_v5.pages import PAGE_SIZE, all_of, page_of
from cdg62_connect.iparapheur.rest_v5.records import Fields, identifier, others, text

_ALLOWED = "creation-allowed"


class Tenants:
    """The entities that the account belongs to. Every method is a read."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lister(self) -> tuple[Tenant, ...]:
        """``GET tenant``: all of them."""
        return all_of(self._api, ["tenant"], _tenant, operation="tenant")

    def page(self, numero: int, *, taille: int = PAGE_SIZE) -> Page[Tenant]:
        """``GET tenant``: one page."""
        return page_of(self._api, ["tenant"], _tenant, operation="tenant", page=numero, size=taille)


class Bureaux:
    """The desks of the account in a tenant. Every method is a read."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lister(self, tenant: str) -> tuple[Bureau, ...]:
        """``GET tenant/{t}/desk``: all of them."""
        return all_of(self._api, ["tenant", tenant, "desk"], _bureau, operation="desk")

    def page(self, tenant: str, numero: int, *, taille: int = PAGE_SIZE) -> Page[Bureau]:
        """``GET tenant/{t}/desk``: one page."""
        path = ["tenant", tenant, "desk"]
        return page_of(self._api, path, _bureau, operation="desk", page=numero, size=taille)


class Typologie:
    """Types and sub-types: all those of a tenant, or those that a desk may create. Every method is a read."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def types(self, tenant: str, *, bureau: str | None = None) -> tuple[TypeDossier, ...]:
        """``GET types``, or ``GET types/creation-allowed`` for a desk: those with a sub-type it may create."""
        if bureau is None:
            return all_of(self._api, ["tenant", tenant, "types"], _type, operation="types")
        path = ["tenant", tenant, "desk", bureau, "types", _ALLOWED]
        return all_of(self._api, path, _type, operation=f"types/{_ALLOWED}")

    def sous_types(self, tenant: str, type_id: str, *, bureau: str | None = None) -> tuple[SousType, ...]:
        """``GET subtypes`` of a type, or ``GET subtypes/creation-allowed`` for a desk.

        Raises:
            NotFound: no such type.
        """
        if bureau is None:
            path = ["tenant", tenant, "types", type_id, "subtypes"]
            return all_of(self._api, path, _sous_type, operation="subtypes")
        path = ["tenant", tenant, "desk", bureau, "types", type_id, "subtypes", _ALLOWED]
        return all_of(self._api, path, _sous_type, operation=f"subtypes/{_ALLOWED}")


def _tenant(fields: Fields) -> Tenant | None:
    found = identifier(fields)
    return Tenant(found, text(fields, "name"), others(fields, "id", "name")) if found else None


def _bureau(fields: Fields) -> Bureau | None:
    found = identifier(fields)
    return Bureau(found, text(fields, "name"), others(fields, "id", "name")) if found else None


def _type(fields: Fields) -> TypeDossier | None:
    found = identifier(fields)
    if not found:
        return None
    rest = others(fields, "id", "name", "description")
    return TypeDossier(found, text(fields, "name"), text(fields, "description"), rest)


def _sous_type(fields: Fields) -> SousType | None:
    found = identifier(fields)
    return SousType(found, text(fields, "name"), others(fields, "id", "name")) if found else None
