"""What goes to S2LOW and what comes back, as frozen data.

An acte that S2LOW would certainly refuse is refused here, before anything leaves; what only the platform
knows (types of the current classification, its own date, its size limits) is left to it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cdg62_connect.errors import InvalidInput, PlatformError
from cdg62_connect.s2low import statuses
from cdg62_connect.s2low.api import ENCODING
from cdg62_connect.s2low.refusal_table import late_acte_refusal
from cdg62_connect.s2low.refusals import WaitingForConfirmation
from cdg62_connect.transport import Payload

LONGEST_OBJET = 499
LONGEST_DIFFUSION = 1023

_NUMERO = re.compile(r"([A-Z0-9][A-Z0-9_]{0,13})?[A-Z0-9]")
_TYPE_PIECE = re.compile(r"[A-Z0-9_]{5}")
_NATURES = range(1, 7)
_LEVELS = range(2, 6)
_ADDRESS = re.compile(r"[!-+\--?A-~]{1,64}@[A-Za-z0-9.-]{1,255}")
_UNWANTED_IN_NAME = re.compile(r"[^A-Za-z0-9._ ]")


def sent_name(nom: str) -> str:
    """``nom`` as S2LOW expects it: any character but A-Z a-z 0-9 . _ and space becomes ``_``.

    Raises:
        InvalidInput: nothing is left of it.
    """
    name = _UNWANTED_IN_NAME.sub("_", unicodedata.normalize("NFC", nom).strip())
    if not name:
        raise InvalidInput("Un fichier n'a pas de nom : donnez-lui un nom avec son extension.")
    return name


def check_type(code: str, *, of: str) -> None:
    """Pass when ``code`` can be the type of a pièce.

    Raises:
        InvalidInput: it cannot.
    """
    if not _TYPE_PIECE.fullmatch(code):
        raise InvalidInput(
            f"Le type de pièce « {code} » ({of}) doit faire 5 caractères parmi A-Z, 0-9 et _, "
            "par exemple 99_AI."
        )


@dataclass(frozen=True, slots=True)
class ActeFile:
    """A file of an acte.

    Attributes:
        nom: its name, as a person knows it; see :attr:`sent_name`.
        content: its bytes, as a handle.
        type_piece: its code in the classification (``"22_PN"``): required for an annexe; the document itself
            takes the type of the acte, and may leave it out.
        signature: its detached signature (PKCS#7 as text), when it has one; a PAdES signature is in the PDF.

    Raises:
        InvalidInput: no name, no content, or a type that is not five characters long.
    """

    nom: str
    content: Payload
    type_piece: str = ""
    signature: Payload | None = None

    def __post_init__(self) -> None:
        if not self.nom.strip():
            raise InvalidInput("Un fichier de l'acte n'a pas de nom : donnez-lui un nom avec son extension.")
        if self.content.size == 0:
            raise InvalidInput(f"Le fichier « {self.nom} » est vide : vérifiez le dépôt.")
        if self.signature is not None and self.signature.size == 0:
            raise InvalidInput(f"La signature du fichier « {self.nom} » est vide : vérifiez le dépôt.")
        if self.type_piece:
            check_type(self.type_piece, of=self.nom)

    @property
    def sent_name(self) -> str:
        """The name as S2LOW expects it: any character but A-Z a-z 0-9 . _ and space becomes ``_``."""
        return sent_name(self.nom)


@dataclass(frozen=True, slots=True)
class NewActe:
    """An acte to transmit (S2LOW API, actes_transac_create).

    Attributes:
        nature: code 1 to 6 of the classification (3: actes individuels).
        numero: internal number, 1 to 15 of A-Z 0-9 _ (no _ at the ends), unique for ever in the authority.
        objet: 1 to 499 characters of ISO-8859-1 on one line.
        date: of the decision, not in the future for the platform.
        matiere: levels of the classification, two at least: ``(2, 2)`` is « 2.2 ».
        type_acte: code of the type of the document in the classification (``"99_AI"``).
        document: the acte itself, signed.
        annexes: each with its own type.
        document_papier: a paper complement follows.
        en_attente: wait in S2LOW (status 17) until an agent confirms.
        a_signer: wait in S2LOW (status 18) until it is signed there; versions up to 5.1 only.
        diffusion: mail addresses that S2LOW tells of the acknowledgement.
        diffuser_fichiers: send them the files as well.

    Raises:
        InvalidInput: one of these limits is not held; the message says which.
    """

    nature: int
    numero: str
    objet: str
    date: dt.date
    matiere: tuple[int, ...]
    type_acte: str
    document: ActeFile
    annexes: tuple[ActeFile, ...] = ()
    document_papier: bool = False
    en_attente: bool = False
    a_signer: bool = False
    diffusion: tuple[str, ...] = ()
    diffuser_fichiers: bool = False

    def __post_init__(self) -> None:
        if self.nature not in _NATURES:
            raise InvalidInput(f"La nature {self.nature} n'existe pas : elle va de 1 à 6.")
        if not _NUMERO.fullmatch(self.numero):
            raise InvalidInput(
                f"Le numéro d'acte « {self.numero} » n'est pas accepté par S2LOW : 1 à 15 caractères "
                "parmi A-Z, 0-9 et _, sans _ au début ni à la fin."
            )
        self._check_objet()
        if len(self.matiere) not in _LEVELS or any(level < 1 for level in self.matiere):
            given = ".".join(map(str, self.matiere))
            raise InvalidInput(
                f"La matière « {given} » doit compter de deux à cinq niveaux, tous supérieurs à zéro, "
                "par exemple 2.2."
            )
        check_type(self.type_acte, of="l'acte")
        if self.document.type_piece not in ("", self.type_acte):
            raise InvalidInput(
                f"Le document porte le type {self.document.type_piece} et l'acte le type {self.type_acte} : "
                "donnez un seul type."
            )
        for annexe in self.annexes:
            if not annexe.type_piece:
                raise InvalidInput(f"L'annexe « {annexe.nom} » n'a pas de type de pièce : donnez-en un.")
        self._check_diffusion()

    def _check_diffusion(self) -> None:
        for address in self.diffusion:
            if not _ADDRESS.fullmatch(address):
                raise InvalidInput(f"« {address} » n'est pas une adresse où diffuser l'acte.")
        if len(",".join(self.diffusion)) > LONGEST_DIFFUSION:
            raise InvalidInput(
                f"Les adresses de diffusion dépassent {LONGEST_DIFFUSION} caractères : retirez-en."
            )
        if self.diffuser_fichiers and not self.diffusion:
            raise InvalidInput("Aucune adresse à qui diffuser les fichiers : donnez-en une.")

    def _check_objet(self) -> None:
        if not self.objet.strip() or len(self.objet) > LONGEST_OBJET:
            raise InvalidInput(
                f"L'objet de l'acte compte {len(self.objet)} caractères : il en faut de 1 à {LONGEST_OBJET}."
            )
        if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in self.objet):
            raise InvalidInput("L'objet de l'acte tient sur une seule ligne, sans caractère de contrôle.")
        try:
            self.objet.encode(ENCODING)
        except UnicodeEncodeError as stranger:
            raise InvalidInput(
                f"L'objet de l'acte contient « {self.objet[stranger.start]} », que S2LOW ne sait pas "
                "recevoir (ISO-8859-1) : remplacez ce caractère."
            ) from None


@dataclass(frozen=True, slots=True)
class ActeStatus:
    """Where a transaction stands (S2LOW API, actes_transac_get_status).

    When none of the properties is true (6, 10, a code of a newer version…), a person must look: nothing of
    what a program could conclude is sure.

    Attributes:
        code: S2LOW's own, see :class:`~cdg62_connect.s2low.Statut`.
        libelle: its label.
        message: why it was refused, for -1; otherwise mostly empty.
        flux_retour: the XML that came with this status (ARActe for 4, anomaly for -1), byte for byte.
    """

    code: int
    libelle: str
    message: str = ""
    flux_retour: bytes | None = None

    @property
    def acknowledged(self) -> bool:
        """The préfecture acknowledged it, now or earlier (archived since)."""
        return self.code in statuses.ACKNOWLEDGED

    @property
    def refused(self) -> bool:
        """Refused by S2LOW or by the ministry, for good; the number stays used."""
        return self.code == statuses.Statut.ERREUR

    @property
    def cancelled(self) -> bool:
        """The cancellation was acknowledged; the number stays used."""
        return self.code == statuses.Statut.ANNULE

    @property
    def waiting_for_person(self) -> bool:
        """Nothing will happen until an agent confirms (17) or signs (18) in S2LOW."""
        return self.code in statuses.WAITING_FOR_PERSON

    @property
    def in_progress(self) -> bool:
        """On its way to the préfecture: look again later."""
        return self.code in statuses.IN_PROGRESS

    @property
    def refus(self) -> PlatformError | None:
        """What stands in the way, as a type: a refusal, or the wait for a person; ``None`` when nothing does."""
        operation = "actes_transac_get_status"
        if self.waiting_for_person:
            return WaitingForConfirmation(platform="s2low", operation=operation, said=self.message)
        return late_acte_refusal(self.message, operation=operation) if self.refused else None


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a transaction (S2LOW API, actes_transac_get_files_list).

    The first of the list is the métier XML, the second the acte, the others the annexes.

    Attributes:
        id: what ``Actes.telecharger`` takes.
        name: the name in the @ctes envelope.
        posted_filename: the name given on deposit, empty for the métier XML.
        mimetype: as S2LOW detected it.
        size: in bytes, ``None`` when not said.
        code_pj: type of the pièce, empty for the métier XML.
        champs: the fields this version does not know, as text.
    """

    id: int
    name: str
    posted_filename: str
    mimetype: str
    size: int | None
    code_pj: str
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)


