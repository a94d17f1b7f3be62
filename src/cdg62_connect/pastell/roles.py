"""The roles that may be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdg62_connect.pastell.answers import payload
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.fiche import fiches

_KNOWN = frozenset({"role", "libelle"})


@dataclass(frozen=True, slots=True)
class Role:
    """A role.

    Attributes:
        role: its id.
        libelle: its name.
        autres: the other fields, as they came.
    """

    role: str
    libelle: str
    autres: Mapping[str, object] = field(repr=False)


class Roles:
    """The roles of the platform."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lister(self) -> tuple[Role, ...]:
        """Those that this account may give. (GET role)

        Raises:
            AccessRefused: no right to read roles.
            PlatformError: the exchange failed.
        """
        return self._api.get(
            ["role"],
            lambda answer: tuple(
                Role(one.identifiant_libre("role"), one.texte("libelle"), one.autres(_KNOWN))
                for one in fiches(answer, payload(answer), self._api.horaire, what="rôles")
            ),
            operation="role",
        )
