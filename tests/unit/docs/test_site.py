from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import cdg62_connect

Outil = Callable[[str], ModuleType]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.exemple.fr/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.exemple.fr/a.css">',
        "<img alt='x' src='http://exemple.fr/a.png'>",
        "@font-face { src: url(https://exemple.fr/a.woff2) }",
    ],
)
def test_what_a_page_would_fetch_elsewhere_is_seen(outil: Outil, markup: str) -> None:
    (address,) = outil("site_ferme").fetched(markup)
    assert "exemple.fr" in address


def test_a_link_that_a_reader_may_follow_is_not_a_fetch(outil: Outil) -> None:
    page = '<a href="https://exemple.fr/">ici</a> <script src="assets/a.js"></script> url(data:image/png;base64,AA)'
    assert outil("site_ferme").fetched(page) == []


def test_a_public_name_that_its_page_does_not_describe_is_seen(outil: Outil) -> None:
    page = "".join(f'<h2 id="cdg62_connect.s2low.{name}">' for name in ("S2low", "Actes"))
    missing = outil("site_ferme").missing(page, "cdg62_connect.s2low")
    assert "NewActe" in missing
    assert not {"S2low", "Actes"} & set(missing)


def test_roles_and_literal_blocks_of_docstrings_become_markdown(outil: Outil) -> None:
    in_markdown = outil("docstrings").in_markdown
    assert in_markdown("A :class:`~cdg62_connect.errors.NotSent`.") == "A `NotSent`."
    assert in_markdown("Use it so::\n\n    x()") == "Use it so:\n\n    x()"
    assert in_markdown("Said.\n\n::\n\n    x()") == "Said.\n\n\n\n    x()"


def test_the_page_of_the_facade_lists_what_the_facade_gives(docs: Path) -> None:
    page = (docs / "reference" / "cdg62_connect.md").read_text("utf-8")
    listed = re.findall(r"^\| \[`(\w+)`\]", page, re.MULTILINE)
    assert sorted([*listed, "__version__"]) == sorted(cdg62_connect.__all__)


def test_every_decision_is_in_the_list_of_decisions(docs: Path) -> None:
    listed = (docs / "decisions" / "index.md").read_text("utf-8")
    for record in sorted((docs / "decisions").glob("[0-9]*.md")):
        number, _, title = record.read_text("utf-8").splitlines()[0].removeprefix("# ").partition(". ")
        assert f"| [{number}]({record.name}) | {title} |" in listed
