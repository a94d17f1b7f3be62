"""The actes: transmit one, follow it, bring back what proves it.

Every method names its operation after the page of S2LOW that answers it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from enum import Enum

from cdg62_connect.errors import InvalidInput, OutcomeUnknown, PlatformError, UnreadableAnswer
from cdg62_connect.s2low.acte_answers import (
    read_count,
    read_done,
    read_labels,
    read_number,
    read_numbers,
    read_page,
    read_sentences,
    read_status,
)
from cdg62_connect.s2low.acte_files import ActeFiles
from cdg62_connect.s2low.acte_form import acte_form
from cdg62_connect.s2low.api import ACTES, ACTES_API, API, Api, between, identifier, page_params
from cdg62_connect.s2low.confirmation import SEVERAL, confirm_one, confirm_several, confirmation_link
from cdg62_connect.s2low.model import ActePage, ActeStatus, ListedActe, NewActe
from cdg62_connect.s2low.nounce import LienPersonnel
from cdg62_connect.s2low.prefecture import DocumentsPrefecture
from cdg62_connect.s2low.statuses import SEARCH_ORDER
from cdg62_connect.transport import BasicAuth, FilePart, Payload

_PAGE, _OVERLAP = 200, 10
_MOST_PAGES = 200
_ENVELOPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.tar\.gz")
_ACTE_ID = re.compile(r"[0-9A-Z]{3}-[0-9]{9}-[0-9]{8}-[A-Za-z0-9_ -]{1,15}-[A-Z]{2}")


class Cloture(Enum):
    """How an acknowledged acte is closed in S2LOW."""

    VALIDE = "valid"
    REFUSE = "invalid"
    ARCHIVAGE = "sae"


class Actes(ActeFiles):
    """The module Actes.

    Attributes:
        prefecture: what the préfecture sends about the actes, and the answers to it.
    """

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self.prefecture = DocumentsPrefecture(api)

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
        fields, files = acte_form(acte)
        # « api » is said twice: PHP drops the fields of a body that is too big, and the answer would be a page.
        return self._api.post(
            "actes_transac_create", read_number, folder=ACTES, fields=fields, files=files, params=API
        )

    def statut(self, transaction: int) -> ActeStatus:
        """Where ``transaction`` stands (actes_transac_get_status).

        The ARActe comes with the status only while it is exactly 4; afterwards see :meth:`ar`.

        Raises:
            NotFound: no such transaction.
            AccessRefused: it is not one this account may see.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._status("transaction", identifier(transaction))

    def statut_de(self, acte_id: str) -> ActeStatus:
        """Where the acte of that identifier stands; only an acknowledged acte has one.

        Args:
            acte_id: as the ARActe gives it (``"062-216209916-20260303-PC62991_26A0012-AI"``).

        Raises:
            InvalidInput: it is not an identifier of acte.
            NotFound, AccessRefused, UnreadableAnswer, PlatformError: as :meth:`statut`.
        """
        if not _ACTE_ID.fullmatch(acte_id):
            raise InvalidInput(f"« {acte_id} » n'est pas un identifiant d'acte.")
        return self._status("unique_id", acte_id)

    def confirmer(self, transaction: int) -> None:
        """Post an acte that waits (17): it goes to 1 (actes_transac_post_confirm_api).

        The account needs the right to teletransmit (TT) and an RGS certificate; a person who has them, and not
        this account, goes by :meth:`lien_confirmation`.

        Raises:
            NotWaiting: it does not wait, or no longer.
            NotFound: no such transaction.
            NotRgs, AccessRefused, AuthenticationRefused: the account.
            OutcomeUnknown: it may be posted; its status tells.
            PlatformError: the exchange failed.
        """
        confirm_one(self._api, transaction)

    def confirmer_plusieurs(self, transactions: Sequence[int]) -> dict[int, ActeStatus]:
        """Post several actes that wait, at most 100, and say where each one stands afterwards.

        S2LOW passes over those that it cannot post without a word (actes_transac_post_confirm_api_multi): their
        statuses are read then, and one still at 17 was not posted.

        Raises:
            InvalidInput: none, or too many.
            AuthenticationRefused: the account is not recognised.
            OutcomeUnknown: some may be posted; their statuses tell.
            PlatformError: the exchange failed.
        """
        confirm_several(self._api, transactions)
        try:
            return {transaction: self.statut(transaction) for transaction in transactions}
        except PlatformError as unread:
            raise OutcomeUnknown(
                "Les transactions ont été confirmées, mais leur statut n'a pas pu être relu.",
                platform=unread.platform,
                operation=SEVERAL,
                said=unread.said,
                advice="Relisez le statut de chacune : 17 veut dire qu'elle n'est pas partie.",
            ) from unread

    def lien_confirmation(
        self, transactions: Sequence[int], *, auth: BasicAuth, retour: str
    ) -> LienPersonnel:
        """The link by which an agent, with their own RGS certificate, posts actes that wait.

        Args:
            transactions: at most 100.
            auth: login and password of this session's account.
            retour: where S2LOW then sends the browser. For one transaction, ``%%ERROR%%`` in it becomes ``0`` or
                ``1`` and ``%%MESSAGE%%`` the reason; for several nothing is told: read their statuses.

        Raises:
            InvalidInput: none, or too many.
            AuthenticationRefused, UnreadableAnswer, PlatformError: no link could be had.
        """
        return confirmation_link(self._api, transactions, auth=auth, retour=retour)

    def annuler(self, transaction: int) -> int:
        """Ask for the cancellation of an acknowledged acte, and return the number of this transaction.

        (S2LOW API, actes_transac_cancel.) Follow either: the acte goes to 0 when the cancellation goes to 4.
        The number of the acte stays used.

        Raises:
            NotAcknowledged: the acte is not at 4 exactly: too early, cancelled already, or archived.
            CancellationPending: it was asked already; ``prefecture.liees`` has its number (type 6).
            NotFound, InvalidRequest: no such acte, or not an acte.
            AccessRefused, PaperMode, AuthenticationRefused: the account.
            OutcomeUnknown: it may have been asked; asking again does no harm.
            PlatformError: the exchange failed.
        """
        fields = [("api", "1"), ("id", identifier(transaction))]
        return self._api.post("actes_transac_cancel", read_number, folder=ACTES, fields=fields, params=API)

    def clore(self, transactions: Sequence[int], cloture: Cloture) -> tuple[str, ...]:
        """Close actes in S2LOW, and return what it says of each (actes_transac_close).

        Seen in an older version only. The statuses tell what was done: 5, 6 or 19.

        Raises:
            InvalidInput: no acte.
            InvalidRequest: one of them is not in a state to be closed so.
            AccessRefused, AuthenticationRefused: the account.
            OutcomeUnknown: it may be done; the statuses tell. Do not repeat blindly towards the archive.
            PlatformError: the exchange failed.
        """
        if not transactions:
            raise InvalidInput("Aucune transaction à clore.")
        name = "id" if len(transactions) == 1 else "liste_id[]"
        fields = [
            ("api", "1"),
            *((name, identifier(transaction)) for transaction in transactions),
            ("status", cloture.value),
        ]
        return self._api.post("actes_transac_close", read_sentences, folder=ACTES, fields=fields, params=API)

    def soumettre(self, enveloppe: Payload, *, nom: str) -> tuple[int, ...]:
        """Deposit a ready ``.tar.gz`` envelope; the numbers of its transactions (actes_transac_submit).

        Args:
            enveloppe: as @ctes has it.
            nom: of the file, as @ctes has it, with the letters of this platform: it is read, so nothing of it is
                changed.

        Raises:
            InvalidInput: the name is not one, or nothing is in the file.
            NotOffered: the platform has closed this way; :meth:`transmettre` replaces it.
            NumberAlreadyUsed, FutureDate, TooBig, InvalidRequest: to be corrected; nothing was kept.
            AuthenticationRefused, NotRgs, AccessRefused: the account; nothing was kept.
            OutcomeUnknown: anything that does not prove either outcome.
            PlatformError: the exchange failed.
        """
        if not _ENVELOPE.fullmatch(nom) or enveloppe.size == 0:
            raise InvalidInput(
                f"« {nom} » doit être une archive .tar.gz, nommée comme @ctes le veut, non vide."
            )
        file = FilePart("enveloppe", nom, enveloppe, "application/gzip")
        return self._api.post(
            "actes_transac_submit", read_numbers, folder=ACTES, fields=API, files=[file], params=API
        )

    def changer_statut_sae(self, transaction: int, statut: int) -> None:
        """Say what the archive has done of an acte (actes_sae_status, archivists only, since 5.0.39).

        Raises:
            AccessRefused: the account is not an archivist's, or S2LOW does not allow this status.
            OutcomeUnknown: it may be done; repeating it does no harm.
            PlatformError: the exchange failed.
        """
        fields = [("transaction_id", identifier(transaction)), ("status_id", str(int(statut)))]
        self._api.post("actes_sae_status", read_done, folder=ACTES_API, fields=fields)

    def lister(
        self,
        status: int,
        *,
        offset: int = 0,
        limit: int = 100,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> ActePage:
        """A page of the authority's transactions that stand at ``status``, newest first (list_actes).

        Args:
            status: a code.
            offset: rank of the first one.
            limit: how many.
            since: those that entered this status on that day or later (since S2LOW 5.0.38, ignored before).
            until: on that day or earlier.

        Raises:
            InvalidInput: ``offset`` or ``limit`` out of range.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        params = [
            *API,
            ("status_id", str(int(status))),
            *page_params(offset, limit),
            *between(since, until),
        ]
        return self._api.get(
            "list_actes",
            lambda answer: read_page(answer, status=int(status), offset=offset, limit=limit),
            folder=ACTES_API,
            params=params,
        )

    def trouver(self, numero: str) -> tuple[ListedActe, ...]:
        """The transactions that bear ``numero``, in whatever status: the acte, its messages, its cancellation.

        The API cannot search: every status is listed, in the order in which an acte meets them, so that one
        that moves meanwhile is not missed. Slow on a large platform.

        Raises:
            UnreadableAnswer: a list has no end.
            PlatformError: the exchange failed.
        """
        found = {
            acte.id: acte
            for status in SEARCH_ORDER
            for page in self._pages(status)
            for acte in page.numbered(numero)
        }
        return tuple(found[number] for number in sorted(found))

    def compter(self, status: int) -> int:
        """How many transactions of the authority stand at ``status`` (number_actes).

        Raises:
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        params = [*API, ("status_id", str(int(status)))]
        return self._api.get(
            "number_actes",
            lambda answer: read_count(answer, status=int(status)),
            folder=ACTES_API,
            params=params,
        )

    def statuts(self) -> dict[int, str]:
        """The statuses that this platform knows, with its own labels (actes_status).

        Raises:
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._api.get("actes_status", read_labels, folder=ACTES_API, params=API)

    def _status(self, name: str, value: str) -> ActeStatus:
        return self._api.get("actes_transac_get_status", read_status, folder=ACTES, params=[(name, value)])

    def _pages(self, status: int) -> Iterator[ActePage]:
        offset = 0
        for _ in range(_MOST_PAGES):
            page = self.lister(status, offset=offset, limit=_PAGE)
            yield page
            if len(page.transactions) <= _OVERLAP:
                return
            # Pages overlap: one that leaves its status while we turn the page moves the others up. What came,
            # not what was asked for, says how far to go: a platform may cap its pages.
            offset += len(page.transactions) - _OVERLAP
        raise UnreadableAnswer(
            f"La liste des actes au statut {status} ne finit pas : la recherche s'arrête.",
            platform=self._api.session.platform,
            operation="list_actes",
        )
