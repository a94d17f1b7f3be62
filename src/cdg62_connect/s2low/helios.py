"""The PES: post one, follow it, fetch its acquit; and the PES_Retour that the DGFiP sends."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from cdg62_connect.errors import AccessRefused, InvalidInput, NotFound, NotReady
from cdg62_connect.s2low.answers import quote, unusable
from cdg62_connect.s2low.api import HELIOS, HELIOS_API, Api, between, identifier, page_params
from cdg62_connect.s2low.flux import root_name
from cdg62_connect.s2low.helios_model import HeliosStatus, ListedRetour, PesPage, libelle_helios
from cdg62_connect.s2low.markup import Markup, markup_of, read_markup
from cdg62_connect.s2low.model import sent_name
from cdg62_connect.s2low.records import Record, read_json, records
from cdg62_connect.s2low.refusal_table import refusal
from cdg62_connect.s2low.saved import DOWNLOAD_LIMIT, Contents, head_of, save
from cdg62_connect.transport import Answer, Download, FilePart, Kind, Payload

_ID = re.compile(r"[1-9][0-9]{0,17}")
_CODE = re.compile(r"-?[0-9]{1,4}")
_REFUSAL_AT_MOST = 64 * 1024


class Helios:
    """The module Hélios."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def transmettre(self, pes: Payload, *, nom: str, a_signer: bool = False) -> int:
        """Post a PES Aller and return the number of its transaction (helios_importer_fichier).

        Posted is not sent: with an account that may only deposit, the PES always waits for an agent (14).
        S2LOW checks the content later, and tells by status -1; the DGFiP receives it under another name.
        Keep the SHA-1 of the file before the call: should the answer be lost, it is all that links the
        attempt to a duplicate found later.

        Args:
            pes: the file.
            nom: any name; the characters that S2LOW does not take become ``_``.
            a_signer: wait until it is signed in S2LOW (13).

        Raises:
            InvalidInput: no name, or nothing in the file.
            AlreadySent: this very file is on the platform already, under a number that is not told.
            TooBig: above the platform's limit (128 MB by default).
            AuthenticationRefused, NotRgs, AccessRefused: the account; nothing was kept.
            InvalidRequest: refused for another reason; nothing was kept.
            Unavailable: trouble of the platform before anything was kept; may be repeated.
            OutcomeUnknown: anything that does not prove either outcome. Posting the same file again is safe:
                ``AlreadySent`` then says that it had arrived.
            PlatformError: the exchange failed.
        """
        if pes.size == 0:
            raise InvalidInput("Le fichier PES est vide : vérifiez le dépôt.")
        file = FilePart("enveloppe", sent_name(nom), pes, "text/xml")
        fields = [("must_signed", "1")] if a_signer else []
        return self._api.post(
            "helios_importer_fichier", _read_imported, folder=HELIOS_API, fields=fields, files=[file]
        )

    def statut(self, transaction: int) -> HeliosStatus:
        """Where ``transaction`` stands (helios_transac_get_status).

        Each look may make S2LOW fetch files from its storage: every 15 minutes is often enough.

        Raises:
            NotFound: no such transaction.
            StatusNotSaid: S2LOW does not say; it answers so for a transaction that was cancelled.
            AccessRefused: it is not one this account may see.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        params = [("transaction", identifier(transaction))]
        return self._api.get("helios_transac_get_status", _read_status, folder=HELIOS_API, params=params)

    def acquit(self, transaction: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """The PES_ACQUIT, or PES_NonAcquit, in a fresh file of ``into`` (helios_download_acquit).

        Raises:
            NotReady: S2LOW gives none: not received yet, or not for this account; the reason is not told.
            UnreadableAnswer: what came is not a whole XML document; nothing remains in ``into``.
            PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._api.get(
            "helios_download_acquit",
            lambda answer: save(
                answer, into=into, limit=limit, contents=Contents.XML, empty=NotReady, elsewhere=NotReady
            ),
            folder=HELIOS,
            params=[("id", identifier(transaction))],
        )

    def pes(self, transaction: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """The PES Aller that was posted, in a fresh file of ``into`` (helios_download_file, unverified).

        Raises:
            AccessRefused: S2LOW sends to a web page, its way to say no here; the reason is not told.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._api.get(
            "helios_download_file",
            lambda answer: save(answer, into=into, limit=limit),
            folder=HELIOS,
            params=[("id", identifier(transaction))],
        )

    def lister(
        self,
        status: int,
        *,
        offset: int = 0,
        limit: int = 100,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> PesPage:
        """A page of the authority's PES that stand at ``status`` (list_pes_aller, since S2LOW 5.0.47).

        Raises:
            InvalidInput: ``offset`` or ``limit`` out of range.
            AccessRefused: the account is not an archivist's.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        params = [("status_id", str(int(status))), *page_params(offset, limit), *between(since, until)]

        def read(answer: Answer) -> PesPage:
            page = Record(answer, read_json(answer, default=AccessRefused))
            page.expect("status_id", int(status))
            return PesPage(
                tuple(
                    (record.identifier("id"), record.others(("id",)))
                    for record in records(answer, page.value("transactions"))
                ),
                status=int(status),
                offset=offset,
                limit=page.integer("limit") or limit,
            )

        return self._api.get("list_pes_aller", read, folder=HELIOS_API, params=params)

    def retours(self) -> tuple[ListedRetour, ...]:
        """The PES_Retour of the authority that nobody has marked as read (helios_get_list).

        Raises:
            AuthenticationRefused, AccessRefused: the account.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._api.get("helios_get_list", _read_retours, folder=HELIOS_API)

    def retour(self, retour: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """One PES_Retour, in a fresh file of ``into`` (helios_get_retour).

        Raises:
            NotFound: S2LOW does not know it.
            AccessRefused: it is another authority's.
            Unavailable: S2LOW does not find the file.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._api.get(
            "helios_get_retour",
            lambda answer: _save_retour(answer, into=into, limit=limit),
            folder=HELIOS_API,
            params=[("id", identifier(retour))],
        )

    def marquer_lu(self, retour: int) -> None:
        """Take a PES_Retour off the list, for good (helios_change_status): save it first.

        Raises:
            NotFound, AccessRefused: it is unknown, or another authority's.
            OutcomeUnknown: it may be marked; marking it again does no harm.
            PlatformError: the exchange failed.
        """
        params = [("id", identifier(retour))]
        self._api.get(
            "helios_change_status", _read_marked, folder=HELIOS_API, params=params, kind=Kind.EFFECT
        )


def _ok(answer: Answer) -> Markup:
    found = markup_of(answer)
    if found.fields.get("resultat", "").upper() != "OK":
        raise unusable(answer, "La réponse ne dit ni OK ni KO.", said=quote(str(dict(found.fields))))
    return found


def _read_imported(answer: Answer) -> int:
    number = _ok(answer).fields.get("id", "")
    if not _ID.fullmatch(number):
        raise unusable(
            answer, "La plateforme répond OK sans un numéro de transaction entier.", said=quote(number)
        )
    return int(number)


def _read_status(answer: Answer) -> HeliosStatus:
    fields = dict(_ok(answer).fields)
    code = fields.pop("status", "")
    if not _CODE.fullmatch(code):
        raise unusable(answer, "La plateforme répond OK sans statut lisible.", said=quote(code))
    message = fields.pop("message", "")
    for known in ("id", "resultat"):
        fields.pop(known, None)
    return HeliosStatus(int(code), libelle_helios(int(code)), message, fields)


def _read_retours(answer: Answer) -> tuple[ListedRetour, ...]:
    # A success leaves « resultat » empty: only KO says otherwise.
    found = markup_of(answer)
    if found.root != "liste":
        raise unusable(answer, "La réponse n'est pas la liste attendue.", said=quote(found.root))
    return tuple(_listed(answer, row) for name, row in found.rows if name == "pes_retour")


def _listed(answer: Answer, row: object) -> ListedRetour:
    record = Record(answer, row)
    date = record.moment("date")
    known = ("id", "nom") if date is None else ("id", "nom", "date")
    return ListedRetour(record.identifier("id"), record.text("nom"), date, record.others(known))


def _save_retour(answer: Answer, *, into: Path, limit: int) -> Download:
    download = save(answer, into=into, limit=limit, contents=Contents.XML)
    try:
        _check_retour(answer, download)
    except BaseException:
        download.path.unlink(missing_ok=True)
        raise
    return download


def _check_retour(answer: Answer, download: Download) -> None:
    if root_name(head_of(download)) != b"get_retour":
        return
    if download.size > _REFUSAL_AT_MOST:
        raise unusable(answer, "La réponse de S2LOW, qui dit non, est trop longue pour être lue.")
    said = quote(read_markup(answer, download.path.read_bytes()).fields.get("message", ""))
    raise refusal(said, platform=answer.platform, operation=answer.operation, default=NotFound)


def _read_marked(answer: Answer) -> None:
    _ok(answer)
