"""The doors that nobody wrote down: every method of every resource of the platforms' clients, found by looking.

What a method is given is made from its types. One call of a client may make several calls of its platform; here
all of them get the same answer.
"""

from __future__ import annotations

import collections.abc
import datetime as dt
import inspect
import json
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from cdg62_connect.errors import ConfigurationError, InvalidInput, PlatformError
from cdg62_connect.iparapheur import IparapheurSoap
from cdg62_connect.iparapheur.rest_v5 import Compte, IparapheurRest
from cdg62_connect.pastell import Pastell
from cdg62_connect.s2low import S2low
from cdg62_connect.settings import Secret
from cdg62_connect.transport import Payload
from hostile import answers
from hostile.platform_doors import CALLS, Call, Canned
from hostile.s2low_doors import S2LOW

READ_NOTHING = {"patienter", "oublier", "exclusif", "close"}
"""A wait, a cache forgotten, a lock, an end."""

# Everything that some answer holds, so that each reader finds what it looks for.
_ROW = {
    "id_e": "1", "id_d": "aB3dE5f", "id_ce": "7", "id_u": "4", "id_j": "12", "id_fe": "3", "id_t": "2", "id": "5",
    "version": "4.0.5", "version_complete": "Version 4.0.5 - Révision x", "revision": "x", "last_changelog": "",
    "denomination": "Valmont", "siren": "216209916", "type": "collectivite", "entite_mere": "0", "is_active": "1",
    "libelle": "Libellé", "id_connecteur": "s2low", "login": "ana", "nom": "Martin", "prenom": "Ana", "email": "a@b.fr",
    "role": "utilisateur", "titre": "Titre", "last_action": "creation", "last_action_date": "2026-03-02 09:00:00",
    "last_action_display": "Créé", "creation": "2026-03-02 09:00:00", "modification": "2026-03-02 09:00:00",
    "date": "2026-03-02 09:00:00", "action": "creation", "message": "fait", "count": 3, "expired_at": None,
    "name": "champ", "token": "t", "etat": "1",
}  # fmt: skip
_PASTELL = {
    **_ROW,
    "info": _ROW,
    "data": {"champ": "valeur", "arrete": ["a.pdf"], "liste": {"0": "x"}},
    "action_possible": ["modification", "envoi"],
    "action-possible": ["modification"],
    "content": {**_ROW, "data": {"champ": "valeur"}},
    "result": "ok",
    "formulaire_ok": 1,
    "entite_fille": [_ROW],
    "1": {**_ROW, "flux": {"actes": {"creation": 3}}},
}
_DESK = {"id": "b1", "name": "Bureau", "deskId": "b1", "desk": {"id": "b1", "name": "Bureau"}}
_REST = {
    "access_token": "t",
    "expires_in": 300,
    "content": [
        {
            **_DESK,
            "state": "PENDING",
            "type": {"id": "t1", "name": "Type"},
            "subtype": {"id": "s1", "name": "Sous-type"},
            "documentList": [{"id": "d1", "name": "a.pdf", "isMainDocument": True}],
            "stepList": [
                {"id": "e1", "action": "SIGNATURE", "state": "CURRENT", "date": "2026-03-02T09:00:00Z"}
            ],
            "emissionDate": "2026-03-02T09:00:00.000+0000",
        }
    ],
    "totalElements": 1,
    "totalPages": 1,
    **_DESK,
}


def _texts(*shapes: object) -> tuple[bytes, ...]:
    return tuple(json.dumps(shape).encode() for shape in shapes)


@dataclass(frozen=True)
class Root:
    """A client, and what answers of its platform look like."""

    name: str
    open: Callable[[Any], Any]
    language: str
    content_type: str
    valid: tuple[bytes, ...]


ROOTS = (
    Root(
        "pastell",
        Pastell,
        "json",
        "application/json; charset=utf-8",
        _texts(_PASTELL, [_ROW], {"status": "error", "error-message": "Document inconnu"}, {"actes": _ROW}),
    ),
    Root(
        "iparapheur rest",
        lambda session: IparapheurRest(session, compte=Compte("ws", Secret("x"))),
        "json",
        "application/json",
        _texts(_REST, [_REST], {"status": 404, "message": "inconnu"}),
    ),
    Root(
        "iparapheur soap",
        IparapheurSoap,
        "xml",
        "text/xml; charset=utf-8",
        (answers.HISTORIQUE, answers.GET_DOSSIER, answers.CREER_KO, answers.FAULT),
    ),
    Root(
        "s2low",
        S2low,
        "text",
        "text/html",
        (
            answers.DEPOSITED,
            answers.STATUT,
            answers.PAGE,
            answers.FICHIERS,
            answers.INFOS,
            answers.AR,
            answers.KO,
        ),
    ),
)


