"""What comes back to the depositor: events, their files, and the folder that holds them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypedDict

from cdg62_connect.durable import durable_file, write_durably
from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.operis.disk import blocks, open_regular
from cdg62_connect.operis.findings import CONTRACT_VERSION
from cdg62_connect.operis.names import file_name_problem

RETURN_DOCUMENT = "retour.json"
TAKEN_BACK = ".repris"

_FOLDER = re.compile(r"(?P<sequence>[0-9]{3,9})-[A-Z_]+")


class ReturnState(StrEnum):
    """The states of a dossier, in the words of the deposit contract."""

    ACCEPTE = "ACCEPTE"
    EN_PREPARATION = "EN_PREPARATION"
    AU_PARAPHEUR = "AU_PARAPHEUR"
    SIGNE = "SIGNE"
    REFUSE_PARAPHEUR = "REFUSE_PARAPHEUR"
    TRANSMIS_TDT = "TRANSMIS_TDT"
    ATTENTE_RGS = "ATTENTE_RGS"
    AR_PREFECTURE = "AR_PREFECTURE"
    MESSAGE_PREFECTURE = "MESSAGE_PREFECTURE"
    REFUSE_TDT = "REFUSE_TDT"
    ANNULE = "ANNULE"
    ACQUIT_HELIOS = "ACQUIT_HELIOS"
    ACQUIT_PARTIEL_HELIOS = "ACQUIT_PARTIEL_HELIOS"
    REFUSE_HELIOS = "REFUSE_HELIOS"
    NOTIFIE = "NOTIFIE"
    VERSE_GED = "VERSE_GED"
    ARCHIVE = "ARCHIVE"
    TERMINE = "TERMINE"
    ERREUR = "ERREUR"


class Refus(TypedDict):
    """Who refused and why; ``date`` is written as ISO 8601."""

    etape: Literal["visa", "signature", "prefecture", "tdt", "tresorerie"]
    motif: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedFile:
    """A file to give back: where ours lies, the name it gets, and what it must contain.

    ``nature`` is the contract's word (``pdf_signe``, ``bordereau_signature``, ``ar_prefecture``,
    ``acte_tamponne``…); ``usage`` is ``"a_notifier"`` or ``"copie_tamponnee"``, and ``signature`` what stamping
    did to the signatures of a stamped copy: neither is written when it is ``""``.
    """

    nature: str
    nom: str
    path: Path
    sha256: str
    usage: str = ""
    signature: str = ""

    def as_json(self) -> dict[str, str]:
        """The file as the return tells it."""
        told = {"nature": self.nature, "nom": self.nom, "sha256": self.sha256.lower()}
        return told | {
            key: value for key, value in (("usage", self.usage), ("signature", self.signature)) if value
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnEvent:
    """One thing that happened to a dossier.

    Attributes:
        sequence: increases from 1 within a deposit; the pair (deposit, sequence) is never used twice.
        date: aware.
        plateformes: what each platform calls it (``{"s2low": {"transaction": 12, …}}``).
        helios: the verdict of Hélios on a PES, bordereau by bordereau; not written when ``None``.
        prefecture: what the préfecture wrote, or which message an answer is about; not written when ``None``.
    """

    id_depot: str
    sequence: int
    etat: ReturnState
    date: datetime
    dossier_numero: str
    dossier_id_externe: str | None
    document_code: str
    plateformes: Mapping[str, Mapping[str, str | int | None]] = field(
        default_factory=dict[str, Mapping[str, str | int | None]]
    )
    refus: Refus | None = None
    message: str = ""
    prefecture: Mapping[str, object] | None = None
    helios: Mapping[str, object] | None = None

    @property
    def folder_name(self) -> str:
        """``<NNN>-<etat>``."""
        return f"{self.sequence:03}-{self.etat}"

    def to_json(self, files: Sequence[ReturnedFile]) -> str:
        """The ``retour.json`` of this event and its files."""
        content: dict[str, object] = {
            "version": CONTRACT_VERSION,
            "id_depot": self.id_depot,
            "sequence": self.sequence,
            "etat": self.etat.value,
            "date": self.date.isoformat(timespec="seconds"),
            "dossier": {"numero": self.dossier_numero, "id_externe": self.dossier_id_externe},
            "document": {"code": self.document_code},
            "plateformes": {name: dict(facts) for name, facts in self.plateformes.items()},
            "fichiers": [file.as_json() for file in files],
            "refus": self.refus,
            "message": self.message,
        }
        if self.prefecture is not None:
            content["prefecture"] = dict(self.prefecture)
        if self.helios is not None:
            content["helios"] = dict(self.helios)
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def sequence_of(folder_name: str) -> int | None:
    """The sequence of a return folder's name, or ``None`` when it is not one."""
    found = _FOLDER.fullmatch(folder_name)
    return int(found["sequence"]) if found else None


def check_event(event: ReturnEvent, files: Sequence[ReturnedFile]) -> None:
    """Refuse what could not be read back, before anything is written.

    Raises:
        InvalidInput: a sequence below 1, a naive date, a file name that is unfit, reserved or given twice.
    """
    if event.sequence < 1:
        raise InvalidInput(f"Retour {event.folder_name} : la séquence commence à 1.")
    if event.date.tzinfo is None:
        raise InvalidInput(f"Retour {event.folder_name} : la date doit porter son décalage horaire.")
    seen = {RETURN_DOCUMENT}
    for file in files:
        if problem := file_name_problem(file.nom):
            raise InvalidInput(f"Retour {event.folder_name}, fichier {file.nature} : {problem[1]}.")
        if file.nom.lower() in seen:
            raise InvalidInput(f"Retour {event.folder_name} : le nom {file.nom} est déjà pris.")
        seen.add(file.nom.lower())


def write_return(part: Path, event: ReturnEvent, files: Sequence[ReturnedFile]) -> None:
    """Fill the empty folder ``part``: each file verified while it is copied, the event last.

    Raises:
        InvalidFile: a file is not the one announced (``EMPREINTE``).
    """
    for file in files:
        digest = hashlib.sha256()
        with open_regular(file.path) as source, durable_file(part / file.nom) as out:
            for block in blocks(source):
                digest.update(block)
                out.write(block)
            if digest.hexdigest() != file.sha256.lower():
                raise InvalidFile(
                    "EMPREINTE", f"Retour {event.folder_name} : {file.nom} n'est plus le fichier enregistré."
                )
    write_durably(part / RETURN_DOCUMENT, event.to_json(files).encode())
