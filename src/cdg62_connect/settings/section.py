"""What the sections of the configuration have in common: where their paths and secrets come from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from cdg62_connect.settings.secret import Secret


def _resolve_path(value: object, info: ValidationInfo) -> object:
    """A path is read relative to the folder of the configuration file."""
    folder = (info.context or {}).get("folder")
    return Path(folder, value) if isinstance(value, str) and folder else value


def _resolve_secret(value: object, info: ValidationInfo) -> object:
    """A secret is named, never written: ``{ env = "NOM" }`` or ``{ fichier = "chemin" }``."""
    if isinstance(value, Secret):
        return value
    context = info.context or {}
    match value:
        case {"env": str() as name, **others} if not others:
            found = context.get("environ", {}).get(name)
            if found is None:
                raise ValueError(f"la variable d'environnement {name} n'existe pas")
            return Secret(found)
        case {"fichier": str() as name, **others} if not others:
            path = Path(context.get("folder", "."), name)
            try:
                return Secret(path.read_text(encoding="utf-8").strip("\r\n"))
            except (OSError, UnicodeDecodeError) as unreadable:
                raise ValueError(f"le fichier {path} ne se lit pas") from unreadable
        case _:
            raise ValueError(
                'un secret ne s\'écrit pas ici : donnez { env = "NOM_DE_VARIABLE" } ou { fichier = "chemin" }'
            )


LocalPath = Annotated[Path, BeforeValidator(_resolve_path)]


SecretValue = Annotated[Secret, BeforeValidator(_resolve_secret)]


class Section(BaseModel):
    """A table of the file: frozen, refusing keys that it does not know, never showing what was written."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )
