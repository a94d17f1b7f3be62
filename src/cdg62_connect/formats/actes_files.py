"""The names of the files that travel in an archive of @ctes (cahier des charges, annexe 3; S2LOW)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats.acte_id import ActeId
from cdg62_connect.formats.actes_codes import MessageCode

_FILE = re.compile(
    r"(?:(?P<piece>[A-Z0-9_]{5})-)?(?P<departement>[09][0-9][0-9AB])-(?P<siren>[0-9]{4,9})-(?P<date>[0-9]{8})?-"
    r"(?P<numero>[A-Za-z0-9](?:[A-Za-z0-9_ -]{0,13}[A-Za-z0-9])?)?-(?P<nature>[A-Z]{2})?-"
    r"(?P<code>[1-7]-[1-5])_(?P<rang>[0-9]{1,9})\.(?P<extension>[A-Za-z0-9]{2,5})"
)
_ENVELOPE = re.compile(
    r"(?:(?P<anomalie>ANO)_)?(?P<application>[A-Z]{4})--(?P<service>[A-Z0-9]*)-(?P<siren>[0-9]{9})-"
    r"(?P<tirets>-?)(?P<date>[0-9]{8})-(?P<rang>[0-9]{1,9})\.xml"
)
_PIECE = re.compile(r"[A-Z0-9_]{5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActeFileName:
    """A file of an archive, ``99_AI-062-216209916-20260914-PC62991_26A0012-AI-1-1_1.pdf``.

    The names never prove anything: what links the files is what the messages say of them.

    Attributes:
        piece: the type of the piece, ``""`` for a message.
        numero: of the act, ``""`` in messages about the classification; so are ``date`` and ``nature``.
        code: of the message that the file belongs to (``"1-1"``).
        rang: 0 for the message, 1 for the act, then the annexes; the returns follow no rule.
    """

    piece: str
    departement: str
    siren: str
    date: date | None
    numero: str
    nature: str
    code: str
    rang: int
    extension: str

    @classmethod
    def parse(cls, name: str) -> ActeFileName:
        """Read a name, from both ends since the number of an act may hold hyphens.

        Raises:
            InvalidInput: not such a name.
        """
        read = _FILE.fullmatch(name)
        if read is None:
            raise InvalidInput(f"« {name[:80]} » n'est pas le nom d'un fichier d'@ctes.")
        return cls(
            piece=read["piece"] or "",
            departement=read["departement"],
            siren=read["siren"],
            date=_day(read["date"]) if read["date"] else None,
            numero=read["numero"] or "",
            nature=read["nature"] or "",
            code=read["code"],
            rang=int(read["rang"]),
            extension=read["extension"],
        )

    def __str__(self) -> str:
        day = self.date.isoformat().replace("-", "") if self.date else ""
        piece = f"{self.piece}-" if self.piece else ""
        return (
            f"{piece}{self.departement}-{self.siren}-{day}-{self.numero}-{self.nature}-"
            f"{self.code}_{self.rang}.{self.extension}"
        )


def acte_file_name(
    acte: ActeId, *, code: MessageCode, rang: int, extension: str = "xml", piece: str = ""
) -> str:
    """The name of one file about an act: the message itself (``rang`` 0), the act (1), the annexes (2…).

    Raises:
        InvalidInput: the type of the piece has not five characters.
    """
    if piece and not _PIECE.fullmatch(piece):
        raise InvalidInput(f"Le type de pièce « {piece[:20]} » doit avoir cinq caractères, comme 99_AI.")
    return str(
        ActeFileName(
            piece=piece,
            departement=acte.departement,
            siren=acte.siren,
            date=acte.date,
            numero=acte.numero,
            nature=acte.nature.abrege,
            code=code.code,
            rang=rang,
            extension=extension,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeName:
    """The name of an envelope: ``EACT--216209916--20260914-3.xml``; of a return, ``EACT--SPREF0627-…-9.xml``.

    Attributes:
        application: ``EACT``, or ``TACT`` on test platforms.
        service: who sends it back (``SPREF`` and its number), ``""`` for what the collectivité sends.
        anomalie: it is the refusal of the envelope of that name.
    """

    application: str
    siren: str
    date: date
    rang: int
    service: str = ""
    anomalie: bool = False

    @classmethod
    def parse(cls, name: str) -> EnvelopeName:
        """Read the name of an envelope.

        Raises:
            InvalidInput: not such a name.
        """
        read = _ENVELOPE.fullmatch(name) or _ENVELOPE.fullmatch(_usual(name))
        if read is None:
            raise InvalidInput(f"« {name[:80]} » n'est pas le nom d'une enveloppe d'@ctes.")
        return cls(
            application=read["application"],
            siren=read["siren"],
            date=_day(read["date"]),
            rang=int(read["rang"]),
            service=read["service"],
            anomalie=bool(read["anomalie"]),
        )

    def __str__(self) -> str:
        day = self.date.isoformat().replace("-", "")
        head = "ANO_" if self.anomalie else ""
        between = f"{self.service}-{self.siren}-" if self.service else f"{self.siren}--"
        return f"{head}{self.application}--{between}{day}-{self.rang}.xml"

    def archive(self, trigramme: str) -> str:
        """The name of the archive that holds it; ``trigramme`` is that of the TdT (``SLO``)."""
        return f"{trigramme}-{str(self).removesuffix('.xml')}.tar.gz"


def _usual(name: str) -> str:
    """The sender's envelopes have no service: put an empty one where the returns have theirs."""
    return re.sub(r"^((?:ANO_)?[A-Z]{4}--)([0-9]{9}-)", r"\1-\2", name)


def _day(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidInput(f"Nom de fichier d'@ctes : la date « {digits} » n'existe pas.") from None
