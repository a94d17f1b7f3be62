"""What the checks found in a deposit, and the report that tells the depositor."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cdg62_connect.errors import InvalidInput
from cdg62_connect.operis.labels import label_of

CONTRACT_VERSION = "cdg62-depot/1"
LARGEST_REPORT = 200
"""Most errors that a report lists: a hostile manifest must not make a report without end."""


class FindingCode(StrEnum):
    """The stable codes of the deposit contract; meant for machines, each message says the rest."""

    VERSION_INCONNUE = "VERSION_INCONNUE"
    MANIFESTE_ABSENT = "MANIFESTE_ABSENT"
    MANIFESTE_MULTIPLE = "MANIFESTE_MULTIPLE"
    MANIFESTE_ILLISIBLE = "MANIFESTE_ILLISIBLE"
    ENCODAGE = "ENCODAGE"
    CHAMP_MANQUANT = "CHAMP_MANQUANT"
    CHAMP_INVALIDE = "CHAMP_INVALIDE"
    CHAMP_INTERDIT = "CHAMP_INTERDIT"
    ID_DEPOT_NOM = "ID_DEPOT_NOM"
    DEPOT_DEJA_RECU = "DEPOT_DEJA_RECU"
    DEPOT_CONFLIT = "DEPOT_CONFLIT"
    NUMERO_DOSSIER = "NUMERO_DOSSIER"
    INSEE_INCOHERENT = "INSEE_INCOHERENT"
    SIREN_INVALIDE = "SIREN_INVALIDE"
    SIREN_COMMUNE = "SIREN_COMMUNE"
    FICHIER_ABSENT = "FICHIER_ABSENT"
    FICHIER_NON_DECLARE = "FICHIER_NON_DECLARE"
    EMPREINTE = "EMPREINTE"
    PAS_UN_PDF = "PAS_UN_PDF"
    PDF_CHIFFRE = "PDF_CHIFFRE"
    FICHIER_VIDE = "FICHIER_VIDE"
    FORMAT_ANNEXE = "FORMAT_ANNEXE"
    NOM_FICHIER = "NOM_FICHIER"
    CHEMIN_INTERDIT = "CHEMIN_INTERDIT"
    TAILLE_TOTALE = "TAILLE_TOTALE"
    TROP_DE_FICHIERS = "TROP_DE_FICHIERS"
    CODE_DOCUMENT = "CODE_DOCUMENT"
    CIRCUIT_INCONNU = "CIRCUIT_INCONNU"
    SOUS_TYPE_INCONNU = "SOUS_TYPE_INCONNU"
    NON_TRANSMISSIBLE = "NON_TRANSMISSIBLE"
    COMPETENCE_ETAT = "COMPETENCE_ETAT"
    CANAL_PLATAU = "CANAL_PLATAU"
    NATURE = "NATURE"
    MATIERE_ABSENTE = "MATIERE_ABSENTE"
    TYPE_PIECE = "TYPE_PIECE"
    NUMERO_ACTE_LONG = "NUMERO_ACTE_LONG"
    NUMERO_ACTE_UTILISE = "NUMERO_ACTE_UTILISE"
    DATE_ACTE = "DATE_ACTE"
    DATE_LIMITE = "DATE_LIMITE"
    REPONSE_INCONNUE = "REPONSE_INCONNUE"
    REPONSE_IMPOSSIBLE = "REPONSE_IMPOSSIBLE"
    REPONSE_DEJA_DONNEE = "REPONSE_DEJA_DONNEE"
    PES_A_CORRIGER = "PES_A_CORRIGER"
    # Warnings: the deposit is accepted.
    CHAMP_IGNORE = "CHAMP_IGNORE"
    TITRE_RECODE = "TITRE_RECODE"
    MATIERE_TRONQUEE = "MATIERE_TRONQUEE"
    PIECE_DEFAUT = "PIECE_DEFAUT"
    DP_PUBLICITE = "DP_PUBLICITE"
    CERT_BIENTOT_EXPIRE = "CERT_BIENTOT_EXPIRE"
    PES_A_VERIFIER = "PES_A_VERIFIER"


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning: ``champ`` is the JSON path or the file, ``message`` is French and complete."""

    code: FindingCode
    champ: str
    message: str


class Findings:
    """What has been found so far in one lot."""

    def __init__(self) -> None:
        self._errors: list[Finding] = []
        self._warnings: list[Finding] = []
        self._faulty: set[str] = set()

    def error(self, code: FindingCode, champ: str, problem: str) -> None:
        """Record an error; ``problem`` completes the French label of the field."""
        self._faulty.add(champ)
        self._errors.append(Finding(code, champ, f"{label_of(champ)} : {problem}"))

    def relay(self, code: FindingCode, champ: str, refusal: InvalidInput) -> None:
        """Record an error whose message says by itself what it is about."""
        self._faulty.add(champ)
        self._errors.append(Finding(code, champ, str(refusal)))

    def warn(self, code: FindingCode, champ: str, problem: str) -> None:
        """Record something that does not prevent the deposit."""
        self._warnings.append(Finding(code, champ, f"{label_of(champ)} : {problem}"))

    def clean(self, *champs: str) -> bool:
        """Whether these fields, and the sections that hold them, have no error: a rule may rest on them."""
        return not any(part in self._faulty for champ in champs for part in _with_sections(champ))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The errors in the order found, cut at :data:`LARGEST_REPORT`."""
        if len(self._errors) <= LARGEST_REPORT:
            return tuple(self._errors)
        kept, dropped = self._errors[:LARGEST_REPORT], self._errors[LARGEST_REPORT:]
        rest = Finding(dropped[0].code, "", f"Et {len(dropped)} autres anomalies, qui ne sont pas listées.")
        return (*kept, rest)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The warnings in the order found."""
        return tuple(self._warnings[:LARGEST_REPORT])


def _with_sections(champ: str) -> Iterable[str]:
    parts = champ.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


class Resultat(StrEnum):
    """The outcome of the checks, as the acknowledgement says it."""

    ACCEPTE = "ACCEPTE"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReport:
    """The acknowledgement of a lot; also the ``erreur.json`` of a refused one.

    Attributes:
        recu_le: when the lot was checked (aware).
        empreinte_manifeste: SHA-256 of the manifest as received, ``""`` when there was none to read.
    """

    id_depot: str
    recu_le: datetime
    resultat: Resultat
    erreurs: tuple[Finding, ...] = ()
    avertissements: tuple[Finding, ...] = ()
    empreinte_manifeste: str = ""
    version: str = CONTRACT_VERSION

    def to_json(self) -> str:
        """The report as the contract writes it: JSON, one final line break."""
        content = {
            "version": self.version,
            "id_depot": self.id_depot,
            "recu_le": self.recu_le.isoformat(timespec="seconds"),
            "resultat": self.resultat.value,
            "erreurs": [_as_json(finding) for finding in self.erreurs],
            "avertissements": [_as_json(finding) for finding in self.avertissements],
            "empreinte_manifeste": self.empreinte_manifeste,
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _as_json(finding: Finding) -> dict[str, str]:
    return {"code": finding.code.value, "champ": finding.champ, "message": finding.message}


class DepositRefused(InvalidInput):
    """Le dépôt est à corriger.

    ``report`` lists every error at once.
    """

    def __init__(self, report: DepositReport) -> None:
        self.report = report
        codes = ", ".join(dict.fromkeys(finding.code.value for finding in report.erreurs))
        super().__init__(
            f"Le dépôt {report.id_depot} est à corriger ({codes}). "
            "Corrigez-le, puis déposez-le sous un nouveau numéro d'ordre."
        )
