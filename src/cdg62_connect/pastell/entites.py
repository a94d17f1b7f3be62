"""The entities: authorities, their daughters, management centres."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cdg62_connect.pastell.answers import done, payload
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.comparaison import check_kept
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.pastell.version import Version, require
from cdg62_connect.transport import Answer

_KNOWN = frozenset(
    {
        "id_e",
        "denomination",
        "siren",
        "type",
        "entite_mere",
        "centre_de_gestion",
        "entite_fille",
        "is_active",
        "result",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entite:
    """An entity.

    Attributes:
        id_e: its id.
        denomination: its name.
        siren: nine digits, ``""`` when it has none.
        type: ``collectivite``, ``centre_de_gestion``, and ``service`` before 4.0.
        mere: the entity above, ``"0"`` for none.
        filles: the entities right below; only the detail tells them.
        centre_de_gestion: its management centre, ``"0"`` for none.
        active: documents may be created in it; ``None`` when this version does not say.
        autres: the other fields, as they came.
    """

    id_e: str
    denomination: str
    siren: str
    type: str
    mere: str
    filles: tuple[str, ...]
    centre_de_gestion: str
    active: bool | None
    autres: Mapping[str, object] = field(repr=False)


class Entites:
    """The entities that this account may see."""

    def __init__(self, api: Api, *, version: Callable[[], Version]) -> None:
        self._api = api
        self._version = version

    def lister(self, *, actives: bool | None = None) -> tuple[Entite, ...]:
        """All of them, daughters included. (GET entite)

        Args:
            actives: the active ones only, or the others only (since 4.0); ``None`` for all that the platform
                gives.

        Raises:
            NotInThisVersion: ``actives`` before 4.0.
            PlatformError: the exchange failed.
        """
        params: list[tuple[str, str]] = []
        if actives is not None:
            self._require_activation()
            params.append(("is_active", "1" if actives else "0"))  # « false » would be ignored
        return self._api.get(
            ["entite"],
            lambda answer: tuple(_entite(one) for one in fiches(answer, payload(answer), self._api.horaire)),
            operation="entite",
            params=params,
        )

    def detail(self, id_e: str) -> Entite:
        """One. (GET entite/{e})

        Raises:
            NotFound: no such entity.
            AccessRefused: the account does not see it.
            PlatformError: the exchange failed.
        """
        return self._api.get(["entite", id_e], self._read, operation="entite.detail")

    def creer(
        self,
        denomination: str,
        *,
        siren: str | None = None,
        type: str = "collectivite",
        mere: str | None = None,
        centre_de_gestion: str | None = None,
    ) -> Entite:
        """Create one. (POST entite) Nothing prevents two entities from having one name or one SIREN.

        Raises:
            InvalidRequest: no name, a SIREN that is wrong or missing (before 4.0), an unknown type.
            OutcomeUnknown: it may have been created.
            PlatformError: refused, or the exchange failed.
        """
        return self._api.post(
            ["entite"],
            self._read,
            operation="entite",
            form=_given(
                denomination=denomination,
                siren=siren,
                type=type,
                entite_mere=mere,
                centre_de_gestion=centre_de_gestion,
            ),
        )

    def modifier(
        self,
        id_e: str,
        *,
        denomination: str | None = None,
        siren: str | None = None,
        type: str | None = None,
        mere: str | None = None,
        centre_de_gestion: str | None = None,
    ) -> Entite:
        """Change what is given. (PATCH entite/{e}) Since 4.1.8 the entity above cannot be changed.

        Raises:
            NotFound: no such entity.
            FieldsNotKept: Pastell said « ok » and did not change everything.
            PlatformError: refused, or the exchange failed.
        """
        form = _given(
            denomination=denomination,
            siren=siren,
            type=type,
            entite_mere=mere,
            centre_de_gestion=centre_de_gestion,
        )

        def read(answer: Answer) -> Entite:
            entite = self._read(answer)
            held = {
                "denomination": entite.denomination,
                "siren": entite.siren,
                "type": entite.type,
                "entite_mere": entite.mere,
                "centre_de_gestion": entite.centre_de_gestion,
            }
            check_kept(dict(form), held, platform=answer.platform, operation=answer.operation)
            return entite

        return self._api.patch(["entite", id_e], read, operation="entite", form=form)

    def activer(self, id_e: str) -> Entite:
        """Let documents be created in it again. (POST entite/{e}/activate, since 4.0)

        Raises:
            NotInThisVersion: the platform is older.
            PlatformError: refused, or the exchange failed.
        """
        self._require_activation()
        return self._api.post(["entite", id_e, "activate"], self._read, operation="entite.activate")

    def desactiver(self, id_e: str) -> Entite:
        """Let no document be created in it. (POST entite/{e}/deactivate, since 4.0)

        Raises:
            NotInThisVersion: the platform is older.
            PlatformError: refused, or the exchange failed.
        """
        self._require_activation()
        return self._api.post(["entite", id_e, "deactivate"], self._read, operation="entite.deactivate")

    def supprimer(self, id_e: str) -> None:
        """Delete one. (DELETE entite/{e}) Refused since 4.1.11 while associations remain.

        Raises:
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._api.delete(["entite", id_e], done, operation="entite")

    def _require_activation(self) -> None:
        version = self._version()
        require(version.capacites.activation, "activer ou désactiver une entité", version)

    def _read(self, answer: Answer) -> Entite:
        return _entite(Fiche(answer, payload(answer), self._api.horaire, what="entité"))


def _entite(fiche: Fiche) -> Entite:
    return Entite(
        id_e=fiche.identifiant("id_e"),
        denomination=fiche.texte("denomination"),
        siren=fiche.texte("siren"),
        type=fiche.texte("type"),
        mere=fiche.texte("entite_mere") or "0",
        filles=tuple(one.identifiant("id_e") for one in fiche.fiches("entite_fille")),
        centre_de_gestion=fiche.texte("centre_de_gestion") or "0",
        active=fiche.booleen("is_active"),
        autres=fiche.autres(_KNOWN),
    )


def _given(**fields: str | None) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields.items() if value is not None]
