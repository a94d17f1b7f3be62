"""The messages of @ctes about an acte already acknowledged, and the envelopes that all of them travel in.

Letters of the préfecture (2-1, 3-1, 4-1, 5-1), what S2LOW and the authority answer (2-2, 3-2 to 3-4, 4-2 to 4-4),
the acknowledgements of these (3-5, 4-5), cancellation (6-1), request for a classification (7-1, 7-3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from cdg62_connect.simulator.population import Collectivite
from cdg62_connect.simulator.s2low.actes_xml import Attributes, block, document, element, empty
from cdg62_connect.simulator.s2low.transactions import StoredFile, Transaction, acte_identifier

LETTERS: Final[Mapping[str, str]] = {
    "2": "CourrierSimple",
    "3": "DemandePieceComplementaire",
    "4": "LettreObservations",
    "5": "DefereTA",
}
RECEIPTS: Final[Mapping[str, str]] = {"3": "ARDemandePieceComplementaire", "4": "ARLettreObservations"}
"""What S2LOW acknowledges by itself."""

REPLIES: Final[Mapping[str, str]] = {
    "2-2": "ReponseCourrierSimple",
    "3-3": "RefusPieceComplementaire",
    "3-4": "PieceComplementaire",
    "4-3": "RejetLettreObservations",
    "4-4": "ReponseLettreObservations",
}
_REPLY_RECEIPTS: Final[Mapping[str, str]] = {
    "3": "ARPieceComplementaire",
    "4": "ARReponseRejetLettreObservations",
}


def letter(transaction: Transaction, files: Sequence[StoredFile], *, words: str) -> bytes:
    """What the préfecture writes about an acte."""
    day = _day_of(transaction)
    if transaction.type == "5":
        pieces = [
            line for file in files for line in block("PieceJointe", [], [element("NomFichier", file.name)])
        ]
        return document(
            "DefereTA",
            [("IDActe", acte_identifier(transaction))],
            [
                element("DateDepot", day.isoformat()),
                element("NatureIllegalite", words),
                *block("PiecesJointes", [], pieces),
            ],
        )
    said = {"3": [element("DescriptionPieces", words)], "4": [element("Motif", words)]}.get(
        transaction.type, []
    )
    return document(LETTERS[transaction.type], _courrier(transaction), [*said, *_document(files[0])])


def receipt(transaction: Transaction) -> bytes:
    """What S2LOW answers by itself to a letter that it must acknowledge."""
    return document(RECEIPTS[transaction.type], _courrier(transaction), [])


def reply(transaction: Transaction, files: Sequence[StoredFile]) -> bytes:
    """What the authority answers to a letter."""
    if transaction.code == "3-4":
        pieces = [line for file in files for line in _document(file)]
        return document(REPLIES["3-4"], _courrier(transaction), block("Documents", [], pieces))
    return document(REPLIES[transaction.code], _courrier(transaction), _document(files[0]))


def reply_receipt(transaction: Transaction, *, received: date) -> bytes:
    """The préfecture acknowledges a reply; ``b""`` for a reply to a simple letter, that nobody acknowledges."""
    name = _REPLY_RECEIPTS.get(transaction.type)
    if name is None:
        return b""
    about = empty("InfosCourrierPref", _courrier(transaction))
    return document(name, [("DateReception", received.isoformat())], [about])


def cancellation(cancelled: Transaction) -> bytes:
    """Message 6-1."""
    return document("Annulation", [("IDActe", acte_identifier(cancelled))], [])


def classification_request(held: date | None) -> bytes:
    """Message 7-1; ``held``: the version that the authority has."""
    children = [element("DateClassification", held.isoformat())] if held else []
    return document("DemandeClassification", [], children)


def same_classification(version: date) -> bytes:
    """Message 7-3: it has not changed."""
    return document(
        "ReponseClassificationSansChangement", [], [element("DateClassification", version.isoformat())]
    )


def sent_envelope(collectivite: Collectivite, forms: Sequence[str]) -> bytes:
    """The envelope of what an authority sends. ``forms``: the names of its messages."""
    who: Attributes = [
        ("insee:SIREN", collectivite.siren),
        ("Departement", collectivite.departement),
        ("Arrondissement", collectivite.arrondissement),
        ("Nature", collectivite.nature),
    ]
    referent = block("Referent", [], [element("Nom", "SPÉCIMEN"), element("Email", "specimen@exemple.fr")])
    return document(
        "EnveloppeCLMISILL",
        [],
        [
            *block("Emetteur", [], [empty("IDCL", who), *referent]),
            *block("AdressesRetour", [], [element("Email", "retour@exemple.fr")]),
            *_forms(forms),
        ],
    )


def received_envelope(collectivite: Collectivite, forms: Sequence[str]) -> bytes:
    """The envelope of what the préfecture sends."""
    who: Attributes = [
        ("Departement", collectivite.departement),
        ("Arrondissement", collectivite.arrondissement),
    ]
    return document(
        "EnveloppeMISILLCL",
        [],
        [
            *block("Emetteur", [], [empty("IDSousPref", who)]),
            *_forms(forms),
            empty("Destinataire", [("insee:SIREN", collectivite.siren)]),
        ],
    )


def _forms(names: Sequence[str]) -> list[str]:
    lines = [line for name in names for line in block("Formulaire", [], [element("NomFichier", name)])]
    return block("FormulairesEnvoyes", [], lines)


def _courrier(transaction: Transaction) -> Attributes:
    return [
        ("IDActe", acte_identifier(transaction)),
        ("DateCourrierPref", _day_of(transaction).isoformat()),
    ]


def _day_of(transaction: Transaction) -> date:
    if transaction.courrier_du is None:
        raise ValueError("une lettre de la préfecture porte toujours sa date")
    return transaction.courrier_du


def _document(file: StoredFile) -> list[str]:
    lines = [element("NomFichier", file.name)]
    if file.signature:
        lines.append(element("Signature", file.signature))
    return block("Document", [], lines)
