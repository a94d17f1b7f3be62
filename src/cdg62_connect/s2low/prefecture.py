"""What the préfecture sends about the actes: letters, requests, observations; and the answers to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from pathlib import Path
from types import MappingProxyType

from cdg62_connect.errors import InvalidInput, NotFound
from cdg62_connect.s2low.acte_answers import read_done, read_number
from cdg62_connect.s2low.acte_form import files_of, types_of
from cdg62_connect.s2low.answers import content, quote, unusable
from cdg62_connect.s2low.api import ACTES, ACTES_API, Api, identifier
from cdg62_connect.s2low.dialects import decode
from cdg62_connect.s2low.envelope import download_envelope, sent_to
from cdg62_connect.s2low.model import ActeFile, check_type
from cdg62_connect.s2low.records import read_json, records
from cdg62_connect.s2low.saved import DOWNLOAD_LIMIT
from cdg62_connect.transport import Answer, Download, Kind

_RELATED = re.compile(r"\s*([0-9]{1,4})-(-?[0-9]{1,4})-([1-9][0-9]{0,17})\s*")


class TypeTransaction(IntEnum):
    """What a transaction of the module Actes is."""

    TRANSMISSION = 1
    COURRIER_SIMPLE = 2
    DEMANDE_DE_PIECES = 3
    LETTRE_D_OBSERVATION = 4
    DEFERE = 5
    ANNULATION = 6
    DEMANDE_DE_CLASSIFICATION = 7


_LIBELLES: Mapping[int, str] = MappingProxyType(
    {
        TypeTransaction.TRANSMISSION: "Transmission d'acte",
        TypeTransaction.COURRIER_SIMPLE: "Courrier simple",
        TypeTransaction.DEMANDE_DE_PIECES: "Demande de pièces complémentaires",
        TypeTransaction.LETTRE_D_OBSERVATION: "Lettre d'observation",
        TypeTransaction.DEFERE: "Déféré au tribunal administratif",
        TypeTransaction.ANNULATION: "Annulation",
        TypeTransaction.DEMANDE_DE_CLASSIFICATION: "Demande de classification",
    }
)


class Envoi(Enum):
    """What an answer to a request or an observation is."""

    REFUS = "3"
    ENVOI = "4"


@dataclass(frozen=True, slots=True)
class DocumentPrefecture:
    """A message of the préfecture that nobody has marked as read (S2LOW API, list_document_prefecture).

    Attributes:
        id: of the message, itself a transaction: what is fetched, marked and answered.
        type: see :class:`TypeTransaction`; 2 to 5.
        acte: the transaction of the acte, ``None`` when it cannot be read.
        number: of the acte.
        unique_id: of the acte, as its ARActe gives it.
        statut: of the message: 7, then 8 once S2LOW has acknowledged it; 21 when there is nothing to acknowledge.
        champs: the fields this version does not know, as text.
    """

    id: int
    type: int
    acte: int | None
    number: str
    unique_id: str
    statut: int | None
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def libelle(self) -> str:
        """The type, in words."""
        return libelle_type(self.type)


@dataclass(frozen=True, slots=True)
class TransactionLiee:
    """A transaction about an acte: a message, the answer that took its place, or the cancellation."""

    type: int
    statut: int
    id: int

    @property
    def libelle(self) -> str:
        """The type, in words."""
        return libelle_type(self.type)


@dataclass(frozen=True, slots=True)
class NewReponse:
    """An answer to a message of the préfecture (S2LOW API, actes_transac_reponse_create).

    Attributes:
        message: the message's id, not the acte's.
        type_acte: code of the type of the document in the classification.
        document: the answer itself: PDF, JPEG, PNG or XML.
        envoi: for a request (type 3) or an observation (type 4), whether the document answers or refuses;
            ``None`` for a letter (type 2). Nothing is answered to a déféré.
        annexes: other pieces, each with its type; for a request that is answered only.

    Raises:
        InvalidInput: a type is missing, or there are annexes that S2LOW would drop.
    """

    message: int
    type_acte: str
    document: ActeFile
    envoi: Envoi | None = None
    annexes: tuple[ActeFile, ...] = ()

    def __post_init__(self) -> None:
        check_type(self.type_acte, of="la réponse")
        if self.annexes and self.envoi is not Envoi.ENVOI:
            raise InvalidInput("S2LOW ne garde les annexes que d'un envoi de pièces complémentaires.")
        for annexe in self.annexes:
            if not annexe.type_piece:
                raise InvalidInput(f"L'annexe « {annexe.nom} » n'a pas de type de pièce : donnez-en un.")


class DocumentsPrefecture:
    """The messages of the préfecture. Each is a transaction of its own, related to that of the acte."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def non_lus(self) -> tuple[DocumentPrefecture, ...]:
        """All that the authority has received and not marked as read (list_document_prefecture).

        Raises:
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._api.get("list_document_prefecture", _read_unread, folder=ACTES_API)

    def liees(self, acte: int) -> tuple[TransactionLiee, ...]:
        """The transactions related to an acte, read or not (actes_transac_get_document).

        Once a message has been answered, the answer is listed in its place: keep the id of the message.

        Raises:
            NotFound: no such transaction, or it is a message and not an acte.
            AccessRefused: it is not one this account may see.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        found = self._document(acte)
        if isinstance(found, int):
            raise NotFound(
                "Cette transaction est un message de la préfecture, pas un acte.",
                platform=self._api.session.platform,
                operation="actes_transac_get_document",
            )
        return found

    def telecharger(self, message: int, *, into: Path, limit: int = DOWNLOAD_LIMIT) -> Download:
        """The ``.tar.gz`` envelope of a message, in a fresh file of ``into``.

        (S2LOW API, actes_transac_get_document, then actes_download_file.) It holds two XML and the document.

        Raises:
            NotFound: it is not a message, or not one that has an envelope.
            AccessRefused: S2LOW sends to a web page, its way to say no here; the reason is not told.
            UnreadableAnswer, PlatformError: the exchange failed; nothing remains in ``into``.
        """
        found = self._document(message)
        if not isinstance(found, int):
            raise NotFound(
                "Cette transaction n'est pas un message de la préfecture : elle n'a rien à télécharger ici.",
                platform=self._api.session.platform,
                operation="actes_transac_get_document",
            )
        return download_envelope(self._api, found, into=into, limit=limit)

    def marquer_lu(self, message: int) -> None:
        """Take a message off :meth:`non_lus` (document_prefecture_mark_as_read): save it first.

        S2LOW says yes whatever the number is.

        Raises:
            AuthenticationRefused, AccessRefused: the account.
            OutcomeUnknown: it may be marked; marking it again does no harm.
            PlatformError: the exchange failed.
        """
        self._api.get(
            "document_prefecture_mark_as_read",
            read_done,
            folder=ACTES_API,
            params=[("transaction_id", identifier(message))],
            kind=Kind.EFFECT,
        )

    def repondre(self, reponse: NewReponse) -> int:
        """Answer a message, and return the number of this transaction (actes_transac_reponse_create).

        S2LOW does not check whether an answer was given already. Follow its status: 4 (11 in version 4)
        for types 3 and 4; the answer to a letter stays at 3.

        Raises:
            TooBig, InvalidRequest: to be corrected; nothing was kept.
            NotFound: no such message.
            AuthenticationRefused, AccessRefused, PaperMode: the account; nothing was kept.
            OutcomeUnknown: anything that does not prove either outcome. Look at :meth:`liees` of the acte: the
                answer has taken the place of the message when it passed.
            PlatformError: the exchange failed.
        """
        fields = [
            ("api", "1"),
            ("id", identifier(reponse.message)),
            *([("type_envoie", reponse.envoi.value)] if reponse.envoi else []),
            ("type_acte", reponse.type_acte),
            *types_of(reponse.annexes),
        ]
        # Not « api » in the query string as elsewhere: this page would then answer in another form.
        return self._api.post(
            "actes_transac_reponse_create",
            read_number,
            folder=ACTES,
            fields=fields,
            files=files_of(reponse.document, reponse.annexes),
        )

    def _document(self, transaction: int) -> int | tuple[TransactionLiee, ...]:
        params = [("id", identifier(transaction))]
        return self._api.get("actes_transac_get_document", _read_document, folder=ACTES, params=params)


