"""One-shot links: a program lets a person come in with another certificate, for the same authority."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cdg62_connect.simulator.s2low.accounts import Account, NotIdentified
from cdg62_connect.simulator.s2low.ground import Ground

LIFETIME = timedelta(minutes=5)

_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    login: str
    digest: str
    authority: int
    moment: datetime


class Nounces:
    """The links given, which may be used several times until they are too old."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self._given: dict[str, _Given] = {}

    def give(self, account: Account, *, login: str, password: str) -> str:
        """A new one, for an account that said its login and its password."""
        with self._ground.lock:
            rank = self._ground.ids("nounces", 1)[0]
            chance = Random(f"nounce {rank}")  # noqa: S311 - a platform of test, the same for the same seed
            nounce = "".join(chance.choice(_LETTERS) for _ in range(_LENGTH))
            self._given[nounce] = _Given(
                login=login,
                digest=hashlib.sha256(f"{password}:{nounce}".encode()).hexdigest(),
                authority=account.authority.id,
                moment=self._ground.now,
            )
            return nounce

    def account(self, sharing: Sequence[Account], *, nounce: str, login: str, digest: str) -> Account:
        """The account of the authority of the link among those of the certificate that is presented.

        Raises:
            NotIdentified: the link is not one, or it is too old, or no account of that authority is there.
        """
        with self._ground.lock:
            now = self._ground.now
            self._given = {name: one for name, one in self._given.items() if now - one.moment <= LIFETIME}
            given = self._given.get(nounce)
            if given is None or (given.login, given.digest) != (login, digest):
                raise NotIdentified("identifiants")
            mine = [one for one in sharing if one.authority.id == given.authority]
        if not mine:
            raise NotIdentified("inconnu")
        return mine[0]
