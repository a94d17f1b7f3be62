"""The pages of S2LOW that say who is connected."""

from __future__ import annotations

from flask import Blueprint, Response

from cdg62_connect.simulator.s2low import texts, wire
from cdg62_connect.simulator.s2low.accounts import Account, named
from cdg62_connect.simulator.s2low.counter import MOVED, Counter, Hand, declare


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(
        routes,
        "GET",
        {
            "/api/test-connexion.php": page.test_connexion,
            "/api/test-rgs.php": page.test_rgs,
            "/api/info-connexion.php": page.info_connexion,
            "/api/get-nounce.php": page.get_nounce,
            "/admin/users/api-list-login.php": page.list_login,
        },
    )


class _Pages:
    """Reads requests, asks the state, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def test_connexion(self) -> Response:
        return self._counter.answer("test-connexion", "", lambda _: wire.text("OK"), hand=MOVED)

    def test_rgs(self) -> Response:
        return self._counter.answer(
            "test-rgs", "", lambda account: wire.text("OK" if account.rgs else "KO"), hand=MOVED
        )

    def info_connexion(self) -> Response:
        return self._counter.answer(
            "info-connexion", "", lambda account: wire.json_list(_who(account)), hand=self._counter.printed
        )

    def get_nounce(self) -> Response:
        counter = self._counter
        credentials = counter.credentials

        def work(account: Account) -> Response:
            if credentials is None:
                return _who_are_you()
            sharing = counter.state.accounts.sharing(counter.certificate)
            named(sharing, credentials)
            login, password = credentials
            return wire.json_list(
                {"nounce": counter.state.nounces.give(account, login=login, password=password)}
            )

        asking = Hand(MOVED.write, unknown=lambda _: _who_are_you() if credentials is None else None)
        return counter.answer("get-nounce", "", work, hand=asking)

    def list_login(self) -> Response:
        """No account is chosen, and no password asked: it is who shares the certificate that is told."""

        def told() -> Response:
            sharing = self._counter.state.accounts.sharing(self._counter.certificate)
            return wire.text("".join(f"{one.login}\n" for one in sharing))

        listing = Hand(MOVED.write, unknown=lambda _: told())
        return self._counter.answer("api-list-login", "", lambda _: told(), hand=listing)


def _who_are_you() -> Response:
    answer = wire.text("Authentification requise")
    answer.status_code = 401
    answer.headers["WWW-Authenticate"] = f'Basic realm="{texts.REALM}"'
    return answer


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
