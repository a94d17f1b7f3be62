"""Which call of our client is the one that was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from cdg62_connect.pastell import Pastell, Recherche
from cdg62_connect.transport import Payload
from conformance.recordings import Exchange, content_of

Made = Callable[[Pastell, Path], object]
_LIMIT = 10_000_000

_E, _D, _CE, _U = r"(\w+)", r"(\w+)", r"(\w+)", r"(\d+)"


def call_of(exchange: Exchange) -> Made | None:
    """The call of our client that sends this request, ``None`` when it has no such call."""
    path, _, query = exchange.target.partition("?")
    if not path.startswith("/api/v2/") or exchange.header("Authorization") == "" or "//" in path:
        return None
    resource = unquote(path.removeprefix("/api/v2/")).rstrip("/")
    for method, pattern, make in _ROUTES:
        found = re.fullmatch(pattern, resource)
        if method == exchange.method and found:
            return make(exchange, found.groups(), dict(parse_qsl(query)))
    return None


def _fields(exchange: Exchange) -> dict[str, str]:
    return dict(exchange.form.get("fields") or [])


def _pairs(exchange: Exchange) -> list[tuple[str, str]]:
    return [(name, value) for name, value in exchange.form.get("fields") or []]


def _upload(exchange: Exchange) -> tuple[bytes, str] | None:
    if exchange.form["kind"] != "multipart/form-data":
        return None
    parts = {part["name"]: part for part in exchange.form["parts"]}
    content, name = parts.get("file_content"), parts.get("file_name")
    if content is None or name is None or "content" not in content or not name.get("value"):
        return None
    return content_of(content["content"]) or b"", str(name["value"])


Maker = Callable[[Exchange, tuple[str, ...], dict[str, str]], Made | None]


def _modify(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    if exchange.form["kind"] != "application/x-www-form-urlencoded":
        return None
    fields = _fields(exchange)
    return lambda pastell, _: pastell.documents.modifier(at[0], at[1], fields)


def _deposit(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    given = _upload(exchange)
    if given is None or not given[0]:
        return None
    return lambda pastell, _: pastell.documents.deposer(
        at[0], at[1], at[2], Payload.of(given[0]), nom=given[1], rang=int(at[3] or 0)
    )


def _download(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    if query or exchange.answer_bytes is None:
        return None
    return lambda pastell, into: pastell.documents.telecharger(
        at[0], at[1], at[2], into=into, rang=int(at[3] or 0), limit=_LIMIT
    )


def _listed(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    if "id_d[]" in query or set(query) - {"type"} or at[0] == "0":
        return None
    search = Recherche(flux=query["type"]) if "type" in query else None
    return lambda pastell, _: list(pastell.documents.lister(at[0], search))


def _counted(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    if set(query) - {"id_e", "type"}:
        return None
    return lambda pastell, _: pastell.documents.compter(query.get("id_e"), query.get("type"))


def _choose(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    if query or not _pairs(exchange):
        return None
    pairs = _pairs(exchange)
    return lambda pastell, _: pastell.documents.choisir(at[0], at[1], at[2], pairs)


def _journal(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    if set(query) - {"id_e", "id_d", "type", "limit"} or "id_e" not in query:
        return None
    return lambda pastell, _: list(
        pastell.journal.lignes(query["id_e"], id_d=query.get("id_d"), flux=query.get("type"))
    )


def _connector_file(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    given = _upload(exchange)
    if given is None:
        return None
    return lambda pastell, _: pastell.connecteurs.deposer(
        at[0], at[1], at[2], Payload.of(given[0]), nom=given[1]
    )


def _connector_made(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    fields = _fields(exchange)
    if "libelle" not in fields or "id_connecteur" not in fields:
        return None
    return lambda pastell, _: pastell.connecteurs.creer(at[0], fields["id_connecteur"], fields["libelle"])


def _associated(exchange: Exchange, at: tuple[str, ...], query: dict[str, str]) -> Made | None:
    fields = _fields(exchange)
    if "type" not in fields:
        return None
    return lambda pastell, _: pastell.associations.creer(at[0], at[1], at[2], fields["type"])


def _always(work: Callable[[Pastell, Exchange, tuple[str, ...], dict[str, str]], object]) -> Maker:
    return lambda exchange, at, query: lambda pastell, _: work(pastell, exchange, at, query)


_ROUTES: list[tuple[str, str, Maker]] = [
    ("GET", "version", _always(lambda p, x, at, q: p.version)),
    ("GET", "entite", lambda x, at, q: None if q else (lambda p, _: p.entites.lister())),
    ("GET", rf"entite/{_U}", _always(lambda p, x, at, q: p.entites.detail(at[0]))),
    ("POST", rf"entite/{_U}/activate", _always(lambda p, x, at, q: p.entites.activer(at[0]))),
    ("POST", rf"entite/{_U}/deactivate", _always(lambda p, x, at, q: p.entites.desactiver(at[0]))),
    ("DELETE", rf"entite/{_U}", _always(lambda p, x, at, q: p.entites.supprimer(at[0]))),
    ("GET", rf"entite/{_U}/connecteur", _always(lambda p, x, at, q: p.connecteurs.lister(at[0]))),
    ("GET", "connecteur/all", _always(lambda p, x, at, q: p.connecteurs.tous())),
    ("POST", rf"entite/{_U}/connecteur", _connector_made),
    ("GET", rf"entite/{_U}/connecteur/{_U}", _always(lambda p, x, at, q: p.connecteurs.detail(*at))),
    (
        "PATCH",
        rf"entite/{_U}/connecteur/{_U}/content",
        _always(lambda p, x, at, q: p.connecteurs.configurer(at[0], at[1], _fields(x))),
    ),
    ("POST", rf"entite/{_U}/connecteur/{_U}/file/(\w+)", _connector_file),
    (
        "GET",
        rf"entite/{_U}/connecteur/{_U}/externalData/([\w-]+)",
        _always(lambda p, x, at, q: p.connecteurs.choix(*at)),
    ),
    (
        "PATCH",
        rf"entite/{_U}/connecteur/{_U}/externalData/([\w-]+)",
        _always(lambda p, x, at, q: p.connecteurs.choisir(*at, _pairs(x))),
    ),
    (
        "POST",
        rf"entite/{_U}/connecteur/{_U}/action/([\w-]+)",
        _always(lambda p, x, at, q: p.connecteurs.agir(*at)),
    ),
    ("DELETE", rf"entite/{_U}/connecteur/{_U}", _always(lambda p, x, at, q: p.connecteurs.supprimer(*at))),
    (
        "GET",
        rf"entite/{_U}/flux",
        lambda x, at, q: None if q else (lambda p, _: p.associations.lister(at[0])),
    ),
    ("POST", rf"entite/{_U}/flux/([\w-]+)/connecteur/{_U}", _associated),
    (
        "DELETE",
        rf"entite/{_U}/flux",
        _always(lambda p, x, at, q: p.associations.supprimer(at[0], q.get("id_fe", "0"))),
    ),
    ("GET", "utilisateur", _always(lambda p, x, at, q: p.utilisateurs.lister())),
    ("GET", rf"utilisateur/{_U}", _always(lambda p, x, at, q: p.utilisateurs.detail(at[0]))),
    ("GET", rf"utilisateur/{_U}/role", _always(lambda p, x, at, q: p.utilisateurs.roles(at[0]))),
    ("GET", "role", _always(lambda p, x, at, q: p.roles.lister())),
    ("GET", "utilisateur/token", _always(lambda p, x, at, q: p.jetons.lister())),
    ("GET", "flux", _always(lambda p, x, at, q: p.flux.lister())),
    ("GET", r"flux/([\w-]+)", _always(lambda p, x, at, q: p.flux.champs(at[0]))),
    ("GET", r"flux/([\w-]+)/action", _always(lambda p, x, at, q: p.flux.actions(at[0]))),
    (
        "POST",
        rf"entite/{_U}/document",
        lambda x, at, q: (lambda p, _: p.documents.creer(at[0], _fields(x)["type"])) if _fields(x) else None,
    ),
    ("GET", rf"entite/{_E}/document", _listed),
    ("GET", rf"entite/{_E}/document/{_D}", _always(lambda p, x, at, q: p.documents.detail(*at))),
    ("PATCH", rf"entite/{_E}/document/{_D}", _modify),
    ("DELETE", rf"entite/{_E}/document/{_D}", _always(lambda p, x, at, q: p.documents.supprimer(*at))),
    ("POST", rf"entite/{_E}/document/{_D}/file/(\w+)(?:/(\d+))?", _deposit),
    ("GET", rf"entite/{_E}/document/{_D}/file/(\w+)(?:/(\d+))?", _download),
    (
        "GET",
        rf"entite/{_E}/document/{_D}/externalData/([\w-]+)",
        _always(lambda p, x, at, q: p.documents.choix(*at)),
    ),
    ("PATCH", rf"entite/{_E}/document/{_D}/externalData/([\w-]+)", _choose),
    (
        "POST",
        rf"entite/{_E}/document/{_D}/action/([\w-]+)",
        _always(lambda p, x, at, q: p.documents.agir(*at)),
    ),
    ("GET", "document/count", _counted),
    ("GET", "journal", _journal),
]
