"""What a refusal of iParapheur 5 means: one table, from the status, the operation and the words.

Its statuses for one and the same refusal differ between operations and versions (an unknown type may be 404 or
406), and several were never seen: whatever the table does not know is a refusal all the same, never repeated.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    InvalidRequest,
    NotFound,
    NotReady,
    PlatformError,
    Refused,
)
from cdg62_connect.transport import Answer

ANY = frozenset[str]()
CREATION = frozenset({"folder.post"})
IN_CIRCUIT = frozenset(
    {
        "folder.delete",
        "task/start.put",
        "task/visa.put",
        "task/seal.put",
        "task/second_opinion.put",
        "task/bypass.put",
        "task/undo.put",
        "task/send_to_trash_bin.put",
        "task/secure_mail.put",
    }
)
"""What may come too early or too late in the life of a dossier."""

_NOT_YET = re.compile(
    r"en cours|pending|not (yet )?(finished|startable|allowed in)|etat actuel|current state|deja (demarre|traite|lu)"
    r"|pas (encore )?(termine|demarre|commence)"
    r"|cannot be (deleted|performed|undone|started)|already (started|performed)"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; the first that fits decides.

    Attributes:
        status: of the answer; ``None`` for any.
        operations: those it speaks of; empty for all.
        words: what the message must contain, accents and case aside; ``None`` for anything.
        error: what it means.
        message: what we say of it; ``None`` for the words of the class.
        advice: what to do; ``None`` for the advice of the class.
    """

    status: int | None
    operations: frozenset[str]
    words: re.Pattern[str] | None
    error: type[PlatformError]
    message: str | None = None
    advice: str | None = None


RULES: tuple[Rule, ...] = (
    Rule(400, IN_CIRCUIT, _NOT_YET, NotReady),
    Rule(400, ANY, None, InvalidRequest),
    Rule(
        403,
        ANY,
        None,
        AccessRefused,
        advice="Le compte doit être rattaché à l'entité et propriétaire du bureau, avec le droit d'y créer et "
        "d'y archiver : demandez-le à l'administrateur du parapheur.",
    ),
    Rule(
        404,
        CREATION,
        None,
        InvalidRequest,
        message="Le parapheur ne connaît pas l'entité, le bureau, le type ou le sous-type.",
    ),
    Rule(404, ANY, None, NotFound),
    Rule(406, CREATION, None, InvalidRequest),
    Rule(406, IN_CIRCUIT, None, NotReady, message="Le dossier n'est pas dans l'état qui le permet."),
    Rule(409, ANY, None, AlreadyExists),
    Rule(
        507,
        ANY,
        None,
        Refused,
        message="Le quota de l'entité est atteint dans le parapheur.",
        advice="Faites relever le quota, ou supprimez des dossiers terminés.",
    ),
)


def refusal(answer: Answer, said: str) -> PlatformError:
    """The error that stands for a refusal of ``answer``, whose message is ``said``."""
    sentence = _plain(said)
    for rule in RULES:
        if (
            rule.status in (None, answer.status)
            and (not rule.operations or answer.operation in rule.operations)
            and (rule.words is None or rule.words.search(sentence))
        ):
            return _made(answer, said, rule)
    return _made(answer, said, Rule(None, ANY, None, Refused))


def _made(answer: Answer, said: str, rule: Rule) -> PlatformError:
    words = f"HTTP {answer.status}" + (f" : {said}" if said else "")
    return rule.error(
        rule.message,
        platform=answer.platform,
        operation=answer.operation,
        said=words,
        advice=rule.advice,
    )


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
