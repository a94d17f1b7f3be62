"""The files of a transaction on the disk: the message, the document, the annexes; and the stamp."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pdf import tamponner
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.depot import EXTENSIONS, Depot, Upload
from cdg62_connect.simulator.s2low.ground import local_day
from cdg62_connect.simulator.s2low.transactions import (
    Step,
    StoredFile,
    Transaction,
    acte_identifier,
    standard_name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file to put in an envelope."""

    upload: Upload
    code_pj: str
    signature: str = ""


def parts_of(depot: Depot) -> list[Part]:
    """The files of a deposit: the document, then the annexes."""
    codes, signatures = (depot.type_acte, *depot.types_pj), (depot.signature, *depot.signatures_annexes)
    return [
        Part(
            upload=upload,
            code_pj=codes[rank] if rank < len(codes) else "",
            signature=signatures[rank] if rank < len(signatures) else "",
        )
        for rank, upload in enumerate(depot.files)
    ]


def store(
    transaction: Transaction,
    parts: Sequence[Part],
    message: Callable[[Sequence[StoredFile]], bytes],
    *,
    home: Path,
    ids: range,
) -> tuple[StoredFile, ...]:
    """Move files into ``home`` and write the message that goes with them.

    Args:
        transaction: what they belong to; it gives them their names.
        parts: the files, which must have passed the checks.
        message: writes the message, given the files.
        home: a folder that does not exist yet.
        ids: one id for the message, then one per file.
    """
    home.mkdir(parents=True)
    stored: list[StoredFile] = []
    for serial, part in enumerate(parts, start=1):
        extension = EXTENSIONS[part.upload.mimetype]
        name = standard_name(transaction, code_pj=part.code_pj, serial=serial, extension=extension)
        stored.append(_moved(part, home / str(serial), file_id=ids[serial], name=name))
    return (_message(transaction, message(stored), home / "0", file_id=ids[0]), *stored)


def stamped(transaction: Transaction, file: StoredFile, *, received: Step, published: date) -> Path:
    """The PDF of ``file`` with the four rows of the préfecture's stamp, made once per date of publication.

    It is the file itself when it cannot be stamped: S2LOW does not say so either.
    """
    into = file.path.with_name(f"{file.path.name}-{published.isoformat()}.pdf")
    if into.exists():
        return into
    sent = transaction.last(3) or transaction.steps[0]
    rows = (
        texts.STAMP_SENT.format(date=local_day(sent.moment)),
        texts.STAMP_RECEIVED.format(date=local_day(received.moment)),
        texts.STAMP_PUBLISHED.format(date=published),
        texts.STAMP_ID.format(acte_id=acte_identifier(transaction)),
    )
    try:
        tamponner(file.path, lines=rows, into=into, moment=received.moment)
    except InvalidFile:
        return file.path
    return into


def _message(transaction: Transaction, content: bytes, path: Path, *, file_id: int) -> StoredFile:
    path.write_bytes(content)
    return StoredFile(
        id=file_id,
        name=standard_name(transaction, code_pj="", serial=0, extension="xml"),
        posted_name="",
        mimetype="text/xml",
        path=path,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        code_pj="",
    )


def _moved(part: Part, path: Path, *, file_id: int, name: str) -> StoredFile:
    mimetype = part.upload.mimetype
    part.upload.path.replace(path)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return StoredFile(
        id=file_id,
        name=name,
        posted_name=part.upload.name,
        mimetype=mimetype,
        path=path,
        size=path.stat().st_size,
        sha256=digest,
        code_pj=part.code_pj,
        signature=part.signature,
    )
