"""The URLs of S2LOW's API for actes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cdg62_connect.simulator.faults import ERROR_PAGE
from cdg62_connect.simulator.s2low import catalogue, texts, wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko, NotIdentified, fingerprint
from cdg62_connect.simulator.s2low.credentials import credentials_of
from cdg62_connect.simulator.s2low.depot import Depot, PlatformCrash
from cdg62_connect.simulator.s2low.form import Form, posted, query_of
from cdg62_connect.simulator.s2low.state import S2lowState
from cdg62_connect.simulator.s2low.transactions import Transaction

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator

ACTES = "/modules/actes"
HOME = "/"
PAGE = f"{ACTES}/index.php"

Work = Callable[[Account], Response]


def blueprint(simulator: Simulator) -> Blueprint:
    """The routes of the simulated S2LOW."""
    desk = _Desk(simulator)
    routes = Blueprint("s2low", __name__)
    for path, view in (
        ("/api/test-connexion.php", desk.test_connexion),
        ("/api/test-rgs.php", desk.test_rgs),
        ("/api/info-connexion.php", desk.info_connexion),
        (f"{ACTES}/actes_transac_get_status.php", desk.get_status),
        (f"{ACTES}/actes_transac_get_ARActe.php", desk.get_ar),
        (f"{ACTES}/actes_transac_get_files_list.php", desk.get_files_list),
        (f"{ACTES}/actes_download_file.php", desk.download_file),
        (f"{ACTES}/actes_create_pdf.php", desk.create_pdf),
        (f"{ACTES}/actes_classification_fetch.php", desk.classification),
        (f"{ACTES}/api/list_actes.php", desk.list_actes),
        (f"{ACTES}/api/number_actes.php", desk.number_actes),
        (f"{ACTES}/api/actes_status.php", desk.actes_status),
    ):
        routes.add_url_rule(path, endpoint=view.__name__, view_func=view, methods=["GET"])
    for path, view in (
        (f"{ACTES}/actes_transac_create.php", desk.create),
        (f"{ACTES}/actes_transac_cancel.php", desk.cancel),
    ):
        routes.add_url_rule(path, endpoint=view.__name__, view_func=view, methods=["POST"])
    return routes


class _Desk:
    """Reads requests, asks the state, writes answers."""

    def __init__(self, simulator: Simulator) -> None:
        self._faults = simulator.faults
        self._simulator = simulator

    @property
    def _state(self) -> S2lowState:
        return self._simulator.s2low

    def test_connexion(self) -> Response:
        return self._answer("test-connexion", "", lambda _: wire.text("OK"), refused=_moved)

    def test_rgs(self) -> Response:
        return self._answer(
            "test-rgs", "", lambda account: wire.text("OK" if account.rgs else "KO"), refused=_moved
        )

    def info_connexion(self) -> Response:
        return self._answer(
            "info-connexion", "", lambda account: wire.json_list(_who(account)), refused=self._printed
        )

    def create(self) -> Response:
        state = self._state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:
            api = _api(form)

            def work(account: Account) -> Response:
                if (request.content_length or 0) > state.limites.corps:
                    raise Ko(texts.TOO_BIG.format(limit=state.limites.archive))
                transaction = state.deposer(account, _depot(form))
                return wire.ok(str(transaction.id), api=api, page=_page(transaction))

            return self._answer(
                "actes_transac_create", form.get("number"), work, refused=_written(api=api), api=api
            )

    def cancel(self) -> Response:
        with posted(request, limit=self._state.limites.corps, folder=self._state.reception) as form:
            api = _api(form)

            def work(account: Account) -> Response:
                transaction = self._state.annuler(account, form.get("id"))
                return wire.ok(str(transaction.id), api=api, page=_page(transaction))

            key = self._state.numero_of(form.get("id"))
            return self._answer("actes_transac_cancel", key, work, refused=_written(api=api), api=api)

    def get_status(self) -> Response:
        query = query_of(request)
        transaction_id = query.get("transaction")

        def work(account: Account) -> Response:
            unique_id = query.get("unique_id")
            return wire.status(self._state.statut(account, transaction_id, unique_id=unique_id))

        key = self._state.numero_of(transaction_id)
        return self._answer("actes_transac_get_status", key, work, refused=self._printed)

    def get_ar(self) -> Response:
        transaction_id = query_of(request).get("id")
        return self._answer(
            "actes_transac_get_ARActe",
            self._state.numero_of(transaction_id),
            lambda account: wire.xml(self._state.ar(account, transaction_id)),
            refused=_moved,
        )

    def get_files_list(self) -> Response:
        transaction_id = query_of(request).get("transaction")

        def work(account: Account) -> Response:
            return wire.json_list(
                [
                    {
                        "id": file.id,
                        "name": file.name,
                        "posted_filename": file.posted_name,
                        "mimetype": file.mimetype,
                        "size": file.size,
                        "sign": file.signature,
                        "code_pj": file.code_pj,
                    }
                    for file in self._state.fichiers(account, transaction_id)
                ]
            )

        key = self._state.numero_of(transaction_id)
        return self._answer("actes_transac_get_files_list", key, work, refused=self._printed)

    def download_file(self) -> Response:
        query = query_of(request)
        file_id = query.get("file")

        def work(account: Account) -> Response:
            file = self._state.fichier(account, file_id)
            source = file.path
            if query.get("tampon") == "true":
                affichage = _day(query.get("date_affichage"))
                source = self._state.tamponne(account, file_id, affichage=affichage)
            return wire.attachment(source, name=file.name, mimetype=file.mimetype)

        key = self._state.numero_of_file(file_id)
        return self._answer("actes_download_file", key, work, refused=_moved)

    def create_pdf(self) -> Response:
        transaction_id = query_of(request).get("trans_id")

        def work(account: Account) -> Response:
            return wire.pdf(self._state.bordereau(account, transaction_id), name="acquittement.pdf")

        key = self._state.numero_of(transaction_id)
        return self._answer("actes_create_pdf", key, work, refused=_moved)

    def classification(self) -> Response:
        return self._answer(
            "actes_classification_fetch",
            "",
            lambda account: wire.xml(self._state.classification(account)),
            refused=_written(api=_api(Form())),
        )

    def list_actes(self) -> Response:
        query = query_of(request)
        status, offset, limit = (
            _integer(query.get("status_id"), 0),
            _integer(query.get("offset"), 0),
            _integer(query.get("limit"), 100),
        )

        def work(account: Account) -> Response:
            since, until = _day(query.get("min_date")), _day(query.get("max_date"))
            found = self._state.lister(account, status, since=since, until=until)
            return wire.json_list(
                {
                    "status_id": status,
                    "authority_id": account.authority.id,
                    "offset": offset,
                    "limit": limit,
                    "transactions": [_listed(one) for one in found[offset : offset + limit]],
                }
            )

        return self._answer("list_actes", "", work, refused=self._printed)

    def number_actes(self) -> Response:
        status = _integer(query_of(request).get("status_id"), 0)

        def work(account: Account) -> Response:
            return wire.json_list(
                {
                    "status_id": status,
                    "authority_id": account.authority.id,
                    "nb_transactions": len(self._state.lister(account, status)),
                }
            )

        return self._answer("number_actes", "", work, refused=self._printed)

    def actes_status(self) -> Response:
        labels = {str(code): label for code, label in texts.STATUS_LABELS.items()}
        return self._answer("actes_status", "", lambda _: wire.json_list(labels), refused=self._printed)

    def _answer(
        self,
        operation: str,
        key: str,
        work: Work,
        *,
        refused: Callable[[Ko], Response],
        api: bool | None = None,
    ) -> Response:
        """Recognise the caller, do the work under the faults in force, write a refusal in the right hand."""

        def act() -> Response:
            return said(lambda: work(self._caller()))

        def refuse(name: str) -> Response:
            return said(lambda: catalogue.refuse(name))

        def said(doing: Callable[[], Response]) -> Response:
            try:
                return doing()
            except NotIdentified as stranger:
                late = stranger.cause == "desactive" and self._state.profile != "next"
                if late and refused == self._printed:  # these pages print by themselves what they learn
                    return refused(Ko(texts.AUTHENTICATION_FAILED))
                spoken = _api(Form()) if api is None else api
                return wire.refused_login(
                    stranger, profile=self._state.profile, api=spoken, path=request.full_path
                )
            except Ko as refusal:
                return refused(refusal)
            except PlatformCrash:
                page = ERROR_PAGE.format("Erreur interne")
                return Response(page, 500, mimetype="text/html")

        return self._faults.around("s2low", operation, key, act, refuse=refuse)

    def _caller(self) -> Account:
        presented: str = request.environ.get("SSL_CLIENT_CERT", "")
        if not presented:
            raise NotIdentified("inconnu")
        credentials = credentials_of(request.headers.get("Authorization", ""), profile=self._state.profile)
        return self._state.accounts.identify(fingerprint(presented), credentials)

    def _printed(self, refusal: Ko) -> Response:
        return wire.raw_ko(refusal.message, profile=self._state.profile)


def _written(*, api: bool) -> Callable[[Ko], Response]:
    return lambda refusal: wire.ko(refusal.message, api=api, page=PAGE)


def _moved(_: Ko) -> Response:
    return wire.redirect(HOME)


def _api(form: Form) -> bool:
    """``api=1`` in the body, or, when the body says nothing of it, in the query string."""
    return (form.get("api") or query_of(request).get("api")) == "1"


def _page(transaction: Transaction) -> str:
    return f"{ACTES}/actes_transac_show.php?id={transaction.id}"


def _depot(form: Form) -> Depot:
    signature = form.file("acte_pdf_file_sign")
    return Depot(
        nature_code=form.get("nature_code"),
        number=form.get("number"),
        subject=form.get("subject"),
        decision_date=form.get("decision_date"),
        classif=tuple(form.get(f"classif{level}") for level in range(1, 6)),
        type_acte=form.get("type_acte"),
        document=form.file("acte_pdf_file"),
        annexes=form.all_files("acte_attachments"),
        types_pj=form.all("type_pj"),
        signature=signature.path.read_text("iso-8859-1").rstrip("\n") if signature else "",
        signatures_annexes=tuple(
            upload.path.read_text("iso-8859-1").rstrip("\n")
            for upload in form.all_files("acte_attachments_sign")
        ),
        document_papier=form.flag("document_papier"),
        en_attente=form.flag("en_attente"),
        must_signed=form.flag("must_signed"),
    )


def _who(account: Account) -> dict[str, object]:
    """The row of the account without its password, and that of its authority: PHP gives columns as texts."""
    authority, collectivite = account.authority, account.authority.collectivite
    return {
        "user_info": {
            "id": str(account.id),
            "name": account.nom,
            "givenname": "SPÉCIMEN",
            "login": account.login or None,
            "email": "specimen@exemple.invalid",
            "role": account.role,
            "status": "1",
            "authority_id": str(authority.id),
        },
        "authority_info": {
            "id": str(authority.id),
            "authority_type_id": collectivite.nature,
            "status": "1",
            "name": collectivite.nom,
            "email": "specimen@exemple.invalid",
            "address": "1 place de la Mairie",
            "postal_code": f"{collectivite.departement[1:]}000",
            "city": collectivite.nom,
            "telephone": "",
            "department": collectivite.departement,
            "district": collectivite.arrondissement,
            "authority_group_id": None,
        },
    }


def _listed(transaction: Transaction) -> dict[str, object]:
    acte = transaction.acte
    return {
        "id": transaction.id,
        "subject": acte.objet,
        "number": acte.numero,
        "date": acte.date.isoformat(),
        "nature_descr": acte.nature.libelle,
        "classification": acte.matiere_pointee,
        "type": transaction.type,
    }


def _integer(text: str, default: int) -> int:
    return int(text) if text.removeprefix("-").isdecimal() else default


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
