"""The classification of actes: natures and piece codes, matières, and what each préfecture adds to them.

Levels 1 and 2 of the matières are national. Level 3 belongs to each préfecture: the same code means
different things in two of them, so the three files here differ on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Nature:
    """A nature of acte, with the codes of the pieces it may carry."""

    code: int
    abrege: str
    libelle: str
    pieces: Mapping[str, str]


_SIGNATURE = {"99_SE": "Fichier de signature électronique"}

_URBANISME_DOCUMENTS = {
    "21_DA": "Décision arrêtant le projet",
    "21_DB": "Débat d'orientation du PADD",
    "21_DE": "Délibération de prescription",
    "21_DO": "Document d'orientation et d'objectifs",
    "21_EP": "Enquête publique",
    "21_PA": "Projet d'aménagement et de développement durables",
    "21_RP": "Rapport de présentation",
}
_URBANISME_DECISIONS = {
    "22_AC": "Accord d'une autorité administrative",
    "22_AG": "Agrément ou certificat",
    "22_AR": "Accusé de réception",
    "22_AT": "Attestation",
    "22_AV": "Avis",
    "22_CO": "Convention",
    "22_DD": "Demande",
    "22_DN": "Décision",
    "22_DP": "Document photographique",
    "22_LE": "Lettre",
    "22_NE": "Notice explicative",
    "22_PE": "États initiaux et futurs",
    "22_PN": "Plans",
    "22_RE": "Rapport d'étude",
    "22_TA": "Tableau",
    "23_PR": "Décision de préempter",
}

NATURES: Mapping[int, Nature] = {
    nature.code: nature
    for nature in (
        Nature(
            1,
            "DE",
            "Délibérations",
            {
                "99_DE": "Délibération",
                **_URBANISME_DOCUMENTS,
                "23_DE": "Délibération relative au droit de préemption urbain",
                "23_IA": "Déclaration d'intention d'aliéner",
                "31_DE": "Délibération autorisant l'acquisition",
                "70_DE": "Délibération",
                **_SIGNATURE,
            },
        ),
        Nature(
            2,
            "AR",
            "Actes réglementaires",
            {"99_AR": "Acte réglementaire", **_URBANISME_DOCUMENTS, **_SIGNATURE},
        ),
        Nature(
            3,
            "AI",
            "Actes individuels",
            {"99_AI": "Acte individuel", **_URBANISME_DECISIONS, **_SIGNATURE},
        ),
        Nature(
            4,
            "CC",
            "Contrats, conventions et avenants",
            {
                "99_DC": "Document contractuel",
                "10_AV": "Avenant au contrat",
                "10_DE": "Délibération autorisant le contrat",
                "11_AE": "Acte d'engagement",
                "31_CO": "Contrat",
                **_SIGNATURE,
            },
        ),
        Nature(
            5,
            "BF",
            "Documents budgétaires et financiers",
            {"99_BU": "Document budgétaire", "70_DE": "Délibération", **_SIGNATURE},
        ),
        Nature(6, "AU", "Autres", {"99_AU": "Autre document", **_SIGNATURE}),
    )
}
"""Natures and pieces are the same for the whole platform."""

MATIERES: Mapping[str, str] = {
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
    "4.1": "Personnels titulaires et stagiaires de la F.P.T.",
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
"""National levels 1 and 2, by dotted code."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The file of one préfecture.

    Attributes:
        version: its date, which an acte must quote.
        niveau3: what it adds below the national levels, by dotted code.
    """

    version: date
    niveau3: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def matieres(self) -> Mapping[str, str]:
        """Every matière, by dotted code."""
        return {**MATIERES, **self.niveau3}


WITH_PERMITS = Classification(
    version=date(2017, 12, 8),
    niveau3={
        "2.1.1": "SCOT",
        "2.1.2": "Schéma de secteur",
        "2.1.3": "POS/PLU",
        "2.1.4": "Cartes communales",
        "2.2.1": "Certificat d'urbanisme",
        "2.2.2": "Déclaration préalable",
        "2.2.3": "Permis de construire",
        "2.2.4": "Permis de démolir",
        "2.2.5": "Permis d'aménager",
        "2.2.6": "Autres",
    },
)
OTHERWISE_NUMBERED = Classification(
    version=date(2019, 3, 1),
    niveau3={
        "2.1.1": "SCOT",
        "2.1.2": "PLU",
        "2.1.3": "Cartes communales",
        "2.1.4": "Autres",
        "2.2.1": "Certificats d'urbanisme d'information",
        "2.2.2": "Déclarations préalables hors division foncière",
        "2.2.3": "Permis de démolir",
        "2.2.4": "Transferts de permis en cours de validité",
        "2.2.5": "Permis de construire",
        "2.2.6": "Permis d'aménager",
    },
)
NATIONAL_ONLY = Classification(version=date(2019, 3, 1))
