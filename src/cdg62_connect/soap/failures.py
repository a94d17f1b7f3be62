"""What can be wrong with a SOAP message that somebody else wrote."""

from __future__ import annotations

from enum import Enum

from cdg62_connect.errors import InvalidInput


class Flaw(Enum):
    """Why a message cannot be read; the value is the reason in French, for people."""

    EMPTY = "il est vide"
    HTML = "c'est une page HTML"
    TRUNCATED = "il est coupé avant la fin"
    MALFORMED = "ce n'est pas un document XML correct"
    NOT_SOAP = "ce n'est pas une enveloppe SOAP 1.1"
    TOO_BIG = "il dépasse la taille permise"
    MISSING_PART = "une pièce jointe manque"
    BAD_BASE64 = "un document encodé en base64 est abîmé"


class UnreadableMessage(InvalidInput):
    """Le message SOAP n'est pas lisible.

    The reader does not know which side of which exchange it serves: whoever reads an answer turns this into
    the :class:`~cdg62_connect.errors.PlatformError` that fits the call.

    Attributes:
        flaw: what is wrong; only :attr:`Flaw.TRUNCATED` may come out differently when read again.
    """

    def __init__(self, flaw: Flaw, detail: str = "") -> None:
        self.flaw = flaw
        super().__init__(f"Message SOAP illisible : {flaw.value}" + (f" ({detail})." if detail else "."))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.flaw, self.args))


def _rebuild(flaw: Flaw, args: tuple[object, ...]) -> UnreadableMessage:
    error = UnreadableMessage(flaw)
    error.args = args
    return error
