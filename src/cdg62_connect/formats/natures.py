"""The six natures of acts that @ctes knows."""

from __future__ import annotations

from enum import Enum

from cdg62_connect.errors import InvalidInput


class Nature(Enum):
    """A nature of act (@ctes 1.1): its number on the wire, its two letters, its usual label.

    Labels vary from one préfecture to another: compare codes, never labels.
    """

    DELIBERATION = (1, "DE", "Délibérations")
    REGLEMENTAIRE = (2, "AR", "Actes réglementaires")
    INDIVIDUEL = (3, "AI", "Actes individuels")
    CONTRAT = (4, "CC", "Contrats, conventions et avenants")
    BUDGETAIRE = (5, "BF", "Documents budgétaires et financiers")
    AUTRE = (6, "AU", "Autres")

    def __init__(self, code: int, abrege: str, libelle: str) -> None:
        self.code = code
        self.abrege = abrege
        self.libelle = libelle

    @classmethod
    def of_code(cls, code: int) -> Nature:
        """The nature of that number.

        Raises:
            InvalidInput: no such number.
        """
        for nature in cls:
            if nature.code == code:
                return nature
        raise InvalidInput(f"Nature d'acte inconnue : {code}. Les natures vont de 1 à 6 : {_choices()}.")

    @classmethod
    def of_abrege(cls, abrege: str) -> Nature:
        """The nature of those two letters (``"AI"``), capitals or not.

        Raises:
            InvalidInput: no such letters.
        """
        for nature in cls:
            if nature.abrege == abrege.strip().upper():
                return nature
        raise InvalidInput(f"Nature d'acte inconnue : « {abrege} ». Choisissez parmi : {_choices()}.")


def _choices() -> str:
    return ", ".join(f"{nature.code} {nature.abrege} ({nature.libelle.lower()})" for nature in Nature)
