"""The section « Les refus simulés » of docs/simulateur.md, which the catalogue writes.

``python tests/simulator/test_refusals_page.py`` writes it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cdg62_connect.simulator.catalogue import RefusSimule, refusals

PAGE = Path(__file__).parents[2] / "docs" / "simulateur.md"
BEGIN, END = (
    "<!-- refus : début, écrit par tests/simulator/test_refusals_page.py -->\n",
    "<!-- refus : fin -->\n",
)
TITLES = {"iparapheur": "Le parapheur", "s2low": "S2LOW"}


def section() -> str:
    """The tables, in Markdown."""
    return "\n".join(line for plateforme in ("iparapheur", "s2low") for line in table(plateforme)) + "\n"


def table(plateforme: str) -> Iterator[str]:
    yield f"\n### {TITLES[plateforme]}\n"
    yield "| refus | opérations | ce qui est dit | ce qui le provoque | guichet |"
    yield "|---|---|---|---|---|"
    for refusal in refusals(plateforme):  # pyright: ignore[reportArgumentType]
        operations = ", ".join("toutes" if one == "*" else f"`{one}`" for one in refusal.operations)
        unseen = "" if refusal.vu else " *(mots imaginés)*"
        words, cause = cell(refusal.dit), refusal.cause.replace("|", "\\|")
        yield f"| `{refusal.nom}` | {operations} | {words}{unseen} | {cause} | {desk(refusal)} |"


def desk(refusal: RefusSimule) -> str:
    if refusal.commande:
        return "`refus`" if refusal.prouve else "`refus`, avant ou après"
    return "scénario" if refusal.moyen == "scenario" else "non"


def cell(text: str) -> str:
    """Words as a cell can show them: on one line, and nothing taken for a mark."""
    text = re.sub(r"\{\{(.*?)\}\}", r"{\1}", re.sub(r"(?<!\{)\{\w+\}(?!\})", "…", text))
    text = text.replace("<br/>", " ").replace("\n", " ")
    return text if "`" in text else text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def test_the_page_tells_every_refusal_of_the_catalogue() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    written = text.partition(BEGIN)[2].partition(END)[0]
    assert written == section(), "lancez : python tests/simulator/test_refusals_page.py"


def test_no_two_refusals_of_a_platform_have_the_same_name_nor_lack_a_word() -> None:
    for plateforme in ("iparapheur", "s2low"):
        catalogue = refusals(plateforme)  # pyright: ignore[reportArgumentType]
        assert len({refusal.nom for refusal in catalogue}) == len(catalogue)
        assert all(refusal.dit and refusal.cause and refusal.operations for refusal in catalogue)


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + section() + END + rest.partition(END)[2], encoding="utf-8")
