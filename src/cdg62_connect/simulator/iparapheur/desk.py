"""The part of the admin desk that acts in the parapheur: its people, its settings, which version it imitates."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, cast, get_args

from flask import Blueprint, Response, jsonify

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.admin_body import Body, body_of, moment_of, text_of
from cdg62_connect.simulator.iparapheur.circuits import Etape
from cdg62_connect.simulator.iparapheur.conduct import ACTES
from cdg62_connect.simulator.iparapheur.dossier import Piece
from cdg62_connect.simulator.iparapheur.refusal import Introuvable
from cdg62_connect.simulator.iparapheur.rest.state import Generation as ApiGeneration
from cdg62_connect.simulator.iparapheur.typage import Format, Metadonnee, Protocole, SousType, Type
from cdg62_connect.simulator.iparapheur.variantes import Generation, Variantes

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.iparapheur.state import ParapheurState

_DOSSIER = "/parapheur/<path:dossier_id>/"
_FLAGS = (
    "noms_entre_guillemets",
    "documents_permutes",
    "supplementaires_apres",
    "schema_distant",
    "operis",
)


def pages(routes: Blueprint, simulator: Simulator) -> None:
    """Put them on their paths."""
    people, settings = _People(simulator), _Settings(simulator)
    for path, view in (
        *((_DOSSIER + act, people.acting(act)) for act in _ACTS),
        (_DOSSIER + "signer", people.signer),
        (_DOSSIER + "lire", people.lire),
        (_DOSSIER + "refuser", people.refuser),
        (_DOSSIER + "teletransmettre", people.teletransmettre),
        (_DOSSIER + "transferer", people.transferer),
        (_DOSSIER + "demander_avis", people.demander_avis),
        (_DOSSIER + "annoter", people.annoter),
        (_DOSSIER + "joindre", people.joindre),
        (_DOSSIER + "recuperer", people.recuperer),
        ("/parapheur/delegations", settings.delegations),
        ("/parapheur/types", settings.types),
        ("/parapheur/metadonnees", settings.metadonnees),
        ("/parapheur/variantes", settings.variantes),
        ("/parapheur/corbeille", settings.corbeille),
    ):
        name = "parapheur_" + path.rpartition("/")[2]
        routes.add_url_rule(path, endpoint=name, view_func=view, methods=["POST"])


_ACTS: Mapping[str, Callable[[ParapheurState], Callable[..., None]]] = {
    "viser": lambda state: state.viser,
    "cacheter": lambda state: state.cacheter,
    "signer_dehors": lambda state: state.signer_dehors,
    "lire_mail": lambda state: state.lire_mail,
    "donner_avis": lambda state: state.donner_avis,
}
"""What a desk does with a dossier, and need only say by whom and with which annotation."""


class _People:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    @property
    def _state(self) -> ParapheurState:
        return self._simulator.iparapheur

    def acting(self, act: str) -> Callable[[str], Response]:
        def view(dossier_id: str) -> Response:
            body = body_of("par", "annotation")
            _ACTS[act](self._state)(dossier_id, by=_par(body), annotation=text_of(body, "annotation"))
            return _done()

        return view

    def signer(self, dossier_id: str) -> Response:
        body = body_of("par", "annotation", "papier")
        self._state.signer(
            dossier_id,
            by=_par(body),
            annotation=text_of(body, "annotation"),
            papier=body.get("papier") is True,
        )
        return _done()

    def lire(self, dossier_id: str) -> Response:
        self._state.lire(dossier_id, by=_par(body_of("par")))
        return _done()

    def refuser(self, dossier_id: str) -> Response:
        body = body_of("motif", "par")
        self._state.refuser(dossier_id, motif=text_of(body, "motif"), by=_par(body))
        return _done()

    def teletransmettre(self, dossier_id: str) -> Response:
        self._state.teletransmettre(dossier_id, echec=text_of(body_of("echec"), "echec"))
        return _done()

    def transferer(self, dossier_id: str) -> Response:
        body = body_of("vers", "par", "annotation")
        self._state.transferer(
            dossier_id, vers=_needed(body, "vers"), by=_par(body), annotation=text_of(body, "annotation")
        )
        return _done()

    def demander_avis(self, dossier_id: str) -> Response:
        body = body_of("a", "par", "annotation")
        self._state.demander_avis(
            dossier_id, a=_needed(body, "a"), by=_par(body), annotation=text_of(body, "annotation")
        )
        return _done()

    def annoter(self, dossier_id: str) -> Response:
        body = body_of("texte", "par", "privee")
        self._state.annoter(
            dossier_id, _needed(body, "texte"), by=_par(body), privee=body.get("privee") is True
        )
        return _done()

    def joindre(self, dossier_id: str) -> Response:
        body = body_of("nom", "contenu", "type", "par")
        try:
            content = base64.b64decode(_needed(body, "contenu"), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidInput("« contenu » doit être en base64.") from None
        path = self._state.reception / f"joint-{secrets.token_hex(8)}"
        path.write_bytes(content)
        try:
            piece = Piece(_needed(body, "nom"), path, text_of(body, "type") or "application/pdf")
            self._state.joindre(dossier_id, piece, by=_par(body))
        finally:
            path.unlink(missing_ok=True)
        return _done()

    def recuperer(self, dossier_id: str) -> Response:
        """The droit de remords of the emitter."""
        body_of()
        state = self._state
        with state.lock:
            found = next(
                (one for one in state.en_cours().values() if dossier_id in (one.dossier_id, one.identifiant)),
                None,
            )
            if found is None:
                raise Introuvable(dossier_id)
            account = next(one for one in state.accounts if one.login == found.account)
            state.recuperer(account, found.dossier_id)
        return _done()


class _Settings:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    @property
    def _state(self) -> ParapheurState:
        return self._simulator.iparapheur

    def delegations(self) -> Response:
        body = body_of("bureau", "a", "type", "sous_type", "du", "au")
        self._state.deleguer(
            _needed(body, "bureau"),
            text_of(body, "a") or None,
            type_=text_of(body, "type"),
            sous_type=text_of(body, "sous_type"),
            debut=moment_of(text_of(body, "du")) if "du" in body else None,
            fin=moment_of(text_of(body, "au")) if "au" in body else None,
        )
        return jsonify([{"bureau": one.bureau, "a": one.a} for one in self._state.delegations])

    def types(self) -> Response:
        """One type more, for every account or for one."""
        body = body_of("nom", "format", "protocole", "sous_types", "compte")
        made = Type(
            _needed(body, "nom"),
            {one.nom: one for one in (_sous_type(given) for given in _objects(body, "sous_types"))},
            format=Format(_among(body, "format", [one.value for one in Format], "AUTO")),
            protocole=Protocole(_among(body, "protocole", [one.value for one in Protocole], "NONE")),
        )
        login = text_of(body, "compte")
        known = [one for one in self._state.accounts if login in ("", one.login)]
        if not known:
            raise InvalidInput(f"Aucun compte du parapheur ne s'appelle « {login} ».")
        for account in known:
            self._state.add_type(account.login, made)
        return _done()

    def metadonnees(self) -> Response:
        body = body_of("sous_type", "exigees", "dictionnaire")
        for given in _objects(body, "dictionnaire"):
            self._state.declarer_metadonnees(_metadonnee(given))
        exigees = body.get("exigees", [])
        if not isinstance(exigees, list) or not all(
            isinstance(one, str) for one in cast("list[object]", exigees)
        ):
            raise InvalidInput("« exigees » doit être une liste de noms.")
        if "sous_type" in body:
            self._state.exiger_metadonnees(_needed(body, "sous_type"), *cast("list[str]", exigees))
        return _done()

    def variantes(self) -> Response:
        """Which version it imitates; what is not said goes back to its default."""
        times = ("visible_apres_s", "initialisation_s")
        body = body_of("generation", "api", "prefixe", "certificat_exige", *times, *_FLAGS)
        shown, ready = (_seconds(body, name) for name in times)
        api = _among(body, "api", get_args(ApiGeneration), "2025")
        self._state.variantes = Variantes(
            generation=Generation(_among(body, "generation", [one.value for one in Generation], "4")),
            prefixe=text_of(body, "prefixe"),
            visible_apres=shown,
            **{name: body.get(name) is True for name in _FLAGS},
        )
        self._state.certificat_exige = body.get("certificat_exige") is True
        rest = self._simulator.iparapheur_rest
        rest.generation, rest.initialisation = cast("ApiGeneration", api), ready
        return _done()

    def corbeille(self) -> Response:
        """The trash bin empties itself, as it does after some days."""
        body_of()
        self._simulator.iparapheur_rest.purge()
        return _done()


def _sous_type(body: Body) -> SousType:
    steps = [
        Etape(ACTES[_among(step, "acte", list(ACTES), "signature")], _needed(step, "bureau"))
        for step in _objects(body, "circuit")
    ]
    if not steps:
        raise InvalidInput("Un sous-type doit avoir un circuit : « circuit ».")
    return SousType(
        _needed(body, "nom"),
        tuple(steps),
        metadonnees=tuple(_metadonnee(given) for given in _objects(body, "metadonnees")),
        multidoc=body.get("multidoc") is True,
    )


def _metadonnee(body: Body) -> Metadonnee:
    return Metadonnee(
        _needed(body, "nom"),
        text_of(body, "libelle"),
        text_of(body, "nature") or "STRING",
        obligatoire=body.get("obligatoire") is True,
    )


def _objects(body: Body, name: str) -> list[Body]:
    value = body.get(name, [])
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidInput(f"« {name} » doit être une liste.")
    items = cast("Sequence[object]", value)
    if not all(isinstance(item, Mapping) for item in items):
        raise InvalidInput(f"« {name} » doit être une liste d'objets.")
    return cast("list[Body]", list(items))


def _needed(body: Body, name: str) -> str:
    found = text_of(body, name)
    if not found:
        raise InvalidInput(f"« {name} » manque.")
    return found


def _among(body: Body, name: str, known: Sequence[str], default: str) -> str:
    found = text_of(body, name) or default
    if found not in known:
        raise InvalidInput(f"« {name} » vaut {', '.join(known)}.")
    return found


def _seconds(body: Body, name: str) -> timedelta:
    given = body.get(name, 0)
    if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
        raise InvalidInput(f"« {name} » doit être un nombre de secondes.")
    return timedelta(seconds=given)


def _par(body: Body) -> str | None:
    return text_of(body, "par") or None


def _done() -> Response:
    return jsonify({"fait": True})
