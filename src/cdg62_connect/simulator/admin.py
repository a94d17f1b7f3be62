"""The admin desk: JSON over plain HTTP on the loopback, for tests and demonstrations.

======  =================================  ===========================================================
method  path                               body, effect
======  =================================  ===========================================================
GET     /etat                              everything: ``horloge``, ``iparapheur``, ``s2low``, ``pastell``
                                           (null until it is used), ``pannes`` (not fully used),
                                           ``appels`` (requests by operation),
                                           ``erreurs`` (tracebacks of the simulator itself)
POST    /horloge                           ``{"avance_s": 3600}`` or ``{"heure": "2025-03-14T09:00:00+01:00"}``
POST    /reset                             back to the first moment, everything empty
GET     /pannes                            the rules not fully used
POST    /pannes                            one rule or a list of rules (see ``faults.py``)
POST    /rythme                            ``{"iparapheur": …, "s2low": …}``, each as its ``Rythme.of`` reads
POST    /parapheur/<id>/signer             ``{"par": "…", "annotation": "…", "papier": false}``, all optional
POST    /parapheur/<id>/viser              ``{"par": "…", "annotation": "…"}``, all optional
POST    /parapheur/<id>/refuser            ``{"motif": "…", "par": "…"}``
POST    /s2low/<id>/poster                 ``{"agent": "…"}``, optional: 17 or 18 → 1
POST    /s2low/<id>/acquitter              the ministry answers at once
POST    /s2low/<id>/refuser                ``{"motif": "…", "par": "analyse"|"ministere", "nature": "007"}``
POST    /s2low/<id>/passer                 ``{"statut": 5}``: an acknowledged acte is closed or archived
POST    /s2low/scenarios                   one or a list of ``{"contient", "issue", "motif", "nature"}``
POST    /pastell/profil                    ``{"profil": "4.1"}``: another generation, with nothing in it
POST    /pastell/travail                   ``{"mode": "auto"|"main"}``, ``{"tours": 3}``: the daemon, by hand
POST    /pastell/<id>/verrouiller          ``{"verrouille": true}``: its job is locked, nothing moves any more
POST    /pastell/journal/purger            ``{"avant": "2025-03-14 09:00:00"}``, optional: rows go to the history
GET     /pastell/documents                 every document
======  =================================  ===========================================================

An answer is JSON; a refusal is ``{"erreur": "…"}`` with 400 (body not understood), 403 (asked by a web page),
404 (unknown id) or 409 (not in this state).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast, get_args
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from cdg62_connect.errors import InvalidInput, NotFound, NotReady
from cdg62_connect.simulator import iparapheur
from cdg62_connect.simulator.s2low import Rythme, Scenario
from cdg62_connect.simulator.s2low.machine import Refuser

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.web import Mishaps

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BODY_LIMIT = 1024 * 1024
_MOST_ROUNDS = 1000

Body = Mapping[str, Any]


def blueprint(simulator: Simulator, *, mishaps: Mishaps) -> Blueprint:
    """The routes of the admin desk."""
    desk = _Desk(simulator, mishaps)
    routes = Blueprint("admin", __name__)
    routes.before_request(_refuse_web_pages)
    for error, status in (
        (InvalidInput, 400),
        (NotFound, 404),
        (iparapheur.Introuvable, 404),
        (NotReady, 409),
        (iparapheur.Refus, 409),
    ):
        routes.register_error_handler(error, _refusal(status))
    for method, path, view in (
        ("GET", "/etat", desk.etat),
        ("POST", "/horloge", desk.horloge),
        ("POST", "/reset", desk.reset),
        ("GET", "/pannes", desk.pannes),
        ("POST", "/pannes", desk.armer),
        ("POST", "/rythme", desk.rythme),
        ("POST", "/parapheur/<path:dossier_id>/signer", desk.parapheur_signer),
        ("POST", "/parapheur/<path:dossier_id>/viser", desk.parapheur_viser),
        ("POST", "/parapheur/<path:dossier_id>/refuser", desk.parapheur_refuser),
        ("POST", "/s2low/scenarios", desk.scenarios),
        ("POST", "/s2low/<int:transaction>/poster", desk.s2low_poster),
        ("POST", "/s2low/<int:transaction>/acquitter", desk.s2low_acquitter),
        ("POST", "/s2low/<int:transaction>/refuser", desk.s2low_refuser),
        ("POST", "/s2low/<int:transaction>/passer", desk.s2low_passer),
        ("POST", "/pastell/profil", desk.pastell_profil),
        ("POST", "/pastell/travail", desk.pastell_travail),
        ("POST", "/pastell/<id_d>/verrouiller", desk.pastell_verrouiller),
        ("POST", "/pastell/journal/purger", desk.pastell_purger),
        ("GET", "/pastell/documents", desk.pastell_documents),
    ):
        routes.add_url_rule(path, endpoint=view.__name__, view_func=view, methods=[method])
    return routes


class _Desk:
    def __init__(self, simulator: Simulator, mishaps: Mishaps) -> None:
        self._simulator = simulator
        self._mishaps = mishaps

    def etat(self) -> Response:
        simulator = self._simulator
        return jsonify(
            {
                "horloge": {
                    "heure": simulator.clock.now().isoformat(),
                    "en_marche": simulator.clock.running,
                },
                "iparapheur": simulator.iparapheur.snapshot(),
                "s2low": simulator.s2low.snapshot(),
                "pastell": simulator.pastell.snapshot() if simulator.pastell_in_use else None,
                "pannes": simulator.faults.unmet(),
                "appels": simulator.faults.calls,
                "erreurs": self._mishaps.seen,
            }
        )

    def horloge(self) -> Response:
        body, clock = _body("avance_s", "heure"), self._simulator.clock
        match body:
            case {"avance_s": int() | float() as seconds, **rest} if seconds >= 0 and not rest:
                clock.advance(seconds)
            case {"heure": str() as text, **rest} if not rest:
                clock.set(_moment(text))
            case _:
                raise InvalidInput('Horloge : envoyez {"avance_s": 60} ou {"heure": "…"} avec son fuseau.')
        return jsonify({"heure": clock.now().isoformat()})

    def reset(self) -> Response:
        self._simulator.reset()
        self._mishaps.reset()
        return self._done()

    def pannes(self) -> Response:
        return jsonify(self._simulator.faults.unmet())

    def armer(self) -> Response:
        for rule in _objects():
            self._simulator.faults.add(rule)
        return self.pannes()

    def rythme(self) -> Response:
        body, simulator = _body("iparapheur", "s2low"), self._simulator
        parapheur = iparapheur.Rythme.of(body["iparapheur"]) if "iparapheur" in body else None
        s2low = Rythme.of(body["s2low"]) if "s2low" in body else None
        if parapheur is not None:
            simulator.iparapheur.rythme = parapheur
        if s2low is not None:
            simulator.s2low.rythme = s2low
        return jsonify(
            {
                "iparapheur": simulator.iparapheur.rythme.as_json(),
                "s2low": simulator.s2low.rythme.as_json(),
            }
        )

    def parapheur_signer(self, dossier_id: str) -> Response:
        body = _body("par", "annotation", "papier")
        self._simulator.iparapheur.signer(
            dossier_id,
            by=_text(body, "par") or None,
            annotation=_text(body, "annotation"),
            papier=body.get("papier") is True,
        )
        return self._done()

    def parapheur_viser(self, dossier_id: str) -> Response:
        body = _body("par", "annotation")
        self._simulator.iparapheur.viser(
            dossier_id, by=_text(body, "par") or None, annotation=_text(body, "annotation")
        )
        return self._done()

    def parapheur_refuser(self, dossier_id: str) -> Response:
        body = _body("motif", "par")
        self._simulator.iparapheur.refuser(
            dossier_id, motif=_text(body, "motif"), by=_text(body, "par") or None
        )
        return self._done()

    def scenarios(self) -> Response:
        for data in _objects():
            self._simulator.s2low.prevoir(Scenario.of(data))
        return self._done()

    def s2low_poster(self, transaction: int) -> Response:
        agent = _text(_body("agent"), "agent")
        self._simulator.s2low.poster(transaction, **({"agent": agent} if agent else {}))
        return self._done()

    def s2low_acquitter(self, transaction: int) -> Response:
        self._simulator.s2low.acquitter(transaction)
        return self._done()

    def s2low_refuser(self, transaction: int) -> Response:
        body = _body("motif", "par", "nature")
        par = _text(body, "par") or None
        if par not in (None, *get_args(Refuser)):
            raise InvalidInput(f"« par » vaut {par!r} ; valeurs possibles : {', '.join(get_args(Refuser))}.")
        self._simulator.s2low.refuser(
            transaction,
            motif=_text(body, "motif"),
            par=cast("Refuser | None", par),
            nature=_text(body, "nature") or "007",
        )
        return self._done()

    def s2low_passer(self, transaction: int) -> Response:
        statut = _body("statut").get("statut")
        if not isinstance(statut, int):
            raise InvalidInput('Envoyez {"statut": 5}.')
        self._simulator.s2low.passer(transaction, statut)
        return self._done()

    def pastell_profil(self) -> Response:
        self._simulator.pastell.use_profile(_text(_body("profil"), "profil"))
        return self._done()

    def pastell_travail(self) -> Response:
        platform = self._simulator.pastell
        match _body("mode", "tours"):
            case {"mode": "auto" | "main" as mode, **rest} if not rest:
                platform.worker.mode = mode
            case {"tours": int(rounds), **rest} if 1 <= rounds <= _MOST_ROUNDS and not rest:
                for _ in range(rounds):
                    platform.tick()
            case _:
                raise InvalidInput(
                    'Travail : envoyez {"mode": "auto"}, {"mode": "main"} ou {"tours": 3} '
                    f"({_MOST_ROUNDS} au plus)."
                )
        return jsonify({"mode": platform.worker.mode, "taches": platform.worker.jobs()})

    def pastell_verrouiller(self, id_d: str) -> Response:
        locked = _body("verrouille").get("verrouille", True)
        if not isinstance(locked, bool):
            raise InvalidInput('Envoyez {"verrouille": true} ou {"verrouille": false}.')
        self._simulator.pastell.worker.jam(id_d, locked=locked)
        return self._done()

    def pastell_purger(self) -> Response:
        before = _text(_body("avant"), "avant") or None
        return jsonify({"lignes": self._simulator.pastell.journal.purge(before)})

    def pastell_documents(self) -> Response:
        return jsonify(self._simulator.pastell.documents.snapshot())

    def _done(self) -> Response:
        return jsonify({"fait": True})


def _refuse_web_pages() -> Response | None:
    """A page open in a browser can reach the loopback: it announces itself, or asks under another name."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if host in _LOOPBACK and not foreign and request.headers.get("Sec-Fetch-Site") in (None, "same-origin"):
        return None
    refused = jsonify({"erreur": "Le guichet d'administration ne répond qu'en local, hors navigateur."})
    refused.status_code = 403
    return refused


