from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from cdg62_connect.settings import Settings, load_settings


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from keys_of(kind)


def test_the_example_of_the_guide_is_a_configuration(docs: Path, tmp_path: Path) -> None:
    page = (docs / "configuration.md").read_text("utf-8")
    example = re.search(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert example is not None
    for secret in re.findall(r'fichier = "(.*?)"', example[1]):
        (tmp_path / secret).parent.mkdir(exist_ok=True)
        (tmp_path / secret).write_text("secret", "utf-8")
    path = tmp_path / "cdg62-connect.toml"
    path.write_text(example[1], "utf-8")
    environ = dict.fromkeys(re.findall(r'env = "(.*?)"', example[1]), "secret")
    assert load_settings(path, environ=environ).authorities


def test_every_key_that_the_software_knows_is_in_the_guide(docs: Path) -> None:
    page = (docs / "configuration.md").read_text("utf-8")
    assert [key for key in dict.fromkeys(keys_of(Settings)) if not re.search(rf"\b{key}\b", page)] == []
