"""From an URL to a resource, as Pastell's one entry point does it, and the scripts of version 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cdg62_connect.simulator.pastell.errors import ApiError, bad_request, not_found

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.requests import Parameters, PhpValue

METHODS = ("get", "post", "patch", "delete")
VERSION = "v2"
_BELOW = {
    ("Utilisateur", "Role"): "UtilisateurRole",
    ("Entite", "Connecteur"): "Connecteur",
    ("Entite", "Document"): "Document",
    ("Entite", "Flux"): "EntiteFlux",
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a call goes.

    Attributes:
        resource: name of the controller, its first letter in capital.
        verb: method in lower case, or ``compatV1Edition``.
        args: the segments after the resource.
        script: the script of version 1 that was called, ``""`` otherwise.
        query: parameters that a script adds of itself.
    """

    resource: str
    verb: str
    args: tuple[str, ...]
    script: str = ""
    query: tuple[tuple[str, str], ...] = ()

    @property
    def operation(self) -> str:
        """What the faults and the counters call it: ``GET document``, ``POST action/orientation``…"""
        verb = self.verb.upper() if self.verb in METHODS else "POST"
        return f"{verb} {self._named()}"

    @property
    def document(self) -> str:
        """The id of the document it is about, or ``""``."""
        return self._arg(2) if self.resource == "Document" else ""

    def _arg(self, rank: int) -> str:
        return self.args[rank] if rank < len(self.args) else ""

    def _named(self) -> str:
        if self.resource in ("Document", "Connecteur"):
            return self._named_thing("document" if self.resource == "Document" else "connecteur")
        if self.resource == "EntiteFlux":
            return "association/action" if self._arg(3) == "action" else "association"
        if self.resource == "UtilisateurRole":
            return "utilisateur/role"
        if self.resource == "Utilisateur" and self._arg(0) == "token":
            return "token"
        if self.resource == "Flux" and self._arg(1) == "action":
            return "flux/action"
        if self.resource == "Journal" and self._arg(1) == "jeton":
            return "journal/jeton"
        return _lower_first(self.resource)

    def _named_thing(self, thing: str) -> str:
        if self._arg(0) in ("count", "all"):
            return f"{thing}/{self._arg(0)}"
        if not self._arg(2):
            return thing if self.verb == "post" else f"{thing}s"
        below = self._arg(3)
        prefix = "" if thing == "document" else f"{thing}/"
        if below in ("action", "externalData"):
            return f"{prefix}{below}/{self._arg(4)}"
        if below in ("file", "chunk", "content"):
            return prefix + below
        # Whatever follows the id of a document in a POST is taken for a file.
        return f"{prefix}file" if self.verb == "post" else thing


def function_of(path: str, query: Mapping[str, PhpValue]) -> str:
    """The function of the API: what follows ``/api/``, unless ``api_function`` says it."""
    told = query.get("api_function", "")
    if isinstance(told, str) and told:
        return told.lstrip("/")
    return path.removeprefix("/api").lstrip("/")


def resolve(method: str, function: str, params: Parameters) -> Route:
    """Understand a call.

    Raises:
        ApiError: 405 a method that the API does not speak, 400 nothing asked or another version, 404 a script
            that never existed.
    """
    verb = method.lower()
    if verb not in METHODS:
        raise ApiError(405, "Cette méthode n'est pas utilisable sur l'API Pastell")
    if not function or function == "index.php":
        raise bad_request("Il faut spécifier une fonction de l'api")
    if function.endswith(".php"):
        return _legacy(function, params)
    if "rest/allo" in function:
        return Route("Version", verb, ("allo",), query=(("allo", "1"),))
    version, _, rest = function.partition("/")
    if version != VERSION:
        raise bad_request("Version de l'API incorrecte ou version absente")
    return _resource(verb, rest)


def _resource(verb: str, path: str, *, script: str = "") -> Route:
    path, _, tail = path.partition("?")
    first, *args = path.lstrip("/").split("/")
    name = _upper_first(first)
    if not name:
        raise bad_request("Ressource absente")
    if len(args) > 1:
        name = _BELOW.get((name, _upper_first(args[1])), name)
    return Route(name, verb, tuple(args), script, tuple(parse_qsl(tail, keep_blank_values=True)))


