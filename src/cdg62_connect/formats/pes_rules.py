"""What Hélios and S2LOW want of a bordereau, of a justificatif and of a header (PES V2 5.x, S2LOW)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cdg62_connect.formats.insee import luhn
from cdg62_connect.formats.pes_facts import Domaine, PesBordereau, PesHeader, PesPj

if TYPE_CHECKING:
    from cdg62_connect.formats.findings import Findings

_NC_NAME = re.compile(r"[^\W\d][\w.\-]*")
_NOM_PJ = re.compile(r".*\.[A-Za-z0-9]{2,4}")
_TYPES = {Domaine.DEPENSE: ("01", "02", "03"), Domaine.RECETTE: ("01", "02", "03", "04", "05", "06")}
_TYP_FIC = ("PESALR1", "PESALR2", "PESALR1M", "PESORMC")
_DOMAINES_OF_PJ = {
    "001": ("04",), "002": ("02",), "003": ("01",), "004": ("01",), "005": ("01",), "006": ("01", "02"),
    "007": ("02",), "008": ("02",), "009": ("06",), "010": ("02",), "011": ("02",), "012": ("04",),
    "013": ("04",),
}  # fmt: skip
"""For each type of justificatif, the domains that it may be attached to."""


def is_identifier(text: str) -> bool:
    """Whether it can be an ``Id`` (xs:ID): a letter or ``_`` first, no blank."""
    return bool(_NC_NAME.fullmatch(text))


def as_day(text: str) -> date | None:
    """A day as a PES writes it, ``None`` when it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedHeader:
    """What is known of the budget, ``None`` for what is not."""

    siret: str | None
    id_post: str | None
    cod_col: str | None
    cod_bud: str | None


def judge_header(header: PesHeader, found: Findings, *, expected: ExpectedHeader, today: date | None) -> None:
    """The envelope and the header: what S2LOW reads, and what Hélios looks up first."""
    if not header.nom_fic.strip():
        found.error(
            "NOMFIC", "NomFic est absent ou vide : S2LOW refuse le fichier. Donnez un nom jamais employé."
        )
    elif len(header.nom_fic) > 100:
        found.error("NOMFIC", f"NomFic compte {len(header.nom_fic)} caractères, 100 au plus.")
    if header.version != "2":
        found.error("VERSION", f"Version vaut « {header.version[:20]} » : Hélios n'accepte que 2.")
    if not header.typ_fic:
        found.error("TYPFIC", "TypFic est absent.")
    elif header.typ_fic not in _TYP_FIC:
        found.warning("TYPFIC", f"TypFic vaut « {header.typ_fic[:40]} », qui n'est pas une valeur connue.")
    _judge_date(header.dte_str, found, today=today)
    if not re.fullmatch(r"(?:[0-9]{3}|02[AB])[0-9]{3}", header.id_post):
        found.error(
            "IDPOST",
            f"IdPost vaut « {header.id_post[:20]} » : le codique du poste comptable a 6 caractères "
            "(S2LOW refuse les autres longueurs).",
        )
    if not re.fullmatch(r"[0-9]{3}", header.cod_col) or header.cod_col == "000":
        found.error("CODCOL", f"CodCol vaut « {header.cod_col[:20]} » : 3 chiffres, jamais 000.")
    if not re.fullmatch(r"[0-9A-Z][0-9]", header.cod_bud):
        found.error(
            "CODBUD",
            f"CodBud vaut « {header.cod_bud[:20]} » : 2 caractères, un chiffre ou une capitale puis un chiffre.",
        )
    for field, said, wanted in (
        ("IdPost", header.id_post, expected.id_post),
        ("CodCol", header.cod_col, expected.cod_col),
        ("CodBud", header.cod_bud, expected.cod_bud),
    ):
        if wanted is not None and said != wanted:
            found.error(
                field.upper(), f"{field} vaut « {said[:20]} », alors que ce budget a « {wanted} » : il serait "
                "rattaché à un autre, ou à aucun."
            )  # fmt: skip
    _judge_siret(header.id_coll, found, expected=expected.siret)


def _judge_date(text: str, found: Findings, *, today: date | None) -> None:
    day = as_day(text)
    if day is None:
        found.error("DTESTR", f"DteStr vaut « {text[:20]} », qui n'est pas une date AAAA-MM-JJ.")
    elif today is not None and day > today:
        found.warning("DTESTR", f"DteStr est dans le futur ({text}).")


def _judge_siret(text: str, found: Findings, *, expected: str | None) -> None:
    if not re.fullmatch(r"[0-9]{0,14}", text):
        found.error(
            "IDCOLL",
            f"IdColl vaut « {text[:20]} » : le SIRET du budget a 14 chiffres (S2LOW refuse au-delà).",
        )
    elif expected is not None and text != expected:
        found.error("IDCOLL", f"IdColl vaut « {text} », alors que ce budget a le SIRET {expected}.")
    elif len(text) != 14 or not luhn(text):
        found.warning("IDCOLL", f"IdColl vaut « {text} », qui n'est pas un SIRET valable.")


