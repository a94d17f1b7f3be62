"""The pages of S2LOW by which an administrator prepares an authority."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from cdg62_connect.simulator.s2low import wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.administration import Kept
from cdg62_connect.simulator.s2low.counter import Counter, Hand, api_of, declare
from cdg62_connect.simulator.s2low.form import Form, posted

PAGE = "/admin/index.php"


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(
        routes,
        "POST",
        {
            "/admin/authorities/admin_authority_edit_handler.php": page.authority,
            "/admin/users/admin_user_edit_handler.php": page.user,
        },
    )


class _Pages:
    """Reads requests, asks the state, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def authority(self) -> Response:
        keep = self._counter.state.administration.collectivite
        return self._kept("admin_authority_edit_handler", "siren", keep)

    def user(self) -> Response:
        keep = self._counter.state.administration.utilisateur
        return self._kept("admin_user_edit_handler", "login", keep)

    def _kept(self, operation: str, key: str, keep: Callable[[Account, Form], Kept]) -> Response:
        state = self._counter.state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:
            api = api_of(form)

            def work(account: Account) -> Response:
                kept = keep(account, form)
                if not api:
                    return wire.redirect(PAGE)
                return wire.json_plain({"status": "ok", "message": kept.message, "id": kept.id})

            def refused(refusal: Ko) -> Response:
                if not api:
                    return wire.redirect(PAGE)
                return wire.json_plain({"status": "error", "error-message": refusal.message})

            return self._counter.answer(operation, form.get(key), work, hand=Hand(refused), api=api)
