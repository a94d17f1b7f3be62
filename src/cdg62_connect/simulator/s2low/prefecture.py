"""The messages of @ctes that go to the ministry and come back, and the classification it publishes.

Namespaces ``http://www.interieur.gouv.fr/ACTES#v1.1-20040216``; attributes qualified; ISO-8859-1, as on the
wire. Written from templates of the simulator's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from cdg62_connect.simulator.s2low.classification import NATURES, Classification
from cdg62_connect.simulator.s2low.transactions import Acte, StoredFile, Transaction, acte_identifier

_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # what XML 1.0 cannot carry

ACTES = "http://www.interieur.gouv.fr/ACTES#v1.1-20040216"


def message_metier(acte: Acte, files: Sequence[StoredFile]) -> bytes:
    """Message 1-1: what S2LOW sends. ``files``: the document, then the annexes."""
    return _document("Acte", _acte_attributes(acte), _acte_children(acte, files))


def ar_acte(transaction: Transaction, *, received: date, current: date) -> bytes:
    """Message 1-2: the acknowledgement.

    Args:
        transaction: what is acknowledged.
        received: day of reception at the préfecture.
        current: date of the classification now in force.
    """
    return _document(
        "ARActe",
        [("IDActe", acte_identifier(transaction)), ("DateReception", received.isoformat())],
        [*_acte_recu(transaction), _element("ClassificationDateVersionEnCours", current.isoformat())],
    )


def anomalie_acte(transaction: Transaction, *, day: date, nature: str, detail: str, current: date) -> bytes:
    """Message 1-3: the ministry does not accept the acte. ``nature``: three digits."""
    return _document(
        "AnomalieActe",
        [],
        [
            _element("Date", day.isoformat()),
            _element("Nature", nature),
            _element("Detail", detail),
            *_acte_recu(transaction),
            _element("ClassificationDateVersionEnCours", current.isoformat()),
        ],
    )


def ar_annulation(transaction: Transaction, *, received: date) -> bytes:
    """Message 6-2: the cancellation is acknowledged."""
    return _document(
        "ARAnnulation",
        [("IDActe", acte_identifier(transaction)), ("DateReception", received.isoformat())],
        [],
    )


def retour_classification(classification: Classification) -> bytes:
    """Message 7-2: natures, pieces and matières. Codes come in textual order (7.1, 7.10, 7.2)."""
    natures: list[str] = []
    for nature in NATURES.values():
        pieces = [
            _empty("TypePJNatureActe", [("CodeTypePJ", code), ("Libelle", libelle)])
            for code, libelle in nature.pieces.items()
        ]
        attributes = [
            ("CodeNatureActe", str(nature.code)),
            ("Libelle", nature.libelle),
            ("TypeAbrege", nature.abrege),
        ]
        natures.extend(_block("NatureActe", attributes, pieces))
    return _document(
        "RetourClassification",
        [],
        [
            _element("DateClassification", classification.version.isoformat()),
            *_block("NaturesActes", [], natures),
            *_block("Matieres", [], _matieres(classification, parent="")),
        ],
    )


def _matieres(classification: Classification, *, parent: str) -> list[str]:
    level = parent.count(".") + 2 if parent else 1
    lines: list[str] = []
    for code in sorted(classification.matieres):
        if code.count(".") + 1 != level or not code.startswith(f"{parent}." if parent else ""):
            continue
        attributes = [
            ("CodeMatiere", code.rpartition(".")[2]),
            ("Libelle", classification.matieres[code]),
        ]
        lines.extend(_block(f"Matiere{level}", attributes, _matieres(classification, parent=code)))
    return lines


def _acte_recu(transaction: Transaction) -> list[str]:
    acte = transaction.acte
    return _block("ActeRecu", _acte_attributes(acte), _acte_children(acte, transaction.files[1:]))


def _acte_attributes(acte: Acte) -> list[tuple[str, str]]:
    return [
        ("Date", acte.date.isoformat()),
        ("NumeroInterne", acte.numero),
        ("CodeNatureActe", str(acte.nature.code)),
    ]


def _acte_children(acte: Acte, files: Sequence[StoredFile]) -> list[str]:
    document, annexes = files[0], files[1:]
    return [
        *(
            _empty(f"CodeMatiere{level}", [("CodeMatiere", str(code))])
            for level, code in enumerate(acte.matiere, start=1)
        ),
        _element("Objet", acte.objet),
        _element("ClassificationDateVersion", acte.classification_version.isoformat()),
        *_block("Document", [], _signed_file(document)),
        *_block(
            "Annexes",
            [("Nombre", str(len(annexes)))],
            [line for annexe in annexes for line in _block("Annexe", [], _signed_file(annexe))],
        ),
        _element("DocumentPapier", "O" if acte.document_papier else "N"),
    ]


def _signed_file(file: StoredFile) -> list[str]:
    lines = [_element("NomFichier", file.name)]
    if file.signature:
        lines.append(_element("Signature", file.signature))
    return lines


def _document(root: str, attributes: Sequence[tuple[str, str]], children: Iterable[str]) -> bytes:
    lines = list(children)
    opening = f'<actes:{root} xmlns:actes="{ACTES}"{_written(attributes)}'
    body = [f"{opening}>", *lines, f"</actes:{root}>"] if lines else [f"{opening}/>"]
    text = "\n".join(['<?xml version="1.0" encoding="ISO-8859-1"?>', *body])
    return _FORBIDDEN.sub("", text).encode("iso-8859-1", "xmlcharrefreplace")


def _block(name: str, attributes: Sequence[tuple[str, str]], children: Sequence[str]) -> list[str]:
    if not children:
        return [_empty(name, attributes)]
    return [
        f"<actes:{name}{_written(attributes)}>",
        *(f" {line}" for line in children),
        f"</actes:{name}>",
    ]


def _element(name: str, text: str) -> str:
    return f"<actes:{name}>{escape(text)}</actes:{name}>"


def _empty(name: str, attributes: Sequence[tuple[str, str]]) -> str:
    return f"<actes:{name}{_written(attributes)}/>"


def _written(attributes: Sequence[tuple[str, str]]) -> str:
    return "".join(f" actes:{name}={quoteattr(value)}" for name, value in attributes)
