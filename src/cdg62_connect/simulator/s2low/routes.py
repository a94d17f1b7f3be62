"""The URLs of S2LOW's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from cdg62_connect.simulator.s2low import (
    views_actes,
    views_administration,
    views_connexion,
    views_courriers,
    views_suites,
)
from cdg62_connect.simulator.s2low.counter import Counter
from cdg62_connect.simulator.s2low.helios import views as views_helios
from cdg62_connect.simulator.s2low.mail import views as views_mail

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator


def blueprint(simulator: Simulator) -> Blueprint:
    """The routes of the simulated S2LOW."""
    counter = Counter(simulator)
    routes = Blueprint("s2low", __name__)
    for views in (
        views_connexion,
        views_administration,
        views_actes,
        views_suites,
        views_courriers,
        views_helios,
        views_mail,
    ):
        views.pages(routes, counter)
    return routes
