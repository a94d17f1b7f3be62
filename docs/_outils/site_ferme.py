"""What the site promises: it asks nothing of any other host, and its reference holds every public name."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=["']?(?P<src>(?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b[^>]*?\bhref=["']?(?P<href>(?:https?:)?//[^"'\s>]+)"""
    r"""|url\(["']?(?P<url>(?:https?:)?//[^"')]+)""",
    re.IGNORECASE,
)

DOORS = (
    "transport",
    "pastell",
    "iparapheur",
    "s2low",
    "formats",
    "operis",
    "journey",
    "settings",
    "simulator",
)


def on_post_build(config: MkDocsConfig) -> None:
    """Called by mkdocs when every page is written."""
    site = Path(config.site_dir)
    problems = [
        f"{path.relative_to(site)} va chercher {address}"
        for path in sorted(site.rglob("*"))
        if path.suffix in (".html", ".css")
        for address in fetched(path.read_text(encoding="utf-8"))
    ]
    problems += [
        f"reference/{door}.html n'a pas {name}"
        for door in DOORS
        for name in missing(
            (site / "reference" / f"{door}.html").read_text(encoding="utf-8"), f"cdg62_connect.{door}"
        )
    ]
    if problems:
        raise PluginError("Le site n'est pas complet ou pas fermé :\n  " + "\n  ".join(problems))


def fetched(content: str) -> list[str]:
    """The addresses elsewhere that a page or a style sheet would load by itself; a link to click is none."""
    return [found["src"] or found["href"] or found["url"] for found in _FETCHED.finditer(content)]


def missing(page: str, door: str) -> list[str]:
    """The names of a door's ``__all__`` that its page does not describe.

    A name that is also that of the module it comes from is described there: ``journey.wording.wording``.
    """
    names = importlib.import_module(door).__all__
    anchors = {name: (f'id="{door}.{name}"', f'id="{door}.{name}.{name}"') for name in names}
    return [name for name, known in anchors.items() if not any(anchor in page for anchor in known)]
