"""What a parapheur told of a dossier, written down: files that stay when the parapheur has forgotten it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import replace
from pathlib import Path

from cdg62_connect import system
from cdg62_connect.durable import force_directory
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.iparapheur.documents import RetrievedFile
from cdg62_connect.iparapheur.parapheur import Evidence

_JSON = "application/json"


def written_records(evidence: Evidence, *, into: Path) -> Evidence:
    """``evidence`` with ``historique.json`` and ``metadonnees.json`` as its records, under fresh names in ``into``.

    Raises:
        ConfigurationError: the folder cannot be written; nothing of ``evidence`` is left then.
    """
    lines = [
        {
            "moment": entry.timestamp.isoformat() if entry.timestamp else None,
            "acteur": entry.nom,
            "statut": entry.status,
            "annotation": entry.annotation,
            **({"autres": dict(entry.champs)} if entry.champs else {}),
        }
        for entry in evidence.history
    ]
    made: list[RetrievedFile] = []
    try:
        made.append(_written("historique.json", lines, into))
        made.append(_written("metadonnees.json", dict(evidence.metadonnees), into))
    except BaseException:
        for file in (*made, *evidence.files):
            file.path.unlink(missing_ok=True)
        raise
    return replace(evidence, records=tuple(made))


def _written(nom: str, content: object, into: Path) -> RetrievedFile:
    data = json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8", "replace")
    path = into / f"{Path(nom).stem}-{secrets.token_hex(8)}"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            system.force(out.fileno())
        force_directory(into)
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise ConfigurationError(
            f"Impossible d'écrire dans « {into} » : {problem.strerror or 'erreur du système'}. "
            "Vérifiez que le dossier existe, ses droits et la place disponible."
        ) from problem
    return RetrievedFile(nom, path, len(data), hashlib.sha256(data).hexdigest(), _JSON)
