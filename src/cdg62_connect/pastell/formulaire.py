"""Whether a content fits a form, by the definition that the platform gives, before anything leaves.

Pastell accepts almost anything (an unknown field, a value out of a list, a read-only field) and complains of one
thing at a time, or much later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cdg62_connect.pastell.comparaison import nom_canonique
from cdg62_connect.pastell.document import DocumentDetail
from cdg62_connect.pastell.etats import FluxConnu
from cdg62_connect.pastell.fiche import truth_of
from cdg62_connect.pastell.flux import ChampDefinition
from cdg62_connect.pastell.horaire import day_of
from cdg62_connect.transport import Payload

TYPE_PIECE = re.compile(r"type_piece(?:_[0-9]+)?")
_FLAG = re.compile(r"envoi_\w+")
_PHP_PATTERN = re.compile(r"(?P<mark>[#/~@!%])(?P<pattern>.*)(?P=mark)(?P<flags>[imsuxD]*)", re.DOTALL)
# What could take for ever, or that this engine does not read as PHP does, is left to the platform.
_RISKY = re.compile(r"[()\\]|[*+?}]\+")
_LONGEST_CHECKED = 10_000
_PDF_WITHIN = 1024
_SIGNS: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK",),
    "application/xml": (b"<",),
    "text/xml": (b"<",),
    "application/json": (b"{", b"["),
}


@dataclass(frozen=True, slots=True)
class FichierADeposer:
    """A file to put in a form.

    Attributes:
        nom: its name, with its extension.
        content: the file.
    """

    nom: str
    content: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Contenu:
    """What a document is to be filled with.

    Attributes:
        champs: the fields; a flag as ``True`` or ``False``, a day as ``YYYY-MM-DD``, the sub-type of the
            signature book by its exact name.
        fichiers: the files of each file field, in order.
        types_pieces: for @ctes, the code of each file: the act first, then its annexes in order.
    """

    champs: Mapping[str, str | bool] = field(default_factory=dict[str, "str | bool"])
    fichiers: Mapping[str, Sequence[FichierADeposer]] = field(
        default_factory=dict[str, Sequence[FichierADeposer]], repr=False
    )
    types_pieces: tuple[str, ...] = ()

    def textes(self) -> dict[str, str]:
        """The fields as Pastell keeps them: canonical names, flags as ``"1"`` and ``""``."""
        written: dict[str, str] = {}
        for name, value in self.champs.items():
            written[nom_canonique(name)] = value if isinstance(value, str) else "1" if value else ""
        return written


def flags_written(champs: Mapping[str, str], definition: Mapping[str, ChampDefinition]) -> dict[str, str]:
    """``champs`` with flags as ``"1"`` or ``""``: to Pastell since 4.0, ``"false"`` is true in a hidden flag."""
    written = dict(champs)
    for name, value in champs.items():
        told = truth_of(value)
        if told is not None and _is_flag(definition.get(name)):
            written[name] = "1" if told else ""
    return written


def defauts(
    contenu: Contenu,
    definition: Mapping[str, ChampDefinition],
    connu: FluxConnu,
    *,
    existant: DocumentDetail | None = None,
) -> tuple[str, ...]:
    """What is wrong with ``contenu``, one sentence each; nothing when the form can be filled with it."""
    champs = flags_written(contenu.textes(), definition)
    files = {nom_canonique(name): tuple(given) for name, given in contenu.fichiers.items()}
    return (
        *_wrong_fields(champs, definition),
        *_wrong_files(files, definition),
        *_wrong_types(contenu, files, definition, connu, existant),
        *_missing(champs, files, contenu, definition, connu, existant),
    )


def manques(
    detail: DocumentDetail, definition: Mapping[str, ChampDefinition], connu: FluxConnu
) -> tuple[str, ...]:
    """What a document still lacks, as far as its definition tells."""
    champs = {name: value for name, value in detail.champs.items() if isinstance(value, str)}
    return tuple(_missing(champs, {}, Contenu(), definition, connu, detail))


def _wrong_fields(champs: Mapping[str, str], definition: Mapping[str, ChampDefinition]) -> Iterator[str]:
    for name, value in champs.items():
        champ = definition.get(name)
        if champ is None:
            yield f"Le champ « {name} » n'existe pas dans ce type de dossier sur cette plateforme."
        elif champ.type == "file":
            yield f"« {champ.libelle} » ({name}) est un fichier : donnez-le parmi les fichiers."
        elif TYPE_PIECE.fullmatch(name):
            yield f"« {champ.libelle} » ({name}) se donne par les types de pièces."
        elif champ.lecture_seule and champ.type != "externalData":
            yield f"« {champ.libelle} » ({name}) est en lecture seule : c'est la plateforme qui l'écrit."
        else:
            yield from _wrong_value(champ, value, champs)


def _wrong_value(champ: ChampDefinition, value: str, champs: Mapping[str, str]) -> Iterator[str]:
    where = f"« {champ.libelle} » ({champ.nom})"
    if champ.egal_a and champs.get(nom_canonique(champ.egal_a), "") != value:
        yield f"{where} ne répète pas « {champ.egal_a} »."
    if not value:
        return
    if _is_flag(champ) and truth_of(value) is None:
        yield f"{where} est une case : oui ou non."
    if champ.type == "date" and (day_of(value) is None or len(value) != 10):
        yield f"{where} est une date : écrivez-la AAAA-MM-JJ."
    if champ.type == "select" and champ.valeurs and value not in champ.valeurs:
        yield f"{where} n'a pas la valeur « {value} » ; valeurs possibles : {', '.join(champ.valeurs)}."
    pattern = _usable_pattern(champ.motif)
    if pattern is not None and len(value) <= _LONGEST_CHECKED and not pattern.search(value):
        yield f"{where} n'a pas la forme voulue : {champ.motif_erreur or champ.motif}"


def _wrong_files(
    files: Mapping[str, tuple[FichierADeposer, ...]], definition: Mapping[str, ChampDefinition]
) -> Iterator[str]:
    for name, given in files.items():
        champ = definition.get(name)
        if champ is None or champ.type != "file":
            yield f"Le champ de fichier « {name} » n'existe pas dans ce type de dossier sur cette plateforme."
            continue
        if champ.lecture_seule:
            yield f"« {champ.libelle} » ({name}) est en lecture seule : c'est la plateforme qui l'écrit."
        if len(given) > 1 and not champ.multiple:
            yield f"« {champ.libelle} » ({name}) n'admet qu'un fichier, {len(given)} sont donnés."
        for file in given:
            yield from _wrong_file(champ, file)
    yield from _too_much(files, definition)


def _wrong_file(champ: ChampDefinition, file: FichierADeposer) -> Iterator[str]:
    where = f"« {file.nom} » ({champ.nom})"
    if not file.nom.strip():
        yield f"Un fichier de « {champ.libelle} » ({champ.nom}) n'a pas de nom."
    if file.content.size == 0:
        yield f"{where} est vide."
    if champ.taille_max is not None and file.content.size > champ.taille_max:
        yield f"{where} fait {file.content.size} octets : la plateforme en admet {champ.taille_max}."
    if champ.types_contenu and file.content.size and not _looks_like(file.content, champ.types_contenu):
        yield f"{where} n'est pas du type demandé ({', '.join(champ.types_contenu)})."


def _too_much(
    files: Mapping[str, tuple[FichierADeposer, ...]], definition: Mapping[str, ChampDefinition]
) -> Iterator[str]:
    told: set[tuple[str, ...]] = set()
    for champ in definition.values():
        together = champ.champs_de_la_taille_commune or (champ.nom,)
        if champ.taille_commune_max is None or together in told:
            continue
        told.add(together)
        total = sum(file.content.size for name in together for file in files.get(name, ()))
        if total > champ.taille_commune_max:
            yield (
                f"Les fichiers de {', '.join(together)} font ensemble {total} octets : la plateforme en admet "
                f"{champ.taille_commune_max}."
            )


def _wrong_types(
    contenu: Contenu,
    files: Mapping[str, tuple[FichierADeposer, ...]],
    definition: Mapping[str, ChampDefinition],
    connu: FluxConnu,
    existant: DocumentDetail | None,
) -> Iterator[str]:
    if not contenu.types_pieces:
        return
    if not any(TYPE_PIECE.fullmatch(name) for name in definition):
        yield "Ce type de dossier ne demande pas de type de pièces."
        return
    annexes = len(files[connu.annexes]) if connu.annexes in files else _held(existant, connu.annexes)
    if len(contenu.types_pieces) != 1 + annexes:
        yield (
            f"{len(contenu.types_pieces)} types de pièces sont donnés pour {1 + annexes} pièces "
            "(le document, puis chaque annexe)."
        )


def _missing(
    champs: Mapping[str, str],
    files: Mapping[str, tuple[FichierADeposer, ...]],
    contenu: Contenu,
    definition: Mapping[str, ChampDefinition],
    connu: FluxConnu,
    existant: DocumentDetail | None,
) -> Iterator[str]:
    for champ in _required(champs, definition, connu, existant):
        there = existant.champs.get(champ.nom) if existant is not None else None
        given = (
            bool(files.get(champ.nom))
            or bool(champs.get(champ.nom, there if isinstance(there, str) else ""))
            or (champ.nom not in files and isinstance(there, tuple) and bool(there))
            or (bool(TYPE_PIECE.fullmatch(champ.nom)) and bool(contenu.types_pieces))
        )
        if not given and not champ.defaut:
            what = "le fichier" if champ.type == "file" else "le champ"
            yield f"Il manque {what} « {champ.libelle} » ({champ.nom})."


def _required(
    champs: Mapping[str, str],
    definition: Mapping[str, ChampDefinition],
    connu: FluxConnu,
    existant: DocumentDetail | None,
) -> Iterator[ChampDefinition]:
    """The required fields of the pages that will be shown: the first one, and those of the steps asked for.

    A definition lists the fields of the document itself, then the flags of the steps, then what each step needs.
    """

    def asked(flag: str) -> bool:
        value = champs.get(flag)
        return truth_of(value) is True if value is not None else existant is not None and existant.coche(flag)

    of_steps = {
        name: not step.coche or any(asked(flag) for flag in (step.coche, *step.demande))
        for step in connu.etapes
        for name in step.champs_requis
    }
    own_page = True
    for champ in definition.values():
        own_page = own_page and not _FLAG.fullmatch(champ.nom)
        usable = not champ.cache and (not champ.lecture_seule or champ.type == "externalData")
        if champ.requis and usable and of_steps.get(champ.nom, own_page):
            yield champ


def _held(existant: DocumentDetail | None, champ: str) -> int:
    return 0 if existant is None else len(existant.fichiers(champ))


def _is_flag(champ: ChampDefinition | None) -> bool:
    return champ is not None and (
        champ.type == "checkbox" or (champ.cache and bool(_FLAG.fullmatch(champ.nom)))
    )


def _usable_pattern(text: str) -> re.Pattern[str] | None:
    found = _PHP_PATTERN.fullmatch(text)
    if found is None or _RISKY.search(found["pattern"]):
        return None
    flags = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
    total = re.RegexFlag(0)
    for letter in found["flags"]:
        total |= flags.get(letter, re.RegexFlag(0))
    try:
        return re.compile(found["pattern"], total)
    except (re.error, OverflowError):
        return None


def _looks_like(content: Payload, kinds: Sequence[str]) -> bool:
    """Whether the first bytes are those of one of ``kinds``, or nothing is known of the first bytes of one."""
    signs = [_SIGNS.get(kind.lower()) for kind in kinds]
    if None in signs:
        return True
    head = next(content.blocks(4096), b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    return any(
        sign in head[:_PDF_WITHIN] if sign == b"%PDF-" else head.startswith(sign)
        for one in signs
        if one is not None
        for sign in one
    )