def _refusal(status: int) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        refused = jsonify({"erreur": str(error)})
        refused.status_code = status
        return refused

    return answer


def _json() -> object:
    if (request.content_length or 0) > _BODY_LIMIT:
        raise InvalidInput("Corps trop long.")
    # Whatever type is announced: curl -d says that its JSON is a form.
    data = request.get_data(parse_form_data=False)
    if not data:
        return {}
    try:
        content: object = json.loads(data)
    except ValueError:
        raise InvalidInput("Le corps n'est pas du JSON.") from None
    return content


def _body(*known: str) -> Body:
    content = _json()
    if not isinstance(content, Mapping):
        raise InvalidInput("Le corps doit être un objet JSON.")
    body = cast("Body", content)
    for name in body:
        if name not in known:
            raise InvalidInput(f"Champ inconnu « {name} » ; possibles : {', '.join(known)}.")
    return body


def _objects() -> list[Body]:
    content = _json()
    items = cast("list[object]", content) if isinstance(content, list) else [content]
    if not all(isinstance(item, Mapping) for item in items):
        raise InvalidInput("Le corps doit être un objet JSON, ou une liste d'objets.")
    return cast("list[Body]", items)


def _text(body: Body, name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(f"« {name} » doit être un texte.")
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as malformed:
        raise InvalidInput(f"« {text} » n'est pas une heure ISO 8601.") from malformed
    if moment.tzinfo is None:
        raise InvalidInput("L'heure doit porter son fuseau (2025-03-14T09:00:00+01:00).")
    return moment
