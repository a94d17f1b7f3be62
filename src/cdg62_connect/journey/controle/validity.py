"""How long a certificate still serves, as a check: in working days, those in which somebody can renew it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from cdg62_connect.journey.controle.certificates import CertificateFacts
from cdg62_connect.journey.controle.check import About, Check
from cdg62_connect.journey.controle.working_days import working_days

SOON = 30
"""Working days: time to order another certificate."""

URGENT = 7
"""Working days: no time left to wait for anybody."""

_PARIS = ZoneInfo("Europe/Paris")


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
    end = first.not_after.astimezone(_PARIS)
    told = f"{what}« {first.subject} »"
    if latest.not_before > now:
        start = latest.not_before.astimezone(_PARIS)
        return about.ko(
            f"{what}« {latest.subject} » ne compte qu'à partir du {start:%d/%m/%Y à %H:%M}.",
            advice="Attendez cette date, ou vérifiez l'heure de cette machine.",
        )
    if first.not_after <= now:
        return about.ko(f"{told} est périmé depuis le {end:%d/%m/%Y}.", advice=renew)
    left = working_days(now.astimezone(_PARIS).date(), end.date())
    days = f"{left} jour{'s' * (left > 1)} ouvré{'s' * (left > 1)}"
    if left <= URGENT:
        return about.attention(
            f"{told} finit le {end:%d/%m/%Y} : URGENT, il reste {days}.", advice=f"Sans attendre : {renew}"
        )
    if left <= soon:
        return about.attention(f"{told} finit le {end:%d/%m/%Y} : il reste {days}.", advice=renew)
    return about.ok(f"{told} finit le {end:%d/%m/%Y} ({days}).")
