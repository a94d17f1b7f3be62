"""The doors of Pastell's client: every method of every resource, found by looking at the client itself.

One call of the client may make several calls of the API; here all of them get the same answer.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from cdg62_connect.errors import InvalidInput, PlatformError
from cdg62_connect.pastell import Frequence, NotInThisVersion, Pastell
from cdg62_connect.transport import Payload
from hostile import answers
from hostile.platform_doors import Call, Canned

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
_FULL = {
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
SEEDS = tuple(
    json.dumps(shape).encode()
    for shape in (_FULL, [_ROW], {"status": "error", "error-message": "Document inconnu"}, {"actes": _ROW})
)


def _argument(parameter: inspect.Parameter, into: Path) -> object:
    kind = str(parameter.annotation)
    values: tuple[tuple[str, object], ...] = (
        ("Path", into),
        ("Frequence", Frequence(expression="10", id_cf="5")),
        ("Payload", Payload.of(answers.PDF)),
        ("tuple[str, str]", [("a", "b")]),
        ("Mapping", {"champ": "valeur"}),
        ("Iterable[str]", ["aB3dE5f"]),
        ("bool", False),
        ("int", 1),
    )
    return next((value for mark, value in values if mark in kind), "1")


def _consumed(found: object) -> object:
    if isinstance(found, AbstractContextManager):
        with found:
            return None
    if isinstance(found, Iterator):
        return [one for _, one in zip(range(300), found, strict=False)]
    return found


def _resources(owner: object, path: str = "") -> Iterator[tuple[str, object]]:
    yield path, owner
    for name, one in vars(owner).items():
        if not name.startswith("_") and type(one).__module__.startswith("cdg62_connect.pastell"):
            yield from _resources(one, f"{path}.{name}".strip("."))


def _methods() -> Iterable[Call]:
    client = Pastell(Canned(b"", ""))
    for path, resource in _resources(client):
        for name, function in inspect.getmembers(type(resource), inspect.isfunction):
            if name.startswith("_") or name == "patienter":
                continue
            yield Call(
                name=f"pastell {path}.{name}".replace(" .", " "),
                method=f"{function.__module__}:{function.__qualname__}",
                language="json",
                valid=SEEDS,
                call=_calling(path, name),
                content_type="application/json; charset=utf-8",
                effect=True,  # many read, then change, then read again
                accepted=False,
                slow=50,
                refusals=(PlatformError, InvalidInput, NotInThisVersion),
            )


def _calling(path: str, name: str) -> Any:
    def call(session: Any, into: Path) -> object:
        resource: Any = Pastell(session)
        for step in path.split(".") if path else ():
            resource = getattr(resource, step)
        method = getattr(resource, name)
        given = {
            parameter.name: _argument(parameter, into)
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is inspect.Parameter.empty
        }
        return _consumed(method(**given))

    return call


PASTELL = tuple(_methods())
