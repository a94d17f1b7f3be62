"""The part of the admin desk that acts on S2LOW, the préfecture and the trésorerie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, cast, get_args

from flask import Blueprint, Response, jsonify

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.admin_body import Body, body_of, moment_of, objects_of, text_of
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.helios import ScenarioPes
from cdg62_connect.simulator.s2low.helios.scenarios import REPONSES, Reponse, erreurs_of
from cdg62_connect.simulator.s2low.machine import Refuser
from cdg62_connect.simulator.s2low.transactions import COURRIERS, Courrier, Scenario

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.s2low.state import S2lowState

_NIVEAU3 = re.compile(r"[1-9](\.[1-9][0-9]?){2,4}")


def pages(routes: Blueprint, simulator: Simulator) -> None:
    """Put them on their paths."""
    actes, pes = _Actes(simulator), _Pes(simulator)
    for path, view in (
        ("/s2low/scenarios", actes.scenarios),
        ("/s2low/<int:transaction>/poster", actes.poster),
        ("/s2low/<int:transaction>/acquitter", actes.acquitter),
        ("/s2low/<int:transaction>/refuser", actes.refuser),
        ("/s2low/<int:transaction>/passer", actes.passer),
        ("/s2low/<int:transaction>/courrier", actes.courrier),
        ("/s2low/classification", actes.classification),
        ("/s2low/lots", actes.lots),
        ("/helios/scenarios", pes.scenarios),
        ("/helios/<int:transaction>/poster", pes.poster),
        ("/helios/<int:transaction>/acquitter", pes.acquitter),
        ("/helios/<int:transaction>/refuser", pes.refuser),
        ("/helios/<int:transaction>/annuler", pes.annuler),
        ("/helios/<int:transaction>/retour", pes.retour),
        ("/mail/<int:transaction>/lire", pes.lire_mail),
        ("/mail/groupes", pes.groupe),
    ):
        name = path.strip("/").replace("/<int:transaction>", "").replace("/", "_")
        routes.add_url_rule(path, endpoint=name, view_func=view, methods=["POST"])


class _Actes:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    @property
    def _s2low(self) -> S2lowState:
        return self._simulator.s2low

    def scenarios(self) -> Response:
        for data in objects_of():
            self._s2low.prevoir(Scenario.of(data))
        return _done()

    def poster(self, transaction: int) -> Response:
        self._s2low.poster(transaction, **_agent())
        return _done()

    def acquitter(self, transaction: int) -> Response:
        self._s2low.acquitter(transaction)
        return _done()

    def refuser(self, transaction: int) -> Response:
        body = body_of("motif", "par", "nature")
        par = text_of(body, "par") or None
        if par not in (None, *get_args(Refuser)):
            raise InvalidInput(f"« par » vaut {par!r} ; valeurs possibles : {', '.join(get_args(Refuser))}.")
        self._s2low.refuser(
            transaction,
            motif=text_of(body, "motif"),
            par=cast("Refuser | None", par),
            nature=text_of(body, "nature") or "007",
        )
        return _done()

    def passer(self, transaction: int) -> Response:
        statut = body_of("statut").get("statut")
        if not isinstance(statut, int):
            raise InvalidInput('Envoyez {"statut": 5}.')
        self._s2low.passer(transaction, statut)
        return _done()

    def courrier(self, transaction: int) -> Response:
        body = body_of("sorte", "texte")
        sorte = text_of(body, "sorte")
        if sorte not in COURRIERS:
            raise InvalidInput(f"« sorte » vaut {sorte!r} ; valeurs possibles : {', '.join(COURRIERS)}.")
        found = self._s2low.ecrire(transaction, cast("Courrier", sorte), texte=text_of(body, "texte"))
        return jsonify({"fait": True, "id": found.id})

    def classification(self) -> Response:
        body = body_of("siren", "version", "niveau3", "le", "recue")
        le = text_of(body, "le")
        self._s2low.publier_classification(
            text_of(body, "siren"),
            _classification(body),
            at=moment_of(le) if le else None,
            recue=body.get("recue") is not False,
        )
        return _done()

    def lots(self) -> Response:
        nombre = body_of("nombre").get("nombre")
        if not isinstance(nombre, int) or isinstance(nombre, bool) or nombre < 1:
            raise InvalidInput('Envoyez {"nombre": 3}.')
        return jsonify({"fait": True, "id": self._s2low.deposits.ouvrir_lot(nombre)})


class _Pes:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def scenarios(self) -> Response:
        for data in objects_of():
            self._simulator.s2low.helios.prevoir(ScenarioPes.of(data))
        return _done()

    def poster(self, transaction: int) -> Response:
        self._simulator.s2low.helios.poster(transaction, **_agent())
        return _done()

    def acquitter(self, transaction: int) -> Response:
        body = body_of("issue", "erreurs")
        issue = text_of(body, "issue") or None
        if issue not in (None, *REPONSES):
            raise InvalidInput(f"« issue » vaut {issue!r} ; valeurs possibles : {', '.join(REPONSES)}.")
        self._simulator.s2low.helios.acquitter(
            transaction,
            reponse=cast("Reponse | None", issue),
            erreurs=erreurs_of(body.get("erreurs", ())),
        )
        return _done()

    def refuser(self, transaction: int) -> Response:
        self._simulator.s2low.helios.refuser(transaction, motif=text_of(body_of("motif"), "motif"))
        return _done()

    def annuler(self, transaction: int) -> Response:
        self._simulator.s2low.helios.annuler(transaction)
        return _done()

    def retour(self, transaction: int) -> Response:
        found = self._simulator.s2low.helios.emettre_retour(transaction)
        return jsonify({"fait": True, "id": found.id, "nom": found.nom})

    def lire_mail(self, transaction: int) -> Response:
        self._simulator.s2low.mails.lire(transaction, text_of(body_of("email"), "email"))
        return _done()

    def groupe(self) -> Response:
        body = body_of("siren", "nom", "adresses")
        addresses = body.get("adresses")
        if not isinstance(addresses, list) or not all(
            isinstance(one, str) for one in cast("list[object]", addresses)
        ):
            raise InvalidInput('Envoyez {"siren": "…", "nom": "…", "adresses": ["…"]}.')
        siren = self._simulator.s2low.accounts.authority(text_of(body, "siren")).collectivite.siren
        groups = self._simulator.s2low.mails.groupes.setdefault(siren, {})
        groups[text_of(body, "nom")] = tuple(cast("list[str]", addresses))
        return _done()


def _classification(body: Body) -> Classification | None:
    """The file to publish; ``None`` when no version is given: the préfecture has none."""
    version, niveau3 = text_of(body, "version"), body.get("niveau3", {})
    if not version:
        return None
    if not isinstance(niveau3, Mapping):
        raise InvalidInput('« niveau3 » est un objet : {"2.2.3": "Permis de construire"}.')
    added = cast("Mapping[str, object]", niveau3)
    if any(not _NIVEAU3.fullmatch(code) or not isinstance(libelle, str) for code, libelle in added.items()):
        raise InvalidInput('« niveau3 » est un objet : {"2.2.3": "Permis de construire"}.')
    try:
        day = date.fromisoformat(version)
    except ValueError:
        raise InvalidInput(f"« version » vaut {version!r} : il faut une date (2026-01-31).") from None
    return Classification(day, cast("Mapping[str, str]", added))


def _agent() -> dict[str, str]:
    agent = text_of(body_of("agent"), "agent")
    return {"agent": agent} if agent else {}


def _done() -> Response:
    return jsonify({"fait": True})
