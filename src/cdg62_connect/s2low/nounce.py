"""Links that let a person open a page of S2LOW with another certificate, on behalf of the same authority."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cdg62_connect.errors import InvalidInput
from cdg62_connect.s2low.answers import unusable
from cdg62_connect.s2low.api import Api
from cdg62_connect.s2low.records import Record, read_json
from cdg62_connect.transport import Answer, BasicAuth

_LIFE = dt.timedelta(minutes=5)
_NOUNCE = re.compile(r"[!-~]{1,500}")
_PATH = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")


@dataclass(frozen=True, slots=True)
class LienPersonnel:
    """A link for the browser of a person, who presents their own certificate.

    Whoever holds it and has a certificate of the authority acts in its name: give it to nobody else, and write
    it nowhere.

    Attributes:
        url: the link.
        expire: when S2LOW stops honouring it; until then it may serve several times.
    """

    url: str = field(repr=False)
    expire: dt.datetime


def personal_link(
    api: Api, chemin: str, *, auth: BasicAuth, params: Sequence[tuple[str, str]] = ()
) -> LienPersonnel:
    """A link to ``chemin`` in the name of the authority of ``auth`` (S2LOW API, get-nounce).

    Args:
        api: of the session of this same account.
        chemin: a page of S2LOW (``"/modules/actes/actes_transac_post_confirm_api.php"``).
        auth: login and password of the session.
        params: what the page is asked.

    Raises:
        InvalidInput: ``chemin`` is not the path of a page.
        AuthenticationRefused: the account is not recognised, or the session gives no login.
        UnreadableAnswer, PlatformError: the exchange failed.
    """
    if not _PATH.fullmatch(chemin):
        raise InvalidInput(f"« {chemin} » n'est pas le chemin d'une page de S2LOW.")
    expire = api.session.clock.now() + _LIFE
    nounce = api.get("get-nounce", _read_nounce, folder="/api")
    proof = hashlib.sha256(f"{auth.password.reveal()}:{nounce}".encode()).hexdigest()
    query = urlencode([*params, ("nounce", nounce), ("login", auth.login), ("hash", proof)])
    return LienPersonnel(f"{api.session.base_url}{chemin}?{query}", expire)


def _read_nounce(answer: Answer) -> str:
    nounce = Record(answer, read_json(answer)).text("nounce")
    if not _NOUNCE.fullmatch(nounce):
        raise unusable(answer, "La réponse ne donne pas de nounce.")
    return nounce
