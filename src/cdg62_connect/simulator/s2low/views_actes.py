"""The pages of S2LOW for actes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cdg62_connect.simulator.s2low import texts, wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.counter import MOVED, Counter, Hand, api_of, day, declare, integer, written
from cdg62_connect.simulator.s2low.counting import counted, month, not_counted
from cdg62_connect.simulator.s2low.depot import Depot
from cdg62_connect.simulator.s2low.form import Form, posted, query_of
from cdg62_connect.simulator.s2low.transactions import Transaction

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.state import S2lowState

ACTES = "/modules/actes"
PAGE = f"{ACTES}/index.php"
BROADCAST_LIMIT = 1023


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(
        routes,
        "GET",
        {
            f"{ACTES}/actes_transac_get_status.php": page.get_status,
            f"{ACTES}/actes_transac_get_ARActe.php": page.get_ar,
            f"{ACTES}/actes_transac_get_files_list.php": page.get_files_list,
            f"{ACTES}/actes_download_file.php": page.download_file,
            f"{ACTES}/actes_create_pdf.php": page.create_pdf,
            f"{ACTES}/actes_transac_get_tampon.php": page.get_tampon,
            f"{ACTES}/api/list_actes.php": page.list_actes,
            f"{ACTES}/api/number_actes.php": page.number_actes,
            f"{ACTES}/api/actes_status.php": page.actes_status,
            f"{ACTES}/api/nb_actes_by_authorities_and_date.php": page.count_by_authority,
        },
    )
    declare(
        routes,
        "POST",
        {
            f"{ACTES}/actes_transac_create.php": page.create,
            f"{ACTES}/actes_transac_submit.php": page.submit,
        },
    )


class _Pages:
    """Reads requests, asks the state, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    @property
    def _state(self) -> S2lowState:
        return self._counter.state

    def create(self) -> Response:
        state = self._state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:
            api = api_of(form)

            def work(account: Account) -> Response:
                if (request.content_length or 0) > state.limites.corps:
                    raise Ko(texts.TOO_BIG.format(limit=state.limites.archive))
                transaction = state.deposits.deposer(account, _depot(form))
                return wire.ok(str(transaction.id), api=api, page=page_of(transaction))

            return self._counter.answer(
                "actes_transac_create", form.get("number"), work, hand=written(api=api, page=PAGE), api=api
            )

    def submit(self) -> Response:
        state = self._state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:
            api, upload = api_of(form), form.file("enveloppe")

            def work(account: Account) -> Response:
                made = state.deposits.importer(account, upload)
                return wire.ok(
                    "\n".join([str(len(made)), *(str(one.id) for one in made)]), api=api, page=PAGE
                )

            return self._counter.answer(
                "actes_transac_submit",
                upload.name if upload else "",
                work,
                hand=written(api=api, page=PAGE),
                api=api,
            )

    def get_status(self) -> Response:
        query = query_of(request)
        transaction_id = query.get("transaction")

        def work(account: Account) -> Response:
            unique_id = query.get("unique_id")
            return wire.status(self._state.consultation.statut(account, transaction_id, unique_id=unique_id))

        key = self._state.consultation.numero_of(transaction_id)
        return self._counter.answer("actes_transac_get_status", key, work, hand=self._counter.printed)

    def get_ar(self) -> Response:
        transaction_id = query_of(request).get("id")
        return self._counter.answer(
            "actes_transac_get_ARActe",
            self._state.consultation.numero_of(transaction_id),
            lambda account: wire.xml(self._state.consultation.ar(account, transaction_id)),
            hand=MOVED,
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
                    for file in self._state.consultation.fichiers(account, transaction_id)
                ]
            )

        key = self._state.consultation.numero_of(transaction_id)
        return self._counter.answer("actes_transac_get_files_list", key, work, hand=self._counter.printed)

    def download_file(self) -> Response:
        query = query_of(request)
        file_id, envelope_id = query.get("file"), query.get("env")

        def work(account: Account) -> Response:
            if envelope_id:
                name, archive = self._state.consultation.enveloppe(account, envelope_id)
                return wire.attachment(archive, name=name, mimetype="application/x-gzip")
            file = self._state.consultation.fichier(account, file_id)
            source = file.path
            if query.get("tampon") == "true":
                affichage = day(query.get("date_affichage"))
                source = self._state.consultation.tamponne(account, file_id, affichage=affichage)
            return wire.attachment(source, name=file.name, mimetype=file.mimetype)

        key = self._state.consultation.numero_of_file(file_id)
        return self._counter.answer("actes_download_file", key, work, hand=MOVED)

    def get_tampon(self) -> Response:
        transaction_id = query_of(request).get("transaction")

        def work(account: Account) -> Response:
            file = self._state.consultation.principal(account, transaction_id)
            return wire.redirect(f"actes_download_file.php?file={file.id}&tampon=true")

        key = self._state.consultation.numero_of(transaction_id)
        return self._counter.answer("actes_transac_get_tampon", key, work, hand=self._counter.printed)

    def create_pdf(self) -> Response:
        transaction_id = query_of(request).get("trans_id")

        def work(account: Account) -> Response:
            return wire.pdf(
                self._state.consultation.bordereau(account, transaction_id), name="acquittement.pdf"
            )

        key = self._state.consultation.numero_of(transaction_id)
        return self._counter.answer("actes_create_pdf", key, work, hand=MOVED)

    def list_actes(self) -> Response:
        query = query_of(request)
        status, offset, limit = (
            integer(query.get("status_id"), 0),
            integer(query.get("offset"), 0),
            integer(query.get("limit"), 100),
        )

        def work(account: Account) -> Response:
            since, until = day(query.get("min_date")), day(query.get("max_date"))
            found = self._state.consultation.lister(account, status, since=since, until=until)
            return wire.json_list(
                {
                    "status_id": status,
                    "authority_id": account.authority.id,
                    "offset": offset,
                    "limit": limit,
                    "transactions": [_listed(one) for one in found[offset : offset + limit]],
                }
            )

        return self._counter.answer("list_actes", "", work, hand=self._counter.printed)

    def number_actes(self) -> Response:
        status = integer(query_of(request).get("status_id"), 0)

        def work(account: Account) -> Response:
            return wire.json_list(
                {
                    "status_id": status,
                    "authority_id": account.authority.id,
                    "nb_transactions": len(self._state.consultation.lister(account, status)),
                }
            )

        return self._counter.answer("number_actes", "", work, hand=self._counter.printed)

    def actes_status(self) -> Response:
        labels = {str(code): label for code, label in texts.STATUS_LABELS.items()}
        return self._counter.answer(
            "actes_status", "", lambda _: wire.json_list(labels), hand=self._counter.printed
        )

    def count_by_authority(self) -> Response:
        """By authority of a group: only who manages one may ask."""
        query, ground = query_of(request), self._state.ground

        def work(account: Account) -> Response:
            first, last = month(query, today=ground.today)
            rows = self._state.consultation.deposited_in(first, last)
            return counted(account, [one.authority for one in rows], first, last)

        return self._counter.answer(
            "nb_actes_by_authorities_and_date", "", work, hand=Hand(not_counted, itself=True)
        )


def page_of(transaction: Transaction) -> str:
    """The web page of a transaction."""
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
        diffusion=_broadcast(form),
        sources_jointes=form.get("send_sources") == "on",
        lot=form.get("batchfile"),
    )


def _broadcast(form: Form) -> tuple[str, ...]:
    """Who is told of the acknowledgement; the list is kept on so many characters."""
    if form.get("show_broadcast_email") != "on":
        return ()
    return tuple(filter(None, ",".join(form.all("broadcast_email"))[:BROADCAST_LIMIT].split(",")))


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
