"""What shall become of a PES, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, cast, get_args

from cdg62_connect.errors import InvalidInput

IssuePes = Literal[
    "accepte",
    "sans_detail",
    "partiel",
    "rejete",
    "non_acquit",
    "acquit_invalide",
    "refus_antivirus",
    "refus_analyse",
    "bloque_1",
    "bloque_2",
    "bloque_3",
]
Reponse = Literal["accepte", "sans_detail", "partiel", "rejete", "non_acquit", "acquit_invalide"]
REPONSES: tuple[str, ...] = get_args(Reponse)

CODES = (
    "ERREUR_CONNECTION_IMPOSSIBLE_A_LA_BASE",
    "ERREUR_ENCODING",
    "ERREUR_FLUX_VIDE",
    "ERREUR_SCHEMA_INCOMPLET",
    "ERREUR_CODIFICATION",
    "ERREUR_CODIQUE",
    "ERREUR_SIRET",
    "ERREUR_CODE_COLLECTIVITE_BUDGET",
    "ERREUR_VERSION_PES",
    "ERREUR_VERSION_PJ",
    "ERREUR_SIGNATURE_INVALIDE",
    "ERREUR_SIGNATURE_ILLISIBLE",
    "ERREUR_SIGNATURE_INCOMPLETE",
    "ERREUR_SIGNATURE_EXTERNE",
    "ERREUR_SIGNATURE_BORDEREAU_INVALIDE",
    "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE",
    "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE",
    "ERREUR_DOUBLON_BORDEREAU",
    "ERREUR_DOUBLON_PIECE",
    "ERREUR_DOUBLON_LIGNE",
    "ERREUR_DOUBLON_PJ",
    "ERREUR_PES_PARAM",
    "ERREUR_PES_SIGNATURE",
    "ERREUR_PES_PARAM_SIGNATURE",
    "ERREUR_CERTIFICAT",
    "ERREUR_TIMEOUT",
    "ERREUR_TAILLE_BORDEREAUX",
    "ERREUR_TAILLE_PIECE",
    "ERREUR_TAILLE_LIGNE",
    "ERREUR_PJ_SIGNEE",
    "ERREUR_PJ",
    "ERREUR_MONTANT_TVA_ZERO_NEGATIF",
    "ERREUR_CUMUL_MONTANTS",
    "ERREUR_AUTRE",
)
"""What an acquit may name an anomaly (PES V2, CommunAck)."""

LIBELLE_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Erreur:
    """An anomaly that the trésorerie finds.

    Attributes:
        bordereau: the number of the bordereau; ``""`` with :attr:`pj`, or for the first bordereau.
        piece: the number of the pièce in it, if the anomaly is that of a pièce.
        ligne: the number of the line in the pièce, if it is that of a line.
        pj: the identifier of the piece carried, if it is that of one.
        code: one of :data:`CODES`.
        libelle: at most 500 characters; in practice it begins with the true number (``1971 - …``).
    """

    bordereau: str = ""
    piece: str = ""
    ligne: str = ""
    pj: str = ""
    code: str = "ERREUR_AUTRE"
    libelle: str = "9999 - refusé pour les besoins du test"

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise InvalidInput(
                f"Erreur d'acquit : code inconnu « {self.code} » ; possibles : {', '.join(CODES)}."
            )
        if len(self.libelle) > LIBELLE_LIMIT:
            raise InvalidInput(f"Erreur d'acquit : « libelle » dépasse {LIBELLE_LIMIT} caractères.")
        if self.ligne and not self.piece:
            raise InvalidInput("Erreur d'acquit : « ligne » demande « piece », qui la contient.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPes:
    """What shall happen to the PES whose NomFic or posted name contains ``contient``.

    Attributes:
        issue: what the trésorerie answers: ``accepte`` (everything, whatever it would find), ``sans_detail``
            (status 4: an acquit without detail), ``partiel`` (:attr:`erreurs`), ``rejete`` (the whole flow, with
            the first of :attr:`erreurs`), ``non_acquit`` (status 6), ``acquit_invalide`` (status -1, with a file).
            What S2LOW does: ``refus_antivirus``, ``refus_analyse`` (status -1 with :attr:`motif`), ``bloque_1``,
            ``bloque_2``, ``bloque_3`` (stays in that status).
        motif: the reason given with a refusal of S2LOW.
        erreurs: the anomalies told in the acquit.
    """

    contient: str
    issue: IssuePes
    motif: str = ""
    erreurs: tuple[Erreur, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, object]) -> ScenarioPes:
        """Read a scenario written as JSON: the attributes by their names, ``erreurs`` a list of objects.

        Raises:
            InvalidInput: an unknown field, a missing ``contient``, an ``issue`` out of its list.
        """
        _known(data, [one.name for one in fields(cls)], "Scénario de PES")
        if not data.get("contient") or data.get("issue") not in get_args(IssuePes):
            raise InvalidInput(
                f"Scénario de PES : il faut « contient », et « issue » parmi {', '.join(get_args(IssuePes))}."
            )
        return cls(
            contient=_text(data, "contient"),
            issue=cast("IssuePes", data["issue"]),
            motif=_text(data, "motif"),
            erreurs=erreurs_of(data.get("erreurs", ())),
        )


def erreurs_of(data: object) -> tuple[Erreur, ...]:
    """Read anomalies written as JSON.

    Raises:
        InvalidInput: they are not a list of objects, or one is not understood.
    """
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise InvalidInput("« erreurs » doit être une liste d'objets.")
    known = [one.name for one in fields(Erreur)]
    found: list[Erreur] = []
    for one in cast("Sequence[object]", data):
        if not isinstance(one, Mapping):
            raise InvalidInput("« erreurs » doit être une liste d'objets.")
        row = cast("Mapping[str, object]", one)
        _known(row, known, "Erreur d'acquit")
        found.append(Erreur(**cast("dict[str, Any]", {name: _text(row, name) for name in row})))
    return tuple(found)


def _known(data: Mapping[str, object], known: Sequence[str], what: str) -> None:
    for name in data:
        if name not in known:
            raise InvalidInput(f"{what} : champ inconnu « {name} » ; possibles : {', '.join(known)}.")


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(f"« {name} » doit être un texte.")
    return value
