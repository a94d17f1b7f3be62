"""The number under which an act goes to @ctes: fifteen characters, used once per authority for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats.dossier_number import DossierNumber

_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9_]{0,13}[A-Z0-9]")
_LONGEST = 15

_DECISIONS = frozenset(
    {
        "ARR_ACCORD",
        "ARR_REFUS",
        "DP_NON_OPPO",
        "DP_OPPO",
        "CU_A",
        "CU_B",
        "DIA_PREEMP",
        "DIA_RENON",
        "AP_DECISION",
    }
)
"""What may be the first act of a dossier."""

_SUB_DOSSIERS = frozenset({"TRANSFERT", "MODIF"})
"""What is decided on a sub-dossier, when the number carries one."""

_LATER = {"RETRAIT": "R", "ABROG": "R", "ANNUL": "R", "PROROG": "P", "SURSIS": "S"}
"""What comes after (or beside) the decision, and the letter of its counter."""

_OTHER = "A"
_RESENT = "X"


def check_acte_number(text: str) -> str:
    """The number itself, once S2LOW and Pastell would both take it.

    S2LOW: 1 to 15 of ``A-Z 0-9 _``, no ``_`` at the ends. Pastell: 2 to 15 of the same. A number that S2LOW
    has seen once, even in an act cancelled or in error, is never free again.

    Raises:
        InvalidInput: another form; the message proposes a right one when a plain rewriting gives it.
    """
    if _NUMBER.fullmatch(text):
        return text
    rewritten = re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")
    proposal = f" Par exemple : {rewritten}." if _NUMBER.fullmatch(rewritten) else ""
    raise InvalidInput(
        f"Le numéro d'acte « {text[:60]} » ne passe pas @ctes : de 2 à 15 caractères, lettres capitales sans "
        f"accent, chiffres et « _ », sans « _ » au début ni à la fin.{proposal}"
    )


def acte_number_candidates(
    dossier: DossierNumber, *, code_document: str, resend: bool = False
) -> Iterator[str]:
    """The numbers that this act may take, in the order to try on the ledger of numbers used; finite.

    - first decision: the initial dossier's number as it is, then ``A01``…;
    - decision on a modificatif or transfert: its number without the département, suffix kept;
    - later act: the same 12 characters, then ``R`` (retrait, abrogation, annulation), ``P`` (prorogation),
      ``S`` (sursis) or ``A`` (autre) and two digits;
    - no room, or ``resend`` after an error or a cancellation: ``X`` and two digits.

    Raises:
        InvalidInput: that document is not sent to the contrôle de légalité, or that dossier decides nothing.
    """
    if code_document not in _DECISIONS | _SUB_DOSSIERS | _LATER.keys():
        raise InvalidInput(
            f"Le document « {code_document} » ne se transmet pas au contrôle de légalité : "
            "il ne reçoit pas de numéro d'acte."
        )
    if not dossier.is_decision:
        raise InvalidInput(
            f"« {dossier.display} » est une déclaration du pétitionnaire, pas une décision : "
            "elle ne se transmet pas."
        )
    return _candidates(dossier, code_document, resend)


def _candidates(dossier: DossierNumber, code: str, resend: bool) -> Iterator[str]:
    short = dossier.letters + dossier.commune + dossier.year + dossier.number
    if resend:
        yield from _counted(short, _RESENT)
    elif dossier.suffix:
        with_suffix = short + dossier.suffix
        if code not in _LATER and len(with_suffix) <= _LONGEST:
            yield with_suffix
        yield from _counted(short, _RESENT)
    elif code in _DECISIONS:
        yield dossier.initial
        yield from _counted(short, _OTHER)
    else:
        yield from _counted(short, _LATER.get(code, _OTHER))


def _counted(short: str, letter: str) -> Iterator[str]:
    return (f"{short}{letter}{count:02}" for count in range(1, 100))
