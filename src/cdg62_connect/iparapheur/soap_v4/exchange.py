"""One call of the service: the envelope leaves, the answer is read, and whatever is not a plain answer
becomes the error that says what the caller must do.

For an effect, everything short of a readable OK or KO leaves the outcome unknown, except the refusals of
the front end, which never reach the parapheur.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from html import unescape
from typing import TypeVar

from cdg62_connect.errors import (
    AccessRefused,
    AnswerLost,
    AuthenticationRefused,
    HostileInput,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur.soap_v4.contract import NAMESPACE, bind
from cdg62_connect.iparapheur.soap_v4.leftovers import RETURN, Path, leftovers
from cdg62_connect.iparapheur.soap_v4.operations import OPERATIONS, NoSuchOperation
from cdg62_connect.iparapheur.soap_v4.refusals import recognised, refusal
from cdg62_connect.iparapheur.soap_v4.texts import known_key
from cdg62_connect.soap import (
    Divert,
    Fault,
    FilledEnvelope,
    Flaw,
    Limits,
    Node,
    UnreadableMessage,
    fill,
    read_message,
    read_package,
)
from cdg62_connect.transport import Answer, HttpSession, Kind, Request, StreamBody

T = TypeVar("T")

_READ_SIZE = 256 * 1024
_LONGEST_QUOTE = 2_000
_PACKAGE = "multipart/related"
_XML = {"text/xml", "application/xml", "application/soap+xml"}
_CERTIFICATE = "Vérifiez le certificat client : le parapheur en exige peut-être un, ou un autre."
_WRONG_ADDRESS = "L'adresse doit être celle du service web : https://…/ws-iparapheur-no-mtom."


def call(
    session: HttpSession, operation: str, kind: Kind, envelope: FilledEnvelope, read: Callable[[Answer], T]
) -> T:
    """Send ``envelope`` and give what ``read`` makes of the answer (see :func:`reply_of`).

    ``read`` is run again from the start when a read is repeated.
    """
    body = StreamBody("text/xml; charset=utf-8", envelope.length, envelope.blocks)
    request = Request("POST", "", operation, kind, headers={"SOAPAction": '""'}, body=body)
    return session.exchange(request, read)


def call_about(session: HttpSession, operation: str, dossier_id: str, read: Callable[[Answer], T]) -> T:
    """The same for an operation whose request is a mere DossierID."""
    envelope = fill(bind(operation, known_key(dossier_id)), {})
    return call(session, operation, OPERATIONS[operation].kind, envelope, read)


def reply_of(answer: Answer, *, divert: Divert | None = None, limits: Limits | None = None) -> Reply:
    """Read ``answer`` as the reply of its operation.

    Args:
        answer: what came.
        divert: where the text, or the attachment, of large elements goes.
        limits: how much the answer may hold.

    Raises:
        PlatformError: it is anything else than a reply.
    """
    _refuse_front_end(answer)
    try:
        message = _message(answer, divert=divert, limits=limits)
    except UnreadableMessage as problem:
        raise _unreadable(answer, problem) from problem
    except HostileInput as problem:
        raise _unclear(answer, "la réponse a une forme interdite") from problem
    if isinstance(message, Fault):
        raise _faulty(answer, message)
    if answer.status != 200:
        raise _unclear(answer, f"la réponse porte le code HTTP {answer.status}")
    if (message.namespace, message.name) != (NAMESPACE, f"{answer.operation}Response"):
        raise _unclear(answer, f"la réponse est celle d'une autre opération ({message.name[:60]})")
    return Reply(message, answer)


def _message(answer: Answer, *, divert: Divert | None, limits: Limits | None) -> Node | Fault:
    """What the answer holds: it says itself whether it is plain or MTOM, the address asked does not."""
    blocks = answer.blocks(_READ_SIZE)
    if answer.content_type != _PACKAGE:
        return read_message(blocks, namespace=NAMESPACE, divert=divert, limits=limits)
    header = answer.headers.get("Content-Type", "")
    return read_package(blocks, content_type=header, namespace=NAMESPACE, divert=divert, limits=limits)


class Reply:
    """The element that answers an operation, and what to raise when its content does not do."""

    def __init__(self, node: Node, answer: Answer) -> None:
        self.node = node
        self._answer = answer

    def said(self) -> tuple[str, str]:
        """The return code (``"OK"``, ``"KO"``, or ``""`` when it is missing) and the message."""
        returns = list(self.node.all("MessageRetour"))
        if len(returns) != 1:
            return "", ""
        return returns[0].text_of("codeRetour").upper(), returns[0].text_of("message")[:_LONGEST_QUOTE]

    def require_ok(self, *, dossier_id: str) -> str:
        """The message of an OK about ``dossier_id``; a missing return code is not taken for one."""
        code, message = self.said()
        if code == "OK":
            return message
        if code == "KO":
            raise self.error(refusal(self._answer.operation, message, dossier_id=dossier_id), said=message)
        raise self.unusable("la réponse n'a pas de code de retour", said=message)

    def rest(self, *, told: Set[Path] = frozenset()) -> dict[str, str]:
        """What the answer holds besides its return code and the elements at these paths."""
        return leftovers(self.node, told=RETURN | told)

    def error(self, cls: type[PlatformError], *, said: str) -> PlatformError:
        """An error of that class for what the parapheur said."""
        return cls(platform=self._answer.platform, operation=self._answer.operation, said=said)

    def unusable(self, reason: str, *, said: str = "") -> PlatformError:
        """The error for an answer of the protocol that does not say what it must."""
        return _unclear(self._answer, reason, said=said)


def _refuse_front_end(answer: Answer) -> None:
    """Raise when what answers is not the parapheur but what stands before it."""
    status, platform, operation = answer.status, answer.platform, answer.operation
    if 300 <= status < 400 or status in (404, 405, 410):
        raise UnreadableAnswer(
            f"il n'y a pas de parapheur à cette adresse (code HTTP {status}).",
            platform=platform,
            operation=operation,
            said=answer.headers.get("Location", "")[:200],
            advice=_WRONG_ADDRESS,
        )
    if answer.content_type in _XML or answer.content_type == _PACKAGE:
        return
    if status == 200 and answer.content_type != "text/html":
        return
    said = _first_words(answer)
    if status == 400:
        raise AuthenticationRefused(platform=platform, operation=operation, said=said, advice=_CERTIFICATE)
    if status == 403:
        raise AccessRefused(platform=platform, operation=operation, said=said)
    raise _unclear(answer, f"la réponse n'est pas du XML (code HTTP {status})", said=said)


def _unreadable(answer: Answer, problem: UnreadableMessage) -> PlatformError:
    if answer.kind is Kind.READ and answer.status == 200 and problem.flaw is Flaw.TRUNCATED:
        return AnswerLost("la réponse est coupée.", platform=answer.platform, operation=answer.operation)
    return _unclear(answer, str(problem).rstrip("."))


def _faulty(answer: Answer, fault: Fault) -> PlatformError:
    said = (fault.text or fault.code)[:_LONGEST_QUOTE]
    error = recognised(answer.operation, said) or Unavailable
    if answer.kind is Kind.EFFECT and error is not NoSuchOperation:
        return _unclear(answer, "le parapheur a échoué en cours de traitement", said=said)
    return error(platform=answer.platform, operation=answer.operation, said=said)


def _unclear(answer: Answer, reason: str, *, said: str = "", advice: str | None = None) -> PlatformError:
    """The error for an answer that proves nothing."""
    if answer.kind is Kind.EFFECT:
        error, text = OutcomeUnknown, f"l'envoi est peut-être passé : {reason}."
    elif answer.status >= 500:
        error, text = Unavailable, f"{reason}."
    else:
        error, text = UnreadableAnswer, f"{reason}."
    return error(text, platform=answer.platform, operation=answer.operation, said=said, advice=advice)


def _first_words(answer: Answer) -> str:
    """The title of a page, or its first words."""
    start = next(iter(answer.blocks(16 * 1024)), b"")[: 16 * 1024].decode("utf-8", "replace")
    found = re.search(r"<title[^>]{0,100}>([^<]{1,500})", start, re.IGNORECASE)
    words = found.group(1) if found else re.sub(r"<[^>]{0,500}>", " ", start)
    return " ".join(unescape(words).split())[:200]
