"""The pages of S2LOW for PES."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cdg62_connect.simulator.s2low import texts as common
from cdg62_connect.simulator.s2low import wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.counter import MOVED, Counter, Hand, day, declare, integer
from cdg62_connect.simulator.s2low.counting import counted, month, not_counted
from cdg62_connect.simulator.s2low.form import posted, query_of
from cdg62_connect.simulator.s2low.ground import PARIS
from cdg62_connect.simulator.s2low.helios import texts, wire_xml
from cdg62_connect.simulator.s2low.helios.pes import nom_fic_of
from cdg62_connect.simulator.s2low.helios.transactions import PesTransaction, Retour

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.helios.room import Helios

HELIOS = "/modules/helios"
PLAIN = (common.AUTHENTICATION_FAILED, common.ACCESS_REFUSED, common.NO_MODULE)
"""What the import says before it knows how to write XML."""


def pages(routes: Blueprint, counter: Counter) -> None:
    """Put them on their paths."""
    page = _Pages(counter)
    declare(
        routes,
        "GET",
        {
            f"{HELIOS}/api/helios_transac_get_status.php": page.get_status,
            f"{HELIOS}/helios_download_acquit.php": page.download_acquit,
            f"{HELIOS}/helios_download_file.php": page.download_pes,
            f"{HELIOS}/api/helios_get_list.php": page.get_list,
            f"{HELIOS}/api/helios_get_retour.php": page.get_retour,
            f"{HELIOS}/api/helios_change_status.php": page.change_status,
            f"{HELIOS}/api/list_pes_aller.php": page.list_pes_aller,
            f"{HELIOS}/api/nb_pes_aller_by_authorities_and_date.php": page.count_by_authority,
        },
    )
    declare(
        routes,
        "POST",
        {
            f"{HELIOS}/api/helios_importer_fichier.php": page.importer,
        },
    )


class _Pages:
    """Reads requests, asks the room, writes answers."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    @property
    def _room(self) -> Helios:
        return self._counter.state.helios

    def importer(self) -> Response:
        state = self._counter.state
        with posted(request, limit=state.limites.corps, folder=state.reception) as form:
            upload = form.file("enveloppe")
            key = f"{nom_fic_of(upload.path)} {upload.name}" if upload else ""

            def work(account: Account) -> Response:
                must_signed = form.flag("must_signed") and state.profile != "next"
                transaction = self._room.importer(account, upload, must_signed=must_signed)
                return wire_xml.imported(str(transaction.id), "OK", texts.IMPORTED)

            return self._counter.answer(
                "helios_importer_fichier", key, work, hand=Hand(self._import_refused, itself=True)
            )

    def get_status(self) -> Response:
        asked = query_of(request).get("transaction")
        profile = self._counter.state.profile

        def work(account: Account) -> Response:
            seen = self._room.statut(account, asked)
            return wire_xml.status(asked, "OK", seen.message, str(seen.statut), profile=profile)

        def refused(refusal: Ko) -> Response:
            return wire_xml.status(asked, "KO", refusal.message, "", profile=profile)

        key = self._room.key_of(asked)
        return self._counter.answer("helios_transac_get_status", key, work, hand=Hand(refused, itself=True))

    def download_acquit(self) -> Response:
        asked = query_of(request).get("id")

        def work(account: Account) -> Response:
            name, content = self._room.acquit(account, asked)
            return wire_xml.download(content, name=name)

        return self._counter.answer("helios_download_acquit", self._room.key_of(asked), work, hand=MOVED)

    def download_pes(self) -> Response:
        asked = query_of(request).get("id")

        def work(account: Account) -> Response:
            name, path = self._room.fichier(account, asked)
            return wire.attachment(path, name=name, mimetype="text/xml")

        return self._counter.answer("helios_download_file", self._room.key_of(asked), work, hand=MOVED)

    def get_list(self) -> Response:
        state = self._counter.state

        def work(account: Account) -> Response:
            rows = [
                (str(one.id), one.nom, _postgres(one.moment)) for one in self._room.retours_non_lus(account)
            ]
            return wire_xml.listed(
                str(account.authority.id), "", texts.LIST_DONE, _asked(state.ground.now), rows
            )

        def refused(refusal: Ko) -> Response:
            return wire_xml.listed("", "KO", refusal.message, _asked(state.ground.now), ())

        return self._counter.answer("helios_get_list", "", work, hand=Hand(refused, itself=True))

    def get_retour(self) -> Response:
        asked = query_of(request).get("id")

        def work(account: Account) -> Response:
            found: Retour = self._room.retour(account, asked)
            return wire_xml.download(found.content, name=found.nom)

        def refused(refusal: Ko) -> Response:
            return wire_xml.retour_refused(asked, refusal.message)

        return self._counter.answer("helios_get_retour", asked, work, hand=Hand(refused, itself=True))

    def change_status(self) -> Response:
        asked = query_of(request).get("id")

        def work(account: Account) -> Response:
            self._room.marquer_lu(account, asked)
            return wire_xml.retour_read(asked, "OK", texts.RETOUR_READ)

        def refused(refusal: Ko) -> Response:
            return wire_xml.retour_read(asked, "KO", refusal.message)

        return self._counter.answer("helios_change_status", asked, work, hand=Hand(refused, itself=True))

    def list_pes_aller(self) -> Response:
        query = query_of(request)
        status, offset, limit = (
            integer(query.get("status_id"), 0),
            integer(query.get("offset"), 0),
            integer(query.get("limit"), 100),
        )

        def work(account: Account) -> Response:
            since, until = day(query.get("min_date")), day(query.get("max_date"))
            found = self._room.lister(account, status, since=since, until=until)
            return wire.json_list(
                {
                    "status_id": status,
                    "authority_id": account.authority.id,
                    "offset": offset,
                    "limit": limit,
                    "transactions": [_listed(one) for one in found[offset : offset + limit]],
                }
            )

        return self._counter.answer("list_pes_aller", "", work, hand=Hand(wire.bad_request, itself=True))

    def count_by_authority(self) -> Response:
        """By authority of a group: only who manages one may ask."""
        query, ground = query_of(request), self._counter.state.ground

        def work(account: Account) -> Response:
            first, last = month(query, today=ground.today)
            return counted(account, [one.authority for one in self._room.posted_in(first, last)], first, last)

        return self._counter.answer(
            "nb_pes_aller_by_authorities_and_date", "", work, hand=Hand(not_counted, itself=True)
        )

    def _import_refused(self, refusal: Ko) -> Response:
        if refusal.message in PLAIN:
            return wire.raw_ko(refusal.message, profile=self._counter.state.profile)
        return wire_xml.imported("", "KO", refusal.message)


def _listed(transaction: PesTransaction) -> dict[str, object]:
    return {
        "id": transaction.id,
        "filename": transaction.name,
        "sha1": transaction.sha1,
        "date": _postgres(transaction.steps[0].moment),
        "siren": transaction.authority.collectivite.siren,
    }


def _asked(moment: datetime) -> str:
    """As the page writes it: on twelve hours, without saying which half of the day."""
    return f"{moment.astimezone(PARIS):%Y-%m-%d %I:%M:%S}"


def _postgres(moment: datetime) -> str:
    """``2025-03-14 01:58:11.204+01``."""
    local = moment.astimezone(PARIS)
    zone = f"{local:%z}"[:3]
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03}{zone}"
