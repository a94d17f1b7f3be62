"""Confirming actes that wait to be posted (status 17): a page for browsers, whose answer is a redirection."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from cdg62_connect.errors import InvalidInput
from cdg62_connect.s2low.answers import content, quote, unusable
from cdg62_connect.s2low.api import ACTES, Api, identifier
from cdg62_connect.s2low.dialects import decode, unescaped
from cdg62_connect.s2low.nounce import LienPersonnel, personal_link
from cdg62_connect.s2low.refusal_table import refusal
from cdg62_connect.transport import Answer, BasicAuth, Kind

ONE, SEVERAL = "actes_transac_post_confirm_api", "actes_transac_post_confirm_api_multi"
MOST = 100
"""Transactions confirmed in one call: their numbers are in the address, which servers cut short."""

# Nobody is sent there: S2LOW only tells by it how the confirmation ended.
_BACK = "https://confirmation.invalid/"
_TELLING = f"{_BACK}?error=%%ERROR%%&message=%%MESSAGE%%"


def confirm_one(api: Api, transaction: int) -> None:
    """Post ``transaction``; see ``Actes.confirmer``."""
    params = [("id", identifier(transaction)), ("url_return", _TELLING)]
    api.get(ONE, _read_one, folder=ACTES, params=params, kind=Kind.EFFECT)


def confirm_several(api: Api, transactions: Sequence[int]) -> None:
    """Post ``transactions``; which of them were is not told."""
    params = [*_several(transactions), ("url_return", _BACK)]
    api.get(SEVERAL, _read_several, folder=ACTES, params=params, kind=Kind.EFFECT)


def confirmation_link(
    api: Api, transactions: Sequence[int], *, auth: BasicAuth, retour: str
) -> LienPersonnel:
    """The link by which a person confirms ``transactions``; see ``Actes.lien_confirmation``."""
    if len(transactions) == 1:
        page, asked = ONE, [("id", identifier(transactions[0]))]
    else:
        page, asked = SEVERAL, _several(transactions)
    return personal_link(api, f"{ACTES}/{page}.php", auth=auth, params=[*asked, ("url_return", retour)])


def _several(transactions: Sequence[int]) -> list[tuple[str, str]]:
    if not 1 <= len(transactions) <= MOST:
        raise InvalidInput(f"De 1 à {MOST} transactions se confirment en une fois.")
    return [("id[]", identifier(transaction)) for transaction in transactions]


def _read_one(answer: Answer) -> None:
    told = _sent_back(answer)
    # The message is put there as it is: nothing after it can be told from it.
    error, _, message = told.removeprefix("?error=").partition("&message=")
    if told.startswith("?error=") and error == "0":
        return
    if told.startswith("?error=") and error == "1":
        said = quote(unescaped(decode(unquote_to_bytes(message.encode("iso-8859-1", "replace")))))
        raise refusal(said, platform=answer.platform, operation=answer.operation)
    raise unusable(answer, "La plateforme ne dit pas si la transaction est postée.", said=quote(told))


def _read_several(answer: Answer) -> None:
    _sent_back(answer)


def _sent_back(answer: Answer) -> str:
    location = answer.headers.get("Location", "")
    if 300 <= answer.status < 400 and location.startswith(_BACK):
        return location.removeprefix(_BACK)
    body = content(answer)  # whoever is not recognised may be told so by a KO, or sent to the login
    raise unusable(answer, "La plateforme ne renvoie pas d'où elle a été appelée.", said=quote(decode(body)))