def _legacy(script: str, params: Parameters) -> Route:
    found = _SCRIPTS.get(script)
    if found is None:
        raise not_found(f"Impossible de trouver le script {script}")
    path, verb = found
    given = {name: params.text(name) for name in _PARTS}
    return _resource(verb, path.format_map(given), script=script)


_PARTS = (
    *("id_e", "id_ce", "id_d", "id_u", "id_fe", "id_extension", "flux", "type", "field", "num", "action"),
    *("field_name", "file_number"),
)
_ENTITE = "entite/{id_e}"
_DOCUMENT = f"{_ENTITE}/document/{{id_d}}"
_CONNECTEUR = f"{_ENTITE}/connecteur/{{id_ce}}"
_SCRIPTS: Mapping[str, tuple[str, str]] = {
    "version.php": ("version", "get"),
    "list-roles.php": ("role", "get"),
    "document-type.php": ("flux", "get"),
    "document-type-info.php": ("flux/{type}", "get"),
    "document-type-action.php": ("flux/{type}/action", "get"),
    "list-extension.php": ("extension", "get"),
    "edit-extension.php": ("extension", "compatV1Edition"),
    "delete-extension.php": ("extension/{id_extension}", "delete"),
    "journal.php": ("journal", "get"),
    "list-utilisateur.php": ("utilisateur", "get"),
    "detail-utilisateur.php": ("utilisateur/{id_u}", "get"),
    "delete-utilisateur.php": ("utilisateur/{id_u}", "delete"),
    "modif-utilisateur.php": ("utilisateur/{id_u}", "patch"),
    "create-utilisateur.php": ("utilisateur", "post"),
    "list-role-utilisateur.php": ("utilisateur/{id_u}/role", "get"),
    "delete-role-utilisateur.php": ("utilisateur/{id_u}/role", "delete"),
    "add-role-utilisateur.php": ("utilisateur/{id_u}/role", "post"),
    "add-several-role-utilisateur.php": ("utilisateur/{id_u}/role/add", "compatV1Edition"),
    "delete-several-roles-utilisateur.php": ("utilisateur/{id_u}/role/delete", "compatV1Edition"),
    "list-entite.php": ("entite", "get"),
    "detail-entite.php": (_ENTITE, "get"),
    "modif-entite.php": (_ENTITE, "patch"),
    "delete-entite.php": (_ENTITE, "delete"),
    "create-entite.php": ("entite", "post"),
    "list-connecteur-entite.php": (f"{_ENTITE}/connecteur", "get"),
    "detail-connecteur-entite.php": (_CONNECTEUR, "get"),
    "delete-connecteur-entite.php": (_CONNECTEUR, "delete"),
    "modif-connecteur-entite.php": (_CONNECTEUR, "patch"),
    "edit-connecteur-entite.php": (f"{_CONNECTEUR}/content", "patch"),
    "create-connecteur-entite.php": (_CONNECTEUR, "post"),
    "action-connecteur-entite.php": (f"{_ENTITE}/flux/{{flux}}/action", "post"),
    "create-flux-connecteur.php": (f"{_ENTITE}/flux/{{flux}}/connecteur/{{id_ce}}?type={{type}}", "post"),
    "delete-flux-connecteur.php": (f"{_ENTITE}/flux/{{id_fe}}", "delete"),
    "list-flux-connecteur.php": (f"{_ENTITE}/flux?type={{type}}&flux={{flux}}", "get"),
    "list-document.php": (f"{_ENTITE}/document", "get"),
    "detail-document.php": (_DOCUMENT, "get"),
    "detail-several-document.php": (f"{_ENTITE}/document/", "get"),
    "create-document.php": (f"{_ENTITE}/document", "post"),
    "modif-document.php": (_DOCUMENT, "patch"),
    "recherche-document.php": (f"{_ENTITE}/document", "get"),
    "external-data.php": (f"{_DOCUMENT}/externalData/{{field}}", "get"),
    "recuperation-fichier.php": (f"{_DOCUMENT}/file/{{field}}/{{num}}", "get"),
    "receive-file.php": (f"{_DOCUMENT}/file/{{field_name}}/{{file_number}}?receive=true", "get"),
    "send-file.php": (f"{_DOCUMENT}/file/{{field}}/{{num}}", "post"),
    "action.php": (f"{_DOCUMENT}/action/{{action}}", "post"),
}


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
