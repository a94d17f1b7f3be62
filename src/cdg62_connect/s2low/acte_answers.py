"""Reading what S2LOW says of actes."""

from __future__ import annotations

import re

from cdg62_connect.errors import AccessRefused, NotReady
from cdg62_connect.s2low.answers import content, ok_payload, quote, unusable
from cdg62_connect.s2low.dialects import decode, mended, unescaped
from cdg62_connect.s2low.flux import cut_xml
from cdg62_connect.s2low.model import ActePage, ActeStatus, ListedActe, ListedFile
from cdg62_connect.s2low.records import Record, read_json, records
from cdg62_connect.s2low.statuses import Statut, libelle
from cdg62_connect.transport import Answer

_ID = re.compile(rb"\s*([1-9][0-9]{0,17})[ \t\r]*\n\s*")
_IDS = re.compile(rb"\s*([0-9]{1,6})[ \t\r]*\n((?:[ \t]*[1-9][0-9]{0,17}[ \t\r]*\n)*)\s*")
_CODE = re.compile(r"-?[0-9]{1,4}")
_STATUS = re.compile(rb"\s*(-?[0-9]{1,4})[ \t\r]*(?:\n|\Z)")
_FLUX_STATUSES = frozenset({Statut.ACQUITTEMENT_RECU, Statut.ACQUITTEMENT_DE_DOCUMENT_RECU, Statut.ANNULE})


def read_number(answer: Answer) -> int:
    """The number of the transaction that was created."""
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


def read_status(answer: Answer) -> ActeStatus:
    """A status, and what comes with it."""
    payload = ok_payload(answer)
    head = _STATUS.match(payload)
    if head is None:
        raise unusable(answer, "La plateforme répond OK sans statut lisible.", said=quote(decode(payload)))
    code, rest = int(head[1]), payload[head.end() :]
    document = cut_xml(rest)
    if document is None:
        text = mended(decode(rest.strip()))
        if code in _FLUX_STATUSES and text.startswith("<"):
            raise unusable(answer, "Le XML qui accompagne le statut est incomplet.", said=quote(text))
        return ActeStatus(code, libelle(code), message=text)
    flux, after = document
    # Each in its own encoding: the XML says its own, the message follows in that of the platform.
    return ActeStatus(code, libelle(code), message=mended(decode(after.strip())), flux_retour=flux)


def read_ar(answer: Answer) -> bytes:
    """An ARActe, byte for byte."""
    body = content(answer)
    if not body.strip():
        raise NotReady(
            "L'acquittement n'est pas encore reçu.", platform=answer.platform, operation=answer.operation
        )
    if cut_xml(body) is None:
        raise unusable(answer, "L'acquittement reçu n'est pas un XML complet.", said=quote(decode(body)))
    return body


def read_files(answer: Answer) -> tuple[ListedFile, ...]:
    """The files of a transaction."""
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


def read_page(answer: Answer, *, status: int, offset: int, limit: int) -> ActePage:
    """A page of the transactions that stand at ``status``."""
    page = Record(answer, read_json(answer))
    page.expect("status_id", status)
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


def read_count(answer: Answer, *, status: int) -> int:
    """How many transactions stand at ``status``."""
    found = Record(answer, read_json(answer))
    found.expect("status_id", status)
    count = found.integer("nb_transactions")
    if count is None or count < 0:
        raise unusable(answer, "La plateforme ne dit pas combien de transactions sont à ce statut.")
    return count


def read_labels(answer: Answer) -> dict[int, str]:
    """The statuses that the platform knows, and its own labels."""
    found = Record(answer, read_json(answer)).others(())
    return {int(code): label for code, label in found.items() if _CODE.fullmatch(code)}


def read_numbers(answer: Answer) -> tuple[int, ...]:
    """The numbers of the transactions that an envelope became: as many as are announced, or it is cut."""
    payload = ok_payload(answer)
    found = _IDS.fullmatch(payload)
    numbers = tuple(int(number) for number in found[2].split()) if found else ()
    if found is None or not numbers or len(numbers) != int(found[1]):
        raise unusable(
            answer, "La plateforme répond OK sans tous les numéros annoncés.", said=quote(decode(payload))
        )
    return numbers


def read_sentences(answer: Answer) -> tuple[str, ...]:
    """The sentences that follow OK, one a line."""
    lines = unescaped(decode(ok_payload(answer))).splitlines()
    return tuple(quote(line) for line in lines if line.strip())


def read_done(answer: Answer) -> None:
    """``{"status": "ok"}`` or ``{"result": "ok"}``."""
    said = Record(answer, read_json(answer, default=AccessRefused))
    if "ok" not in (said.text("status").lower(), said.text("result").lower()):
        raise unusable(answer, "La plateforme ne dit pas que c'est fait.", said=quote(str(said.others(()))))
