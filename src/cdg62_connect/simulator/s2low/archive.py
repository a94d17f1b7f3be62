"""The envelope of an acte on the disk: the message to the ministry, the document, the annexes."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pdf import tamponner
from cdg62_connect.simulator.s2low import prefecture, texts
from cdg62_connect.simulator.s2low.depot import EXTENSIONS, Depot, Upload
from cdg62_connect.simulator.s2low.machine import local_day
from cdg62_connect.simulator.s2low.transactions import (
    Step,
    StoredFile,
    Transaction,
    acte_identifier,
    standard_name,
)


def store(transaction: Transaction, depot: Depot, *, home: Path, ids: range) -> tuple[StoredFile, ...]:
    """Move the files of a deposit into ``home`` and write the message that goes with them.

    Args:
        transaction: what they belong to; it gives them their names.
        depot: the files, which must have passed the checks.
        home: a folder that does not exist yet.
        ids: one id for the message, then one per file.
    """
    home.mkdir()
    codes = (depot.type_acte, *depot.types_pj)
    signatures = (depot.signature, *depot.signatures_annexes)
    stored: list[StoredFile] = []
    for serial, upload in enumerate(depot.files, start=1):
        name = standard_name(
            transaction, code_pj=codes[serial - 1], serial=serial, extension=EXTENSIONS[upload.mimetype]
        )
        signature = signatures[serial - 1] if serial <= len(signatures) else ""
        stored.append(
            _moved(
                upload,
                home / str(serial),
                file_id=ids[serial],
                name=name,
                code_pj=codes[serial - 1],
                signature=signature,
            )
        )
    return (_message(transaction, stored, home / "0", file_id=ids[0]), *stored)


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


def _message(transaction: Transaction, stored: list[StoredFile], path: Path, *, file_id: int) -> StoredFile:
    content = prefecture.message_metier(transaction.acte, stored)
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


def _moved(
    upload: Upload, path: Path, *, file_id: int, name: str, code_pj: str, signature: str
) -> StoredFile:
    mimetype = upload.mimetype
    upload.path.replace(path)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return StoredFile(
        id=file_id,
        name=name,
        posted_name=upload.name,
        mimetype=mimetype,
        path=path,
        size=path.stat().st_size,
        sha256=digest,
        code_pj=code_pj,
        signature=signature,
    )
