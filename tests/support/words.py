"""Every French text that people may read, wherever it is written, and the words that it may not hold.

New rooms, pages and commands are found by themselves. What is not for people is left out by its shape, never by
its name: a literal without a blank and in ASCII is a code, one that holds the signs of a regular expression is
a pattern over somebody else's words, and in a page what stands between backquotes is code.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typer.main import get_command

import cdg62_connect
from cdg62_connect.cli.app import app

ROOT = Path(__file__).parents[2]
SOURCE = Path(cdg62_connect.__file__).parent
LEXICON = ROOT / "docs" / "lexique.md"

_OTHERS_WORDS = ("simulator", "simulateur.md")
"""The simulator speaks as the platforms do: its texts, and the page that lists them, are theirs."""

_PATTERN = re.compile(r"[|\\~^]|\.\*|\(\?")
_FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\]\([^)]*\)")
_BLANKS = re.compile(r"\s+")

RISKY = re.compile(
    r"\b(?:(?i:refusée?s?|rejetée?s?|annulée?s?)|[Rr]efus|[Rr]ejets?|[Aa]nnulations?)\b", re.UNICODE
)
"""Words that mean something else in urbanisme: a permit is refused, a request rejected, an act annulled."""

_PLACE = r"au parapheur|dans le circuit|sur (?:S2LOW|Pastell)|par (?:le |la |les |l'|d')?\w+|…"
_OF = r"(?:du parapheur|d[eu] (?:S2LOW|Pastell|proxy|la plateforme|la préfecture)|d'accès)"
_SAID_AFTER = re.compile(rf"(?:[\s,]+[\w@'’…]+){{0,2}}?\s+(?:{_PLACE}|{_OF})\b")
_URBANISME = re.compile(r"(?:[Aa]rrêtés?|[Dd]écisions?) de refus|[Rr]ejet tacite|[Aa]nnulation à la demande")
"""Here the words mean what they mean in urbanisme."""

_SAID_BEFORE = re.compile(r"\b(?:a|ont|avait|avez|aura)\s+(?:bien |déjà )?$")


@dataclass(frozen=True, slots=True)
class Text:
    """One text and where it stands."""

    where: str
    said: str


def texts() -> Iterator[Text]:
    """All of them, the lexicon excepted."""
    yield from _literals(SOURCE)
    yield from _literals(ROOT / "docs" / "_outils")
    yield from _literals(ROOT / "examples")
    yield from _helps()
    for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]):
        if page != LEXICON and page.name not in _OTHERS_WORDS:
            yield from _page(page)


def bare(said: str) -> list[str]:
    """The risky words of a text that do not say by whom or where."""
    said = _URBANISME.sub("", said)
    return [
        found[0]
        for found in RISKY.finditer(said)
        if not _SAID_AFTER.match(said, found.end()) and not _SAID_BEFORE.search(said, 0, found.start())
    ]


def _literals(folder: Path) -> Iterator[Text]:
    for path in sorted(folder.rglob("*.py")):
        if path.relative_to(folder).parts[0] in _OTHERS_WORDS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        left_out = {id(one) for node in ast.walk(tree) for one in _not_told(node)}
        for node in _outermost(tree):
            if id(node) not in left_out and _for_people(said := _said(node)):
                yield Text(f"{path.relative_to(ROOT)}:{node.lineno}", said)


def _not_told(node: ast.AST) -> Iterator[ast.AST | None]:
    """Docstrings; what is compared with somebody else's words; labels that only spell the name of a code."""
    match node:
        case ast.Expr(value=documentation):
            yield documentation
        case ast.Compare(left=left, comparators=others):
            yield from (left, *others)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(label)) as spelled):
            if _spells(label, name):
                yield spelled
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                named = isinstance(key, ast.Attribute) and isinstance(value, ast.Constant)
                if named and _spells(str(value.value), key.attr):
                    yield value
        case _:
            pass


def _spells(label: str, name: str) -> bool:
    """« Refus d'envoi » is nothing but ``REFUS_D_ENVOI``."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Z0-9]+", "_", plain.upper()) == name


def _outermost(node: ast.AST) -> Iterator[ast.expr]:
    """The string literals, an interpolated one as a whole."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            yield child
            for value in child.values:
                if isinstance(value, ast.FormattedValue):
                    yield from _outermost(value.value)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child
        else:
            yield from _outermost(child)


def _said(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _for_people(said: str) -> bool:
    code = said.isascii() and not re.search(r"\s", said.strip())
    return bool(said.strip()) and not code and not _PATTERN.search(said)


def _helps() -> Iterator[Text]:
    group = get_command(app)
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]  # it is a group
        for said in (command.help, *(getattr(one, "help", None) for one in command.params)):
            if said:
                yield Text(f"cdg62-connect {name} --help", said)


def _page(path: Path) -> Iterator[Text]:
    """Each paragraph, cell and line of a list; code is blanked, so that lines keep their numbers."""

    def blanked(code: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", code[0])

    content = path.read_text(encoding="utf-8")
    for shape in (_COMMENT, _FENCE):
        content = shape.sub(blanked, content)
    content = _CODE.sub("«»", _LINK.sub("]", content))
    line = 1
    for block in re.split(r"(\n(?=\s*\n|[|#]|\s*[-*] |\s*\d+\. ))", content):
        for cell in block.split("|"):
            if said := _BLANKS.sub(" ", cell.replace("**", "")).strip():
                yield Text(f"{path.relative_to(ROOT)}:{line}", said)
        line += block.count("\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the lexicon and those that are not written for it."""

    word: str
    never: tuple[str, ...]


def entries() -> list[Entry]:
    """The tables of the lexicon."""
    told = LEXICON.read_text(encoding="utf-8").partition("<!-- lexique")[2]
    rows = re.findall(r"^\| (?!mot |---)(.+?) \| .+? \| ?(.*?) ?\|$", told, re.MULTILINE)
    return [Entry(word, tuple(filter(None, never.split(", ")))) for word, never in rows]


def says(said: str, word: str) -> bool:
    """Whether a text uses a word, in one number or the other."""
    forms = r"\s+".join(rf"{re.escape(part)}(?:e?s|e|x)?" for part in word.split())
    return re.search(rf"(?<!\w){forms}(?!\w)", said, re.IGNORECASE) is not None
