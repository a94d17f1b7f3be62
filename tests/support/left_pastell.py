"""What a simulated Pastell holds, written as text and documents, and given back to another one."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cdg62_connect.simulator.pastell import PastellState
from cdg62_connect.simulator.pastell.document import Document, Passage, Value
from cdg62_connect.simulator.pastell.journal import Row


def held(platform: PastellState, contents: Path) -> dict[str, Any]:
    """Its documents, their jobs that are stuck, and its journal; the files go into ``contents``, by their SHA-256."""
    return {
        "profil": platform.profile.name,
        "documents": [_said(one, contents) for one in platform.documents._documents.values()],
        "verrouilles": [job["id_d"] for job in platform.worker.jobs() if job["verrouille"]],
        "journal": [asdict(row) for row in platform.journal._rows.values()],
    }


def give_back(platform: PastellState, said: dict[str, Any], contents: Path) -> None:
    """Let it hold what :func:`held` said, and nothing else; its daemon takes up each document where it is."""
    platform.use_profile(said["profil"])
    rows = [Row(**row) for row in said["journal"]]
    platform.journal._rows = {row.id_j: row for row in rows}
    platform.journal._last = max((row.id_j for row in rows), default=0)
    for one in said["documents"]:
        document = _document(platform, one, contents)
        platform.documents._documents[document.id_d] = document
        flux = platform.flux.get(document.type)
        assert flux is not None
        platform.worker.schedule(document, flux, document.state)
    for id_d in said["verrouilles"]:
        platform.worker.jam(id_d)


def _said(document: Document, contents: Path) -> dict[str, Any]:
    files: dict[str, str] = {}
    for path in sorted(document.folder.glob("*")):
        content = path.read_bytes()
        files[path.name] = hashlib.sha256(content).hexdigest()
        (contents / files[path.name]).write_bytes(content)
    return {
        **{name: getattr(document, name) for name in _PLAIN},
        "data": document.data,
        "index": document.index,
        "passages": [asdict(passage) for passage in document.passages],
        "fichiers": files,
    }


_PLAIN = ("id_d", "id_e", "type", "titre", "creation", "modification")


def _document(platform: PastellState, said: dict[str, Any], contents: Path) -> Document:
    folder = platform.folder / "documents" / said["id_d"]
    folder.mkdir(parents=True)
    for name, digest in said["fichiers"].items():
        shutil.copyfile(contents / digest, folder / name)
    return Document(
        **{name: said[name] for name in _PLAIN},
        folder=folder,
        data={name: _value(value) for name, value in said["data"].items()},
        index=said["index"],
        passages=[Passage(**passage) for passage in said["passages"]],
    )


def _value(value: Any) -> Value:
    """JSON has no numbers for keys."""
    return {int(rank): name for rank, name in value.items()} if isinstance(value, dict) else str(value)
