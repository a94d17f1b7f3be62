"""Lots made from the samples, with another sequence number and other manifest fields."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from support.lives import sample


def variant(
    like: str,
    folder: Path,
    *,
    seq: str = "02",
    code: str = "",
    drop: tuple[str, ...] = (),
    **changes: object,
) -> Path:
    """A copy of the sample with the document code ``like``, renamed ``…_<seq>``, or given the code ``code``.

    ``changes`` are manifest values by path, two underscores for a dot (``legalite__matiere="2.2.3"``);
    ``drop`` names paths to take away.
    """
    source = sample(like)
    name = f"{source.name[:-3]}_{seq}"
    if code:
        name, changes = name.replace(like, code), {"document__code": code, **changes}
    lot = folder / name
    shutil.copytree(source, lot)
    path = lot / "manifeste.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["id_depot"] = name
    for dotted, value in changes.items():
        section, key = _place(manifest, dotted)
        section[key] = value
    for dotted in drop:
        section, key = _place(manifest, dotted)
        section.pop(key, None)
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return lot


def _place(manifest: dict[str, Any], dotted: str) -> tuple[dict[str, Any], str]:
    *sections, key = dotted.split("__")
    for section in sections:
        manifest = manifest.setdefault(section, {})
    return manifest, key
