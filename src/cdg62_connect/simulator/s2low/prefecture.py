"""The messages of @ctes by which an acte goes to the ministry and is answered, and the classification it publishes.

Namespaces ``http://www.interieur.gouv.fr/ACTES#v1.1-20040216``; attributes qualified; ISO-8859-1, as on the
wire. Written from templates of the simulator's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cdg62_connect.simulator.s2low.actes_xml import block, document, element, empty
from cdg62_connect.simulator.s2low.classification import NATURES, Classification
from cdg62_connect.simulator.s2low.transactions import Acte, StoredFile, Transaction, acte_identifier


def message_metier(acte: Acte, files: Sequence[StoredFile]) -> bytes:
    """Message 1-1: what S2LOW sends. ``files``: the document, then the annexes."""
    return document("Acte", _acte_attributes(acte), _acte_children(acte, files))


def ar_acte(transaction: Transaction, *, received: date, current: date) -> bytes:
    """Message 1-2: the acknowledgement.

    Args:
        transaction: what is acknowledged.
        received: day of reception at the préfecture.
        current: date of the classification now in force.
    """
    return document(
        "ARActe",
        [("IDActe", acte_identifier(transaction)), ("DateReception", received.isoformat())],
        [*_acte_recu(transaction), element("ClassificationDateVersionEnCours", current.isoformat())],
    )


def anomalie_acte(transaction: Transaction, *, day: date, nature: str, detail: str, current: date) -> bytes:
    """Message 1-3: the ministry does not accept the acte. ``nature``: three digits."""
    return document(
        "AnomalieActe",
        [],
        [
            element("Date", day.isoformat()),
            element("Nature", nature),
            element("Detail", detail),
            *_acte_recu(transaction),
            element("ClassificationDateVersionEnCours", current.isoformat()),
        ],
    )


def ar_annulation(transaction: Transaction, *, received: date) -> bytes:
    """Message 6-2: the cancellation is acknowledged."""
    return document(
        "ARAnnulation",
        [("IDActe", acte_identifier(transaction)), ("DateReception", received.isoformat())],
        [],
    )


def retour_classification(classification: Classification) -> bytes:
    """Message 7-2: natures, pieces and matières. Codes come in textual order (7.1, 7.10, 7.2)."""
    natures: list[str] = []
    for nature in NATURES.values():
        pieces = [
            empty("TypePJNatureActe", [("CodeTypePJ", code), ("Libelle", libelle)])
            for code, libelle in nature.pieces.items()
        ]
        attributes = [
            ("CodeNatureActe", str(nature.code)),
            ("Libelle", nature.libelle),
            ("TypeAbrege", nature.abrege),
        ]
        natures.extend(block("NatureActe", attributes, pieces))
    return document(
        "RetourClassification",
        [],
        [
            element("DateClassification", classification.version.isoformat()),
            *block("NaturesActes", [], natures),
            *block("Matieres", [], _matieres(classification, parent="")),
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
        lines.extend(block(f"Matiere{level}", attributes, _matieres(classification, parent=code)))
    return lines


def _acte_recu(transaction: Transaction) -> list[str]:
    acte = transaction.acte
    return block("ActeRecu", _acte_attributes(acte), _acte_children(acte, transaction.files[1:]))


def _acte_attributes(acte: Acte) -> list[tuple[str, str]]:
    return [
        ("Date", acte.date.isoformat()),
        ("NumeroInterne", acte.numero),
        ("CodeNatureActe", str(acte.nature.code)),
    ]


def _acte_children(acte: Acte, files: Sequence[StoredFile]) -> list[str]:
    main, annexes = files[0], files[1:]
    return [
        *(
            empty(f"CodeMatiere{level}", [("CodeMatiere", str(code))])
            for level, code in enumerate(acte.matiere, start=1)
        ),
        element("Objet", acte.objet),
        element("ClassificationDateVersion", acte.classification_version.isoformat()),
        *block("Document", [], _signed_file(main)),
        *block(
            "Annexes",
            [("Nombre", str(len(annexes)))],
            [line for annexe in annexes for line in block("Annexe", [], _signed_file(annexe))],
        ),
        element("DocumentPapier", "O" if acte.document_papier else "N"),
    ]


def _signed_file(file: StoredFile) -> list[str]:
    lines = [element("NomFichier", file.name)]
    if file.signature:
        lines.append(element("Signature", file.signature))
    return lines
