"""The Standard API on the wire, and the token endpoint before it: what comes in, under which rights, what goes out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from flask import Blueprint, Response, jsonify, request

from cdg62_connect.clock import Clock
from cdg62_connect.simulator.iparapheur import routes as soap
from cdg62_connect.simulator.iparapheur.dossier import Account
from cdg62_connect.simulator.iparapheur.rest import problem, wire
from cdg62_connect.simulator.iparapheur.rest.body import params, received
from cdg62_connect.simulator.iparapheur.rest.folder import Folder
from cdg62_connect.simulator.iparapheur.rest.organisation import Caller, Named
from cdg62_connect.simulator.iparapheur.rest.problem import Problem
from cdg62_connect.simulator.iparapheur.rest.state import RestState
from cdg62_connect.simulator.iparapheur.state import ParapheurState

TOKEN = "/auth/realms/api/protocol/openid-connect/token"  # noqa: S105 - an address
PREFIX = "/api/standard/v1"
_TENANT = f"{PREFIX}/tenant/<tenant>"
_DESK = f"{_TENANT}/desk/<desk>"
_FOLDER = f"{_DESK}/folder/<folder>"
_TASK = f"{_FOLDER}/task/<task>"
_TRASH = f"{PREFIX}/admin/tenant/<tenant>/trash-bin"
_BLOCK = 256 * 1024
_SINCE_2025 = ("visa", "seal", "second_opinion")

_FOR = {
    "visa": ("VISA",),
    "seal": ("SEAL",),
    "secure_mail": ("SECURE_MAIL",),
    "second_opinion": ("SECOND_OPINION",),
    "bypass": ("EXTERNAL_SIGNATURE", "SECURE_MAIL"),
}
"""The steps at which each action is possible."""

View = Callable[..., Response]


class HasRest(soap.HasParapheur, Protocol):
    """What the routes need of the simulator."""

    @property
    def iparapheur_rest(self) -> RestState:
        """The state behind the API."""
        ...

    @property
    def clock(self) -> Clock:
        """The simulated hour."""
        ...


def served(simulator: HasRest) -> Blueprint:
    """Both protocols on one port: the web service, and the API with its tokens."""
    both = Blueprint("parapheur", __name__)
    both.register_blueprint(soap.blueprint(simulator))
    both.register_blueprint(blueprint(simulator))
    return both


def blueprint(simulator: HasRest) -> Blueprint:
    """The routes of the API, to be mounted at the root of a port."""
    desk = _Desk(simulator)
    routes = Blueprint("iparapheur_rest", __name__)
    table: tuple[tuple[str, str, View], ...] = (
        ("POST token", TOKEN, desk.token),
        ("GET tenant", f"{PREFIX}/tenant", desk.tenants),
        ("GET desk", f"{_TENANT}/desk", desk.desks),
        ("GET types", f"{_TENANT}/types", desk.types),
        ("GET subtypes", f"{_TENANT}/types/<type_>/subtypes", desk.subtypes),
        ("GET types/creation-allowed", f"{_DESK}/types/creation-allowed", desk.types_allowed),
        (
            "GET subtypes/creation-allowed",
            f"{_DESK}/types/<type_>/subtypes/creation-allowed",
            desk.subtypes_allowed,
        ),
        ("POST folder", f"{_DESK}/folder", desk.create),
        ("GET folders", f"{_DESK}/<state>", desk.folders),
        ("GET folder/premis", f"{_FOLDER}/premis", desk.premis),
        ("GET folder/zip", f"{_FOLDER}/zip", desk.archive),
        ("DELETE folder", _FOLDER, desk.delete),
        *(
            (f"PUT task/{action}", f"{_TASK}/{action}", desk.task(action))
            for action in (
                "start",
                "visa",
                "seal",
                "second_opinion",
                "bypass",
                "undo",
                "send_to_trash_bin",
                "secure_mail",
            )
        ),
        ("GET trash-bin", _TRASH, desk.trash),
        ("GET trash-bin/zip", f"{_TRASH}/<folder>/zip", desk.trashed),
        ("DELETE trash-bin", f"{_TRASH}/<folder>", desk.purge),
    )
    for operation, path, view in table:
        method = operation.partition(" ")[0]
        name = operation.replace(" ", "_").replace("/", "-")
        routes.add_url_rule(path, name, _guarded(simulator, view), methods=[method])
    return routes


def _guarded(simulator: HasRest, view: View) -> View:
    """The view, whose problems are answers, and which leaves nothing of the request unread."""

    def answer(**path: str) -> Response:
        state = simulator.iparapheur
        if (request.content_length or 0) > state.corps_maximal:
            too_long = wire.html(413, "Request Entity Too Large")
            too_long.headers["Connection"] = "close"
            return too_long
        if state.certificat_exige and not request.environ.get("SSL_CLIENT_CERT"):
            return wire.html(400, "No required SSL certificate was sent")
        try:
            return view(**path)
        except Problem as declined:
            return wire.refused(declined, simulator.clock.now())
        finally:
            # What is left unread would be taken for the next request of the connection.
            for _ in iter(lambda: request.stream.read(_BLOCK), b""):
                pass

    return answer


class _Desk:
    def __init__(self, simulator: HasRest) -> None:
        self._simulator = simulator

    @property
    def _state(self) -> RestState:
        return self._simulator.iparapheur_rest

    @property
    def _parapheur(self) -> ParapheurState:
        return self._simulator.iparapheur

    def token(self) -> Response:
        form = {name: request.form[name] for name in request.form}

        def work() -> Response:
            reply = self._state.keycloak.token(form)
            answer = jsonify(reply.body)
            answer.status_code = reply.status
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return self._around("POST token", form.get("username", ""), work)

    def tenants(self) -> Response:
        caller = self._caller()
        organisation = self._state.organisation
        return self._around(
            "GET tenant",
            caller.login,
            lambda: wire.page([wire.named(one) for one in organisation.tenants(caller)]),
        )

    def desks(self, tenant: str) -> Response:
        caller, account = self._entered(tenant)
        return self._around(
            "GET desk",
            tenant,
            lambda: wire.page(
                [wire.named(one) for one in self._state.organisation.own_desks(caller, account)]
            ),
        )

    def types(self, tenant: str) -> Response:
        _, account = self._entered(tenant)
        return self._around("GET types", tenant, lambda: self._types(account))

    def types_allowed(self, tenant: str, desk: str) -> Response:
        account, place = self._placed(tenant, desk)
        return self._around("GET types/creation-allowed", tenant, lambda: self._types(account, place))

    def subtypes(self, tenant: str, type_: str) -> Response:
        _, account = self._entered(tenant)
        return self._around("GET subtypes", tenant, lambda: self._subtypes(account, type_))

    def subtypes_allowed(self, tenant: str, desk: str, type_: str) -> Response:
        account, place = self._placed(tenant, desk)
        return self._around(
            "GET subtypes/creation-allowed", tenant, lambda: self._subtypes(account, type_, place)
        )

    def create(self, tenant: str, desk: str) -> Response:
        account, place = self._placed(tenant, desk)
        if place.name != account.nom:
            raise Problem(403, problem.NOT_OWNER)
        start = request.args.get("autoStart", "true").lower() != "false"
        with TemporaryDirectory(dir=self._state.reception, ignore_cleanup_errors=True) as folder:
            asked, pieces = received(Path(folder))

            def work() -> Response:
                answer = jsonify(wire.folder(self._state.creer(account, asked, pieces, start=start)))
                answer.status_code = 201
                return answer

            return self._around("POST folder", asked.nom, work)

    def folders(self, tenant: str, desk: str, state: str) -> Response:
        account, place = self._placed(tenant, desk)

        def work() -> Response:
            found = self._state.listed(account, place, state.upper())
            kept = [one for one in found if self._filtered(account, one)]
            return wire.page([wire.folder(one) for one in kept], folders=True)

        return self._around("GET folders", state.upper(), work)

    def premis(self, tenant: str, desk: str, folder: str) -> Response:
        account, one = self._folder(tenant, desk, folder)

        def work() -> Response:
            seen = self._state.folder(account, folder, looking=True)
            return Response(self._state.premis(account, seen), mimetype="application/xml")

        return self._around("GET folder/premis", _key(one), work)

    def archive(self, tenant: str, desk: str, folder: str) -> Response:
        account, one = self._folder(tenant, desk, folder)

        def work() -> Response:
            made = self._state.reception / f"{secrets.token_hex(8)}.zip"
            self._state.archive(account, one, made)
            return wire.streamed(made, name=f"{one.id}.zip", delete=True)

        return self._around("GET folder/zip", _key(one), work)

    def delete(self, tenant: str, desk: str, folder: str) -> Response:
        account, one = self._folder(tenant, desk, folder)

        def work() -> Response:
            self._state.delete(account, one)
            return Response(status=204)

        return self._around("DELETE folder", _key(one), work)

    def task(self, action: str) -> View:
        def view(tenant: str, desk: str, folder: str, task: str) -> Response:
            if action in _SINCE_2025 and self._state.generation == "5.1":
                return wire.html(404, "Not Found")
            account, place = self._placed(tenant, desk)
            one = self._state.folder(account, folder)
            given = params() if action in ("start", "secure_mail", *_SINCE_2025) else {}

            def work() -> Response:
                self._act(action, place, one, task, given)
                return Response(status=200)

            return self._around(f"PUT task/{action}", _key(one), work)

        return view

    def trash(self, tenant: str) -> Response:
        accounts = self._administered(tenant)
        return self._around(
            "GET trash-bin",
            tenant,
            lambda: wire.page([wire.folder(one) for one in self._state.trash(accounts)], folders=True),
        )

    def trashed(self, tenant: str, folder: str) -> Response:
        one = self._state.trashed(self._administered(tenant), folder)
        return self._around(
            "GET trash-bin/zip",
            f"{one.id} {one.nom}",
            lambda: wire.streamed(one.archive, name=f"{one.id}.zip", delete=False),
        )

    def purge(self, tenant: str, folder: str) -> Response:
        one = self._state.trashed(self._administered(tenant), folder)

        def work() -> Response:
            self._state.purge(one)
            return Response(status=204)

        return self._around("DELETE trash-bin", f"{one.id} {one.nom}", work)

    def _act(self, action: str, place: Named, folder: Folder, task: str, given: Mapping[str, object]) -> None:
        account = folder.account
        annotation = str(given.get("publicAnnotation") or "")
        if action in ("start", "undo"):
            if place.name != account.nom:
                raise Problem(403, problem.NOT_OWNER)
            if action == "undo":
                self._state.undo(account, folder)
            else:  # whatever the task is said to be
                self._state.start(account, folder, annotation)
            return
        event = folder.task(task)
        if not event.en_cours:
            raise Problem(406, problem.NOT_THIS_ACTION.format(action.upper()))
        # Nobody sits at an external step: who sent the folder forces it.
        owner = account.nom if action == "bypass" else event.bureau
        if place.name not in (owner, folder.suppleant):
            raise Problem(403, problem.NOT_OWNER)
        if action == "send_to_trash_bin":
            self._state.throw_away(account, folder)
            return
        if event.action not in _FOR.get(action, ()):
            raise Problem(406, problem.NOT_THIS_ACTION.format(action.upper()))
        if action == "secure_mail":  # it leaves; the step ends when it is read
            for name in ("to", "object"):
                if not given.get(name):
                    raise Problem(400, problem.NO_RECIPIENT.format(name))
            return
        self._state.agir(folder, event.action, by=self._caller().nom, annotation=annotation)

    def _caller(self) -> Caller:
        login = self._state.keycloak.login_of(request.headers.get("Authorization", ""))
        if login is None:
            raise Problem(401, problem.UNAUTHENTICATED)
        return self._state.organisation.caller(login)

    def _entered(self, tenant: str) -> tuple[Caller, Account]:
        caller = self._caller()
        return caller, self._state.organisation.entered(caller, tenant)

    def _placed(self, tenant: str, desk: str) -> tuple[Account, Named]:
        caller, account = self._entered(tenant)
        return account, self._state.organisation.desk(caller, account, desk)

    def _folder(self, tenant: str, desk: str, folder: str) -> tuple[Account, Folder]:
        account, _ = self._placed(tenant, desk)
        return account, self._state.folder(account, folder)

    def _administered(self, tenant: str) -> list[Account]:
        self._state.organisation.check_tenant(tenant)  # whether it exists is told before who asks
        return self._state.organisation.administered(self._caller(), tenant)

    def _types(self, account: Account, place: Named | None = None) -> Response:
        things = self._state.organisation.types(account)
        return wire.page([wire.named(one) for one in things if place is None or place.name == account.nom])

    def _subtypes(self, account: Account, type_: str, place: Named | None = None) -> Response:
        things = self._state.organisation.sous_types(account, type_)
        return wire.page([wire.named(one) for one in things if place is None or place.name == account.nom])

    def _filtered(self, account: Account, folder: Folder) -> bool:
        type_, sous_type = self._state.organisation.typed(account, folder.type, folder.sous_type)
        asked = request.args
        return (
            asked.get("typeId", type_.id) == type_.id and asked.get("subtypeId", sous_type.id) == sous_type.id
        )

    def _around(self, operation: str, key: str, work: Callable[[], Response]) -> Response:
        return self._parapheur.faults.around(
            "iparapheur", operation, key, work, refuse=lambda nom: self._refusal(nom)
        )

    def _refusal(self, nom: str) -> Response:
        """What a refusal of the catalogue, made for the web service, is here."""
        pages = {"certificat_absent": 400, "demande_trop_grosse": 413}
        if nom in pages:
            return wire.html(pages[nom], nom)
        status = {"identifiants_faux": 401, "demande_illisible": 400}.get(nom, 500)
        said = (
            problem.UNAUTHENTICATED
            if status == 401
            else problem.BAD_PREMIS
            if status == 400
            else "Internal Error"
        )
        return wire.refused(Problem(status, said), self._simulator.clock.now())


def _key(folder: Folder) -> str:
    return f"{folder.id} {folder.nom}"
