"""What all facts have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class FactShape(BaseModel):
    """A frozen record that keeps the fields it does not know; ``version`` rises when a kind changes."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)
    version: ClassVar[int] = 1
