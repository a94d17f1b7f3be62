"""How long a certificate still serves, as a check: in working days, those in which somebody can renew it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from cdg62_connect.journey.controle.certificates import CertificateFacts
from cdg62_connect.journey.controle.check import About, Check
from cdg62_connect.journey.controle.working_days import working_days

SOON = 30
"""Working days: time to order another certificate."""

URGENT = 7
"""Working days: no time left to wait for anybody."""

PARIS = ZoneInfo("Europe/Paris")
"""Where days are counted."""


class Term(StrEnum):
    """How near a certificate is to its end."""

    FAR = ""
    SOON = "30"
    URGENT = "7"
    ENDED = "perime"
    NOT_YET = "pas-encore"


def term(certificate: CertificateFacts, *, now: datetime, soon: int = SOON) -> Term:
    """How near ``certificate`` is to its end; ``soon`` is in working days."""
    if certificate.not_before > now:
        return Term.NOT_YET
    if certificate.not_after <= now:
        return Term.ENDED
    left = _days_left(certificate, now=now)
    if left <= URGENT:
        return Term.URGENT
    return Term.SOON if left <= soon else Term.FAR


def validity(
    about: About,
    certificates: Sequence[CertificateFacts],
    *,
    now: datetime,
    renew: str,
    soon: int = SOON,
    what: str = "",
) -> Check:
    """Judge the one of ``certificates`` that ends first.

    Args:
        about: what the check is about.
        certificates: one at least.
        now: the present moment.
        renew: what to do when its end is near, in French.
        soon: working days from which it is worth saying.
        what: put before what is found.
    """
    first = min(certificates, key=lambda one: one.not_after)
    latest = max(certificates, key=lambda one: one.not_before)
    if term(latest, now=now) is Term.NOT_YET:
        start = latest.not_before.astimezone(PARIS)
        return about.ko(
            f"{what}« {latest.subject} » ne compte qu'à partir du {start:%d/%m/%Y à %H:%M}.",
            advice="Attendez cette date, ou vérifiez l'heure de cette machine.",
        )
    told, end = f"{what}« {first.subject} »", first.not_after.astimezone(PARIS)
    left = _days_left(first, now=now)
    days = f"{left} jour{'s' * (left > 1)} ouvré{'s' * (left > 1)}"
    match term(first, now=now, soon=soon):
        case Term.ENDED:
            return about.ko(f"{told} est périmé depuis le {end:%d/%m/%Y}.", advice=_sentence(renew))
        case Term.URGENT:
            return about.attention(
                f"{told} finit le {end:%d/%m/%Y} : URGENT, il reste {days}.",
                advice=f"Sans attendre : {renew}",
            )
        case Term.SOON:
            return about.attention(
                f"{told} finit le {end:%d/%m/%Y} : il reste {days}.", advice=_sentence(renew)
            )
        case _:
            return about.ok(f"{told} finit le {end:%d/%m/%Y} ({days}).")


def _days_left(certificate: CertificateFacts, *, now: datetime) -> int:
    return working_days(now.astimezone(PARIS).date(), certificate.not_after.astimezone(PARIS).date())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
