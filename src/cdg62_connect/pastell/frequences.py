"""How often Pastell tries its automatic actions again: rules, the most precise one wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdg62_connect.pastell.answers import done, payload
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.transport import Answer

_FIELDS = (
    "type_connecteur",
    "famille_connecteur",
    "id_connecteur",
    "id_ce",
    "action_type",
    "type_document",
    "action",
    "expression",
    "id_verrou",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequence:
    """A rule. What it leaves empty applies to all.

    Attributes:
        id_cf: its id, ``""`` while it is not recorded.
        type_connecteur: ``entite`` or ``global``.
        famille_connecteur: a family (``signature``).
        id_connecteur: a kind of connector (``iParapheur``).
        id_ce: one connector, ``"0"`` for none in particular.
        action_type: ``document`` or ``connecteur``.
        type_document: a type of documents.
        action: an action (``verif-tdt``).
        expression: minutes between tries (``10``), a limited series (``5 X 10``), or a cron in parentheses.
        id_verrou: jobs of one lock are done one after the other.
        autres: the other fields, as they came.
    """

    expression: str
    id_cf: str = ""
    type_connecteur: str = ""
    famille_connecteur: str = ""
    id_connecteur: str = ""
    id_ce: str = ""
    action_type: str = ""
    type_document: str = ""
    action: str = ""
    id_verrou: str = ""
    autres: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)


class Frequences:
    """The rules; needs rights on the system. What is sent was seen on 4.0 only."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lister(self) -> tuple[Frequence, ...]:
        """All of them. (GET frequenceConnecteur)

        Raises:
            AccessRefused: no right to read the system.
            PlatformError: the exchange failed.
        """
        return self._api.get(
            ["frequenceConnecteur"],
            lambda answer: tuple(_rule(one) for one in fiches(answer, payload(answer), self._api.horaire)),
            operation="frequenceConnecteur",
        )

    def creer(self, frequence: Frequence) -> Frequence:
        """Record a rule. (POST frequenceConnecteur)

        Raises:
            OutcomeUnknown: it may have been recorded.
            PlatformError: refused, or the exchange failed.
        """
        return self._api.post(
            ["frequenceConnecteur"], self._read, operation="frequenceConnecteur", form=_form(frequence)
        )

    def modifier(self, frequence: Frequence) -> Frequence:
        """Replace the rule that has its id, every field of it. (PATCH frequenceConnecteur/{id})

        Raises:
            NotFound: no such rule.
            PlatformError: refused, or the exchange failed.
        """
        return self._api.patch(
            ["frequenceConnecteur", frequence.id_cf],
            self._read,
            operation="frequenceConnecteur",
            form=_form(frequence),
        )

    def supprimer(self, id_cf: str) -> None:
        """Delete a rule. (DELETE frequenceConnecteur/{id})

        Raises:
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._api.delete(["frequenceConnecteur", id_cf], done, operation="frequenceConnecteur")

    def _read(self, answer: Answer) -> Frequence:
        return _rule(Fiche(answer, payload(answer), self._api.horaire, what="fréquence"))


def _rule(fiche: Fiche) -> Frequence:
    return Frequence(
        id_cf=fiche.identifiant("id_cf"),
        autres=fiche.autres({"id_cf", *_FIELDS}),
        **{name: fiche.texte(name) for name in _FIELDS},
    )


def _form(frequence: Frequence) -> list[tuple[str, str]]:
    return [(name, getattr(frequence, name)) for name in _FIELDS]
