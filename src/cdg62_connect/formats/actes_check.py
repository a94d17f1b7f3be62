"""The rules that cause most refusals of acts, checked before anything is sent (@ctes 1.1, S2LOW)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.formats.acte_number import check_acte_number
from cdg62_connect.formats.actes_archive import LARGEST_ARCHIVE
from cdg62_connect.formats.classification import Classification
from cdg62_connect.formats.file_kinds import FileKind, kind_of
from cdg62_connect.formats.findings import Finding, Findings
from cdg62_connect.formats.matieres import check_matiere
from cdg62_connect.formats.objet import LONGEST_OBJET
from cdg62_connect.formats.pdf import check_pdf
from cdg62_connect.formats.totem import check_totem

if TYPE_CHECKING:
    from cdg62_connect.formats.natures import Nature

_MOST_POSTED = 20
"""Files in one request, unless the server's PHP was told otherwise (``max_file_uploads``)."""

_BUDGET = "7.1"
_OF_ANNEXES = frozenset({FileKind.PDF, FileKind.XML, FileKind.JPEG, FileKind.PNG})


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceToSend:
    """A file of an act, with the type of piece that @ctes is to be given (``99_AI``)."""

    path: Path
    type_piece: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActeToSend:
    """An act as it would leave."""

    nature: Nature
    numero: str
    objet: str
    date: date
    matiere: str
    document: PieceToSend
    annexes: Sequence[PieceToSend] = ()


def check_acte(
    acte: ActeToSend,
    *,
    classification: Classification,
    today: date,
    en_vigueur: date | None = None,
    used_numbers: Sequence[str] = (),
    limit: int = LARGEST_ARCHIVE,
) -> tuple[Finding, ...]:
    """What would make an act refused, errors first; empty when nothing was found.

    Args:
        acte: the act.
        classification: the authority's own.
        today: the day of sending, in France.
        en_vigueur: the version of the classification that the ministry last said to be in force.
        used_numbers: the numbers that this authority has used, ever.
        limit: bytes of all the files together.

    Raises:
        HostileInput: an XML file has a DTD, or something beyond reason.
        OSError: a file cannot be read.
        MissingExtra: pyHanko is not installed.
    """
    found = Findings()
    _judge_classification(acte, found, classification, en_vigueur)
    _judge_number(acte, found, used_numbers)
    _judge_objet(acte.objet, found)
    if acte.date > today:
        found.error("DATE", f"La date de la décision ({acte.date:%d/%m/%Y}) est dans le futur.")
    pieces = (acte.document, *acte.annexes)
    for piece in pieces:
        _judge_type(piece, acte.nature, found, classification)
    _judge_files(acte, found, limit=limit)
    return found.all()


def _judge_classification(
    acte: ActeToSend, found: Findings, classification: Classification, en_vigueur: date | None
) -> None:
    if not classification.is_in_force(en_vigueur):
        found.error(
            "CLASSIFICATION",
            f"La classification de la collectivité ({classification.date:%d/%m/%Y}) n'est plus en vigueur "
            f"({en_vigueur:%d/%m/%Y}) : le ministère refuserait l'acte (anomalie 002). Récupérez la nouvelle.",
        )
    if acte.nature.code not in classification.natures:
        found.error(
            "NATURE",
            f"La nature {acte.nature.code} ({acte.nature.libelle}) n'est pas dans la classification.",
        )
    try:
        matiere = check_matiere(acte.matiere)
    except InvalidInput as wrong:
        found.error("MATIERE", str(wrong))
        return
    if classification.libelle(matiere) is None:
        found.error(
            "MATIERE",
            f"La matière {matiere} n'est pas dans la classification de la collectivité : cherchez-y la bonne "
            "(au-delà de deux niveaux, les codes sont propres à chaque préfecture).",
        )


