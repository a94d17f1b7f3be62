"""From a TOML file and the environment to :class:`Settings`; every mistake named with its full path."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.model import Settings

CONFIG_VARIABLE = "CDG62_CONNECT_CONFIG"
DEFAULT_NAME = "cdg62-connect.toml"

_MESSAGES = {
    "missing": "cette clé manque",
    "extra_forbidden": "cette clé est inconnue",
    "int_parsing": "un nombre entier est attendu",
    "int_type": "un nombre entier est attendu",
    "string_type": "un texte entre guillemets est attendu",
    "string_pattern_mismatch": "la forme n'est pas celle attendue",
    "too_short": "il en faut au moins un",
    "dict_type": "une section est attendue",
    "model_type": "une section est attendue",
    "tuple_type": "une liste est attendue",
}


def load_settings(path: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration.

    Args:
        path: the TOML file; by default the one named by ``CDG62_CONNECT_CONFIG``, else
            ``cdg62-connect.toml`` in the current folder.
        environ: the environment in which secrets named by ``{ env = … }`` are looked up.

    Raises:
        ConfigurationError: the file is missing, is not TOML, or has wrong, missing or unknown keys; the
            message lists them all, each with its full path, and shows no value.
    """
    environ = os.environ if environ is None else environ
    path = path or Path(environ.get(CONFIG_VARIABLE, DEFAULT_NAME))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"Le fichier de configuration {path} n'existe pas. Indiquez-le par --config ou {CONFIG_VARIABLE}."
        ) from None
    except OSError as unreadable:
        raise ConfigurationError(f"Le fichier {path} ne se lit pas : {unreadable.strerror}.") from None
    except (ValueError, RecursionError) as malformed:  # not TOML, not UTF-8, an endless number, too deep
        raise ConfigurationError(f"Le fichier {path} n'est pas du TOML : {malformed}.") from None
    try:
        return Settings.model_validate(content, context={"folder": path.resolve().parent, "environ": environ})
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False, include_context=False)
        lines = [
            f"  {_full_path(error['loc'])} : {_message(error['type'], error['msg'])}"
            for error in errors
            if not _follows_from_another(error["loc"], [other["loc"] for other in errors])
        ]
        raise ConfigurationError(f"À corriger dans {path} :\n" + "\n".join(lines)) from None


def _follows_from_another(location: tuple[int | str, ...], all_of_them: list[tuple[int | str, ...]]) -> bool:
    """A list whose only member is wrong is also said to be too short: the member's own error is enough."""
    depth = len(location)
    return any(len(other) > depth and other[:depth] == location for other in all_of_them)


def _full_path(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "(fichier)"


def _message(kind: str, english: str) -> str:
    return _MESSAGES.get(kind) or english.removeprefix("Value error, ")
