"""An acte as the form that S2LOW expects."""

from __future__ import annotations

from collections.abc import Sequence

from cdg62_connect.s2low.model import ActeFile, NewActe
from cdg62_connect.transport import FilePart, Payload

_NO_FILE = Payload.of(b"")

Form = tuple[list[tuple[str, str]], list[FilePart]]


def acte_form(acte: NewActe) -> Form:
    """The fields and files of ``actes_transac_create``."""
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
        *types_of(acte.annexes),
    ]
    if acte.a_signer:
        fields.append(("must_signed", "1"))
    if acte.diffusion:
        fields.append(("show_broadcast_email", "on"))
        fields += [("broadcast_email[]", address) for address in acte.diffusion]
        if acte.diffuser_fichiers:
            fields.append(("send_sources", "on"))
    return fields, files_of(acte.document, acte.annexes)


def types_of(annexes: Sequence[ActeFile]) -> list[tuple[str, str]]:
    """The types of the annexes: S2LOW pairs them with the files by their order."""
    return [("type_pj[]", annexe.type_piece) for annexe in annexes]


def files_of(document: ActeFile, annexes: Sequence[ActeFile]) -> list[FilePart]:
    """The files, each signature at the rank of what it signs."""
    parts = [FilePart("acte_pdf_file", document.sent_name, document.content)]
    if document.signature is not None:
        parts.append(_signature("acte_pdf_file_sign", document))
    parts += [FilePart("acte_attachments[]", annexe.sent_name, annexe.content) for annexe in annexes]
    if any(annexe.signature is not None for annexe in annexes):
        parts += [_signature("acte_attachments_sign[]", annexe) for annexe in annexes]
    return parts


def _signature(field: str, file: ActeFile) -> FilePart:
    if file.signature is None:
        # What a browser sends for a file that was not chosen: it keeps the rank of the next ones.
        return FilePart(field, "", _NO_FILE)
    return FilePart(field, f"{file.sent_name}.p7s", file.signature)