@dataclass(frozen=True, slots=True)
class ListedActe:
    """A transaction in a list (S2LOW API, list_actes).

    ``date`` is that of the decision, ``None`` when it cannot be read. ``type`` is that of the transaction:
    ``"1"`` for an acte, others for messages of the préfecture and cancellations, which bear the same number.
    """

    id: int
    number: str
    date: dt.date | None
    subject: str
    nature_descr: str
    classification: str
    type: str
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)


@dataclass(frozen=True, slots=True)
class ActePage:
    """One page of a list of transactions, newest first.

    ``limit`` is the size of a full page, as the platform says it. The list moves while it is read: a
    transaction that leaves this status pulls the next ones up, and a reader who turns pages may miss one. To
    look for an acte, ask for large pages, and go through the statuses in the order in which an acte meets
    them (17, 18, 1, 2, 3, 4, then the final ones): it only moves forward, to where one has not looked yet.
    """

    transactions: tuple[ListedActe, ...]
    status: int
    offset: int
    limit: int

    @property
    def last(self) -> bool:
        """No page follows."""
        return len(self.transactions) < self.limit

    def numbered(self, numero: str) -> tuple[ListedActe, ...]:
        """The transactions of this page that bear exactly ``numero`` (the API cannot filter by number)."""
        return tuple(acte for acte in self.transactions if acte.number == numero)
