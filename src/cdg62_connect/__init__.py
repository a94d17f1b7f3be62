"""Connectors for Pastell, iParapheur and S2LOW, and the journey of a document through them.

The ten names that most scripts need; each is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdg62_connect.errors import Cdg62Error, OutcomeUnknown
    from cdg62_connect.iparapheur import IparapheurSoap
    from cdg62_connect.journey import Journey
    from cdg62_connect.operis import DepositTree
    from cdg62_connect.s2low import S2low
    from cdg62_connect.settings import Secret, Settings, load_settings
    from cdg62_connect.transport import HttpSession

__version__ = "0.1.0"

_ROOMS = {
    "Cdg62Error": "errors",
    "DepositTree": "operis",
    "HttpSession": "transport",
    "IparapheurSoap": "iparapheur",
    "Journey": "journey",
    "OutcomeUnknown": "errors",
    "S2low": "s2low",
    "Secret": "settings",
    "Settings": "settings",
    "load_settings": "settings",
}

__all__ = [
    "Cdg62Error",
    "DepositTree",
    "HttpSession",
    "IparapheurSoap",
    "Journey",
    "OutcomeUnknown",
    "S2low",
    "Secret",
    "Settings",
    "__version__",
    "load_settings",
]


def __getattr__(name: str) -> object:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{room}"), name)


def __dir__() -> list[str]:
    return __all__
