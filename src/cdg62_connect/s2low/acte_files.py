"""What proves an acte: its acknowledgement, its files, stamped or not, its slip, its envelope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cdg62_connect.errors import InvalidInput
from cdg62_connect.s2low.acte_answers import read_ar, read_files
from cdg62_connect.s2low.api import ACTES, Api, identifier
from cdg62_connect.s2low.envelope import download_envelope, sent_to
from cdg62_connect.s2low.model import ListedFile
from cdg62_connect.s2low.saved import DOWNLOAD_LIMIT, Contents, head_of, is_pdf, save
from cdg62_connect.s2low.stamped import StampedFile, Tampon
from cdg62_connect.transport import Answer, Download

T = TypeVar("T")


class ActeFiles:
    """The reads of the module Actes that bring something back."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def ar(self, transaction: int) -> bytes:
        """The XML ARActe, whatever the present status (actes_transac_get_ARActe, since S2LOW 5.0.47).

        Raises:
            NotReady: none was received yet.
            UnreadableAnswer, PlatformError: the exchange failed; AccessRefused on older versions, which keep
                this page for browsers.
        """
        return self._get("actes_transac_get_ARActe", [("id", identifier(transaction))], read_ar)

    def fichiers(self, transaction: int) -> tuple[ListedFile, ...]:
        """The files of ``transaction``, in the order of the envelope (actes_transac_get_files_list).

        Raises:
            NotReady: the acte has not been acknowledged (« Pas d'acquittement recu »).
            NotFound: no such transaction.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._get(
            "actes_transac_get_files_list", [("transaction", identifier(transaction))], read_files
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
                cannot stamp it or when it is not a PDF: see :meth:`tamponne`, which looks.
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
        params = [("file", identifier(file_id))]
        if tampon:
            params.append(("tampon", "true"))
        if date_affichage is not None:
            params.append(("date_affichage", date_affichage.strftime("%Y-%m-%d")))
        return self._get("actes_download_file", params, lambda answer: save(answer, into=into, limit=limit))

    def tamponne(
        self,
        file_id: int,
        *,
        into: Path,
        original_sha256: str | None = None,
        date_affichage: dt.date | None = None,
        limit: int = DOWNLOAD_LIMIT,
    ) -> StampedFile:
        """One file with its stamp, in a fresh file of ``into``, and whether it really bears one.

        S2LOW answers the plain file when stamping fails. What came is therefore compared with the plain file,
        which is downloaded too, and not kept, unless its digest is given.

        Args:
            file_id: from :meth:`fichiers`.
            into: an existing folder.
            original_sha256: of the file that was posted, in hexadecimal; a wrong one makes the plain file pass
                for stamped.
            date_affichage: date of publication, printed with the stamp (ISO date, unverified).
            limit: in bytes; a bigger file is refused.

        Raises:
            ConfigurationError, AccessRefused, UnreadableAnswer, PlatformError: as :meth:`telecharger`; nothing
                remains in ``into``.
        """
        came = self.telecharger(file_id, into=into, tampon=True, date_affichage=date_affichage, limit=limit)
        try:
            original = original_sha256 or self._digest(file_id, into=into, limit=limit)
            stampable = is_pdf(head_of(came))
        except BaseException:
            came.path.unlink(missing_ok=True)
            raise
        if not stampable:
            return StampedFile(came, Tampon.SANS_OBJET, original)
        same = came.sha256.lower() == original.lower()
        return StampedFile(came, Tampon.SANS_TAMPON if same else Tampon.TAMPONNE, original)

    def acte_tamponne(self, transaction: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """The stamped acte itself, in one call (actes_transac_get_tampon, deprecated): no list is needed.

        S2LOW 2 and later send to the file, which is followed; older ones answer it.

        Raises:
            NotReady: the acte has not been acknowledged.
            AccessRefused: S2LOW sends to another page, its way to say no here.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """

        def read(answer: Answer) -> Download | int:
            file_id = sent_to(answer, "file")
            return file_id or save(answer, into=into, limit=limit, contents=Contents.PDF)

        found = self._get("actes_transac_get_tampon", [("transaction", identifier(transaction))], read)
        return (
            self.telecharger(found, into=into, tampon=True, limit=limit) if isinstance(found, int) else found
        )

    def bordereau(self, transaction: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """The PDF slip of acknowledgement, in a fresh file of ``into`` (actes_create_pdf).

        Raises:
            AccessRefused: S2LOW sends to a web page, its way to say no here; the reason is not told.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._get(
            "actes_create_pdf",
            [("trans_id", identifier(transaction))],
            lambda answer: save(answer, into=into, limit=limit, contents=Contents.PDF),
        )

    def enveloppe(self, enveloppe: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """A whole ``.tar.gz`` envelope, in a fresh file of ``into`` (actes_download_file).

        Args:
            enveloppe: its own number, which is not that of a transaction.
            into: an existing folder.
            limit: in bytes; a bigger file is refused.

        Raises:
            AccessRefused: S2LOW sends to a web page, its way to say no here; the reason is not told.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return download_envelope(self._api, enveloppe, into=into, limit=limit)

    def _digest(self, file_id: int, *, into: Path, limit: int) -> str:
        plain = self.telecharger(file_id, into=into, limit=limit)
        plain.path.unlink()
        return plain.sha256

    def _get(self, page: str, params: list[tuple[str, str]], read: Callable[[Answer], T]) -> T:
        return self._api.get(page, read, folder=ACTES, params=params)
