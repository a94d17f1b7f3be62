"""Does S2LOW know us, as whom, and may we transmit?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdg62_connect.errors import AuthenticationRefused
from cdg62_connect.s2low.answers import check_page, check_status, content, ok_payload, quote, unusable
from cdg62_connect.s2low.api import Api
from cdg62_connect.s2low.dialects import decode
from cdg62_connect.s2low.nounce import LienPersonnel, personal_link
from cdg62_connect.s2low.records import Record, read_json
from cdg62_connect.transport import Answer, BasicAuth

_USER = frozenset({"id", "login", "name", "givenname", "role"})
_AUTHORITY = frozenset({"id", "name", "department"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnexionInfos:
    """The account behind the connection, and the collectivité it works for.

    Attributes:
        user_id: of the account.
        login: ``""`` for an account known by its certificate alone.
        name: of the account, first name included.
        role: ``USER``, ``ADM``, ``GADM``, ``SADM``…; S2LOW refuses most calls to the last two.
        authority_id: the collectivité, in S2LOW's own numbering: its SIREN is not told.
        authority_name: its name.
        department: as @ctes writes it, three characters (``"062"``).
        user: the other fields of the account, as they came.
        authority: the other fields of the collectivité.
    """

    user_id: int
    login: str
    name: str
    role: str
    authority_id: int
    authority_name: str
    department: str
    user: Mapping[str, str] = field(repr=False)
    authority: Mapping[str, str] = field(repr=False)


class Connexion:
    """The tests of the connection. None of them leaves a trace."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def test(self) -> None:
        """Pass when S2LOW recognises the certificate, and the login when it serves several accounts.

        (S2LOW API, test-connexion.) It tells neither whether the certificate is RGS (see :meth:`test_rgs`)
        nor what the account may do.

        Raises:
            AuthenticationRefused: it does not.
            AccessRefused: it does, and forbids this.
            UnreadableAnswer: what answers is not S2LOW.
            PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> None:
            ok_payload(answer, default=AuthenticationRefused)

        self._api.get("test-connexion", read, folder="/api")

    def test_rgs(self) -> bool:
        """Whether S2LOW takes the certificate for an RGS one, without which it refuses every transmission.

        (S2LOW API, test-rgs; since 2.4.)

        Raises:
            AuthenticationRefused: the account is not recognised.
            UnreadableAnswer: the answer is neither OK nor KO, or the platform does not have this call.
            PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> bool:
            check_status(answer)
            body = answer.body(limit=64 * 1024)
            check_page(answer, body)
            text = decode(body).strip()
            if text == "KO":
                return False
            if text.startswith("KO"):
                # More than the bare word: it is the refusal of the account, not the answer.
                ok_payload(answer, default=AuthenticationRefused)
            if text != "OK":
                raise unusable(answer, "La réponse n'est ni OK ni KO.", said=quote(text))
            return True

        return self._api.get("test-rgs", read, folder="/api")

    def infos(self) -> ConnexionInfos:
        """The account and its collectivité. (S2LOW API, info-connexion.)

        Raises:
            AuthenticationRefused: the account is not recognised.
            UnreadableAnswer: the answer does not describe an account and a collectivité.
            PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> ConnexionInfos:
            whole = Record(answer, read_json(answer))
            user = Record(answer, whole.value("user_info"))
            authority = Record(answer, whole.value("authority_info"))
            return ConnexionInfos(
                user_id=user.identifier("id"),
                login=user.text("login"),
                name=" ".join(f"{user.text('givenname')} {user.text('name')}".split()),
                role=user.text("role"),
                authority_id=authority.identifier("id"),
                authority_name=authority.text("name"),
                department=authority.text("department"),
                user=user.others(_USER),
                authority=authority.others(_AUTHORITY),
            )

        return self._api.get("info-connexion", read, folder="/api")

    def logins(self) -> tuple[str, ...]:
        """The login of each account that shares the certificate, ``""`` for one that has none.

        (S2LOW API, api-list-login.) No password is needed, at least up to version 5.1. More than one: the session
        needs a login and a password. None: nobody has this certificate.

        Raises:
            AuthenticationRefused: the platform wants to know which account asks.
            UnreadableAnswer, PlatformError: the exchange failed.
        """

        def read(answer: Answer) -> tuple[str, ...]:
            text = decode(content(answer, default=AuthenticationRefused))
            lines = [line.strip() for line in text.splitlines()]
            if any(not line.isprintable() or "<" in line for line in lines):
                raise unusable(answer, "La réponse n'est pas une liste d'identifiants.", said=quote(text))
            return tuple(lines)

        return self._api.get("api-list-login", read, folder="/admin/users")

    def lien(self, chemin: str, *, auth: BasicAuth, params: Sequence[tuple[str, str]] = ()) -> LienPersonnel:
        """A link that lets a person open a page of S2LOW with their own certificate, in the authority's name.

        (S2LOW API, get-nounce.) For those who confirm actes, see ``Actes.lien_confirmation``.

        Args:
            chemin: the page, from the root of the platform.
            auth: login and password of this session's account.
            params: what the page is asked.

        Raises:
            InvalidInput: ``chemin`` is not the path of a page.
            AuthenticationRefused: the account is not recognised, or the session gives no login.
            UnreadableAnswer, PlatformError: the exchange failed.
        """
        return personal_link(self._api, chemin, auth=auth, params=params)
