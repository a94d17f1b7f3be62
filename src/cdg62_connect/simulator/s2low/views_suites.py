"""The pages of S2LOW that act on actes already deposited: confirm, cancel, close, ask for the classification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cdg62_connect.simulator.s2low import prefecture, texts, wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko, NotIdentified
from cdg62_connect.simulator.s2low.counter import Counter, Hand, api_of, declare, written
from cdg62_connect.simulator.s2low.form import Form, posted, query_of
from cdg62_connect.simulator.s2low.views_actes import ACTES, PAGE, page_of

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.state import S2lowState

ERROR_MARK, MESSAGE_MARK = "%%ERROR%%", "%%MESSAGE%%"


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(
        routes,
        "GET",
        {
            f"{ACTES}/actes_transac_post_confirm_api.php": page.confirm,
            f"{ACTES}/actes_transac_post_confirm_api_multi.php": page.confirm_several,
            f"{ACTES}/actes_classification_fetch.php": page.classification,
            f"{ACTES}/actes_classification_request.php": page.request_classification,
        },
    )
    declare(
        routes,
        "POST",
        {
            f"{ACTES}/actes_transac_cancel.php": page.cancel,
            f"{ACTES}/actes_transac_close.php": page.close,
            f"{ACTES}/api/actes_sae_status.php": page.archive,
        },
    )


class _Pages:
    """Reads requests, asks the state, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    @property
    def _state(self) -> S2lowState:
        return self._counter.state

    def cancel(self) -> Response:
        with posted(request, limit=self._state.limites.corps, folder=self._state.reception) as form:
            api = api_of(form)

            def work(account: Account) -> Response:
                transaction = self._state.follow_up.annuler(account, form.get("id"))
                return wire.ok(str(transaction.id), api=api, page=page_of(transaction))

            key = self._state.consultation.numero_of(form.get("id"))
            return self._counter.answer(
                "actes_transac_cancel", key, work, hand=written(api=api, page=PAGE), api=api
            )

    def close(self) -> Response:
        with posted(request, limit=self._state.limites.corps, folder=self._state.reception) as form:
            api = api_of(form)
            asked = form.all("liste_id") or tuple(filter(None, [form.get("id")]))

            def work(account: Account) -> Response:
                said = self._state.follow_up.clore(account, asked, form.get("status"))
                return wire.ok("\n".join(map(wire.escaped, said)), api=api, page=PAGE)

            key = " ".join(map(self._state.consultation.numero_of, asked))
            return self._counter.answer(
                "actes_transac_close", key, work, hand=written(api=api, page=PAGE), api=api
            )

    def archive(self) -> Response:
        with posted(request, limit=self._state.limites.corps, folder=self._state.reception) as form:
            asked = form.get("transaction_id")

            def work(account: Account) -> Response:
                self._state.follow_up.archiver(account, asked, form.get("status_id"))
                return wire.json_list({"status": "ok"})

            key = self._state.consultation.numero_of(asked)
            return self._counter.answer(
                "actes_sae_status", key, work, hand=Hand(wire.bad_request, itself=True)
            )

    def confirm(self) -> Response:
        query = query_of(request)
        asked, back = query.get("id"), query.get("url_return")

        def work(account: Account) -> Response:
            transaction = self._state.follow_up.confirmer(account, asked)
            return (
                wire.raw_redirect(_marked(back, error="0", message=""))
                if back
                else wire.redirect(page_of(transaction))
            )

        key = self._state.consultation.numero_of(asked)
        return self._counter.answer("actes_transac_post_confirm_api", key, work, hand=self._returning(back))

    def confirm_several(self) -> Response:
        query = query_of(request)
        asked, back = query.all("id"), query.get("url_return")

        def work(account: Account) -> Response:
            for one in asked:
                try:
                    self._state.follow_up.confirmer(account, one)
                except Ko:  # it says nothing of what it could not post
                    continue
            return wire.raw_redirect(back) if back else wire.redirect(PAGE)

        key = " ".join(map(self._state.consultation.numero_of, asked))
        return self._counter.answer(
            "actes_transac_post_confirm_api_multi", key, work, hand=self._returning(back)
        )

    def classification(self) -> Response:
        return self._counter.answer(
            "actes_classification_fetch",
            "",
            lambda account: wire.xml(
                prefecture.retour_classification(self._state.follow_up.classification(account))
            ),
            hand=written(api=api_of(Form()), page=PAGE),
        )

    def request_classification(self) -> Response:
        api = api_of(Form())

        def work(account: Account) -> Response:
            transaction = self._state.follow_up.demander_classification(account)
            return wire.ok(str(transaction.id), api=api, page=PAGE)

        return self._counter.answer(
            "actes_classification_request", "", work, hand=written(api=api, page=PAGE)
        )

    def _returning(self, back: str) -> Hand:
        """The hand of the pages that send a browser back where it came from."""
        if not back:
            return written(api=api_of(Form()), page=PAGE)

        def refused(refusal: Ko) -> Response:
            return wire.raw_redirect(_marked(back, error="1", message=refusal.message))

        def unknown(_: NotIdentified) -> Response | None:
            return refused(Ko(texts.NO_CONNECTION)) if query_of(request).get("nounce") else None

        return Hand(refused, itself=True, unknown=unknown)


def _marked(address: str, *, error: str, message: str) -> str:
    return address.replace(ERROR_MARK, error).replace(MESSAGE_MARK, message)
