"""The pages of S2LOW for the letters of the préfecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cdg62_connect.simulator.s2low import wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.counter import Counter, Hand, declare
from cdg62_connect.simulator.s2low.courriers import Reponse
from cdg62_connect.simulator.s2low.form import Form, posted, query_of
from cdg62_connect.simulator.s2low.transactions import TRANSMISSION, Transaction
from cdg62_connect.simulator.s2low.views_actes import ACTES, PAGE, page_of

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.state import S2lowState


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(
        routes,
        "GET",
        {
            f"{ACTES}/actes_transac_get_document.php": page.get_document,
            f"{ACTES}/api/list_document_prefecture.php": page.unread,
            f"{ACTES}/api/document_prefecture_mark_as_read.php": page.mark_as_read,
        },
    )
    declare(routes, "POST", {f"{ACTES}/actes_transac_reponse_create.php": page.reply})


class _Pages:
    """Reads requests, asks the state, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    @property
    def _state(self) -> S2lowState:
        return self._counter.state

    def get_document(self) -> Response:
        """About an acte, what there is; about anything else, where its archive is."""
        query = query_of(request)
        asked, unique_id = query.get("id"), query.get("unique_id")

        def work(account: Account) -> Response:
            found = self._state.consultation.transaction(account, asked, unique_id=unique_id)
            if found.type != TRANSMISSION:
                return wire.redirect(f"actes_download_file.php?env={found.enveloppe}")
            about = self._state.courriers.de_l_acte(account, str(found.id))
            return wire.plain("".join(f"{one.type}-{one.statut}-{one.id}\n" for one in about))

        key = self._state.consultation.numero_of(asked)
        return self._counter.answer("actes_transac_get_document", key, work, hand=self._counter.printed)

    def unread(self) -> Response:
        def work(account: Account) -> Response:
            return wire.json_list([_listed(one) for one in self._state.courriers.non_lus(account)])

        return self._counter.answer("list_document_prefecture", "", work, hand=self._counter.printed)

    def mark_as_read(self) -> Response:
        asked = query_of(request).get("transaction_id")

        def work(account: Account) -> Response:
            self._state.courriers.marquer_lu(account, asked)
            return wire.json_list({"result": "ok"})

        key = self._state.consultation.numero_of(asked)
        return self._counter.answer("document_prefecture_mark_as_read", key, work, hand=self._counter.printed)

    def reply(self) -> Response:
        """``api=1`` in the body speaks as the other pages; in the address, in a way of its own."""
        state = self._state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:
            in_body, in_address = form.get("api") == "1", query_of(request).get("api") == "1"

            def work(account: Account) -> Response:
                transaction = state.courriers.repondre(account, _reponse(form))
                if in_address:
                    return wire.latin1(f"OK : id généré : {transaction.id}\n")
                return wire.ok(str(transaction.id), api=in_body, page=page_of(transaction))

            def refused(refusal: Ko) -> Response:
                if in_address:
                    return wire.latin1(f"KO : {refusal.message}\n")
                return wire.ko(refusal.message, api=in_body, page=PAGE)

            key = state.consultation.numero_of(form.get("id"))
            spoken = in_body or in_address
            return self._counter.answer(
                "actes_transac_reponse_create", key, work, hand=Hand(refused), api=spoken
            )


def _reponse(form: Form) -> Reponse:
    signature = form.file("acte_pdf_file_sign")
    return Reponse(
        courrier=form.get("id"),
        type_envoie=form.get("type_envoie"),
        type_acte=form.get("type_acte"),
        document=form.file("acte_pdf_file"),
        annexes=form.all_files("acte_attachments"),
        types_pj=form.all("type_pj"),
        signature=signature.path.read_text("iso-8859-1").rstrip("\n") if signature else "",
    )


def _listed(letter: Transaction) -> dict[str, object]:
    return {
        "id": letter.id,
        "type": letter.type,
        "related_transaction_id": letter.related.id if letter.related else None,
        "number": letter.acte.numero,
        "unique_id": letter.acte_id,
        "last_status_id": letter.statut,
    }
