"""How often a connector is tried again: the rules of « fréquence des connecteurs »."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.errors import not_found
from cdg62_connect.simulator.pastell.requests import integer

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import PhpValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """One rule; an empty field stands for anything. ``expression`` is in minutes (``5 X 10``, then next line)."""

    id_cf: str = ""
    type_connecteur: str = ""
    famille_connecteur: str = ""
    id_connecteur: str = ""
    id_ce: str = "0"
    action_type: str = ""
    type_document: str = ""
    action: str = ""
    expression: str = ""
    id_verrou: str = ""


_RELAXED = "60 X 24\n1440"
_INSTALLED = (
    Frequency(expression="10"),
    Frequency(
        type_connecteur="entite",
        famille_connecteur="signature",
        id_connecteur="iParapheur",
        expression="10",
        id_verrou="I-PARAPHEUR",
    ),
    Frequency(
        type_connecteur="entite",
        famille_connecteur="Purge",
        id_connecteur="purge",
        expression="1440",
        id_verrou="PURGE",
    ),
    *(
        Frequency(
            type_connecteur="entite",
            famille_connecteur="SAE",
            action_type="document",
            type_document=flux,
            action=action,
            expression=_RELAXED,
        )
        for flux in ("actes-generique", "helios-generique")
        for action in ("validation-sae", "verif-sae")
    ),
    Frequency(type_connecteur="global", famille_connecteur="TdT", expression="1440"),
    Frequency(
        type_connecteur="entite",
        famille_connecteur="PortailFacture",
        id_connecteur="cpp",
        action_type="connecteur",
        expression="30",
        id_verrou="CHORUS",
    ),
    Frequency(type_connecteur="global", famille_connecteur="PortailFacture", expression="1440"),
    Frequency(type_connecteur="global", famille_connecteur="UndeliveredMail", expression="1440"),
    Frequency(
        type_connecteur="entite",
        famille_connecteur="pdf-relance",
        action_type="document",
        expression="1440",
        id_verrou="MAILSEC_RELANCE",
    ),
)
"""Those of a new installation."""
_SELECTORS = (
    "id_ce",
    "id_connecteur",
    "famille_connecteur",
    "type_connecteur",
    "action",
    "type_document",
    "action_type",
)


class Frequencies:
    """The rules of a platform."""

    def __init__(self, platform: PastellState) -> None:
        self._platform = platform
        self._rules: dict[str, Frequency] = {}
        self._ids = itertools.count(1)
        for rule in _INSTALLED:
            self._add(rule)

    def nearest(
        self,
        *,
        id_ce: str,
        id_connecteur: str,
        famille: str,
        action_type: str = "document",
        type_document: str = "",
        action: str = "",
    ) -> Frequency:
        """The most precise rule for an automatic action of a connector."""
        asked = {
            "id_ce": id_ce,
            "id_connecteur": id_connecteur,
            "famille_connecteur": famille,
            "type_connecteur": "entite",
            "action_type": action_type,
            "type_document": type_document,
            "action": action,
        }
        fitting = [
            rule
            for rule in self._rules.values()
            if all(getattr(rule, name) in ("", "0", asked[name]) for name in _SELECTORS)
        ]
        return max(fitting, key=_precision, default=Frequency(expression="1"))

    def all(self) -> list[dict[str, Any]]:
        """``GET frequenceConnecteur``."""
        ordered = sorted(self._rules.values(), key=_rank)
        return [self._shown(rule) for rule in ordered]

    def detail(self, id_cf: str) -> dict[str, Any]:
        """One rule. Raises: ApiError 404."""
        rule = self._rules.get(str(integer(id_cf)))
        if rule is None:
            raise not_found("Cette fréquence de connecteur n'existe pas")
        return self._shown(rule)

    def put(self, given: Mapping[str, PhpValue], id_cf: str = "") -> dict[str, Any]:
        """Write a rule whole: what is not given becomes empty."""
        texts = {
            one.name: value
            for one in fields(Frequency)
            if one.name != "id_cf" and isinstance(value := given.get(one.name, ""), str)
        }
        rule = Frequency(**{**texts, "id_ce": texts.get("id_ce") or "0"})
        if not id_cf:
            return self._shown(self._add(rule))
        kept = replace(rule, id_cf=self.detail(id_cf)["id_cf"])
        self._rules[kept.id_cf] = kept
        return self._shown(kept)

    def delete(self, id_cf: str) -> None:
        """Forget a rule; nothing happens when there is none."""
        self._rules.pop(str(integer(id_cf)), None)

    def _add(self, rule: Frequency) -> Frequency:
        kept = replace(rule, id_cf=str(next(self._ids)))
        self._rules[kept.id_cf] = kept
        return kept

    def _shown(self, rule: Frequency) -> dict[str, Any]:
        instance = self._platform.connectors.get(rule.id_ce)
        entity = self._platform.entities.get(instance.id_e) if instance else None
        return {
            **asdict(rule),
            "libelle": instance.libelle if instance else None,
            "denomination": entity.denomination if entity else None,
        }


def _rank(rule: Frequency) -> tuple[str, ...]:
    named = (rule.type_connecteur, rule.famille_connecteur, rule.id_connecteur, rule.id_ce)
    return tuple(text.casefold() for text in (*named, rule.action_type, rule.type_document, rule.action))


def _precision(rule: Frequency) -> tuple[bool, ...]:
    return tuple(getattr(rule, name) not in ("", "0") for name in _SELECTORS)
