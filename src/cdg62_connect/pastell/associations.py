"""Which connector serves which type of documents, in which entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cdg62_connect.pastell.answers import done, payload, unusable
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.document import ActionResult
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.pastell.refusals import About
from cdg62_connect.pastell.version import Version, require
from cdg62_connect.transport import Answer

_KNOWN = frozenset({"id_fe", "id_e", "flux", "id_ce", "type", "num_same_type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A connector put at the service of a type of documents.

    Attributes:
        id_fe: its id.
        id_e: the entity; daughters inherit it without it being listed for them.
        flux: the type of documents.
        id_ce: the connector.
        famille: what it serves for (``signature``, ``TdT``…).
        rang: among those of one family, for types that go through a step twice.
        autres: the other fields, as they came.
    """

    id_fe: str
    id_e: str
    flux: str
    id_ce: str
    famille: str
    rang: int
    autres: Mapping[str, object] = field(repr=False)


class Associations:
    """The associations."""

    def __init__(self, api: Api, *, version: Callable[[], Version]) -> None:
        self._api = api
        self._version = version

    def lister(
        self, entite: str, *, flux: str | None = None, famille: str | None = None
    ) -> tuple[Association, ...]:
        """Those of an entity itself. (GET entite/{e}/flux)

        Raises:
            AccessRefused: no right on the entity.
            PlatformError: the exchange failed.
        """
        wanted = (("flux", flux), ("type", famille))
        return self._api.get(
            ["entite", entite, "flux"],
            lambda answer: tuple(
                _association(one) for one in fiches(answer, payload(answer), self._api.horaire)
            ),
            operation="association",
            params=[(name, value) for name, value in wanted if value is not None],
        )

    def creer(self, entite: str, flux: str, id_ce: str, famille: str, *, rang: int = 0) -> str:
        """Associate, in the place of the connector of this family if there is one, and return the id.

        (POST entite/{e}/flux/{flux}/connecteur/{c})

        Raises:
            NotInThisVersion: a ``rang`` before 3.0.
            InvalidRequest: the connector is not of this family, or no such type.
            OutcomeUnknown: it may be done; doing it again does no harm.
            PlatformError: refused, or the exchange failed.
        """
        form = [("type", famille)]
        if rang:
            version = self._version()
            require(
                version.capacites.numero_de_meme_type, "associer plusieurs connecteurs d'une famille", version
            )
            form.append(("num_same_type", str(rang)))
        return self._api.post(
            ["entite", entite, "flux", flux, "connecteur", id_ce],
            lambda answer: Fiche(answer, payload(answer), self._api.horaire, what="association").identifiant(
                "id_fe"
            ),
            operation="association",
            form=form,
        )

    def supprimer(self, entite: str, id_fe: str) -> None:
        """Undo an association. (DELETE entite/{e}/flux?id_fe=)

        Raises:
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._api.delete(["entite", entite, "flux"], done, operation="association", params=[("id_fe", id_fe)])

    def agir(
        self, entite: str, flux: str, famille: str, action: str, *, params: Mapping[str, str] | None = None
    ) -> ActionResult:
        """Run an action on the connector that serves ``flux``. (POST entite/{e}/flux/{flux}/action)

        Raises:
            ActionNotAllowed: no such action.
            ActionFailed: it failed; the message says why.
            OutcomeUnknown: it may have been done.
            PlatformError: refused, or the exchange failed.
        """

        def read(answer: Answer) -> ActionResult:
            fiche = Fiche(answer, payload(answer, about=About.ACTION), self._api.horaire, what="action")
            result = fiche.booleen("result")
            if result is None:
                raise unusable(answer, "La réponse ne dit pas si l'action est faite.")
            return ActionResult(result=result, message=fiche.texte("message"))

        form = [("type", famille), ("action", action)]
        form += [(f"action_params[{name}]", value) for name, value in (params or {}).items()]
        return self._api.post(
            ["entite", entite, "flux", flux, "action"],
            read,
            operation=f"association.action.{action}",
            form=form,
        )


def _association(fiche: Fiche) -> Association:
    return Association(
        id_fe=fiche.identifiant("id_fe"),
        id_e=fiche.texte("id_e"),
        flux=fiche.texte("flux"),
        id_ce=fiche.texte("id_ce"),
        famille=fiche.texte("type"),
        rang=fiche.entier("num_same_type") or 0,
        autres=fiche.autres(_KNOWN),
    )
