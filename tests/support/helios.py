"""PES through the journey: lots made for a test, and what becomes of them on the platforms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cdg62_connect.testing.installation import sample_deposits
from support.pes_samples import pes

SIREN = "216209916"
SIRET = "21620991600016"
SIGNED = "216209916M0041_PES_20260916T083000_01"
UNSIGNED = "216209916T0012_PES_20260916T084500_01"
DUPLICATE = "216209916M0042_PES_20260916T090000_01"


def sample_pes(lot: str) -> Path:
    """A sample lot of a PES, by name."""
    return sample_deposits() / lot


def pes_lot(
    folder: Path,
    reference: str,
    *,
    bordereaux: Sequence[str] = ("1",),
    signature: bool = False,
    content: bytes | None = None,
    **more: Any,
) -> Path:
    """A lot with a PES of its own; ``more`` goes to the PES, ``content`` replaces it."""
    made = {"nom_fic": f"ESSAI_{reference}", "id_coll": SIRET, "dematerialise": "1" if signature else "0"}
    text = content if content is not None else pes(bordereaux=bordereaux, **{**made, **more})
    name = f"{SIREN}{reference}_PES_20260916T100000_01"
    lot = folder / name
    lot.mkdir(parents=True)
    (lot / "pes.xml").write_bytes(text)
    manifest = {
        "version": "cdg62-depot/1",
        "id_depot": name,
        "depose_le": "2026-09-16T10:00:00+02:00",
        "emetteur": {"logiciel": "GESTION FINANCIERE"},
        "autorite": {"siren": SIREN},
        "document": {
            "code": "PES",
            "titre": f"Flux {reference}",
            "fichier": "pes.xml",
            "sha256": hashlib.sha256(text).hexdigest(),
        },
        "circuit": {"signature": signature},
    }
    (lot / "manifeste.json").write_text(json.dumps(manifest), encoding="utf-8")
    return lot


def returned(root: Path, lot: str) -> list[dict[str, Any]]:
    """The returns of a lot, as its depositor reads them."""
    folders = sorted((root / "retours" / lot).iterdir())
    return [json.loads((folder / "retour.json").read_text("utf-8")) for folder in folders]
