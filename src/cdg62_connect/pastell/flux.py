"""The types of documents (« flux ») of a platform, as it defines them itself."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from cdg62_connect.errors import AccessRefused, NotFound
from cdg62_connect.pastell.answers import payload
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.comparaison import nom_canonique
from cdg62_connect.pastell.fiche import Fiche, clean, integer_of, text_of
from cdg62_connect.transport import Answer

_KNOWN_FLUX = frozenset({"type", "nom"})
_SPLIT = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class FluxInfo:
    """A type of documents.

    Attributes:
        flux: its id.
        nom: its name for people.
        famille: the group it is shown in.
        autres: the other fields, as they came.
    """

    flux: str
    nom: str
    famille: str
    autres: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampDefinition:
    """A field of a form, as the platform defines it; what it does not declare has its usual value.

    Attributes:
        nom: the name under which documents hold it.
        declare: the name in the definition, often the same.
        libelle: its name for people.
        type: ``text``, ``textarea``, ``select``, ``checkbox``, ``date``, ``file``, ``externalData``,
            ``mail-list``, ``password``…
        requis: needed, when its page is shown.
        multiple: several files.
        lecture_seule: for people; Pastell does not enforce it on programs.
        cache: not shown.
        indexe: documents may be searched by it.
        titre: its value is the title of the document.
        motif: regular expression of PHP, delimiters included, ``""`` when any value will do.
        motif_erreur: what is said of a value that does not match.
        valeurs: the choices of a ``select``, by code.
        taille_max: of a file, in bytes.
        types_contenu: media types admitted for a file.
        taille_commune_max: of the files of :attr:`champs_de_la_taille_commune` together, in bytes.
        champs_de_la_taille_commune: the fields it counts.
        defaut: what a new document holds.
        onchange: action run when it changes.
        egal_a: the field it must repeat.
        brut: everything that is declared.
    """

    nom: str
    declare: str
    libelle: str
    type: str
    requis: bool
    multiple: bool
    lecture_seule: bool
    cache: bool
    indexe: bool
    titre: bool
    motif: str
    motif_erreur: str
    valeurs: Mapping[str, str]
    taille_max: int | None
    types_contenu: tuple[str, ...]
    taille_commune_max: int | None
    champs_de_la_taille_commune: tuple[str, ...]
    defaut: str
    onchange: str
    egal_a: str
    brut: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDefinition:
    """An action or a state (both are one thing to Pastell), as the platform defines it.

    Attributes:
        nom: its id.
        libelle: the name of the state.
        libelle_action: the name of the button, ``""`` when nobody is offered it.
        automatique: the action that follows by itself once the state is reached.
        depuis: the last states that allow it, where its rule says so simply.
        interdite: nobody may call it.
        hors_etats: never a state.
        champs_editables: what may still be changed in this state; ``None`` when not said.
        etat_garde: a change does not leave this state.
        connecteur: the family of connectors it calls.
        brut: everything that is declared.
    """

    nom: str
    libelle: str
    libelle_action: str
    automatique: str
    depuis: frozenset[str]
    interdite: bool
    hors_etats: bool
    champs_editables: tuple[str, ...] | None
    etat_garde: bool
    connecteur: str
    brut: Mapping[str, object] = field(repr=False)


class FluxCatalogue:
    """The types of documents. What defines a type is read once per client."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._fields: dict[str, Mapping[str, ChampDefinition]] = {}
        self._actions: dict[str, Mapping[str, ActionDefinition]] = {}

    def lister(self) -> Mapping[str, FluxInfo]:
        """Those that this account may read, by id. (GET flux)

        Raises:
            PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> Mapping[str, FluxInfo]:
            whole = Fiche(answer, payload(answer), self._api.horaire, what="flux")
            found: dict[str, FluxInfo] = {}
            for flux, value in whole.items():
                fiche = Fiche(answer, value, self._api.horaire, what=flux)
                found[flux] = FluxInfo(
                    flux=flux,
                    nom=fiche.texte("nom"),
                    famille=fiche.texte("type"),
                    autres=fiche.autres(_KNOWN_FLUX),
                )
            return found

        return self._api.get(["flux"], read, operation="flux")

    def champs(self, flux: str) -> Mapping[str, ChampDefinition]:
        """The fields of a type, by the name under which documents hold them. (GET flux/{id})

        Raises:
            NotFound: no such type here.
            AccessRefused: the account may not read it.
            PlatformError: the exchange failed.
        """
        with self._lock:
            known = self._fields.get(flux)
        if known is None:
            known = self._api.get(["flux", flux], self._read_fields, operation="flux.definition")
            with self._lock:
                self._fields[flux] = known
        return known

    def actions(self, flux: str) -> Mapping[str, ActionDefinition]:
        """The states and actions of a type, by id. (GET flux/{id}/action)

        Raises:
            NotFound: no such type here.
            AccessRefused: the account may not read it.
            PlatformError: the exchange failed.
        """
        with self._lock:
            known = self._actions.get(flux)
        if known is None:
            known = self._api.get(["flux", flux, "action"], self._read_actions, operation="flux.action")
            with self._lock:
                self._actions[flux] = known
        return known

    def connu(self, flux: str) -> bool:
        """Whether the platform has this type and lets this account read it.

        Raises:
            PlatformError: the exchange failed.
        """
        try:
            self.champs(flux)
        except (NotFound, AccessRefused):
            return False
        return True

    def oublier(self) -> None:
        """Forget the definitions, that an administrator may have changed: they are read again when needed."""
        with self._lock:
            self._fields.clear()
            self._actions.clear()

    def _read_fields(self, answer: Answer) -> Mapping[str, ChampDefinition]:
        whole = Fiche(answer, payload(answer), self._api.horaire, what="champs du flux")
        return {
            nom_canonique(name): read_field(name, Fiche(answer, value, self._api.horaire, what=name))
            for name, value in whole.items()
        }

    def _read_actions(self, answer: Answer) -> Mapping[str, ActionDefinition]:
        whole = Fiche(answer, payload(answer), self._api.horaire, what="actions du flux")
        return {
            name: _read_action(name, Fiche(answer, value, self._api.horaire, what=name))
            for name, value in whole.items()
        }


def read_field(name: str, fiche: Fiche) -> ChampDefinition:
    """A field out of a definition."""
    return ChampDefinition(
        nom=nom_canonique(name),
        declare=name,
        libelle=fiche.texte("name") or name,
        type=fiche.texte("type") or "text",
        requis=fiche.booleen("requis") is True,
        multiple=fiche.booleen("multiple") is True,
        lecture_seule=fiche.booleen("read-only") is True,
        cache=fiche.booleen("no-show") is True,
        indexe=fiche.booleen("index") is True,
        titre=fiche.booleen("title") is True,
        motif=fiche.texte("preg_match"),
        motif_erreur=fiche.texte("preg_match_error"),
        valeurs=_choices(fiche.value("value")),
        taille_max=integer_of(fiche.value("max_file_size")),
        types_contenu=_words(fiche.value("content-type")),
        taille_commune_max=integer_of(fiche.value("threshold_size")),
        champs_de_la_taille_commune=tuple(
            nom_canonique(one) for one in _words(fiche.value("threshold_fields"))
        ),
        defaut=fiche.texte("default"),
        onchange=fiche.texte("onchange"),
        egal_a=fiche.texte("is_equal"),
        brut=fiche.autres(()),
    )


def _read_action(name: str, fiche: Fiche) -> ActionDefinition:
    rule = _map(fiche.value("rule"))
    editable = fiche.value("editable-content")
    return ActionDefinition(
        nom=name,
        libelle=fiche.texte("name") or name,
        libelle_action=fiche.texte("name-action"),
        automatique=fiche.texte("action-automatique"),
        depuis=frozenset(_states_before(rule)),
        interdite=text_of(rule.get("role_id_e")).startswith("no-role"),
        hors_etats=fiche.booleen("no-workflow") is True,
        champs_editables=None if editable is None else tuple(nom_canonique(one) for one in _words(editable)),
        etat_garde=fiche.booleen("modification-no-change-etat") is True,
        connecteur=fiche.texte("connecteur-type"),
        brut=fiche.autres(()),
    )


def _states_before(rule: Mapping[str, object]) -> list[str]:
    """The states that a rule names under ``last-action``, at any depth but under a negation."""
    found: list[str] = []
    for key, value in rule.items():
        if key == "last-action":
            found += _words(value)
        elif key.startswith(("and_", "or_")):
            found += _states_before(_map(value))
    return found


def _choices(value: object) -> Mapping[str, str]:
    if isinstance(value, list):
        return {str(rank): text_of(one) for rank, one in enumerate(cast("list[object]", value))}
    return {code: text_of(label) for code, label in _map(value).items()}


def _map(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        return {}
    return {clean(name): held for name, held in cast("dict[str, object]", value).items()}


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, dict):
        return tuple(text_of(one) for one in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return tuple(text_of(one) for one in cast("list[object]", value))
    return tuple(word for word in _SPLIT.split(text_of(value)) if word)
