"""The actes: transmit one, follow it, bring back what proves it.

Every method names its operation after the page of S2LOW that answers it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cdg62_connect.errors import InvalidInput, NotReady
from cdg62_connect.s2low.answers import (
    check_ko,
    check_page,
    check_status,
    content,
    decode,
    ok_payload,
    quote,
    unusable,
)
from cdg62_connect.s2low.flux import cut_xml
from cdg62_connect.s2low.model import (
    ENCODING,
    ActeFile,
    ActePage,
    ActeStatus,
    ListedActe,
    ListedFile,
    NewActe,
)
from cdg62_connect.s2low.records import Record, read_json, records
from cdg62_connect.s2low.statuses import Statut, libelle
from cdg62_connect.transport import Answer, Download, FilePart, HttpSession, Kind, Multipart, Request

DOWNLOAD_LIMIT = 512 * 1024 * 1024

_ID = re.compile(rb"\s*([1-9][0-9]{0,17})[ \t\r]*\n\s*")
_STATUS = re.compile(rb"\s*(-?[0-9]{1,4})[ \t\r]*(?:\n|\Z)")
_FLUX_STATUSES = frozenset({Statut.ACQUITTEMENT_RECU, Statut.ANNULE})
_HEAD = 16 * 1024
# A PDF may be preceded by a few stray bytes; readers look for its mark in the first kilobyte.
_PDF_MARK, _PDF_MARK_WITHIN = b"%PDF-", 1024

T = TypeVar("T")


class Actes:
    """The module Actes."""

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def transmettre(self, acte: NewActe) -> int:
        """Deposit ``acte`` and return the number of its transaction (actes_transac_create).

        Deposited is not sent: with an account that may only deposit, the acte always waits for an agent
        (status 17), whatever ``en_attente`` says. Whether the type is allowed for the nature is checked
        later, and told by status -1.

        Raises:
            NumberAlreadyUsed: a transaction of the authority bears this number; it may be this very acte.
            FutureDate, TooBig, InvalidRequest: to be corrected; nothing was kept.
            AuthenticationRefused, NotRgs, AccessRefused: the account; nothing was kept.
            Unavailable: trouble of the platform before anything was kept; may be repeated.
            OutcomeUnknown: anything that does not prove either outcome.
            PlatformError: the exchange failed.
        """
        fields = [
            ("api", "1"),
            ("nature_code", str(acte.nature)),
            ("number", acte.numero),
            ("subject", acte.objet),
            ("decision_date", acte.date.strftime("%Y-%m-%d")),
            ("en_attente", "1" if acte.en_attente else "0"),
            ("document_papier", "1" if acte.document_papier else "0"),
            ("type_acte", acte.type_acte),
            *((f"classif{level}", str(code)) for level, code in enumerate(acte.matiere, start=1)),
            # Types and annexes are paired by their order.
            *(("type_pj[]", annexe.type_piece) for annexe in acte.annexes),
        ]
        files = [
            _part("acte_pdf_file", acte.document),
            *(_part("acte_attachments[]", annexe) for annexe in acte.annexes),
        ]
        request = Request(
            "POST",
            "/modules/actes/actes_transac_create.php",
            operation="actes_transac_create",
            kind=Kind.EFFECT,
            # Said twice: PHP drops the fields of a body that is too big, and the answer would be a web page.
            params=(("api", "1"),),
            body=Multipart(fields, files, charset=ENCODING),
        )
        return self._session.exchange(request, _read_created)

    def statut(self, transaction: int) -> ActeStatus:
        """Where ``transaction`` stands (actes_transac_get_status).

        The ARActe comes with the status only while it is exactly 4; afterwards see :meth:`ar`.

        Raises:
            NotFound: no such transaction.
            AccessRefused: it is not one this account may see.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._get(
            "actes_transac_get_status", [("transaction", _identifier(transaction))], _read_status
        )

    def ar(self, transaction: int) -> bytes:
        """The XML ARActe, whatever the present status (actes_transac_get_ARActe, since S2LOW 5.0.47).

        Raises:
            NotReady: none was received yet.
            UnreadableAnswer, PlatformError: the exchange failed; AccessRefused on older versions, which keep
                this page for browsers.
        """
        return self._get("actes_transac_get_ARActe", [("id", _identifier(transaction))], _read_ar)

    def fichiers(self, transaction: int) -> tuple[ListedFile, ...]:
        """The files of ``transaction``, in the order of the envelope (actes_transac_get_files_list).

        Raises:
            NotReady: the acte has not been acknowledged (« Pas d'acquittement recu »).
            NotFound: no such transaction.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._get(
            "actes_transac_get_files_list", [("transaction", _identifier(transaction))], _read_files
        )

    def telecharger(
        self,
        file_id: int,
        *,
        into: Path,
        tampon: bool = False,
        date_affichage: dt.date | None = None,
        limit: int = DOWNLOAD_LIMIT,
    ) -> Download:
        """One file of a transaction, in a fresh file of ``into`` (actes_download_file).

        Args:
            file_id: from :meth:`fichiers`.
            into: an existing folder.
            tampon: stamped with the acknowledgement. S2LOW sends the unstamped file, without a word, when it
                cannot stamp it or when it is not a PDF.
            date_affichage: date of publication, printed with the stamp (ISO date, unverified).
            limit: in bytes; a bigger file is refused.

        Raises:
            InvalidInput: ``date_affichage`` without ``tampon``.
            ConfigurationError: ``into`` cannot be written.
            AccessRefused: S2LOW sends to a web page, its way to say no here; the reason is not told.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        if date_affichage is not None and not tampon:
            raise InvalidInput("La date d'affichage ne s'imprime qu'avec le tampon : demandez-le aussi.")
        params = [("file", _identifier(file_id))]
        if tampon:
            params.append(("tampon", "true"))
        if date_affichage is not None:
            params.append(("date_affichage", date_affichage.strftime("%Y-%m-%d")))
        return self._get("actes_download_file", params, lambda answer: _save(answer, into=into, limit=limit))

    def bordereau(self, transaction: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """The PDF slip of acknowledgement, in a fresh file of ``into`` (actes_create_pdf).

        Raises:
            AccessRefused: S2LOW sends to a web page, its way to say no here; the reason is not told.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._get(
            "actes_create_pdf",
            [("trans_id", _identifier(transaction))],
            lambda answer: _save(answer, into=into, limit=limit, pdf=True),
        )

    def lister(self, status: int, *, offset: int = 0, limit: int = 100) -> ActePage:
        """A page of the authority's transactions that stand at ``status``, newest first (list_actes).

        Raises:
            InvalidInput: ``offset`` or ``limit`` out of range.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        if offset < 0 or limit < 1:
            raise InvalidInput("Une page de liste commence à 0 et compte au moins un élément.")
        params = [
            ("api", "1"),
            ("status_id", str(int(status))),
            ("offset", str(offset)),
            ("limit", str(limit)),
        ]
        return self._get(
            "list_actes",
            params,
            lambda answer: _read_page(answer, status=int(status), offset=offset, limit=limit),
            folder="/modules/actes/api",
        )

    def _get(
        self,
        page: str,
        params: list[tuple[str, str]],
        read: Callable[[Answer], T],
        *,
        folder: str = "/modules/actes",
    ) -> T:
        request = Request("GET", f"{folder}/{page}.php", operation=page, kind=Kind.READ, params=params)
        return self._session.exchange(request, read)


def _identifier(number: int) -> str:
    if number < 1:
        raise InvalidInput(f"{number} n'est pas un identifiant de S2LOW : il est supérieur à zéro.")
    return str(number)


def _part(field: str, file: ActeFile) -> FilePart:
    return FilePart(field, file.sent_name, file.content)


def _read_created(answer: Answer) -> int:
    payload = ok_payload(answer)
    # S2LOW ends the number with a line end: without it the answer may be cut, and 12 be the start of 1234.
    number = _ID.fullmatch(payload)
    if number is None:
        raise unusable(
            answer,
            "La plateforme répond OK sans un numéro de transaction entier.",
            said=quote(decode(payload)),
        )
    return int(number[1])


def _read_status(answer: Answer) -> ActeStatus:
    payload = ok_payload(answer)
    head = _STATUS.match(payload)
    if head is None:
        raise unusable(answer, "La plateforme répond OK sans statut lisible.", said=quote(decode(payload)))
    code, rest = int(head[1]), payload[head.end() :]
    document = cut_xml(rest)
    if document is None:
        text = decode(rest.strip())
        if code in _FLUX_STATUSES and text.startswith("<"):
            raise unusable(answer, "Le XML qui accompagne le statut est incomplet.", said=quote(text))
        return ActeStatus(code, libelle(code), message=text)
    flux, after = document
    # Each in its own encoding: the XML says its own, the message follows in that of the platform.
    return ActeStatus(code, libelle(code), message=decode(after.strip()), flux_retour=flux)


def _read_ar(answer: Answer) -> bytes:
    body = content(answer)
    if not body.strip():
        raise NotReady(
            "L'acquittement n'est pas encore reçu.", platform=answer.platform, operation=answer.operation
        )
    if cut_xml(body) is None:
        raise unusable(answer, "L'acquittement reçu n'est pas un XML complet.", said=quote(decode(body)))
    return body


def _read_files(answer: Answer) -> tuple[ListedFile, ...]:
    return tuple(_listed_file(record) for record in records(answer, read_json(answer)))


def _listed_file(record: Record) -> ListedFile:
    known = ("id", "name", "posted_filename", "mimetype", "size", "code_pj")
    return ListedFile(
        id=record.identifier("id"),
        name=record.text("name"),
        posted_filename=record.text("posted_filename"),
        mimetype=record.text("mimetype"),
        size=record.integer("size"),
        code_pj=record.text("code_pj"),
        champs=record.others(known),
    )


def _read_page(answer: Answer, *, status: int, offset: int, limit: int) -> ActePage:
    page = Record(answer, read_json(answer))
    # Another status than the one asked for would make an acte look absent: it must not pass in silence.
    said = page.integer("status_id")
    if said is not None and said != status:
        raise unusable(answer, f"La plateforme liste le statut {said} au lieu de {status}.")
    return ActePage(
        tuple(_listed_acte(record) for record in records(answer, page.value("transactions"))),
        status=status,
        offset=offset,
        limit=page.integer("limit") or limit,
    )


def _listed_acte(record: Record) -> ListedActe:
    known = ("id", "number", "date", "subject", "nature_descr", "classification", "type")
    return ListedActe(
        id=record.identifier("id"),
        number=record.text("number").strip(),
        date=record.day("date"),
        subject=record.text("subject"),
        nature_descr=record.text("nature_descr"),
        classification=record.text("classification"),
        type=record.text("type"),
        champs=record.others(known),
    )


def _save(answer: Answer, *, into: Path, limit: int, pdf: bool = False) -> Download:
    """Save the file, then look at what it is: a refusal is not kept under the name of a document."""
    check_status(answer)
    download = answer.save(into, limit=limit)
    try:
        _check_saved(answer, download, pdf=pdf or _announced_pdf(download))
    except BaseException:
        download.path.unlink(missing_ok=True)
        raise
    return download


def _check_saved(answer: Answer, download: Download, *, pdf: bool) -> None:
    with download.path.open("rb") as saved:
        head = saved.read(_HEAD)
    check_page(answer, head)
    check_ko(answer, head)
    if not head:
        raise unusable(answer, "Le fichier reçu est vide.")
    if pdf and _PDF_MARK not in head[:_PDF_MARK_WITHIN]:
        raise unusable(answer, "Le fichier reçu n'est pas un PDF.", said=quote(decode(head)))


def _announced_pdf(download: Download) -> bool:
    name = download.filename or ""
    return download.content_type == "application/pdf" or name.lower().endswith(".pdf")
