"""The checks that spare a PES Aller most of its rejections, before anything is sent (S2LOW, PES V2 5.x)."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from enum import Enum
from pathlib import Path

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.findings import Finding, Findings
from cdg62_connect.formats.hardened_expat import LARGEST_FILE
from cdg62_connect.formats.pes_content import GzippedContent
from cdg62_connect.formats.pes_facts import (
    Domaine,
    PesBordereau,
    PesDomaine,
    PesHeader,
    PesPart,
    PesPiece,
    PesPj,
    PesPjRef,
    PesSignature,
)
from cdg62_connect.formats.pes_reading import PesReading
from cdg62_connect.formats.pes_rules import (
    ExpectedHeader,
    is_identifier,
    judge_bordereau,
    judge_header,
    judge_pj,
    place_of,
)
from cdg62_connect.formats.schemas import SchemaStore

DECLARED_WITHIN = 50
"""Bytes at the head of the file where S2LOW looks for ``ISO-8859-1``."""

LARGEST_SENT = 150 * 1024 * 1024
"""Bytes: the size at which S2LOW and its neighbours stop; Hélios publishes none."""

_NOT_LATIN_1 = re.compile(rb"[\x80-\x9f]").search


class PesStage(Enum):
    """When the checks are made: a file that announces dematerialisation has no signature before its circuit."""

    BEFORE_SIGNATURE = "avant signature"
    BEFORE_SENDING = "avant envoi"


def check_pes(
    path: Path,
    *,
    stage: PesStage = PesStage.BEFORE_SENDING,
    siret: str | None = None,
    id_post: str | None = None,
    cod_col: str | None = None,
    cod_bud: str | None = None,
    today: date | None = None,
    schemas: SchemaStore | None = None,
    limit: int = LARGEST_SENT,
) -> tuple[Finding, ...]:
    """What would make a PES Aller refused, errors first; empty when nothing was found.

    The file is read once, as a stream; about a hundred bytes are kept for each bordereau, identifier and
    reference to a justificatif.

    Args:
        path: the file.
        stage: whether its signatures are to be there.
        siret: the SIRET of the budget, when it is known; so are ``id_post`` (codique), ``cod_col`` and ``cod_bud``.
        id_post: see ``siret``.
        cod_col: see ``siret``.
        cod_bud: see ``siret``.
        today: the day of the check, to notice dates in the future.
        schemas: the sets installed, to validate against the most recent one that knows PES Aller; the file is
            then read a second time.
        limit: the largest size that goes through, in bytes.

    Raises:
        HostileInput: a DTD, or something beyond reason.
        ConfigurationError: a set of schemas is damaged, or cannot be used.
        OSError: the file cannot be read.
    """
    found = Findings()
    with path.open("rb") as document:
        size = path.stat().st_size
        if size > limit:
            found.error(
                "TAILLE",
                f"Le fichier pèse {size} octets, plus que les {limit} admis : répartissez les justificatifs "
                "sur plusieurs flux.",
            )
        _judge_head(document.read(200), found)
        document.seek(0)
        expected = ExpectedHeader(siret=siret, id_post=id_post, cod_col=cod_col, cod_bud=cod_bud)
        checking = _Checking(found, stage=stage, expected=expected, today=today)
        reading = PesReading(
            limit=max(limit, LARGEST_FILE), content=GzippedContent, identifier=checking.identify
        )
        try:
            for block in reading.stream.blocks(document):
                checking.look_at(block, reading.stream.encoding)
                for part in reading.told():
                    checking.take(part)
        except InvalidFile as unreadable:
            found.error(unreadable.code, str(unreadable))
        else:
            checking.end()
            if schemas is not None:
                _judge_schema(path, found, schemas, limit=max(limit, LARGEST_FILE))
    return found.all()


def _judge_schema(path: Path, found: Findings, schemas: SchemaStore, *, limit: int) -> None:
    verdict = schemas.check(path, limit=limit)
    for fault in verdict.faults if verdict else ():
        where = f"ligne {fault.line}, " if fault.line else ""
        found.error(
            "SCHEMA", f"Écart au schéma {verdict.version if verdict else ''} ({where}{fault.message})."
        )


def _judge_head(head: bytes, found: Findings) -> None:
    if head.startswith(b"\xef\xbb\xbf"):
        found.error("ENCODAGE", "Le fichier commence par une marque UTF-8 (BOM) : Hélios attend ISO-8859-1.")
    if head and b"ISO-8859-1" not in head[:DECLARED_WITHIN].upper():
        found.error(
            "ENCODAGE",
            "Le fichier doit déclarer l'encodage ISO-8859-1 dans ses 50 premiers caractères : S2LOW refuse "
            "les autres. Faites-le produire ainsi par le logiciel de gestion financière ; ne le convertissez "
            "pas s'il est signé.",
        )


class _Checking:
    """One file being checked."""

    def __init__(
        self, found: Findings, *, stage: PesStage, expected: ExpectedHeader, today: date | None
    ) -> None:
        self._found = found
        self._stage = stage
        self._expected = expected
        self._today = today
        self._looked_at = False
        self._root_id = ""
        self._identifiers: set[int] = set()
        self._bordereaux: set[int] = set()
        self._pieces: set[int] = set()
        self._counts: Counter[str] = Counter()
        self._global_signature = False
        self._carried: set[int] = set()
        self._elsewhere: set[int] = set()
        self._referred: dict[int, str] = {}
        self._domaines: list[tuple[PesDomaine, Counter[str]]] = []

    def look_at(self, block: bytes, encoding: str) -> None:
        """One more block as it lies in the file."""
        if not self._looked_at and encoding.lower() == "iso-8859-1" and _NOT_LATIN_1(block):
            self._looked_at = True
            self._found.warning(
                "ENCODAGE",
                "Le fichier déclare ISO-8859-1 et contient des octets que cet encodage n'emploie pas (windows-1252 "
                "ou UTF-8) : Hélios lirait d'autres caractères.",
            )

    def identify(self, identifier: str) -> None:
        """One more ``Id``."""
        if not is_identifier(identifier):
            self._found.error(
                "ID",
                f"L'Id « {identifier[:60]} » commence par un chiffre ou contient un caractère interdit : "
                "rien ne peut être signé sous cet Id.",
            )
        if not _new(self._identifiers, identifier):
            self._found.error("ID", f"L'Id « {identifier[:60]} » sert deux fois dans le fichier.")

    def take(self, part: PesPart) -> None:
        """One more part of the file."""
        match part:
            case PesPiece():
                self._piece(part)
            case PesBordereau():
                self._bordereau(part)
            case PesPj():
                self._pj(part)
            case PesDomaine():
                self._domaine(part)
            case PesSignature():
                self._global_signature = self._global_signature or part.bordereau is None
                if not part.id:
                    self._found.error("SIGNATURE", "Une signature n'a pas d'Id : S2LOW ne l'accepte pas.")
            case PesHeader():
                self._root_id = part.root_id
                judge_header(part, self._found, expected=self._expected, today=self._today)

    def _piece(self, one: PesPiece) -> None:
        if not _new(self._pieces, one.id_pce):
            self._found.error(
                "DOUBLON_PIECE", f"La pièce {one.id_pce[:20]} est deux fois dans son bordereau."
            )
        self._refer(one.pj_refs)
        lignes: set[str] = set()
        for ligne in one.lignes:
            if ligne.id_ligne in lignes:
                self._found.error(
                    "DOUBLON_LIGNE",
                    f"La ligne {ligne.id_ligne[:20]} est deux fois dans la pièce {one.id_pce[:20]}.",
                )
            lignes.add(ligne.id_ligne)
            if ligne.pj_refs:
                self._refer(ligne.pj_refs)

    def _refer(self, references: tuple[PesPjRef, ...]) -> None:
        for reference in references:
            if reference.support == "01":
                self._referred.setdefault(hash(reference.id_unique), reference.id_unique)
            else:
                self._elsewhere.add(hash(reference.id_unique))

    def _bordereau(self, one: PesBordereau) -> None:
        self._pieces = set()
        self._counts.update(sans_id=not one.id, signes=one.signed, non_signes=not one.signed)
        if not _new(self._bordereaux, f"{one.domaine} {one.exercice} {one.type} {one.numero}"):
            self._found.error(
                "DOUBLON_BORDEREAU",
                f"{place_of(one)} (type {one.type[:20]}) est deux fois dans le fichier : Hélios rejette le second.",
            )
        judge_bordereau(one, self._found)

    def _pj(self, one: PesPj) -> None:
        if not _new(self._carried, one.id_unique):
            self._found.error(
                "DOUBLON_PJ",
                f"La PJ « {one.id_unique[:60]} » est deux fois dans le fichier : l'identifiant d'un "
                "justificatif ne sert qu'une fois.",
            )
        judge_pj(one, self._found)

    def _domaine(self, one: PesDomaine) -> None:
        self._domaines.append((one, self._counts))
        self._counts = Counter()

    def end(self) -> None:
        """What only the whole file tells."""
        if not self._domaines and not self._carried:
            self._found.error(
                "FLUX_VIDE",
                "Le fichier n'a ni bordereau, ni PJ, ni marché : Hélios ne l'acquitterait jamais.",
            )
        for one, counts in self._domaines:
            if one.domaine in (Domaine.DEPENSE, Domaine.RECETTE):
                if self._stage is PesStage.BEFORE_SENDING:
                    self._judge_signatures(one, counts)
                else:
                    self._judge_what_is_to_sign(one, counts)
        for key, identifier in self._referred.items():
            if key not in self._carried:
                self._found.warning(
                    "PJ_ABSENTE",
                    f"La PJ « {identifier[:60]} » est annoncée en électronique et n'est pas dans ce fichier : "
                    "assurez-vous qu'elle a été envoyée avant.",
                )
        if self._elsewhere & self._carried:
            self._found.error(
                "PJ_SUPPORT",
                f"{len(self._elsewhere & self._carried)} PJ annoncée(s) sur un autre support (papier, disque) "
                "sont pourtant dans le fichier : Hélios les rejette.",
            )

    def _judge_signatures(self, one: PesDomaine, counts: Counter[str]) -> None:
        name, signed, unsigned = one.domaine.value, counts["signes"], counts["non_signes"]
        dematerialised = one.info_dematerialisee in ("1", "true")
        if signed and unsigned and not self._global_signature:
            self._found.error(
                "SIGNATURE", f"{name} : {unsigned} bordereau(x) sans signature à côté de {signed} signé(s)."
            )
        if dematerialised and not signed and not self._global_signature:
            self._found.error(
                "SIGNATURE",
                f"{name} annonce InfoDematerialisee = 1 et n'est pas signé : Hélios rejette le flux.",
            )
        if not dematerialised and (signed or self._global_signature):
            self._found.error(
                "SIGNATURE",
                f"{name} n'annonce pas InfoDematerialisee = 1 et porte une signature : Hélios rejette le flux.",
            )

    def _judge_what_is_to_sign(self, one: PesDomaine, counts: Counter[str]) -> None:
        name = one.domaine.value
        if one.info_dematerialisee not in ("1", "true"):
            self._found.warning(
                "SIGNATURE", f"{name} n'annonce pas InfoDematerialisee = 1 : signé, Hélios le rejetterait."
            )
        if counts["sans_id"] and not self._root_id:
            self._found.error(
                "ID",
                f"{name} : {counts['sans_id']} bordereau(x) sans Id, et la racine n'en a pas : rien ne peut "
                "être signé. Réglez le logiciel de gestion financière pour qu'il les produise.",
            )


def _new(known: set[int], key: str) -> bool:
    """Add a key to those known; whether it was not. The hash, salted by Python, takes a tenth of the text."""
    hashed = hash(key)
    if hashed in known:
        return False
    known.add(hashed)
    return True
