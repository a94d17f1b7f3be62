"""How many things each authority deposited in a month: what S2LOW tells who manages a group of authorities."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cdg62_connect.simulator.s2low import texts, wire
from cdg62_connect.simulator.s2low.accounts import Account, Authority, Ko

if TYPE_CHECKING:
    from flask import Response

    from cdg62_connect.simulator.s2low.form import Form


def month(query: Form, *, today: date) -> tuple[date, date]:
    """The first and the last day of the month asked for, the last one by default."""
    before = today.replace(day=1) - timedelta(days=1)
    asked_month, asked_year = query.get("month"), query.get("year")
    number = int(asked_month) if asked_month.isdecimal() and 1 <= int(asked_month) <= 12 else before.month
    year = int(asked_year) if asked_year.isdecimal() and 1 <= int(asked_year) <= 9999 else before.year
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def counted(account: Account, authorities: Sequence[Authority], first: date, last: date) -> Response:
    """What each authority deposited. Raises ``Ko`` for who manages no group."""
    if account.role not in ("GADM", "SADM"):
        raise Ko(texts.ACCESS_REFUSED)
    names = {one.id: one.collectivite.nom for one in authorities}
    totals = Counter(one.id for one in authorities)
    return wire.json_list(
        {
            "result": "ok",
            "message": "",
            "authority_group_id": None,
            "min_date": first.isoformat(),
            "max_date": last.isoformat(),
            "nbTransactionPerAuthorities": [
                {"authority_id": key, "name": names[key], "nb_transactions": totals[key]}
                for key in sorted(totals)
            ],
        }
    )


def not_counted(refusal: Ko) -> Response:
    """The hand of these pages."""
    return wire.json_list({"result": "ko", "message": refusal.message})
