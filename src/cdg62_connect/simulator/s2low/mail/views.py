"""The pages of S2LOW for secure mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cdg62_connect.simulator.s2low import wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.counter import Counter, Hand, declare, integer
from cdg62_connect.simulator.s2low.depot import Upload
from cdg62_connect.simulator.s2low.form import Form, posted, query_of
from cdg62_connect.simulator.s2low.ground import PARIS
from cdg62_connect.simulator.s2low.mail import texts
from cdg62_connect.simulator.s2low.mail.room import Envoi, Mail

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.mail.room import MailSecurise

MAIL = "/modules/mail/api"


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(routes, "POST", {f"{MAIL}/send-mail.php": page.send})
    declare(
        routes,
        "GET",
        {
            f"{MAIL}/list-mail.php": page.list,
            f"{MAIL}/detail-mail.php": page.detail,
            f"{MAIL}/delete-mail.php": page.delete,
        },
    )


class _Pages:
    """Reads requests, asks the room, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    @property
    def _room(self) -> MailSecurise:
        return self._counter.state.mails

    @property
    def _hand(self) -> Hand:
        return Hand(lambda refusal: self._said(f"ERROR:{refusal.message}\n"), itself=True)

    def send(self) -> Response:
        state = self._counter.state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:

            def work(account: Account) -> Response:
                return self._said(f"OK:{self._room.envoyer(account, _envoi(form)).id}\n")

            return self._counter.answer("send-mail", form.get("objet"), work, hand=self._hand)

    def list(self) -> Response:
        query = query_of(request)
        offset, limit = integer(query.get("offset"), 0), integer(query.get("limit"), 100)

        def work(account: Account) -> Response:
            found = self._room.lister(account, offset=max(0, offset), limit=max(0, limit))
            rows = (f"{one.id}:{_postgres(one.moment)}:{one.statut}:{one.envoi.objet}\n" for one in found)
            return self._said("".join(rows))

        return self._counter.answer("list-mail", "", work, hand=self._hand)

    def detail(self) -> Response:
        asked = query_of(request).get("id")

        def work(account: Account) -> Response:
            return wire.plain("\n".join(_lines(self._room.detail(account, asked))))

        return self._counter.answer("detail-mail", asked, work, hand=self._refused)

    def delete(self) -> Response:
        asked = query_of(request).get("id")

        def work(account: Account) -> Response:
            deleted = self._room.supprimer(account, asked)
            return self._said(f"OK: {texts.DELETED.format(id=deleted)}\n")

        return self._counter.answer("delete-mail", asked, work, hand=self._refused)

    @property
    def _refused(self) -> Hand:
        def write(refusal: Ko) -> Response:
            return self._said(f"ERROR: {refusal.message}\n")

        return Hand(write, itself=True)

    def _said(self, content: str) -> Response:
        return wire.latin1(content) if self._counter.state.profile == "v4" else wire.text(content)


def _envoi(form: Form) -> Envoi:
    return Envoi(
        mailto=form.get("mailto"),
        mailcc=form.get("mailcc"),
        mailcci=form.get("mailcci"),
        objet=form.get("objet"),
        message=form.get("message"),
        password=form.get("password"),
        fichiers=tuple(_uploads(form)),
    )


def _uploads(form: Form) -> Iterator[Upload]:
    """``uploadFile1``, ``uploadFile2``… up to the first that is missing."""
    for rank in count(1):
        upload = form.file(f"uploadFile{rank}")
        if upload is None:
            return
        yield upload


def _lines(mail: Mail) -> Iterator[str]:
    yield f"id:{mail.id}"
    yield f"date_envoi:{_postgres(mail.moment)}"
    yield f"password:{mail.envoi.password}"
    yield f"fn_download:{mail.jeton}"
    yield f"status:{mail.statut}"
    yield f"objet:{mail.envoi.objet}"
    for file in mail.fichiers:
        yield f"file:{file.size}:{file.mimetype}:{file.nom}"
    for one in mail.destinataires:
        read = _postgres(one.lu) if one.lu else ""
        yield f"emis:{one.email}:{one.champ}:{'t' if one.lu else 'f'}:{read}"
    yield f"\n\n==message==\n\n{mail.envoi.message}"


def _postgres(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
