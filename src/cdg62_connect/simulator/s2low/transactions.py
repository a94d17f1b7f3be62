"""What S2LOW keeps of a transaction: the acte, its files, the statuses it went through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import Account, Authority
from cdg62_connect.simulator.s2low.classification import NATURES, Nature

TRANSMISSION = "1"
CANCELLATION = "6"

Issue = Literal[
    "refus_analyse",
    "refus_antivirus",
    "refus_ministere",
    "rejet_enveloppe",
    "bloque_1",
    "bloque_2",
    "bloque_3",
    "tampon_echoue",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What shall happen to the actes whose number or object contains ``contient``.

    Attributes:
        issue: ``refus_analyse`` (status -1 with a text), ``refus_antivirus`` (the same, before the analysis),
            ``refus_ministere`` (status -1 with an anomaly in XML and a text), ``rejet_enveloppe`` (status -1 with
            a text: the ministry could not read the envelope), ``bloque_1``, ``bloque_2``, ``bloque_3`` (stays in
            that status), ``tampon_echoue`` (the stamped PDF is the original one).
        motif: the reason given with a refusal.
        nature: three digits, the code of the ministry's anomaly.
    """

    contient: str
    issue: Issue
    motif: str = ""
    nature: str = "007"

    @classmethod
    def of(cls, data: Mapping[str, object]) -> Scenario:
        """Read a scenario written as JSON: the attributes by their names.

        Raises:
            InvalidInput: an unknown field, a missing ``contient``, an ``issue`` out of its list.
        """
        known = [field.name for field in fields(cls)]
        for name, value in data.items():
            if name not in known:
                raise InvalidInput(f"Scénario : champ inconnu « {name} » ; possibles : {', '.join(known)}.")
            if not isinstance(value, str):
                raise InvalidInput(f"Scénario : « {name} » doit être un texte.")
        if not data.get("contient") or data.get("issue") not in get_args(Issue):
            raise InvalidInput(
                f"Scénario : il faut « contient », et « issue » parmi {', '.join(get_args(Issue))}."
            )
        return cls(**cast("dict[str, Any]", dict(data)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acte:
    """The acte as it was deposited."""

    nature: Nature
    numero: str
    objet: str
    date: date
    matiere: tuple[int, ...]
    type_acte: str
    document_papier: bool
    classification_version: date

    @property
    def matiere_pointee(self) -> str:
        """``2.2.3``."""
        return ".".join(str(level) for level in self.matiere)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file of the envelope. ``signature`` is the detached one that came with it, or ``""``."""

    id: int
    name: str
    posted_name: str
    mimetype: str
    path: Path
    size: int
    sha256: str
    code_pj: str
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One status reached. ``flux`` is the XML that came with it."""

    statut: int
    moment: datetime
    message: str
    flux: bytes = b""


@dataclass(slots=True, kw_only=True)
class Transaction:
    """A transmission (type 1) or a cancellation (type 6) of an acte.

    ``problem`` is what the analysis will say of it, ``""`` when all is well. ``looks`` counts the status calls
    since the last change. ``related`` is the acte that a cancellation cancels.
    """

    id: int
    type: str
    authority: Authority
    emitter: Account
    acte: Acte
    steps: list[Step]
    files: tuple[StoredFile, ...] = ()
    problem: str = ""
    related: Transaction | None = None
    looks: int = 0
    total_looks: int = 0

    @property
    def statut(self) -> int:
        """The present status."""
        return self.steps[-1].statut

    @property
    def since(self) -> datetime:
        """When the present status began."""
        return self.steps[-1].moment

    def last(self, statut: int) -> Step | None:
        """The last time it reached ``statut``."""
        return next((step for step in reversed(self.steps) if step.statut == statut), None)

    def enter(self, step: Step) -> None:
        """Reach a status."""
        self.steps.append(step)
        self.looks = 0

    @property
    def acte_id(self) -> str:
        """The unique identifier, known once the acte is acknowledged; ``""`` before."""
        return acte_identifier(self) if self.last(4) or self.last(0) else ""


def acte_identifier(transaction: Transaction) -> str:
    """``062-200069037-20250403-2025PC014-AI``."""
    return "-".join(_parts(transaction))


def standard_name(transaction: Transaction, *, code_pj: str, serial: int, extension: str) -> str:
    """The name of a file in the envelope, by the @ctes norm."""
    prefix = (code_pj,) if code_pj else ()
    return "-".join((*prefix, *_parts(transaction), "1", "1")) + f"_{serial}.{extension}"


def _parts(transaction: Transaction) -> Iterator[str]:
    collectivite, acte = transaction.authority.collectivite, transaction.acte
    yield collectivite.departement
    yield collectivite.siren
    yield f"{acte.date:%Y%m%d}"
    yield acte.numero
    yield acte.nature.abrege


def nature_of(code: str) -> Nature | None:
    """The nature of a code as posted, or ``None``."""
    return NATURES.get(int(code)) if code.isascii() and code.isdigit() else None


def as_json(transaction: Transaction) -> dict[str, object]:
    """All that is known of a transaction, as JSON can say it."""
    acte = transaction.acte
    return {
        "id": transaction.id,
        "type": transaction.type,
        "siren": transaction.authority.collectivite.siren,
        "numero": acte.numero,
        "objet": acte.objet,
        "date": acte.date.isoformat(),
        "nature": acte.nature.code,
        "matiere": acte.matiere_pointee,
        "type_acte": acte.type_acte,
        "document_papier": acte.document_papier,
        "statut": transaction.statut,
        "libelle": texts.STATUS_LABELS[transaction.statut],
        "message": transaction.steps[-1].message,
        "acte_id": transaction.acte_id,
        "regards": transaction.total_looks,
        "annule": transaction.related.id if transaction.related else None,
        "historique": [
            {"statut": step.statut, "moment": step.moment.isoformat(), "message": step.message}
            for step in transaction.steps
        ],
        "fichiers": [
            {
                "id": file.id,
                "nom": file.name,
                "nom_poste": file.posted_name,
                "mimetype": file.mimetype,
                "taille": file.size,
                "sha256": file.sha256,
                "code_pj": file.code_pj,
            }
            for file in transaction.files
        ],
    }