def libelle_type(code: int) -> str:
    """The words for a type of transaction, or a plain sentence when this version does not know it."""
    return _LIBELLES.get(code, f"Type inconnu ({code})")


def _read_unread(answer: Answer) -> tuple[DocumentPrefecture, ...]:
    known = ("id", "type", "related_transaction_id", "number", "unique_id", "last_status_id")
    return tuple(
        DocumentPrefecture(
            id=record.identifier("id"),
            type=record.identifier("type"),
            acte=record.integer("related_transaction_id"),
            number=record.text("number").strip(),
            unique_id=record.text("unique_id").strip(),
            statut=record.integer("last_status_id"),
            champs=record.others(known),
        )
        for record in records(answer, read_json(answer))
    )


def _read_document(answer: Answer) -> int | tuple[TransactionLiee, ...]:
    """The envelope that the page sends to, for a message; the related transactions, for an acte."""
    enveloppe = sent_to(answer, "env")
    if enveloppe is not None:
        return enveloppe
    text = decode(content(answer))
    found = [(line, _RELATED.fullmatch(line)) for line in text.splitlines() if line.strip()]
    for line, related in found:
        if related is None:
            raise unusable(answer, "Une ligne n'est pas de la forme attendue.", said=quote(line))
    return tuple(TransactionLiee(int(m[1]), int(m[2]), int(m[3])) for _, m in found if m is not None)
