"""The refusals of the simulated S2LOW."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from cdg62_connect.simulator.catalogue import worded
from cdg62_connect.simulator.s2low import (
    refusals_acces,
    refusals_actes,
    refusals_autres,
    refusals_helios,
    refusals_suites,
)
from cdg62_connect.simulator.s2low.accounts import Cause, Ko, NotIdentified
from cdg62_connect.simulator.s2low.depot import PlatformCrash

CATALOGUE = (
    *refusals_acces.WHO,
    *refusals_acces.RIGHTS,
    *refusals_actes.DEPOSIT,
    *refusals_actes.TROUBLES,
    *refusals_suites.READING,
    *refusals_suites.CANCELLING,
    *refusals_suites.FOLLOWING,
    *refusals_actes.LATER,
    *refusals_helios.HELIOS,
    *refusals_autres.MAIL,
    *refusals_autres.ADMINISTRATION,
)
"""In the order in which a request meets them."""

_CAUSES: Mapping[str, Cause] = {
    "certificat_sans_compte": "inconnu",
    "plusieurs_comptes": "plusieurs",
    "identifiants_faux": "identifiants",
    "login_vide": "login_vide",
    "mot_de_passe_vide": "mot_de_passe_vide",
    "compte_desactive": "desactive",
    "collectivite_desactivee": "desactive",
}


def refuse(nom: str) -> NoReturn:
    """Refuse so.

    Raises:
        NotIdentified, PlatformCrash, Ko: the refusal.
        StopIteration: there is no such refusal.
    """
    refusal = next(refusal for refusal in CATALOGUE if refusal.nom == nom)
    if nom in _CAUSES:
        raise NotIdentified(_CAUSES[nom])
    if nom == "classif_non_numerique":
        raise PlatformCrash
    raise Ko(worded(refusal))
