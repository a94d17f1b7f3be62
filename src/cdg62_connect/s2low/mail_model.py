"""What goes to the module Mail sécurisé and what comes back, as frozen data."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cdg62_connect.errors import InvalidInput
from cdg62_connect.s2low.api import ENCODING
from cdg62_connect.s2low.model import sent_name
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import Payload

LONGEST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file to join.

    Raises:
        InvalidInput: no name, or nothing in it.
    """

    nom: str
    content: Payload

    def __post_init__(self) -> None:
        sent_name(self.nom)
        if self.content.size == 0:
            raise InvalidInput(f"Le fichier « {self.nom} » est vide : vérifiez-le.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A secured mail to send (S2LOW API, send-mail).

    Attributes:
        destinataires: an address (``a@b.fr``), an address with a name (``Nom <a@b.fr>``), or a group of S2LOW's
            directory (``voirie (groupe)``).
        objet: on one line.
        message: 2000 characters at most.
        copie: the same, in copy.
        copie_cachee: the same, in blind copy.
        mot_de_passe: what the readers will be asked.
        envoyer_mot_de_passe: send it to them, which makes it a formality.
        fichiers: 80 MB in all, at most.

    Raises:
        InvalidInput: one of these limits is not held; the message says which.
    """

    destinataires: tuple[str, ...]
    objet: str
    message: str
    copie: tuple[str, ...] = ()
    copie_cachee: tuple[str, ...] = ()
    mot_de_passe: Secret | None = None
    envoyer_mot_de_passe: bool = False
    fichiers: tuple[MailFile, ...] = ()

    def __post_init__(self) -> None:
        if not self.destinataires:
            raise InvalidInput("Le mail n'a pas de destinataire : donnez une adresse.")
        for address in (*self.destinataires, *self.copie, *self.copie_cachee):
            if not address.strip() or "," in address or _controls(address):
                raise InvalidInput(
                    f"« {address} » n'est pas une adresse : une seule par élément, sans virgule."
                )
        if not self.objet.strip() or _controls(self.objet):
            raise InvalidInput("Le mail doit avoir un objet, sur une seule ligne.")
        if not self.message.strip() or len(self.message) > LONGEST_MESSAGE:
            raise InvalidInput(
                f"Le message compte {len(self.message)} caractères : il en faut de 1 à {LONGEST_MESSAGE}."
            )
        for text in (*self.destinataires, *self.copie, *self.copie_cachee, self.objet, self.message):
            _check_writable(text)


def _controls(text: str) -> bool:
    return any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text)


def _check_writable(text: str) -> None:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError as stranger:
        raise InvalidInput(
            f"Le mail contient « {text[stranger.start]} », que S2LOW ne sait pas recevoir (ISO-8859-1) : "
            "remplacez ce caractère."
        ) from None


@dataclass(frozen=True, slots=True)
class ListedMail:
    """A mail in a list (S2LOW API, list-mail); ``date`` is S2LOW's own hour, without a time zone."""

    id: int
    date: str
    statut: str
    objet: str


@dataclass(frozen=True, slots=True)
class FichierMail:
    """A file of a mail that was sent; ``size`` in bytes, ``None`` when it cannot be read."""

    nom: str
    size: int | None
    mimetype: str


@dataclass(frozen=True, slots=True)
class DestinataireMail:
    """Somebody to whom a mail was sent.

    Attributes:
        email: the address.
        champ: ``mailTo``, ``mailCC`` or ``mailBCC``.
        lu: whether the mail was read.
        date: when, in S2LOW's own hour; ``""`` when it was not.
    """

    email: str
    champ: str
    lu: bool
    date: str


@dataclass(frozen=True, slots=True)
class MailDetail:
    """A mail that was sent (S2LOW API, detail-mail); ``date`` is S2LOW's own hour, without a time zone.

    Attributes:
        id: of the mail.
        date: of its sending.
        statut: in S2LOW's words.
        objet: its subject.
        message: its text.
        mot_de_passe: what its readers are asked, ``None`` without one.
        fichiers: what was joined.
        destinataires: to whom, and who has read it.
        champs: the lines this version does not know.
    """

    id: int
    date: str
    statut: str
    objet: str
    message: str
    mot_de_passe: Secret | None
    fichiers: tuple[FichierMail, ...]
    destinataires: tuple[DestinataireMail, ...]
    champs: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def lu_par_tous(self) -> bool:
        """Everybody has read it."""
        return bool(self.destinataires) and all(one.lu for one in self.destinataires)
