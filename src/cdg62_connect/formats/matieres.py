"""The matières of @ctes: the national part of the nomenclature, and how its codes are written.

Levels 1 and 2 are national. Deeper levels belong to each préfecture and contradict one another (2.2.3 is
"permis de construire" here and "permis de démolir" there): read them in the live classification, and
compare labels with :func:`same_label` before you trust a code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from cdg62_connect.errors import InvalidInput

MATIERES_NATIONALES: Mapping[str, str] = MappingProxyType(
    {
        "1": "Commande publique",
        "1.1": "Marchés publics",
        "1.2": "Délégation de service public",
        "1.3": "Conventions de mandat",
        "1.4": "Autres types de contrats",
        "1.5": "Transactions / protocole d'accord transactionnel",
        "1.6": "Actes relatifs à la maîtrise d'œuvre",
        "1.7": "Actes spéciaux et divers",
        "2": "Urbanisme",
        "2.1": "Documents d'urbanisme",
        "2.2": "Actes relatifs au droit d'occupation ou d'utilisation des sols",
        "2.3": "Droit de préemption urbain",
        "3": "Domaine et patrimoine",
        "3.1": "Acquisitions",
        "3.2": "Aliénations",
        "3.3": "Locations",
        "3.4": "Limites territoriales",
        "3.5": "Autres actes de gestion du domaine public",
        "3.6": "Autres actes de gestion du domaine privé",
        "4": "Fonction publique",
        "4.1": "Personnels titulaires et stagiaires de la FPT",
        "4.2": "Personnel contractuel",
        "4.3": "Fonction publique hospitalière",
        "4.4": "Autres catégories de personnels",
        "4.5": "Régime indemnitaire",
        "5": "Institutions et vie politique",
        "5.1": "Élection exécutif",
        "5.2": "Fonctionnement des assemblées",
        "5.3": "Désignation de représentants",
        "5.4": "Délégation de fonctions",
        "5.5": "Délégation de signature",
        "5.6": "Exercice des mandats locaux",
        "5.7": "Intercommunalité",
        "5.8": "Décision d'ester en justice",
        "6": "Libertés publiques et pouvoirs de police",
        "6.1": "Police municipale",
        "6.2": "Pouvoir du président du conseil général",
        "6.3": "Pouvoir du président du conseil régional",
        "6.4": "Autres actes réglementaires",
        "6.5": "Actes pris au nom de l'État et soumis au contrôle hiérarchique",
        "7": "Finances locales",
        "7.1": "Décisions budgétaires",
        "7.2": "Fiscalité",
        "7.3": "Emprunts",
        "7.4": "Interventions économiques",
        "7.5": "Subventions",
        "7.6": "Contributions budgétaires",
        "7.7": "Avances",
        "7.8": "Fonds de concours",
        "7.9": "Prise de participation (SEM, etc.)",
        "7.10": "Divers",
        "8": "Domaines de compétences par thèmes",
        "8.1": "Enseignement",
        "8.2": "Aide sociale",
        "8.3": "Voirie",
        "8.4": "Aménagement du territoire",
        "8.5": "Politique de la ville, habitat, logement",
        "8.6": "Emploi, formation professionnelle",
        "8.7": "Transports",
        "8.8": "Environnement",
        "8.9": "Culture",
        "9": "Autres domaines de compétences",
        "9.1": "Autres domaines de compétences des communes",
        "9.2": "Autres domaines de compétences des départements",
        "9.3": "Autres domaines de compétences des régions",
        "9.4": "Vœux et motions",
    }
)
"""Levels 1 and 2, the same in every classification from 2004 to 2019; the live file has the last word."""

_DOTTED = re.compile(r"[1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){1,4}")


def check_matiere(text: str) -> str:
    """A matière as the platforms write it: two to five numbers joined by dots (``"2.2.3"``).

    Only the writing is checked; whether the code exists is for the live classification to say.

    Raises:
        InvalidInput: another form, or a single level (@ctes wants two at least).
    """
    code = text.strip()
    if not _DOTTED.fullmatch(code):
        raise InvalidInput(
            f"« {code} » n'est pas un code matière : écrivez au moins deux niveaux séparés par des points, "
            "par exemple 2.2."
        )
    return code


def same_label(one: str, other: str) -> bool:
    """Whether two labels say the same, whatever their accents, case, spaces and punctuation."""
    return skeleton(one) == skeleton(other)


def skeleton(label: str) -> str:
    """What is left of a label without its accents, case, spaces and punctuation."""
    folded = label.casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(character for character in unicodedata.normalize("NFKD", folded) if character.isalnum())