def made(hint: Any, into: Path, *, name: str = "") -> Any:
    """A value of that type."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return made(inside[0], into, name=name)
    if origin is typing.Literal:
        return inside[0]
    if origin in (typing.Union, types.UnionType):
        return made(next(one for one in inside if one is not type(None)), into, name=name)
    if isinstance(origin, type) and issubclass(origin, collections.abc.Mapping):
        return {made(inside[0], into): made(inside[1], into)}
    if origin is tuple and inside[1:] != (...,):
        return tuple(made(one, into) for one in inside)
    if isinstance(origin, type) and issubclass(origin, collections.abc.Iterable):
        return (origin if origin in (list, set, frozenset) else tuple)([made(inside[0], into)])
    if origin is collections.abc.Callable:
        return lambda *_: None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if hint is Payload:
        return Payload.of(answers.PDF)
    if hint is Secret:
        return Secret("x")
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        needed = [one for one in fields(hint) if _needed(one)]
        return hint(**{one.name: made(hints[one.name], into, name=one.name) for one in needed})
    plain = {
        Path: into,
        bool: False,
        int: 1,
        float: 1.0,
        bytes: answers.PDF,
        dt.date: dt.date(2026, 3, 2),
        dt.datetime: answers.MOMENT,
        dt.timedelta: dt.timedelta(days=1),
    }
    return plain.get(hint, _WORDS.get(name, "a1"))


def _needed(one: Field[Any]) -> bool:
    """Without a default, or with one that only suits when another field is given."""
    return one.name == "certificate" or (one.default is MISSING and one.default_factory is MISSING)


_WORDS = {
    "nom": "a.pdf", "type_acte": "99_AI", "type_piece": "99_AI", "siren": "216209916", "matiere": "2.2",
    "chemin": "/modules/actes/index.php", "acte_id": "062-216209916-20260303-A1-AI",
    "numero": "A1B2", "email": "a@b.fr", "content_type": "application/pdf",
}  # fmt: skip


_CHOSEN = {("soumettre", "nom"): "SLO-EACT--216209916--20260302-1.tar.gz"}
"""What cannot be told from its type and its name."""


def _consumed(found: object) -> object:
    if isinstance(found, AbstractContextManager):
        with found:
            return None
    if isinstance(found, Iterator):
        return [one for _, one in zip(range(300), found, strict=False)]
    return found


def _resources(owner: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, owner
    for name, one in vars(owner).items():
        if not name.startswith("_") and _is_resource(type(one)):
            yield from _resources(one, (*path, name))


def _is_resource(cls: type) -> bool:
    ours = cls.__module__.startswith(
        ("cdg62_connect.pastell", "cdg62_connect.iparapheur", "cdg62_connect.s2low")
    )
    return ours and not is_dataclass(cls) and not issubclass(cls, Enum)


def _found() -> Iterator[Call]:
    written = {call.method for call in (*CALLS, *S2LOW)}
    for root in ROOTS:
        for path, resource in _resources(root.open(Canned(b"", ""))):
            for name, function in inspect.getmembers(type(resource), inspect.isfunction):
                method = f"{function.__module__}:{function.__qualname__}"
                if name.startswith("_") or name in READ_NOTHING or method in written:
                    continue
                yield Call(
                    name=" ".join((root.name, ".".join((*path, name)))),
                    method=method,
                    language=root.language,
                    valid=root.valid,
                    call=_calling(root, (*path, name)),
                    content_type=root.content_type,
                    effect=True,  # many read, then change, then read again
                    accepted=False,
                    slow=50,
                    # What is given comes from the types alone: the method may refuse it before it asks.
                    refusals=(PlatformError, InvalidInput, ConfigurationError),
                )


def _calling(root: Root, path: tuple[str, ...]) -> Callable[[Any, Path], object]:
    def call(session: Any, into: Path) -> object:
        method: Any = root.open(session)
        for step in path:
            method = getattr(method, step)
        hints = typing.get_type_hints(method)
        given = {
            one.name: _CHOSEN.get((path[-1], one.name)) or made(hints[one.name], into, name=one.name)
            for one in inspect.signature(method).parameters.values()
            if one.default is inspect.Parameter.empty
        }
        return _consumed(method(**given))

    return call


FOUND = tuple(_found())
