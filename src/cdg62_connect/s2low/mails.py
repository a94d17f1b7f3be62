"""The module Mail sécurisé: deprecated since S2LOW 5.1, and absent from some platforms."""

from __future__ import annotations

import re

from cdg62_connect.s2low.answers import content, quote, unusable
from cdg62_connect.s2low.api import API, MAIL_API, Api, identifier, page_params
from cdg62_connect.s2low.dialects import decode, mended, unescaped
from cdg62_connect.s2low.mail_model import DestinataireMail, FichierMail, ListedMail, MailDetail, NewMail
from cdg62_connect.s2low.model import sent_name
from cdg62_connect.s2low.refusal_table import refusal
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import Answer, FilePart, Kind

_SENT = re.compile(r"\s*OK ?: ?([1-9][0-9]{0,17})[ \t\r]*\n\s*")
_DELETED = re.compile(r"\s*OK\b")
_ERROR = re.compile(r"\s*ERROR ?:(.*)", re.DOTALL)
# The date holds colons, which separate everything else.
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[+-][0-9]{2,4})?"
_LISTED = re.compile(rf"\s*([1-9][0-9]{{0,17}}):({_DATE}):([^:]*):(.*)")
_RECIPIENT = re.compile(r"(.*):(mailTo|mailCC|mailBCC):([tf01]?):(.*)", re.IGNORECASE)
_SIZE = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_MESSAGE = "==message=="


class MailSecurise:
    """The module Mail sécurisé."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def envoyer(self, mail: NewMail) -> int:
        """Send ``mail``, and return its number (send-mail).

        Raises:
            AddressRefused, TooBig, InvalidRequest: to be corrected; nothing was sent.
            AccessRefused, AuthenticationRefused: the account; nothing was sent.
            Unavailable: trouble of the platform; nothing was sent.
            OutcomeUnknown: it may have been sent: look at :meth:`lister` before sending it again.
            PlatformError: the exchange failed.
        """
        fields = [
            *API,
            ("mailto", _addresses(mail.destinataires)),
            ("mailcc", _addresses(mail.copie)),
            ("mailcci", _addresses(mail.copie_cachee)),
            ("objet", mail.objet),
            ("message", mail.message),
        ]
        if mail.mot_de_passe is not None:
            fields.append(("password", mail.mot_de_passe.reveal()))
            if mail.envoyer_mot_de_passe:
                fields.append(("send_password", "1"))
        files = [
            FilePart(f"uploadFile{rank}", sent_name(file.nom), file.content)
            for rank, file in enumerate(mail.fichiers, start=1)
        ]
        return self._api.post("send-mail", _read_sent, folder=MAIL_API, fields=fields, files=files)

    def lister(self, *, offset: int = 0, limit: int = 100) -> tuple[ListedMail, ...]:
        """A page of the mails of this account (list-mail).

        Raises:
            InvalidInput: ``offset`` or ``limit`` out of range.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return self._api.get("list-mail", _read_list, folder=MAIL_API, params=page_params(offset, limit))

    def detail(self, mail: int) -> MailDetail:
        """A mail, and who has read it (detail-mail).

        Raises:
            NotFound: no such mail for this account.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        params = [("id", identifier(mail))]
        return self._api.get("detail-mail", _read_detail, folder=MAIL_API, params=params)

    def supprimer(self, mail: int) -> None:
        """Delete a mail and its files (delete-mail).

        Raises:
            NotFound: no such mail for this account: gone is done.
            OutcomeUnknown: it may be deleted; deleting it again tells.
            PlatformError: the exchange failed.
        """
        params = [("id", identifier(mail))]
        self._api.get("delete-mail", _read_deleted, folder=MAIL_API, params=params, kind=Kind.EFFECT)


def _addresses(addresses: tuple[str, ...]) -> str:
    # The page takes [ ] for < >, which it would drop as markup.
    return ",".join(address.replace("<", "[").replace(">", "]") for address in addresses)


def _said(answer: Answer) -> str:
    """The text of an answer that is no refusal: ``KO`` of the account, ``ERROR:`` of the module."""
    text = decode(content(answer))
    error = _ERROR.match(text)
    if error is not None:
        said = quote(unescaped(mended(error[1])))
        raise refusal(said, platform=answer.platform, operation=answer.operation)
    return text


def _read_sent(answer: Answer) -> int:
    text = _said(answer)
    # Without its line end the number may be cut.
    number = _SENT.fullmatch(text)
    if number is None:
        raise unusable(answer, "La plateforme ne donne pas le numéro du mail.", said=quote(text))
    return int(number[1])


def _read_deleted(answer: Answer) -> None:
    text = _said(answer)
    if not _DELETED.match(text):
        raise unusable(answer, "La plateforme ne dit pas que le mail est supprimé.", said=quote(text))


def _read_list(answer: Answer) -> tuple[ListedMail, ...]:
    found: list[ListedMail] = []
    for line in _said(answer).splitlines():
        if not line.strip():
            continue
        listed = _LISTED.fullmatch(line)
        if listed is None:
            raise unusable(answer, "Une ligne n'est pas de la forme attendue.", said=quote(line))
        found.append(ListedMail(int(listed[1]), listed[2], listed[3].strip(), mended(listed[4].strip())))
    return tuple(found)


def _read_detail(answer: Answer) -> MailDetail:
    head, mark, message = _said(answer).partition(_MESSAGE)
    files: list[FichierMail] = []
    recipients: list[DestinataireMail] = []
    fields: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.strip().partition(":")
        if not colon:
            continue
        match name:
            case "file":
                files.append(_file(value))
            case "emis":
                recipients.append(_recipient(answer, value))
            case _:
                fields.setdefault(name, mended(value.strip()))
    number = fields.get("id", "")
    if not mark or not _NUMBER.fullmatch(number):
        raise unusable(answer, "La réponse ne décrit pas un mail.", said=quote(head))
    known = ("id", "date_envoi", "status", "objet", "password")
    password = fields.get("password", "")
    return MailDetail(
        id=int(number),
        date=fields.get("date_envoi", ""),
        statut=fields.get("status", ""),
        objet=fields.get("objet", ""),
        message=mended(message.strip()),
        mot_de_passe=Secret(password) if password else None,
        fichiers=tuple(files),
        destinataires=tuple(recipients),
        champs={name: value for name, value in fields.items() if name not in known},
    )


def _file(value: str) -> FichierMail:
    # The name comes last: it alone may hold a colon.
    size, _, rest = value.partition(":")
    mimetype, _, nom = rest.partition(":")
    return FichierMail(mended(nom), int(size) if _SIZE.fullmatch(size) else None, mimetype)


def _recipient(answer: Answer, value: str) -> DestinataireMail:
    found = _RECIPIENT.fullmatch(value)
    if found is None:
        raise unusable(answer, "Un destinataire n'est pas de la forme attendue.", said=quote(value))
    return DestinataireMail(found[1], found[2], found[3].lower() in ("t", "1"), found[4].strip())
