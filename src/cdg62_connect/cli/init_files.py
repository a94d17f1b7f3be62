"""What ``init`` writes: all of it or none, and never over what is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.operis import DepositTree
from cdg62_connect.settings import Secret, load_settings


def write_installation(target: Path, content: str, secrets: Mapping[str, Secret]) -> None:
    """Secrets, deposit tree, then the file itself; a failure leaves no secret behind."""
    folder = target.parent
    with ExitStack() as undo:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "secrets").mkdir(mode=0o700, exist_ok=True)
            for name, secret in secrets.items():
                path = folder / "secrets" / name
                _create(path, secret.reveal())
                undo.callback(path.unlink)
            draft = target.with_name(f"{target.name}.part")
            draft.write_text(content, encoding="utf-8")
            with ExitStack() as drafted:
                drafted.callback(draft.unlink)
                settings = load_settings(draft, environ={})
                DepositTree(settings.deposit.root, mode=settings.deposit.mode).prepare()
            _create(target, content, mode=0o640)
        except FileExistsError as taken:
            raise ConfigurationError(
                f"{taken.filename} existe déjà : déplacez-le, puis recommencez. Rien n'a été écrasé."
            ) from None
        except OSError as refused:
            raise ConfigurationError(
                f"{refused.filename or folder} ne peut pas être écrit : {refused.strerror}."
            ) from None
        undo.pop_all()


def _create(path: Path, content: str, *, mode: int = 0o600) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w", encoding="utf-8") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
