"""Budget documents (TotEM): recognised, and checked before @ctes carries them (nature 5, matière 7.1).

A seal is no signature: it only shows that the document was not changed since its author finished it.
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.findings import Finding, Findings
from cdg62_connect.formats.hardened_xml import attribute, children, local_name, read_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdg62_connect.formats.hardened_xml import Element

TOTEM_NAMESPACE = "http://www.minefi.gouv.fr/cp/demat/docbudgetaire"
LARGEST_TOTEM = 32 * 1024 * 1024
"""Bytes; the tree of a document takes about fifteen times its size."""

_WHAT = "Le document budgétaire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Totem:
    """A budget document; what is absent is ``""``.

    Attributes:
        version: of the schema that it follows.
        collectivite: its name.
        siret: of the authority; ``siret_budget``, of the budget.
        budgets: how many it holds.
        scelle: it carries a seal.
        intact: the seal agrees with the content; ``None`` without a seal.
    """

    version: str
    collectivite: str
    siret: str
    siret_budget: str
    exercice: str
    nature_decision: str
    nomenclature: str
    budgets: int
    scelle: bool
    intact: bool | None

    @classmethod
    def read(cls, data: bytes) -> Totem:
        """Read a budget document.

        Raises:
            InvalidFile: ``PAS_UN_TOTEM``, ``XML_ILLISIBLE`` or ``TAILLE``.
            HostileInput: a DTD, or elements nested beyond reason.
        """
        root = read_xml(data, what=_WHAT, limit=LARGEST_TOTEM)
        if root.tag != f"{{{TOTEM_NAMESPACE}}}DocumentBudgetaire":
            raise InvalidFile(
                "PAS_UN_TOTEM",
                f"{_WHAT} n'est pas au format TotEM : son élément racine est « {local_name(root)[:60]} ».",
            )
        header = list(children(root, "EnTeteDocBudgetaire"))
        budgets = list(children(root, "Budget"))
        inside = [one for budget in budgets for one in budget]
        seals = list(children(root, "Scellement"))
        return cls(
            version=_first([root], "VersionSchema"),
            collectivite=_first(header, "LibelleColl"),
            siret=_first(header, "IdColl"),
            siret_budget=_first(inside, "IdEtab"),
            exercice=_first(inside, "Exer"),
            nature_decision=_first(inside, "NatDec"),
            nomenclature=_first(inside, "Nomenclature"),
            budgets=len(budgets),
            scelle=bool(seals),
            intact=_intact(root, seals[0]) if seals else None,
        )


def is_totem(head: bytes) -> bool:
    """Whether the first kilobytes of a file are those of a budget document; reads nothing else."""
    return b"<?xml" in head[:200] and TOTEM_NAMESPACE.encode() in head[:4096]


def check_totem(path: Path) -> tuple[Finding, ...]:
    """What would make a budget document refused by @ctes, errors first.

    Raises:
        HostileInput: a DTD, or elements nested beyond reason.
        OSError: the file cannot be read.
    """
    found = Findings()
    with path.open("rb") as document:
        data = document.read(LARGEST_TOTEM + 1)
    try:
        totem = Totem.read(data)
    except InvalidFile as unreadable:
        found.error(unreadable.code, str(unreadable))
        return found.all()
    if not totem.scelle:
        found.error(
            "TOTEM_NON_SCELLE", f"{_WHAT} n'est pas scellé : scellez-le dans TotEM, puis redéposez-le."
        )
    elif not totem.intact:
        found.error(
            "TOTEM_ALTERE",
            f"{_WHAT} a été modifié après son scellement : reprenez l'original dans TotEM et scellez-le à nouveau.",
        )
    if totem.budgets != 1:
        found.error("TOTEM_BUDGET", f"{_WHAT} porte {totem.budgets} budget(s) au lieu d'un.")
    if not totem.exercice or not totem.nature_decision:
        found.error("TOTEM_INCOMPLET", f"{_WHAT} ne dit pas son exercice ou sa nature (primitif, CFU…).")
    if not totem.siret:
        found.warning("TOTEM_SIRET", f"{_WHAT} ne porte pas le SIRET de la collectivité, que Hélios demande.")
    return found.all()


def _intact(root: Element, seal: Element) -> bool:
    said = attribute(seal, "sha1").lower().replace(":", "")
    return said != "" and said in {
        hashlib.sha1(canonical, usedforsecurity=False).hexdigest() for canonical in _unsealed(root)
    }


def _unsealed(root: Element) -> Iterator[bytes]:
    """The canonical document without its seal; tools differ on the blanks that followed it."""
    from lxml import etree

    for keeps_blanks in (True, False):
        bare = copy.deepcopy(root)
        for seal in list(children(bare, "Scellement")):
            tail, previous = seal.tail if keeps_blanks else None, seal.getprevious()
            bare.remove(seal)
            if tail and previous is not None:
                previous.tail = (previous.tail or "") + tail
            elif tail:
                bare.text = (bare.text or "") + tail
        try:
            yield etree.tostring(bare, method="c14n", exclusive=False, with_comments=False)
        except etree.C14NError:
            return  # a namespace that is no absolute address has no canonical form, hence no seal


def _first(groups: list[Element], name: str) -> str:
    for group in groups:
        for child in children(group, name):
            said = attribute(child, "V") or " ".join((child.text or "").split())
            if said:
                return said
    return ""
