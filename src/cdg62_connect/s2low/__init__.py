"""S2LOW, tiers de télétransmission: the client of its module Actes."""

from __future__ import annotations

from cdg62_connect.s2low.actes import Actes
from cdg62_connect.s2low.classification import ClassificationResource
from cdg62_connect.s2low.client import S2low
from cdg62_connect.s2low.connexion import Connexion, ConnexionInfos
from cdg62_connect.s2low.model import ActeFile, ActePage, ActeStatus, ListedActe, ListedFile, NewActe
from cdg62_connect.s2low.refusals import FutureDate, NotRgs, NumberAlreadyUsed, TooBig
from cdg62_connect.s2low.statuses import Statut

__all__ = [
    "ActeFile",
    "ActePage",
    "ActeStatus",
    "Actes",
    "ClassificationResource",
    "Connexion",
    "ConnexionInfos",
    "FutureDate",
    "ListedActe",
    "ListedFile",
    "NewActe",
    "NotRgs",
    "NumberAlreadyUsed",
    "S2low",
    "Statut",
    "TooBig",
]