def judge_bordereau(one: PesBordereau, found: Findings) -> None:
    """A bordereau against itself: its fields, its number of pièces, its amounts."""
    where = place_of(one)
    if not re.fullmatch(r"[0-9]{4}", one.exercice):
        found.error("EXERCICE", f"{where} : Exer vaut « {one.exercice[:20]} », qui n'est pas une année.")
    if not re.fullmatch(r"[0-9]{1,7}", one.numero) or not int(one.numero):
        found.error(
            "IDBORD", f"{where} : IdBord vaut « {one.numero[:20]} » ; de 1 à 7 chiffres, au-dessus de zéro."
        )
    if one.type not in _TYPES[one.domaine]:
        found.error("TYPBORD", f"{where} : TypBord vaut « {one.type[:20]} », qui n'existe pas.")
    if as_day(one.date) is None:
        found.error("DTEBORDEM", f"{where} : DteBordEm vaut « {one.date[:20]} », qui n'est pas une date.")
    if not one.pieces:
        found.error("NBRPCE", f"{where} n'a aucune pièce : Hélios rejette le flux.")
    elif one.nbr_pce != str(one.pieces) and (
        not re.fullmatch(r"[0-9]{1,9}", one.nbr_pce) or int(one.nbr_pce) != one.pieces
    ):
        found.error(
            "NBRPCE", f"{where} annonce {one.nbr_pce[:20] or 'rien'} pièce(s) et en porte {one.pieces}."
        )
    if one.ht is None:
        found.error("MTBORD", f"{where} : le montant du bordereau est absent ou illisible.")
    elif one.ht != one.total_ht:
        found.warning("MTBORD", f"{where} annonce {one.ht} € HT ; ses lignes font {one.total_ht} €.")
    if one.domaine is Domaine.DEPENSE:
        if one.tva is not None and one.tva > 0 and not one.tva_on_lines:
            found.error("TVA", f"{where} annonce {one.tva} € de TVA, et aucune de ses lignes n'en porte.")
        if one.dematerialise and (one.cumul is None or one.cumul <= 0):
            found.error(
                "MTCUMULANNUEL", f"{where} : MtCumulAnnuel est obligatoire quand le flux est dématérialisé."
            )


def place_of(one: PesBordereau) -> str:
    """Where it is, for a person."""
    return (
        f"Bordereau de {'dépense' if one.domaine is Domaine.DEPENSE else 'recette'} "
        f"{one.exercice[:10]}/{one.numero[:20]}"
    )


def judge_pj(one: PesPj, found: Findings) -> None:
    """A justificatif against itself."""
    where = f"PJ « {one.id_unique[:60]} »"
    if one.misplaced:
        found.error(
            "PJ_MAL_PLACEE", f"{where} n'est pas dans le bloc PES_PJ : elle n'existe pas pour Hélios."
        )
    if not re.fullmatch(r"[A-Za-z0-9]{1,50}", one.id_unique):
        found.error(
            "PJ_IDUNIQUE", f"{where} : IdUnique a de 1 à 50 lettres ou chiffres, sans autre caractère."
        )
    if len(one.nom) > 100 or not _NOM_PJ.fullmatch(one.nom):
        found.error(
            "PJ_NOM",
            f"{where} : NomPJ vaut « {one.nom[:60]} » ; il faut une extension de 2 à 4 caractères, "
            "et 100 caractères au plus.",
        )
    if not one.description:
        found.error("PJ_DESCRIPTION", f"{where} n'a pas de Description.")
    if not one.mime:
        found.error("PJ_MIME", f"{where} : le fichier n'a pas d'attribut MIMEType.")
    if one.problem:
        found.error("PJ_CONTENU", f"{where} : son contenu ne se lit pas, {one.problem}.")
    _judge_type_of_pj(one, found, where)


def _judge_type_of_pj(one: PesPj, found: Findings, where: str) -> None:
    if not one.type:
        return
    allowed = _DOMAINES_OF_PJ.get(one.type)
    if allowed is None:
        found.error("PJ_TYPE", f"{where} : TypePJ vaut « {one.type[:20]} », qui n'existe pas.")
        return
    for reference in one.references:
        if reference.domaine not in allowed:
            found.error(
                "PJ_TYPE",
                f"{where} : le type {one.type} ne va pas avec le domaine « {reference.domaine[:20]} » "
                f"({', '.join(allowed)} attendu).",
            )
    if one.type in ("012", "013") and not one.references:
        found.error("PJ_TYPE", f"{where} : un justificatif de type {one.type} doit porter un RefCompta.")
