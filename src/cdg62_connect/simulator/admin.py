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
POST    /rythme                            ``{"iparapheur": …, "s2low": …, "helios": …}``, each as its
                                           ``Rythme.of`` reads
POST    /parapheur/<id>/lire               ``{"par": "…"}``, optional: the droit de remords is over
POST    /parapheur/<id>/viser              ``{"par": "…", "annotation": "…"}``, all optional
POST    /parapheur/<id>/signer             the same, and ``"papier": false``
POST    /parapheur/<id>/cacheter           as ``viser``: the seal of the server
POST    /parapheur/<id>/signer_dehors      as ``viser``: somebody outside signs
POST    /parapheur/<id>/lire_mail          as ``viser``: the secured mail is opened
POST    /parapheur/<id>/teletransmettre    ``{"echec": "…"}``, optional: it ends, or fails so
POST    /parapheur/<id>/refuser            ``{"motif": "…", "par": "…"}``
POST    /parapheur/<id>/transferer         ``{"vers": "…", "par": "…", "annotation": "…"}``: to another desk
POST    /parapheur/<id>/demander_avis      ``{"a": "…", "par": "…", "annotation": "…"}``: of another desk
POST    /parapheur/<id>/donner_avis        as ``viser``: the dossier goes back to whoever asked
POST    /parapheur/<id>/annoter            ``{"texte": "…", "par": "…", "privee": false}``
POST    /parapheur/<id>/joindre            ``{"nom": "…", "contenu": base64, "type": "…", "par": "…"}``: an annexe
POST    /parapheur/<id>/recuperer          ``{}``: the emitter takes it back
POST    /parapheur/delegations             ``{"bureau", "a", "type", "sous_type", "du", "au"}``; no ``a``: they end
POST    /parapheur/types                   ``{"nom", "format", "protocole", "sous_types": [{"nom", "circuit": [{"acte",
                                           "bureau"}], "multidoc", "metadonnees"}], "compte"}``
POST    /parapheur/metadonnees             ``{"sous_type", "exigees": […], "dictionnaire": […]}``
POST    /parapheur/variantes               the version that it imitates (see ``Variantes``; ``api`` and
                                           ``initialisation_s`` for the REST API): what is not said goes back to its
                                           default
POST    /parapheur/corbeille               ``{}``: the trash bin of the REST API is emptied
POST    /s2low/<id>/poster                 ``{"agent": "…"}``, optional: 17 or 18 → 1
POST    /s2low/<id>/acquitter              the ministry answers at once
POST    /s2low/<id>/refuser                ``{"motif": "…", "par": "analyse"|"ministere", "nature": "007"}``
POST    /s2low/<id>/passer                 ``{"statut": 5}``: an acknowledged acte is closed or archived
POST    /s2low/<id>/courrier               ``{"sorte": "demande_pieces", "texte": "…"}``: the préfecture writes
POST    /s2low/scenarios                   one or a list of ``{"contient", "issue", "motif", "nature", "apres_s"}``
POST    /s2low/classification              ``{"siren", "version", "niveau3", "le", "recue"}``: the préfecture publishes
POST    /s2low/lots                        ``{"nombre": 3}``: a batch opened on the web pages; its id
POST    /helios/<id>/poster                ``{"agent": "…"}``, optional: 13 or 14 → 1
POST    /helios/<id>/acquitter             the trésorerie answers at once: ``{"issue": "partiel", "erreurs": […]}``,
                                           optional (see ``ScenarioPes``); what it finds by itself otherwise
POST    /helios/<id>/refuser               ``{"motif": "…"}``: S2LOW refuses it, status -1
POST    /helios/<id>/annuler               a PES that has not left is taken back, status 0
POST    /helios/<id>/retour                the trésorerie sends a PES retour of its bordereaux de dépense
POST    /helios/scenarios                  one or a list of ``{"contient", "issue", "motif", "erreurs"}``
POST    /mail/<id>/lire                    ``{"email": "…"}``: a recipient opens a secure mail
POST    /mail/groupes                      ``{"siren", "nom", "adresses"}``: a group of the directory
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

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from cdg62_connect.errors import InvalidInput, NotFound, NotReady
from cdg62_connect.simulator import iparapheur
from cdg62_connect.simulator.admin_body import body_of, moment_of, objects_of, text_of
from cdg62_connect.simulator.iparapheur import desk as parapheur_desk
from cdg62_connect.simulator.s2low import Rythme, RythmePes
from cdg62_connect.simulator.s2low import desk as s2low_desk

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.web import Mishaps

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MOST_ROUNDS = 1000


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
        ("POST", "/pastell/profil", desk.pastell_profil),
        ("POST", "/pastell/travail", desk.pastell_travail),
        ("POST", "/pastell/<id_d>/verrouiller", desk.pastell_verrouiller),
        ("POST", "/pastell/journal/purger", desk.pastell_purger),
        ("GET", "/pastell/documents", desk.pastell_documents),
    ):
        routes.add_url_rule(path, endpoint=view.__name__, view_func=view, methods=[method])
    parapheur_desk.pages(routes, simulator)
    s2low_desk.pages(routes, simulator)
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
        body, clock = body_of("avance_s", "heure"), self._simulator.clock
        match body:
            case {"avance_s": int() | float() as seconds, **rest} if seconds >= 0 and not rest:
                clock.advance(seconds)
            case {"heure": str() as text, **rest} if not rest:
                clock.set(moment_of(text))
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
        for rule in objects_of():
            self._simulator.faults.add(rule)
        return self.pannes()

    def rythme(self) -> Response:
        body, simulator = body_of("iparapheur", "s2low", "helios"), self._simulator
        parapheur = iparapheur.Rythme.of(body["iparapheur"]) if "iparapheur" in body else None
        s2low = Rythme.of(body["s2low"]) if "s2low" in body else None
        helios = RythmePes.of(body["helios"]) if "helios" in body else None
        if parapheur is not None:
            simulator.iparapheur.rythme = parapheur
        if s2low is not None:
            simulator.s2low.rythme = s2low
        if helios is not None:
            simulator.s2low.helios.rythme = helios
        return jsonify(
            {
                "iparapheur": simulator.iparapheur.rythme.as_json(),
                "s2low": simulator.s2low.rythme.as_json(),
                "helios": simulator.s2low.helios.rythme.as_json(),
            }
        )

    def pastell_profil(self) -> Response:
        self._simulator.pastell.use_profile(text_of(body_of("profil"), "profil"))
        return self._done()

    def pastell_travail(self) -> Response:
        platform = self._simulator.pastell
        match body_of("mode", "tours"):
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
        locked = body_of("verrouille").get("verrouille", True)
        if not isinstance(locked, bool):
            raise InvalidInput('Envoyez {"verrouille": true} ou {"verrouille": false}.')
        self._simulator.pastell.worker.jam(id_d, locked=locked)
        return self._done()

    def pastell_purger(self) -> Response:
        before = text_of(body_of("avant"), "avant") or None
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