def _judge_number(acte: ActeToSend, found: Findings, used: Sequence[str]) -> None:
    try:
        check_acte_number(acte.numero)
    except InvalidInput as wrong:
        found.error("NUMERO", str(wrong))
    if acte.numero in used:
        found.error(
            "NUMERO_UTILISE",
            f"Le numéro {acte.numero} a déjà servi : S2LOW n'admet un numéro qu'une fois par collectivité, "
            "même quand l'acte a été retiré de la transmission. Prenez-en un autre.",
        )
    elif str(acte.date.year) not in acte.numero and str(acte.date.year)[2:] not in acte.numero:
        found.warning(
            "NUMERO_SANS_ANNEE",
            f"Le numéro {acte.numero} ne contient pas l'année : repris l'an prochain, S2LOW ne "
            "l'admettrait pas, ou il recevrait l'accusé d'un autre acte.",
        )


def _judge_objet(objet: str, found: Findings) -> None:
    if not objet.strip():
        found.error("OBJET", "L'objet est vide.")
    elif len(objet) > LONGEST_OBJET:
        found.error("OBJET", f"L'objet compte {len(objet)} caractères, {LONGEST_OBJET} au plus.")
    if len(objet.splitlines()) > 1:
        found.error("OBJET", "L'objet doit tenir sur une ligne.")
    refused = sorted({character for character in objet if ord(character) > 255})
    if refused:
        found.error(
            "OBJET",
            f"L'objet contient des caractères que @ctes n'admet pas : {' '.join(refused[:10])}. "
            "Employez l'apostrophe droite, les guillemets droits, le tiret simple.",
        )


def _judge_type(piece: PieceToSend, nature: Nature, found: Findings, classification: Classification) -> None:
    if nature.code in classification.natures and not classification.allows_piece(nature, piece.type_piece):
        usual = ", ".join(code for code, _ in classification.pieces_for(nature)[:5])
        found.error(
            "TYPE_PIECE",
            f"« {piece.path.name} » : le type {piece.type_piece[:20]} n'est pas admis pour la nature "
            f"{nature.code}. Admis : {usual}…",
        )


def _judge_files(acte: ActeToSend, found: Findings, *, limit: int) -> None:
    total = 0
    main = kind_of(acte.document.path)
    for piece in (acte.document, *acte.annexes):
        size = piece.path.stat().st_size
        total += size
        kind = kind_of(piece.path)
        is_main = piece is acte.document
        if not size:
            found.error("FICHIER_VIDE", f"« {piece.path.name} » est vide.")
        elif kind is FileKind.PDF:
            _judge_pdf(piece.path, found, limit=limit)
        elif is_main and kind is FileKind.XML:
            _judge_budget(acte, found)
        elif is_main or kind not in _OF_ANNEXES:
            found.error(
                "FORMAT",
                f"« {piece.path.name} » n'est pas d'un format admis : PDF pour l'acte ; PDF, XML, JPEG ou PNG "
                "pour les annexes.",
            )
        if not is_main and main is FileKind.XML and kind is not FileKind.PDF:
            found.error(
                "FORMAT", f"« {piece.path.name} » : les annexes d'un document budgétaire sont des PDF."
            )
    if len(acte.annexes) >= _MOST_POSTED:
        found.warning(
            "ANNEXES",
            f"L'acte a {len(acte.annexes)} annexes : bien des serveurs S2LOW n'admettent que {_MOST_POSTED} fichiers "
            "par envoi. Réunissez-les.",
        )
    if total > limit:
        found.error(
            "TAILLE",
            f"Les fichiers pèsent {total} octets ensemble, plus que les {limit} admis : allégez-les.",
        )


def _judge_pdf(path: Path, found: Findings, *, limit: int) -> None:
    try:
        check_pdf(path, limit=limit)
    except InvalidFile as wrong:
        found.error(wrong.code, f"« {path.name} » : {wrong}")


def _judge_budget(acte: ActeToSend, found: Findings) -> None:
    if acte.nature.code != 5 or not f"{acte.matiere}.".startswith(f"{_BUDGET}."):
        found.error(
            "FORMAT",
            f"« {acte.document.path.name} » : un acte en XML doit être un document budgétaire (nature 5, "
            "matière 7.1).",
        )
    for finding in check_totem(acte.document.path):
        (found.error if finding.is_error else found.warning)(finding.code, finding.message)
