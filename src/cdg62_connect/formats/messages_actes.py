"""Every message that an authority and its préfecture exchange through @ctes: read one, build one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.formats.acte_id import ActeId
from cdg62_connect.formats.acte_metier import ActeMetier
from cdg62_connect.formats.actes_codes import ACTES_NAMESPACE, MessageCode
from cdg62_connect.formats.anomalie import AnomalieActe
from cdg62_connect.formats.ar_acte import ArActe
from cdg62_connect.formats.classification import Classification
from cdg62_connect.formats.hardened_xml import (
    as_date,
    attribute,
    child_text,
    children,
    local_name,
    read_returned_xml,
)
from cdg62_connect.formats.written_xml import text_of, written

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_WHAT = "Le message d'@ctes"
_A = f"{{{ACTES_NAMESPACE}}}"
_BY_ROOT = {message.root: message for message in MessageCode}
_WITH_ONE_DOCUMENT = frozenset(
    {
        MessageCode.REPONSE_COURRIER,
        MessageCode.REFUS_PIECES,
        MessageCode.REJET_LETTRE,
        MessageCode.REPONSE_LETTRE,
    }
)
_WITHOUT_DOCUMENT = frozenset({MessageCode.AR_DEMANDE_PIECES, MessageCode.AR_LETTRE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Echange:
    """A message about an act already sent: letter of the préfecture, answer, acknowledgement, annulation.

    Attributes:
        code: which message it is.
        acte_id: the act's identifier, as written.
        date_courrier: the day of the préfecture's letter, for all that begins with one.
        date: the day of reception of an acknowledgement, or of the déféré.
        texte: what is asked for or reproached, in the préfecture's words.
        documents: the names of the files that go with it.
    """

    code: MessageCode
    acte_id: str
    date_courrier: date | None = None
    date: date | None = None
    texte: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateClassification:
    """A message about the version of the classification: asked for (7-1), or unchanged (7-3)."""

    code: MessageCode
    date: date | None


ActesMessage = ActeMetier | ArActe | AnomalieActe | Echange | Classification | DateClassification


def read_actes_message(data: bytes) -> ActesMessage:
    """Read any message of @ctes, known by its root element whatever its prefixes and its real encoding.

    Raises:
        InvalidFile: ``MESSAGE_ILLISIBLE``, or the code of what it claims to be (``AR_ILLISIBLE``…).
        HostileInput: a DTD, or elements nested beyond reason.
    """
    try:
        root = read_returned_xml(data, what=_WHAT)
    except InvalidFile as error:
        raise InvalidFile("MESSAGE_ILLISIBLE", str(error)) from None
    name = local_name(root)
    if name in ("AnomalieActe", "AnomalieEnveloppe"):
        return AnomalieActe.read(data)
    code = _BY_ROOT.get(name)
    match code:
        case None:
            raise InvalidFile(
                "MESSAGE_ILLISIBLE", f"{_WHAT} est inconnu : l'élément racine est « {name[:60]} »."
            )
        case MessageCode.ACTE:
            return ActeMetier.of(root)
        case MessageCode.AR_ACTE:
            return ArActe.read(data)
        case MessageCode.CLASSIFICATION:
            return Classification.read(data)
        case MessageCode.DEMANDE_CLASSIFICATION | MessageCode.CLASSIFICATION_INCHANGEE:
            return DateClassification(code=code, date=as_date(child_text(root, "DateClassification")))
        case _:
            return _echange(root, code)


def _echange(root: Element, code: MessageCode) -> Echange:
    infos = [root, *children(root, "InfosCourrierPref")]
    acte_id = next(filter(None, (attribute(one, "IDActe") for one in infos)), "")
    if not acte_id:
        raise InvalidFile("MESSAGE_ILLISIBLE", f"{_WHAT} ({code.libelle}) ne dit pas de quel acte il s'agit.")
    dates = (as_date(attribute(one, "DateCourrierPref")) for one in infos)
    texts = (child_text(root, name) for name in ("DescriptionPieces", "Motif", "NatureIllegalite"))
    return Echange(
        code=code,
        acte_id=acte_id,
        date_courrier=next(filter(None, dates), None),
        date=as_date(attribute(root, "DateReception")) or as_date(child_text(root, "DateDepot")),
        texte=next(filter(None, texts), ""),
        documents=tuple(_documents(root)),
    )


def _documents(root: Element) -> Iterator[str]:
    groups = [root, *children(root, "Documents"), *children(root, "PiecesJointes")]
    for group in groups:
        for name in ("Document", "PieceJointe"):
            for document in children(group, name):
                if nom := child_text(document, "NomFichier"):
                    yield nom


def build_actes_message(message: ActeMetier | Echange | DateClassification) -> bytes:
    """Build one of the messages that a collectivité sends, in ISO-8859-1.

    Raises:
        InvalidInput: the préfecture is the one that writes such messages, or something is missing or is too
            much for that one (its letter's day, a document).
    """
    from lxml import etree

    if isinstance(message, ActeMetier):
        root = message.element()
    elif not message.code.sent:
        raise InvalidInput(f"« {message.code.libelle} » : c'est la préfecture qui écrit ce message.")
    elif isinstance(message, DateClassification):
        root = _element(message.code)
        if message.date is not None:
            etree.SubElement(root, f"{_A}DateClassification").text = message.date.isoformat()
    else:
        root = _built(message)
    return written(root)


def _element(code: MessageCode) -> Element:
    from lxml import etree

    return etree.Element(f"{_A}{code.root}", nsmap={"actes": ACTES_NAMESPACE})


def _built(message: Echange) -> Element:
    from lxml import etree

    root = _element(message.code)
    root.set(f"{_A}IDActe", str(ActeId.parse(message.acte_id)))
    if message.code is MessageCode.ANNULATION:
        _refuse(bool(message.documents), message, "ne porte aucun document")
        return root
    if message.date_courrier is None:
        raise InvalidInput(f"« {message.code.libelle} » : donnez la date du courrier de la préfecture.")
    root.set(f"{_A}DateCourrierPref", message.date_courrier.isoformat())
    if message.code in _WITHOUT_DOCUMENT:
        _refuse(bool(message.documents), message, "ne porte aucun document")
        return root
    _refuse(message.code in _WITH_ONE_DOCUMENT and len(message.documents) != 1, message, "porte un document")
    _refuse(not message.documents, message, "porte au moins un document")
    parent = etree.SubElement(root, f"{_A}Documents") if message.code is MessageCode.PIECES else root
    for name in message.documents:
        etree.SubElement(etree.SubElement(parent, f"{_A}Document"), f"{_A}NomFichier").text = text_of(name)
    return root


def _refuse(wrong: bool, message: Echange, rule: str) -> None:
    if wrong:
        raise InvalidInput(f"« {message.code.libelle} » : ce message {rule}.")
