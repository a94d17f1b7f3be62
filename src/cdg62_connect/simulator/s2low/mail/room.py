"""Secure mails: sent by an account, read by each recipient on a page of the platform. It knows nothing of HTTP."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from cdg62_connect.errors import NotFound
from cdg62_connect.simulator.s2low.accounts import Account, Ko
from cdg62_connect.simulator.s2low.depot import Upload
from cdg62_connect.simulator.s2low.ground import PLATFORM, Ground
from cdg62_connect.simulator.s2low.mail import texts

Champ = Literal["mailTo", "mailCC", "mailBCC"]

MESSAGE_LIMIT = 2000

_FIRST_MAIL = 801
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,100}@[A-Za-z0-9.-]{1,100}\.[A-Za-z]{2,20}")
_NAMED = re.compile(r"[^<>\[\]]*[<\[](?P<adresse>[^<>\[\]]+)[>\]]")
_GROUP = re.compile(r"(?P<nom>.+?) \(groupe\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envoi:
    """A mail as it was posted; the recipients are lists separated by commas."""

    mailto: str = ""
    mailcc: str = ""
    mailcci: str = ""
    objet: str = ""
    message: str = ""
    password: str = field(default="", repr=False)
    fichiers: tuple[Upload, ...] = ()


@dataclass(slots=True, kw_only=True)
class Destinataire:
    """Somebody to whom a mail was sent; ``lu``: when he read it."""

    email: str
    champ: Champ
    lu: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fichier:
    """A file joined to a mail."""

    nom: str
    mimetype: str
    size: int


@dataclass(slots=True, kw_only=True)
class Mail:
    """A mail that was sent."""

    id: int
    emitter: Account
    envoi: Envoi
    moment: datetime
    destinataires: list[Destinataire]
    fichiers: tuple[Fichier, ...]
    jeton: str

    @property
    def statut(self) -> str:
        """Who has read it: nobody, some, all."""
        read = sum(one.lu is not None for one in self.destinataires)
        if not read:
            return texts.SENT
        return texts.READ if read == len(self.destinataires) else texts.PARTLY_READ


class MailSecurise:
    """The secure mails of one platform. Every public method may be called from any thread.

    Attributes:
        groupes: the groups of each authority's directory, by SIREN then by name: addresses.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = ground.lock
        self.start()

    def start(self) -> None:
        """As at the first moment."""
        self.groupes: dict[str, dict[str, tuple[str, ...]]] = {}
        self._mails: dict[int, Mail] = {}

    def envoyer(self, account: Account, envoi: Envoi) -> Mail:
        """Send a mail; its files are moved. Raises ``Ko``."""
        account.must_edit("mail")
        if not envoi.mailto.strip():
            raise Ko(texts.NO_RECIPIENT)
        recipients = [
            *self._recipients(account, envoi.mailto, "mailTo", texts.BAD_RECIPIENT),
            *self._recipients(account, envoi.mailcc, "mailCC", texts.BAD_COPY),
            *self._recipients(account, envoi.mailcci, "mailBCC", texts.BAD_BLIND_COPY),
        ]
        if not envoi.objet.strip():
            raise Ko(texts.NO_SUBJECT)
        if not envoi.message.strip():
            raise Ko(texts.NO_MESSAGE)
        if len(envoi.message) > MESSAGE_LIMIT:
            raise Ko(texts.LONG_MESSAGE.format(longueur=len(envoi.message)))
        limit = self._ground.limites.mail
        if sum(one.size for one in envoi.fichiers) > limit:
            raise Ko(texts.TOO_BIG.format(limite=limit // (1024 * 1024)))
        with self._lock:
            identifier = self._ground.ids("mails", _FIRST_MAIL)[0]
            home = self._home(identifier)
            home.mkdir(parents=True, exist_ok=True)
            files = tuple(_moved(one, home / str(rank)) for rank, one in enumerate(envoi.fichiers, start=1))
            mail = Mail(
                id=identifier,
                emitter=account,
                envoi=envoi,
                moment=self._ground.now,
                destinataires=recipients,
                fichiers=files,
                jeton=f"specimen{identifier:08}",
            )
            self._mails[identifier] = mail
            return mail

    def lister(self, account: Account, *, offset: int, limit: int) -> Sequence[Mail]:
        """The mails of the account, newest first. Raises ``Ko``."""
        account.must_view("mail")
        with self._lock:
            mine = [one for one in reversed(self._mails.values()) if one.emitter.id == account.id]
            return mine[offset : offset + limit]

    def detail(self, account: Account, mail_id: str) -> Mail:
        """One mail of the account. Raises ``Ko``."""
        account.must_view("mail")
        with self._lock:
            found = self._mails.get(int(mail_id)) if mail_id.isdecimal() else None
            if found is None or found.emitter.id != account.id:
                raise Ko(texts.UNKNOWN)
            return found

    def supprimer(self, account: Account, mail_id: str) -> int:
        """Delete a mail of the account. Raises ``Ko``."""
        with self._lock:
            found = self.detail(account, mail_id)
            del self._mails[found.id]
            shutil.rmtree(self._home(found.id), ignore_errors=True)
            return found.id

    def lire(self, mail_id: int, email: str) -> None:
        """A recipient opens the mail. Raises ``NotFound``."""
        with self._lock:
            mail = self._mails.get(mail_id)
            readers = [one for one in mail.destinataires if one.email == email] if mail else []
            if not readers:
                raise NotFound(
                    f"Le mail {mail_id} n'a pas de destinataire {email}.", platform=PLATFORM, operation="lire"
                )
            for one in readers:
                one.lu = one.lu or self._ground.now

    def snapshot(self) -> dict[str, object]:
        """Every mail, as JSON, oldest first; no password."""
        with self._lock:
            return {"mails": [_as_json(one) for one in self._mails.values()]}

    def _recipients(self, account: Account, given: str, champ: Champ, refusal: str) -> list[Destinataire]:
        found: list[Destinataire] = []
        for one in filter(None, (part.strip() for part in given.split(","))):
            group = _GROUP.fullmatch(one)
            known = self.groupes.get(account.authority.collectivite.siren, {})
            named = _NAMED.fullmatch(one)
            addresses = (
                known.get(group["nom"], ()) if group else (named["adresse"].strip() if named else one,)
            )
            if not addresses or not all(_ADDRESS.fullmatch(address) for address in addresses):
                raise Ko(refusal.replace("{adresse}", one))
            found += [Destinataire(email=address, champ=champ) for address in addresses]
        return found

    def _home(self, identifier: int) -> Path:
        return self._ground.folder / "mails" / str(identifier)


def _moved(upload: Upload, into: Path) -> Fichier:
    mimetype, size = upload.mimetype, upload.size
    upload.path.replace(into)
    return Fichier(nom=upload.name, mimetype=mimetype, size=size)


def _as_json(mail: Mail) -> dict[str, object]:
    return {
        "id": mail.id,
        "siren": mail.emitter.authority.collectivite.siren,
        "objet": mail.envoi.objet,
        "message": mail.envoi.message,
        "statut": mail.statut,
        "moment": mail.moment.isoformat(),
        "destinataires": [
            {"email": one.email, "champ": one.champ, "lu": one.lu.isoformat() if one.lu else None}
            for one in mail.destinataires
        ],
        "fichiers": [{"nom": one.nom, "mimetype": one.mimetype, "taille": one.size} for one in mail.fichiers],
    }
