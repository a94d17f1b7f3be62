"""The kinds of connectors: families, what is in each, and the settings of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdg62_connect.pastell.answers import payload
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.comparaison import nom_canonique
from cdg62_connect.pastell.fiche import Fiche, entries, text_of
from cdg62_connect.pastell.flux import ChampDefinition, read_field
from cdg62_connect.transport import Answer

_KNOWN = frozenset({"nom", "type", "description", "formulaire", "action"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnecteurDefinition:
    """A kind of connector.

    Attributes:
        id_connecteur: its id.
        nom: its name.
        famille: its family.
        description: what it is for.
        champs: its settings, by the name under which connectors hold them.
        actions: what may be run on it, by id, with the name of the button.
        autres: the other fields, as they came.
    """

    id_connecteur: str
    nom: str
    famille: str
    description: str
    champs: Mapping[str, ChampDefinition]
    actions: Mapping[str, str]
    autres: Mapping[str, object] = field(repr=False)


class Familles:
    """The families of connectors; needs the right to read the system."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lister(self, *, global_: bool = False) -> tuple[str, ...]:
        """The families, of connectors of entities or of the platform. (GET familleConnecteur)

        Raises:
            AccessRefused: no right to read the system.
            PlatformError: the exchange failed.
        """
        return self._names([], global_)

    def connecteurs(self, famille: str, *, global_: bool = False) -> tuple[str, ...]:
        """The kinds of connectors of a family; none for a family that does not exist.

        (GET familleConnecteur/{famille})

        Raises:
            AccessRefused: no right to read the system.
            PlatformError: the exchange failed.
        """
        return self._names([famille], global_)

    def definition(self, famille: str, id_connecteur: str, *, global_: bool = False) -> ConnecteurDefinition:
        """What one kind of connector is made of. (GET familleConnecteur/{famille}/{id})

        Raises:
            NotFound: no such kind.
            AccessRefused: no right to read the system.
            PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> ConnecteurDefinition:
            fiche = Fiche(answer, payload(answer), self._api.horaire, what="connecteur")
            fields: dict[str, ChampDefinition] = {}
            for _, page in fiche.fiche("formulaire").items():
                for name, value in Fiche(answer, page, self._api.horaire, what="formulaire").items():
                    held = Fiche(answer, [] if value is None else value, self._api.horaire, what=name)
                    fields[nom_canonique(name)] = read_field(name, held)
            return ConnecteurDefinition(
                id_connecteur=id_connecteur,
                nom=fiche.texte("nom"),
                famille=fiche.texte("type") or famille,
                description=fiche.texte("description"),
                champs=fields,
                actions={
                    name: _button(Fiche(answer, value, self._api.horaire, what=name), name)
                    for name, value in fiche.fiche("action").items()
                },
                autres=fiche.autres(_KNOWN),
            )

        return self._api.get(
            ["familleConnecteur", famille, id_connecteur],
            read,
            operation="familleConnecteur.definition",
            params=_scope(global_),
        )

    def _names(self, tail: list[str], global_: bool) -> tuple[str, ...]:
        return self._api.get(
            ["familleConnecteur", *tail],
            lambda answer: tuple(
                text_of(one) for _, one in entries(answer, payload(answer), what="familles")
            ),
            operation="familleConnecteur",
            params=_scope(global_),
        )


def _button(fiche: Fiche, name: str) -> str:
    return fiche.texte("name-action") or fiche.texte("name") or name


def _scope(global_: bool) -> list[tuple[str, str]]:
    return [("global", "true")] if global_ else []
