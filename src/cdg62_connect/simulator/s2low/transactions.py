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
CLASSIFICATION = "7"

Courrier = Literal["courrier_simple", "demande_pieces", "lettre_observations", "defere"]
COURRIERS: Mapping[Courrier, str] = {
    "courrier_simple": "2",
    "demande_pieces": "3",
    "lettre_observations": "4",
    "defere": "5",
}
"""What the préfecture may write about an acte, and the type of transaction that each one opens."""

Issue = Literal[
    "refus_analyse",
    "refus_antivirus",
    "refus_ministere",
    "rejet_enveloppe",
    "refus_annulation",
    "bloque_1",
    "bloque_2",
    "bloque_3",
    "tampon_echoue",
    "courrier_simple",
    "demande_pieces",
    "lettre_observations",
    "defere",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What shall happen to the actes whose number or object contains ``contient``.

    Attributes:
        issue: ``refus_analyse`` (status -1 with a text), ``refus_antivirus`` (the same, before the analysis),
            ``refus_ministere`` (status -1 with an anomaly in XML and a text), ``rejet_enveloppe`` (status -1 with
            a text: the ministry could not read the envelope), ``refus_annulation`` (the ministry does not cancel),
            ``bloque_1``, ``bloque_2``, ``bloque_3`` (stays in that status), ``tampon_echoue`` (the stamped PDF is
            the original one); ``courrier_simple``, ``demande_pieces``, ``lettre_observations``, ``defere`` (the
            préfecture writes, once the acte is acknowledged).
        motif: the reason given with a refusal, the words of a letter.
        nature: three digits, the code of the ministry's anomaly.
        apres_s: when the préfecture writes, in seconds after its acknowledgement.
    """

    contient: str
    issue: Issue
    motif: str = ""
    nature: str = "007"
    apres_s: float = 0

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
            if name == "apres_s":
                if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                    raise InvalidInput("Scénario : « apres_s » doit être un nombre de secondes.")
            elif not isinstance(value, str):
                raise InvalidInput(f"Scénario : « {name} » doit être un texte.")
        if not data.get("contient") or data.get("issue") not in get_args(Issue):
            raise InvalidInput(
                f"Scénario : il faut « contient », et « issue » parmi {', '.join(get_args(Issue))}."
            )
        return cls(**cast("dict[str, Any]", dict(data)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acte:
    """The acte as it was deposited.

    ``diffusion``: who is told of its acknowledgement by mail, ``sources_jointes``: with the files.
    """

    nature: Nature
    numero: str
    objet: str
    date: date
    matiere: tuple[int, ...]
    type_acte: str
    document_papier: bool
    classification_version: date
    diffusion: tuple[str, ...] = ()
    sources_jointes: bool = False

    @classmethod
    def aucun(cls, day: date) -> Acte:
        """What a transaction has that is about no acte: a request for a classification."""
        return cls(
            nature=NATURES[6],
            numero="",
            objet="",
            date=day,
            matiere=(),
            type_acte="",
            document_papier=False,
            classification_version=day,
        )

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
    """A transaction of any type: an acte (1), a letter of the préfecture or its reply (2 to 5), a cancellation (6)…

    Attributes:
        emitter: who deposited it, ``None`` for a letter of the préfecture.
        acte: the acte it is, or the one it is about.
        code: that of its message, ``1-1``, ``3-4``…
        files: the message first.
        enveloppe: the id of the envelope that it travelled in.
        problem: what the analysis will say of it, ``""`` when all is well.
        related: the acte that it is about.
        reponse_a: the letter that it answers.
        courrier_du: the day of the letter, for a letter and its reply.
        lu: somebody has read the letter.
        looks: status calls since the last change.
    """

    id: int
    type: str
    authority: Authority
    emitter: Account | None
    acte: Acte
    steps: list[Step]
    code: str = "1-1"
    files: tuple[StoredFile, ...] = ()
    enveloppe: int = 0
    problem: str = ""
    related: Transaction | None = None
    reponse_a: Transaction | None = None
    courrier_du: date | None = None
    lu: bool = False
    looks: int = 0
    total_looks: int = 0

    @property
    def is_letter(self) -> bool:
        """The préfecture wrote it."""
        return self.type in ("2", "3", "4", "5") and self.reponse_a is None

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
        if self.type == CLASSIFICATION:
            return ""
        if self.related is not None:
            return self.related.acte_id
        return acte_identifier(self) if self.last(4) or self.last(0) else ""


def acte_identifier(transaction: Transaction) -> str:
    """``062-200069037-20250403-2025PC014-AI``."""
    return "-".join(_parts(transaction))


def standard_name(transaction: Transaction, *, code_pj: str, serial: int, extension: str) -> str:
    """The name of a file in the envelope, by the @ctes norm."""
    prefix = (code_pj,) if code_pj else ()
    return "-".join((*prefix, *_parts(transaction), transaction.code)) + f"_{serial}.{extension}"


def _parts(transaction: Transaction) -> Iterator[str]:
    collectivite, acte = transaction.authority.collectivite, transaction.acte
    yield collectivite.departement
    yield collectivite.siren
    yield from (f"{acte.date:%Y%m%d}", acte.numero, acte.nature.abrege) if acte.numero else ("", "", "")


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
        "annule": transaction.related.id
        if transaction.related and transaction.type == CANCELLATION
        else None,
        "enveloppe": transaction.enveloppe,
        "porte_sur": transaction.related.id if transaction.related else None,
        "repond_a": transaction.reponse_a.id if transaction.reponse_a else None,
        "lu": transaction.lu,
        "diffusion": list(acte.diffusion) if transaction.last(4) else [],
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
